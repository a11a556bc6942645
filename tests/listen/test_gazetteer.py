import pytest

from parvis.errors import ListeningError
from parvis.listen.gazetteer import Entry, Gazetteer, clauses_of

_NAMES = Gazetteer(
    [
        Entry("brand", "Orange", ("@orange_fr",), ("forfait", "fibre"), ("jus",)),
        Entry("product", "Café Crème", ("CC",)),
    ]
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("mon forfait orange", ["Orange"]),
        ("une orange bien mûre", []),
        ("@Orange_fr bonjour", ["Orange"]),
        ("forfait petit déjeuner avec jus d'orange", []),
        ("le CAFE  CREME et le cc", ["Café Crème", "Café Crème"]),
        ("la succession", []),
    ],
)
def test_a_name_is_found_where_it_is_meant(text: str, names: list[str]) -> None:
    assert [one.name for one in _NAMES.find(text)] == names


def test_one_alias_for_two_things_needs_context() -> None:
    with pytest.raises(ListeningError, match="stands for both 'Jaguar' and 'Big Cat'"):
        Gazetteer([Entry("brand", "Jaguar"), Entry("product", "Big Cat", ("jaguar",))])


def test_what_is_said_of_a_thing_is_its_clause() -> None:
    text = "Le café crème est bon, mais la livraison était nulle. Voilà."
    assert clauses_of(text, 3, 13) == "Le café crème est bon"
    assert clauses_of(text, 31, 40) == "la livraison était nulle"
