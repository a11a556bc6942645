import pytest

from parvis.listen.language import Spoken, languages_of

_FRENCH = ["je suis très content", "le service est nul", "où est ma commande", "merci pour tout"]
_ENGLISH = ["i am very happy", "the service is awful", "where is my order", "thanks for everything"]


@pytest.mark.parametrize(("texts", "language"), [(_FRENCH, "fr"), (_ENGLISH, "en")])
def test_four_words_are_enough(texts: list[str], language: str) -> None:
    assert [one.language for one in languages_of(texts)] == [language] * len(texts)


def test_links_and_mentions_are_in_no_language() -> None:
    assert languages_of(["@the_shop https://this.is/the/english #new 123"]) == [Spoken("und", 0.0)]


def test_what_the_source_says_is_evidence_and_not_the_answer() -> None:
    unclear, clear = languages_of(["Paris", "je ne sais pas quoi dire"], ["de", "de"])
    assert unclear.language == "de"
    assert clear.language == "fr"
