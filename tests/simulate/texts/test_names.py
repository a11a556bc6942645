"""Names in French sentences: elision and contraction."""

from __future__ import annotations

import pytest

from parvis.simulate.texts import Lexicon
from parvis.simulate.texts.names import after_a, after_de, after_que, hashtag, name_fillings


@pytest.mark.parametrize(
    ("name", "of", "to", "that"),
    [
        ("Aube", "d'Aube", "à Aube", "qu'Aube"),
        ("Éclat", "d'Éclat", "à Éclat", "qu'Éclat"),
        ("Brise", "de Brise", "à Brise", "que Brise"),
        ("les capsules", "des capsules", "aux capsules", "que les capsules"),
        ("le goût", "du goût", "au goût", "que le goût"),
        ("la taille", "de la taille", "à la taille", "que la taille"),
        ("l'arôme", "de l'arôme", "à l'arôme", "que l'arôme"),
        ("un ami", "d'un ami", "à un ami", "qu'un ami"),
    ],
)
def test_small_words_join_the_name(name: str, of: str, to: str, that: str) -> None:
    assert (after_de(name), after_a(name), after_que(name)) == (of, to, that)


@pytest.mark.parametrize(
    ("name", "tag"), [("Aube", "#Aube"), ("petit matin", "#PetitMatin"), ("T-shirt L", "#TShirtL")]
)
def test_a_name_becomes_a_hashtag(name: str, tag: str) -> None:
    assert hashtag(name) == tag


def test_places_follow_the_lexicon() -> None:
    shop = Lexicon(
        "Ondine",
        "@ondine",
        (("Aube", "tea"), ("Brise", "cups")),
        ("Ostara",),
        {"tea": ("le thé", "the tea"), "cups": ("les tasses", "the cups")},
    )
    french, english = (name_fillings(shop, language) for language in ("fr", "en"))
    assert french["de_category"] == ["du thé", "des tasses"]
    assert english["category"] == ["the tea", "the cups"]
    assert french["de_brand"] == ["d'Ondine"]
    assert french["seller"] == ["Ondine", "Ostara"]
    assert french["competitor"][1:] == ["Ostara"]
