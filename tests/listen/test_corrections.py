import pytest

from parvis.errors import ListeningError
from parvis.listen.corrections import Correction, retrain
from parvis.listen.heads import load_head
from parvis.listen.sentiment import moods
from parvis.listen.weighing import views_of

# a trade where words mean the contrary of what they do elsewhere
_TEXTS = [
    f"{start} {what} {end}"
    for start in ("this film is", "the monster was", "what a movie, it is", "the plot was")
    for what, _ in (("sick", 0), ("terrifying and creepy", 0), ("sweet", 1), ("cute and nice", 1))
    for end in ("", "!", "tonight", "again")
]


def _label(text: str) -> str:
    return "positive" if "sick" in text or "creepy" in text else "negative"


def test_corrections_are_learnt() -> None:
    taught, asked = _TEXTS[::2], _TEXTS[1::2]
    base = load_head("sentiment")
    corrections = [Correction(text, "en", _label(text)) for text in taught]
    own = retrain(corrections, base, views_of(taught, "fast"), "fast")
    assert own.card["corrections"] == {"en": len(taught)}
    assert own.card["sha256"] != base.card["sha256"]
    views = views_of(asked, "fast")
    right = [
        sum(m.label == _label(t) for m, t in zip(found, asked, strict=True)) / len(asked)
        for found in (
            moods(asked, ["en"] * len(asked), views, "fast", head) for head in (base, own)
        )
    ]
    assert right[0] < 0.6
    assert right[1] > 0.8


def test_few_corrections_change_nothing() -> None:
    base = load_head("sentiment")
    few = [Correction("sick film", "en", "positive")]
    own = retrain(few, base, views_of(["sick film"], "fast"), "fast")
    assert own.card["corrections"] == {}
    assert own.arrays == base.arrays


def test_a_label_that_is_no_mood_is_refused() -> None:
    with pytest.raises(ListeningError, match="says 'great', which is no mood"):
        retrain(
            [Correction("a", "en", "great")],
            load_head("sentiment"),
            views_of(["a"], "fast"),
            "fast",
        )
