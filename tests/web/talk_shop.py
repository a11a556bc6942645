"""A small brand of which people talk: threads, a review, a mail, scripts in a comment."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import ibis
import numpy as np
from PIL import Image, ImageOps

from parvis.listen.api import PictureReading, read_picture
from parvis.trust.api import Access, Role
from parvis.work import picturing
from parvis.work.copying import find_copies
from parvis.work.picturing import read_pictures
from parvis.work.steps import build
from tests.making import event, made_workspace, order, put, staged
from tests.web.conftest import PASSWORD

#: What somebody writes who means harm.
HOSTILE = "<script>document.title = 'taken'</script><img src=x onerror=\"alert(1)\"> déçu"
#: A text with personal data in it.
PRIVATE = "Call me on 06 12 34 56 78 or at ana@example.org, the parcel never came"


#: What several people copy.
CAMPAIGN = "Boycottez tous cette enseigne, ils exploitent leurs livreurs, faites tourner"
MEDIA = "https://media.example/"
#: What stands in the pictures, by their name.
LEGIBLE = {"0.png": "BOYCOTT", "1.png": None, "2.png": "BOYCOTT 06 12 34 56 78"}


def poster(name: str) -> bytes:
    """Draw a picture: of the same scene, one mirrored, one smaller."""
    rough = np.random.default_rng(1).integers(0, 256, (7, 9, 3), np.uint8)
    image = Image.fromarray(rough).resize((240, 160), Image.Resampling.BICUBIC)
    kept = io.BytesIO()
    forms = {"1.png": ImageOps.mirror(image), "2.png": image.resize((120, 80))}
    forms.get(name, image).save(kept, "PNG")
    return kept.getvalue()


def _read_picture(data: bytes) -> PictureReading:
    """Read a picture as if its words had been found: to find them takes seconds."""
    name, _, content = data.partition(b"\n")
    found = read_picture(content, text=False)
    return replace(found, text=LEGIBLE[name.decode()], text_confidence=0.9)


def _fetch(url: str) -> bytes:
    name = url.removeprefix(MEDIA)
    return name.encode() + b"\n" + poster(name)


def said(name: str, at: str, text: str, *, user: str | None = None, **told: Any) -> dict[str, Any]:
    source = told.pop("source", "blog")
    return event(
        name, at, user=user, cookie=None if user else told.pop("cookie", "k1"), source=source,
        text=text, channel=source, properties=told,
    )  # fmt: skip


def _texts() -> Iterator[dict[str, Any]]:
    thread = {"thread": "p1", "language": "fr"}
    yield said("Post Published", "2026-06-01T08:00", "Livraison en retard, très déçue",
               user="ana", object="p1", url="https://blog.example/p1", **thread)  # fmt: skip
    yield said("Comment Added", "2026-06-01T09:00", "Nous sommes désolés", cookie="brand",
               object="p2", in_reply_to="p1", is_own=True, **thread)  # fmt: skip
    yield said("Comment Added", "2026-06-01T10:00", "Merci de votre réponse", user="ana",
               object="p3", in_reply_to="p2", **thread)  # fmt: skip
    yield said("Comment Added", "2026-06-01T11:00", HOSTILE, cookie="k9", object="p4",
               in_reply_to="p1", url="javascript:alert(1)", author="<b>Zoé</b>",
               **thread)  # fmt: skip
    yield said("Email Received", "2026-06-02T08:00", PRIVATE, user="bob", object="m1",
               source="support", subject="Parcel lost", language="en")  # fmt: skip
    yield said("Review Posted", "2026-06-03T08:00", "Lovely tea", user="bob", object="r1",
               source="reviews", rating=5, best_rating=5, worst_rating=1,
               language="en")  # fmt: skip
    for number, author in enumerate(("k1", "k2", "k3")):
        picture = {"url": f"{MEDIA}{number}.png", "alt": f"poster {number}"}
        yield said("Post Published", f"2026-05-29T0{number}:00", CAMPAIGN + "!" * number,
                   cookie=author, object=f"g{number}", language="fr",
                   pictures=[picture])  # fmt: skip
    for number in range(70):
        yield said("Comment Added", f"2026-05-{number % 28 + 1:02}T12:{number % 60:02}",
                   f"thé numéro {number}", cookie=f"c{number}", object=f"c{number}",
                   language="fr")  # fmt: skip


def _reading(key: str, text: str) -> dict[str, Any]:
    """Read a text as a model would that knows these words alone."""
    moods = {"déçu": (0.9, 0.06, 0.04), "Merci": (0.4, 0.3, 0.3), "Lovely": (0.02, 0.08, 0.9)}
    given = next((p for word, p in moods.items() if word in text), (0.2, 0.7, 0.1))
    names = [] if "tea" not in text else [
        {"kind": "product", "name": "Tea", "sentiment": "positive", "probability": 0.8}
    ]  # fmt: skip
    intents = [{"kind": "complaint", "probability": 0.8}] if "déçue" in text else []
    return {
        "text_key": key, "model": "test", "read_at": datetime(2026, 6, 4, tzinfo=UTC),
        "language": "en" if "tea" in text or "parcel" in text else "fr",
        "language_confidence": 0.99, "p_negative": given[0], "p_neutral": given[1],
        "p_positive": given[2], "confidence": max(given), "tier": "fast",
        "sentiment": ("negative", "neutral", "positive")[given.index(max(given))],
        "emotion": "anger" if "déçu" in text else None, "emotion_confidence": 0.7,
        "intents": intents, "entities": names, "personal_data": [], "is_cut": False,
    }  # fmt: skip


def made_talk(folder: Path) -> Path:
    """Make the brand's workspace, built, its texts read but the mail, with a user of each role."""
    shop = made_workspace(folder, zone="Europe/Paris", as_of="2026-07-01")
    put(shop, [
        order("1", "2026-05-20T10:00", user="ana", amount=40, currency="EUR"),
        event(at="2026-01-05", user="ana", source="crm", traits={"name": "Ana Martín"}),
        *_texts(),
    ])  # fmt: skip
    build(shop)
    texts = shop.engine.rows(shop.engine.table("mentions").filter(ibis._.kind != "mail"))
    read = [_reading(t["text_key"], t["text"]) for t in texts if not t["is_own"]]
    shop.engine.append("readings", staged(shop.engine, read, "readings"))
    with mock.patch.object(picturing.listen, "read_picture", _read_picture):
        read_pictures(shop, fetch=_fetch)
    find_copies(shop)
    build(shop)
    shop.close()
    with Access(shop.files.app) as access:
        for role in Role:
            access.users.add(role.value, PASSWORD, name=role.value.title(), role=role)
    return folder
