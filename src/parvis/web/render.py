"""From a template and what a page knows to the bytes of an answer."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
from markupsafe import Markup
from starlette.responses import HTMLResponse

from parvis.connect.files.quarantine import MEANINGS
from parvis.identity import api as identity
from parvis.trust.api import Role
from parvis.web.assets import Assets
from parvis.web.language import LANGUAGES, Language
from parvis.web.language.identity_words import (
    COLUMNS,
    GUARD_MEANINGS,
    GUARDS,
    REASONS,
    RULES,
    build_reason,
    kind_name,
    level_name,
    stop_detail,
)
from parvis.web.language.measure_words import VERDICT_MEANINGS, VERDICTS
from parvis.web.language.text_words import text_names
from parvis.web.language.words import (
    ASPECTS,
    ATTRIBUTES,
    SEGMENT_MEANINGS,
    SEGMENTS,
    STANCES,
    STATUSES,
    TRAIT_GROUPS,
    TRAIT_MEANINGS,
    TRAIT_NAMES,
    channel_name,
    event_name,
    soften,
    word,
)
from parvis.web.visit import Visit

__all__ = ["Renderer", "customer_label", "render"]


class Renderer:
    """The templates, once for each language."""

    def __init__(self, languages: Mapping[str, Language], assets: Assets) -> None:
        self._environments = {c: _environment(lang, assets) for c, lang in languages.items()}

    def text(self, template: str, language: Language, **told: Any) -> str:
        """Fill in a template."""
        return self._environments[language.code].get_template(template).render(**told)


def _environment(language: Language, assets: Assets) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("parvis.web", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(  # type: ignore[attr-defined]
        language.translations, newstyle=True
    )
    named = functools.partial(_named, language)
    environment.globals.update(
        asset=assets.url,
        languages=LANGUAGES,
        language=language.code,
        fmt=language.formats,
        say_n=language.say_n,
        segment_name=named(SEGMENTS),
        segment_meaning=named(SEGMENT_MEANINGS),
        trait_name=named(TRAIT_NAMES),
        trait_meaning=named(TRAIT_MEANINGS),
        trait_group=named(TRAIT_GROUPS),
        stance_name=named(STANCES),
        aspect_name=named(ASPECTS),
        status_name=named(STATUSES),
        verdict_name=named(VERDICTS),
        verdict_meaning=named(VERDICT_MEANINGS),
        attribute_name=named(ATTRIBUTES),
        reason_name=named(MEANINGS),
        rule_name=named(RULES),
        column_name=named(COLUMNS),
        level_name=lambda level: level_name(level, language),
        guard_name=named(GUARDS),
        guard_meaning=named(GUARD_MEANINGS),
        doubt_name=named(REASONS),
        problem_meaning=named(identity.MEANINGS),
        kind_name=lambda kind: kind_name(kind, language),
        build_reason=lambda why: build_reason(why, language),
        stop_detail=lambda detail: stop_detail(detail, language),
        event_name=lambda name, type_: event_name(name, type_, language),
        channel_name=lambda channel: channel_name(channel, language),
        customer_label=lambda row: customer_label(row, language),
        **text_names(language),
        soften=soften,
        Role=Role,
        svg=Markup,
    )
    environment.filters["query"] = _query
    environment.filters["path"] = lambda text: quote(text, safe="")
    return environment


def _named(language: Language, names: dict[str, str]) -> Any:
    return lambda code: word(names, code, language) if code in names else (code or "")


def _query(values: Mapping[str, Any]) -> str:
    return urlencode({k: v for k, v in values.items() if v not in (None, "")})


def customer_label(row: Any, language: Language) -> str:
    """Call a customer by name, else by the silo's identifier, else say that it's unknown."""
    told = row if isinstance(row, Mapping) else {n: getattr(row, n, None) for n in _NAMED_BY}
    if told["display_name"]:
        return str(told["display_name"])
    if told["user_id"]:
        return str(told["user_id"])
    return language.say("unknown %(id)s", id=str(told["customer_id"])[:6])


_NAMED_BY = ("display_name", "user_id", "customer_id")


def render(visit: Visit, template: str, status: int = 200, **told: Any) -> HTMLResponse:
    """Answer with a page in the language and light of who asks."""
    told.setdefault("situation", None)
    told.setdefault("here", visit.here)
    renderer: Renderer = visit.request.app.state.renderer
    text = renderer.text(
        template,
        visit.language,
        visit=visit,
        user=visit.user,
        theme=visit.theme,
        is_fragment=visit.is_fragment,
        **told,
    )
    # the same address answers htmx with a part of the page
    return HTMLResponse(text, status, {"Vary": "HX-Request, Cookie, Accept-Language"})
