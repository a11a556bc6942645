"""Registers and errors of spelling."""

from __future__ import annotations

import pytest

from parvis.simulate.texts.spelling import misspell, relax


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("je n'ai pas reçu {product}", "j'ai pas reçu {product}"),
        ("ce n'est pas bon", "c'est pas bon"),
        ("{product} ne marche plus", "{product} marche plus"),
        ("il n'y a rien", "y a rien"),
        # ne ... que restricts, it doesn't deny
        ("ce ne sont pas que des mots", "ce ne sont pas que des mots"),
        ("l'appli ne plante plus que le lundi", "l'appli ne plante plus que le lundi"),
        ("il ne manquait que la moitié", "il ne manquait que la moitié"),
    ],
)
def test_speech_drops_the_ne(written: str, said: str) -> None:
    assert relax("fr", written) == said


@pytest.mark.parametrize(
    ("language", "phrase"),
    [
        ("fr", "{product} est arrivé très abîmé, je n'ai jamais vu ça"),
        ("en", "I definitely received {product} broken, it doesn't work"),
    ],
)
def test_errors_spare_the_places_and_are_counted(language: str, phrase: str) -> None:
    ways = list(misspell(language, phrase, 40))
    assert len({text for text, _ in ways}) > 5
    assert all("{product}" in text for text, _ in ways)
    assert all((text != phrase) == (wrong > 0) for text, wrong in ways)
    assert ways == list(misspell(language, phrase, 40))


def test_errors_are_those_that_people_make() -> None:
    found = {text for text, _ in misspell("en", "I definitely don't recommend your delivery", 60)}
    assert any("definately" in text for text in found)
    assert any("dont" in text for text in found)
