from hypothesis import given
from hypothesis import strategies as st

from parvis.listen.bounded import LONGEST, bounded


def test_a_megabyte_of_one_word_is_cut_and_said_so() -> None:
    text, cut = bounded("a" * 1_000_000)
    assert (len(text), cut) == (LONGEST, True)


def test_what_only_hides_is_taken_out() -> None:
    assert bounded("ra\u200bba\u202eis\u0000 !\ud800")[0] == "rabais  !\ufffd"


def test_composed_emoji_stay_whole() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert bounded(family) == (family, False)


@given(st.text(max_size=200))
def test_what_is_fit_to_be_read_stays_as_it_is(text: str) -> None:
    once, _ = bounded(text)
    assert bounded(once) == (once, False)
    once.encode("utf-8")
