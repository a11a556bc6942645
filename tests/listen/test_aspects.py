"""What a text says of delivery, price and the like, each with its own mood."""

from __future__ import annotations

import pyarrow as pa
import pytest

from parvis.listen.api import Entry, UnderstandingOptions, model_name, understand
from parvis.listen.aspects import ASPECTS, aspects_beside
from parvis.listen.gazetteer import Gazetteer


def aspects(text: str, language: str, **how: object) -> dict[str, str]:
    table = pa.table({"text_id": ["1"], "text": [text], "lang": [language]})
    (row,) = understand(table, UnderstandingOptions(**how)).to_pylist()  # type: ignore[arg-type]
    return {e["name"]: e["sentiment"] for e in row["entities"] if e["kind"] == "aspect"}


def test_each_aspect_has_the_mood_of_its_own_clause() -> None:
    french = "La livraison était rapide et parfaite, mais le prix est vraiment scandaleux."
    assert aspects(french, "fr") == {"delivery": "positive", "price": "negative"}
    english = "The packaging is gorgeous, I love it, but customer service was rude and useless."
    assert aspects(english, "en") == {"packaging": "positive", "service": "negative"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("mon COLIS n'est jamais arrivé", {"delivery"}),
        ("Trop chère pour la qualite", {"price", "quality"}),
        ("I want my money back", {"returns"}),
        ("the parcels were damaged", {"delivery"}),
        ("J’ai appelé le SAV trois fois", {"service"}),
        ("Merci beaucoup", set()),
        ("C'est priceless et bien trop cherché", set()),
    ],
)
def test_aspects_are_found_by_whole_words(text: str, names: set[str]) -> None:
    found = Gazetteer(aspects_beside(())).find(text)
    assert {m.name for m in found} == names


def test_a_word_stands_for_one_aspect() -> None:
    words = [a for aspect in ASPECTS for a in {aspect.name, *aspect.aliases}]
    assert len(words) == len(set(words))


def test_a_teams_own_names_come_first_and_aspects_can_be_left_out() -> None:
    own = (Entry("brand", "Colis", ("Price",)), Entry("aspect", "taste", ("goût",)))
    Gazetteer((*own, *aspects_beside(own)))
    left = {e.name: e.aliases for e in aspects_beside(own)}
    assert "colis" not in left["delivery"]
    assert "price" not in left
    assert aspects("Le goût est délicieux", "fr", names=own) == {"taste": "positive"}
    assert aspects("La livraison était rapide", "fr", aspects=False) == {}
    options = UnderstandingOptions()
    assert model_name(options) != model_name(UnderstandingOptions(aspects=False))
