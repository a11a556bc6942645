"""Reviews of schema.org; the people and texts are invented."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parvis.connect.reviews.api import import_reviews
from parvis.connect.silo import Silo
from parvis.lake.workspace import Workspace
from tests.making import moment, one, rows

Row = dict[str, Any]


def review(number: int = 1, **more: Any) -> Row:
    return {
        "@context": "https://schema.org",
        "@type": "Review",
        "@id": f"https://avis.example/r/{number}",
        "itemReviewed": {"@type": "Product", "name": "Thé vert", "sku": "T-1"},
        "reviewRating": {"@type": "Rating", "ratingValue": "4,5", "bestRating": 5},
        "author": {"@type": "Person", "name": "Ann E.", "email": "Ann@Post.example"},
        "name": "Très bon",
        "reviewBody": "Fin et vert.\nJ'en reprendrai & vite.",
        "datePublished": "2026-03-02T12:00:00+01:00",
        "inLanguage": "fr",
        "publisher": {"@type": "Organization", "name": "Avis"},
        **more,
    }


@pytest.fixture
def bring(workspace: Workspace, tmp_path: Path) -> Callable[..., Any]:
    """Write reviews into a file and import it."""

    def run(*documents: Any, file: str = "reviews.ndjson", **silo: Any) -> Any:
        lines = [d if isinstance(d, str) else json.dumps(d, ensure_ascii=False) for d in documents]
        (tmp_path / file).write_text("\n".join([*lines, ""]), "utf-8")
        return import_reviews(workspace, Silo("avis", (tmp_path / file,), tmp_path, **silo))

    return run


def told(row: Row) -> Row:
    return dict(json.loads(row["properties"]))


def test_a_review_keeps_what_was_said(workspace, bring):
    bring(review())
    row = one(workspace.events)
    assert (row["name"], row["channel"]) == ("Review Posted", "reviews")
    assert row["text"] == "Fin et vert.\nJ'en reprendrai & vite."
    assert row["message_id"] == "review:https://avis.example/r/1"
    assert row["occurred_at"] == moment("2026-03-02T11:00")
    assert row["identifiers"] == [
        {"kind": "email", "value": "ann@post.example"},
        {"kind": "reviewer", "value": "Avis:Ann E."},
    ]
    assert dict(row["traits"]) == {"name": "Ann E."}
    assert told(row) == {
        "object": "https://avis.example/r/1",
        "title": "Très bon",
        "language": "fr",
        "publisher": "Avis",
        "author": "Ann E.",
        "product": "Thé vert",
        "sku": "T-1",
        "thread": "T-1",
        "rating": 4.5,
        "best_rating": 5.0,
        "worst_rating": 1.0,
    }


def test_a_review_may_say_little(workspace, bring):
    short = {"@type": "Review", "author": "Bob", "reviewRating": 2, "datePublished": "2026-03-02"}
    bring(short, zone="Europe/Paris")
    row = one(workspace.events)
    assert row["occurred_at"] == moment("2026-03-01T23:00")
    assert row["text"] is None
    assert row["identifiers"] == [{"kind": "reviewer", "value": "avis:Bob"}]
    assert (told(row)["rating"], told(row)["precision"]) == (2.0, "day")
    # it has no id of its own, and is the same review all the same
    assert bring(short, review(), file="again.ndjson", zone="Europe/Paris").added == 1


def test_reviews_within_a_product_are_found(workspace, bring):
    product = {
        "@type": "Product",
        "name": "Thé noir",
        "sku": "T-2",
        "review": [review(1), review(2)],
    }
    for each in product["review"]:  # type: ignore[attr-defined]
        del each["itemReviewed"]
    assert bring({"@graph": [product]}, file="page.json").added == 2
    assert {told(r)["product"] for r in rows(workspace.events)} == {"Thé noir"}


def test_what_the_brand_wrote_is_marked(workspace, bring):
    bring(review(), own=("ann@post.example",))
    assert told(one(workspace.events))["is_own"] is True


def test_a_file_that_grew_adds_what_is_new(workspace, bring):
    assert bring(review()).added == 1
    assert bring(review()).rows_read == 0
    grown = bring(review(), review(2), "{")
    assert (grown.added, grown.known, grown.quarantined) == (1, 1, 1)


WRONG = [
    ("{", "not_json", None),
    ("[1]", "not_json", None),
    ('{"@type": "Review", "name": NaN}', "not_json", None),
    ('{"@type": "Review", "author": {"name": "a", "name": "b"}}', "repeated_key", None),
    (review() | {"@id": 5}, "not_an_id", "@id"),
    (review(datePublished=None), "missing", "datePublished"),
    (review(datePublished="hier"), "not_a_date", "datePublished"),
    (review(datePublished="1970-01-01"), "before_1990", "datePublished"),
    (review(datePublished="2199-01-01"), "in_the_future", "datePublished"),
    (review(reviewRating={"ratingValue": "bien"}), "not_a_number", "reviewRating.ratingValue"),
    (review(reviewBody="", reviewRating=None), "missing", "reviewBody"),
    ('{"a":' * 500 + "1" + "}" * 500, "too_deep", None),
]


def test_what_cannot_be_read_is_kept_with_its_reason(workspace, bring):
    report = bring(*(w[0] for w in WRONG), review())
    assert (report.rows_read, report.added, report.quarantined) == (len(WRONG) + 1, 1, len(WRONG))
    found = {r["row_number"]: (r["reason"], r["field"]) for r in rows(workspace.quarantine)}
    assert found == {n: (reason, field) for n, (_, reason, field) in enumerate(WRONG, 1)}
