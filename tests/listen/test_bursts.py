"""Many who say the same thing at once are heard, however few they are; a joke isn't."""

from __future__ import annotations

import numpy as np

from parvis.listen.alarm import AlarmRules
from parvis.listen.bursts import Burst, Spoken, bursts, words_in

DAY = 24 * 60
START = 29_000_160
USUAL = ("livraison rapide merci", "café un peu amer", "le colis est arrivé", "very good beans")


def _quiet(days: int = 30, a_day: int = 24) -> list[tuple[int, bool, str, str, str]]:
    """Make (minute, negative, talk, author, text): texts as on any day, a third of them unkind."""
    return [
        (START + d * DAY + n * DAY // a_day, n % 3 == 0, f"t{d}-{n}", f"a{n}", USUAL[(d + n) % 4])
        for d in range(days)
        for n in range(a_day)
    ]


def _found(told: list[tuple[int, bool, str, str, str]], **how: int) -> list[Burst]:
    told = sorted(told, key=lambda t: t[0])
    spoken = Spoken(
        np.array([t[0] for t in told]),
        np.array([t[1] for t in told]),
        [t[2] for t in told],
        [t[3] for t in told],
        [f"{t[4]} {t[3]}" for t in told],
        [words_in(t[4]) for t in told],
    )
    return bursts(spoken, AlarmRules(), **how)


def _loud(
    count: int, *, text: str = "panne générale", negative: bool = True, begins: int = 30 * DAY
) -> list[tuple[int, bool, str, str, str]]:
    return [
        (START + begins + 10 * n, negative, f"loud{n}", f"angry{n}", text) for n in range(count)
    ]


def test_a_word_that_nobody_says_is_heard_from_four_people_on() -> None:
    assert _found([*_quiet(), *_loud(3)]) == []
    (found,) = _found([*_quiet(), *_loud(4)])
    assert found.word in ("generale", "panne")
    assert (found.alarm.texts, found.alarm.negative) == (4, 4)
    # by the end of the five minutes in which the fourth spoke
    assert found.alarm.at == START + 30 * DAY + 35
    assert found.alarm.chance < 1e-5


def test_words_that_are_said_every_day_are_no_burst() -> None:
    assert _found(_quiet(60)) == []
    # nor are they on a loud evening, on which all is said more
    evening = [
        (START + 30 * DAY + n, n % 3 == 0, f"e{n}", f"b{n}", USUAL[n % 4]) for n in range(55)
    ]
    assert _found([*_quiet(), *evening]) == []


def test_kind_words_one_author_and_one_conversation_are_none() -> None:
    assert _found([*_quiet(), *_loud(8, text="quelle merveille", negative=False)]) == []
    loud = _loud(8)
    assert _found([*_quiet(), *[(m, n, t, "one", x) for m, n, t, _, x in loud]]) == []
    assert _found([*_quiet(), *[(m, n, "talk", a, x) for m, n, _, a, x in loud]]) == []


def test_a_crisis_is_one_burst_until_it_is_over() -> None:
    hours = [row for h in range(10) for row in _loud(6, begins=30 * DAY + h * 120)]
    hours = [(m, n, f"{t}-{m}", f"{a}-{m}", x) for m, n, t, a, x in hours]
    (found,) = _found([*_quiet(), *hours])
    assert found.alarm.until - found.alarm.at > 15 * 60
    assert _found([*_quiet(), *hours], since=found.alarm.until) == []


def test_the_first_week_is_only_listened_to() -> None:
    assert _found([*_quiet(), *_loud(6, begins=3 * DAY)]) == []


def test_words_are_told_without_accents_links_and_signs() -> None:
    assert words_in("Ça ne MARCHE plus !! https://x.example/erreur #horsService été 2024") == {
        "marche",
        "plus",
        "horsservice",
    }
    assert _found([]) == []
