import random
import time

from parvis.listen.duplicates import copies, signatures

_ONE = "Grande braderie ce samedi au magasin, venez nombreux et partagez autour de vous"


def test_copies_are_told_from_texts_of_their_own() -> None:
    texts = [
        "Le service était lent hier soir et personne n'a su nous répondre au comptoir",
        _ONE,
        f"RT @amie: {_ONE.upper()} https://exemple.fr/1",
        "ok",
        f"{_ONE} !!!",
        "ok",
    ]
    assert copies(signatures(texts)).tolist() == [0, 1, 1, 3, 1, 5]


def test_no_texts_are_no_copies() -> None:
    assert copies(signatures([])).tolist() == []


def test_a_megabyte_is_compared_in_no_time() -> None:
    began = time.perf_counter()
    noise = "".join(random.Random(1).choices("abcdefghij klm", k=1_000_000))
    assert copies(signatures([noise, "x" * 1_000_000, noise[:-1] + "z"])).tolist() == [0, 1, 0]
    assert time.perf_counter() - began < 2
