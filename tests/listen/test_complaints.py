import pytest

from parvis.listen.complaints import complaining
from parvis.listen.heads import load_head
from parvis.listen.sentiment import moods
from parvis.listen.signs import SIGNS, signs_of
from parvis.listen.weighing import views_of


def _sign(text: str, name: str) -> float:
    return float(signs_of([text])[0, SIGNS.index(name)])


@pytest.mark.parametrize(
    ("text", "name", "there"),
    [
        ("@parvis_help my order", "first is a service", True),
        ("@ann ask @parvis_help", "first is a service", False),
        ("@ann ask @parvis_help", "service", True),
        (".@parvis look", "to somebody and all", True),
        ("look @parvis", "to somebody", False),
        ("it won’t start", "no", True),
        ("Is it? yes", "ends in a question", False),
        ("nobody @helped 😡", "frowns", True),
    ],
)
def test_signs_are_read(text: str, name: str, there: bool) -> None:
    assert (_sign(text, name) > 0) is there


def test_each_sign_has_a_column_and_nothing_has_none() -> None:
    assert signs_of(["", "a", "@ @ ???"]).shape == (3, len(SIGNS))
    assert signs_of([]).shape == (0, len(SIGNS))
    assert not signs_of([""]).any()


def test_who_complains_is_told_from_who_thanks() -> None:
    texts = [
        "@parvis_help my parcel is two weeks late and nobody answers my mails",
        "@parvis_help thank you so much, it arrived today and it is perfect",
        "mon colis a deux semaines de retard et personne ne répond",
    ]
    languages = ["en", "en", "fr"]
    views = views_of(texts, "fast")
    found = complaining(texts, languages, moods(texts, languages, views, "fast"), views, "fast")
    assert found[0] > 0.7
    assert found[1] < 0.3
    # without the other languages beside it, each text is judged the same
    alone = complaining(
        texts[:1],
        languages[:1],
        moods(texts[:1], ["en"], one := views_of(texts[:1], "fast"), "fast"),
        one,
        "fast",
    )
    assert alone[0] == pytest.approx(found[0], abs=1e-4)


def test_complaints_reach_what_their_card_promises() -> None:
    figures = load_head("complaint").card["figures"]["en"]
    assert figures["best"]["splits"]["macro_f1"] >= 0.87
    assert figures["best"]["unseen"]["macro_f1"] >= 0.87
    assert figures["fast"]["unseen"]["macro_f1"] >= 0.84
    assert all(one["unseen"]["calibration_error"] <= 0.05 for one in figures.values())
