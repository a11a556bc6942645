"""A small brand whose customers are in doubt: a pair alike, a limit, a family's address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from parvis.trust.api import Access, Role
from parvis.work.steps import build
from tests.making import event, made_workspace, order, put, staged
from tests.web.conftest import PASSWORD

#: What somebody writes who means harm.
HOSTILE = "<script>alert(1)</script>"


def _events() -> Iterator[dict[str, Any]]:
    for user, first, last, mail in (
        ("C1", "Ana", "Martín", "ana@mail.example"),
        ("C2", "Ana", "Martin", "ana.martin@post.example"),
        ("C3", "Léo", HOSTILE, "leo@mail.example"),
        ("C4", "Léo", "Petit", "l.petit@post.example"),
    ):
        yield event(
            at="2026-01-05", user=user, source="crm", also=[("email", mail)],
            traits={"first_name": first, "last_name": last, "name": f"{first} {last}",
                    "birthday": "1980-02-03", "city": "Lyon", "street": "3 rue du Four"},
        )  # fmt: skip
    for number, user in enumerate(("C1", "C1", "C2", "C3", "C4")):
        yield order(f"o{number}", f"2026-02-0{number + 1}", user=user, amount=str(10 * number + 10))
    for number in range(60):
        yield event("Page Viewed", f"2026-03-01T10:{number:02}", user="C1", cookie=f"k{number:02}")
    # the family's address: two accounts use it
    for at in ("2026-03-02", "2026-03-03"):
        yield event("Seen", at, user="C1", also=[("email", "family@mail.example")])
        yield event("Seen", at, user="C3", also=[("email", "family@mail.example")])
    yield event("Seen", "2026-03-04", cookie="nobody", also=[("email", "not a mail")])
    yield event("Seen", "2026-03-04", cookie="later")


def _match(left: str, right: str, probability: float, band: str) -> dict[str, Any]:
    said = [
        {"column": "first_name", "left": "Ana", "right": "Ana", "level": "the same", "weight": 5.0},
        {"column": "last_name", "left": "Martín", "right": "Martin", "level": "one letter differs",
         "weight": 4.5},
        {"column": "lookalikes", "left": None, "right": None,
         "level": "people of one household, or neighbours, are as alike", "weight": -1.5},
    ]  # fmt: skip
    return {
        "left_kind": "user_id", "left_value": left, "right_kind": "user_id", "right_value": right,
        "probability": probability, "weight": 8.0, "band": band, "evidence": json.dumps(said),
        "model": "test", "matched_at": datetime(2026, 6, 1, tzinfo=UTC),
    }  # fmt: skip


def made_doubts(folder: Path) -> Path:
    """Make the brand's workspace, built twice, with a user of each role."""
    shop = made_workspace(folder, zone="Europe/Paris", as_of="2026-07-01")
    put(shop, _events(), source="shop", kind="events", file="events.ndjson")
    found = [_match("C1", "C2", 0.62, "review"), _match("C3", "C4", 0.999, "merge")]
    shop.engine.append("identity_matches", staged(shop.engine, found, "identity_matches"))
    build(shop)
    # somebody's browser turns out to be C4's
    put(shop, [event("Seen", "2026-04-01", user="C4", cookie="later")], source="shop")
    build(shop)
    shop.close()
    with Access(shop.files.app) as access:
        for role in Role:
            access.users.add(role.value, PASSWORD, name=role.value.title(), role=role)
    return folder
