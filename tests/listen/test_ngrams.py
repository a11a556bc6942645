import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from parvis.listen.ngrams import hashed_ngrams, plain_form


@given(st.lists(st.text(max_size=40), max_size=5), st.text(max_size=40))
def test_a_text_has_the_same_features_in_whatever_batch(others: list[str], text: str) -> None:
    alone = hashed_ngrams([text])
    among = hashed_ngrams([*others, text])[len(others)]
    assert abs(alone - among).sum() < 1e-4


def test_links_mentions_numbers_and_case_make_no_difference() -> None:
    assert plain_form("Vu à 12h, @Anne https://a.b/c !!") == plain_form("VU à 3h, @Bob http://d !!")


def test_each_family_of_features_has_the_same_weight() -> None:
    short, long = hashed_ngrams(["bon", "bon " + "et encore beaucoup d'autres mots " * 9])
    lengths = [np.sqrt(row.power(2).sum()) for row in (short, long)]
    assert abs(lengths[0] - lengths[1]) < 0.2
