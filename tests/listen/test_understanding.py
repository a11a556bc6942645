import time

import pyarrow as pa
import pytest

from parvis.listen.api import UNDERSTOOD, Entry, UnderstandingOptions, understand

_OPTIONS = UnderstandingOptions(
    names=(Entry("brand", "Maison Parvis", ("@parvis",)), Entry("competitor", "Beaulieu"))
)
_TEXTS = [
    ("1", "Toujours pas reçu ma commande, c'est inadmissible, je veux un remboursement !", "fr"),
    ("2", "Où puis-je acheter cette veste ?", None),
    ("3", "I love Maison Parvis, but Beaulieu is awful and slow", "en"),
    ("4", "Merci à toute l'équipe, service génial, appelez-moi au 06 39 98 12 34", "fr"),
    ("5", "je vais résilier mon abonnement, plus jamais chez vous", None),
    ("6", None, None),
    ("7", "\u202e\u200b" * 200_000 + "<script>alert(1)</script>", "fr"),
]


def _table(rows: list[tuple[str, str | None, str | None]]) -> pa.Table:
    columns = dict(zip(("text_id", "text", "lang"), zip(*rows, strict=True), strict=True))
    return pa.table({name: pa.array(list(v), pa.string()) for name, v in columns.items()})


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    found = understand(_table(_TEXTS), _OPTIONS)
    assert found.schema == UNDERSTOOD
    return found.to_pylist()


def _kinds(row: dict) -> set[str]:
    return {one["kind"] for one in row["intents"]}


def test_intents_are_told_and_several_may_be_meant(rows: list[dict]) -> None:
    assert "complaint" in _kinds(rows[0])
    assert {"question", "purchase"} <= _kinds(rows[1])
    assert "praise" in _kinds(rows[3])
    assert "leaving" in _kinds(rows[4])


def test_each_name_has_the_mood_of_its_own_clause(rows: list[dict]) -> None:
    told = {one["name"]: one["sentiment"] for one in rows[2]["entities"]}
    assert told == {"Maison Parvis": "positive", "Beaulieu": "negative"}


def test_personal_data_is_masked(rows: list[dict]) -> None:
    assert rows[3]["personal_data"] == ["phone"]
    assert rows[3]["masked"].endswith("appelez-moi au [phone]")


def test_nothing_said_is_neutral_and_shows_nothing(rows: list[dict]) -> None:
    assert (rows[5]["sentiment"], rows[5]["emotion"], rows[5]["intents"]) == ("neutral", "none", [])


def test_a_text_that_hides_is_cut(rows: list[dict]) -> None:
    assert rows[6]["cut"] is True


def test_the_same_text_gives_the_same_in_whatever_chunk(rows: list[dict]) -> None:
    assert understand(_table(_TEXTS[2:4]), _OPTIONS).to_pylist() == rows[2:4]


def test_a_megabyte_of_one_word_takes_no_longer_than_other_texts() -> None:
    start = time.perf_counter()
    found = understand(_table([("1", "mot" * 350_000, None), ("2", "a " * 500_000, None)]))
    assert found["cut"].to_pylist() == [True, True]
    assert time.perf_counter() - start < 5


def test_no_texts_give_an_empty_table() -> None:
    assert understand(_table(_TEXTS)[:0], _OPTIONS).schema == UNDERSTOOD
