"""The application: what is put together, and in which order a request meets it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from brotli_asgi import BrotliMiddleware
from fastapi import FastAPI, Request, Response

import parvis
from parvis.trust.api import Access, LoginLimits
from parvis.web.api.routes import api
from parvis.web.assets import Assets
from parvis.web.desk import Desk
from parvis.web.experiment_desk import ExperimentDesk
from parvis.web.failures import Rescue, add_failures
from parvis.web.label_desk import LabelDesk
from parvis.web.language import load_languages
from parvis.web.pages import docs, login, preferences
from parvis.web.pages.accuracy import accuracy_pages
from parvis.web.pages.board import board_pages
from parvis.web.pages.budget import budget_pages
from parvis.web.pages.conversations import conversations_pages
from parvis.web.pages.customer import customer_pages
from parvis.web.pages.customers import customers_pages
from parvis.web.pages.experiments import experiments_pages
from parvis.web.pages.identity import identity_pages
from parvis.web.pages.identity_health import health_pages
from parvis.web.pages.journeys import journeys_pages
from parvis.web.pages.mix import mix_pages
from parvis.web.pages.orders import orders_pages
from parvis.web.pages.overview import overview_pages
from parvis.web.pages.pictures import pictures_pages
from parvis.web.pages.promotions import promotions_pages
from parvis.web.pages.shown import shown_pages
from parvis.web.pages.silos import silos_pages
from parvis.web.pages.topics import topics_pages
from parvis.web.pages.voices import voices_pages
from parvis.web.pages.wall import wall_pages
from parvis.web.pages.waste import waste_pages
from parvis.web.pages.who import who_pages
from parvis.web.reader import Reader
from parvis.web.render import Renderer
from parvis.web.security import Guard
from parvis.web.topic_desk import TopicDesk
from parvis.web.wall.board import Board
from parvis.web.wall.feed import Feed
from parvis.web.warm import warm

__all__ = ["create_app"]

_FOR_EVER = "public, max-age=31536000, immutable"


def create_app(workspace_folder: Path, *, limits: LoginLimits | None = None) -> FastAPI:
    """Put the application of a workspace together.

    Parameters
    ----------
    workspace_folder
        The workspace.
    limits
        How many wrong passwords are too many.

    Raises
    ------
    WorkspaceNotFound
        There is no workspace there.
    """
    reader = Reader(workspace_folder, lambda shelf: warm(shelf, languages))
    languages, assets = load_languages(reader.workspace.settings.money.currency), Assets()
    renderer = Renderer(languages, assets)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        reader.start()
        yield
        app.state.wall_feed.close()
        app.state.wall_board.close()
        reader.close()
        access.close()

    app = FastAPI(
        title="Parvis",
        version=parvis.__version__,
        summary="One view of each customer, and where each figure comes from.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    access = Access(reader.workspace.files.app, limits)
    app.state.reader = reader
    app.state.access = access
    app.state.desk = Desk(reader)
    app.state.labels = LabelDesk(reader)
    app.state.topic_desk = TopicDesk(reader)
    app.state.experiment_desk = ExperimentDesk(reader)
    app.state.wall_feed = Feed(reader)
    app.state.wall_board = Board(reader.workspace.files.app)
    app.state.languages = languages
    app.state.assets = assets
    app.state.renderer = renderer
    for router in (
        login.login_pages,
        preferences.preference_pages,
        overview_pages,
        customers_pages,
        customer_pages,
        orders_pages,
        accuracy_pages,
        conversations_pages,
        pictures_pages,
        topics_pages,
        voices_pages,
        promotions_pages,
        shown_pages,
        experiments_pages,
        wall_pages,
        board_pages,
        waste_pages,
        mix_pages,
        journeys_pages,
        budget_pages,
        silos_pages,
        identity_pages,
        health_pages,
        who_pages,
        api,
        docs.docs_pages,
    ):
        app.include_router(router)
    app.add_api_route("/static/{digest}/{name}", _static, include_in_schema=False)
    add_failures(app)
    app.add_middleware(Rescue)
    app.add_middleware(Guard)
    app.add_middleware(
        BrotliMiddleware,
        quality=5,
        minimum_size=600,
        gzip_fallback=True,
        # a compressor would hold the wall's texts back until it has many
        excluded_handlers=["^/wall/stream$"],
    )
    return app


def _static(request: Request, digest: str, name: str) -> Response:
    asset = request.app.state.assets.get(digest, name)
    if asset is None:
        return Response("Not found.", 404, media_type="text/plain")
    headers = {"Cache-Control": _FOR_EVER}
    return Response(asset.content, 200, headers, media_type=asset.media_type)
