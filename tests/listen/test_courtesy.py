"""Greetings and leaves are left out, and nothing else is."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from parvis.listen.api import UnderstandingOptions, understand
from parvis.listen.courtesy import without_courtesy

BODY = "Ma théière est arrivée cassée et personne ne répond."


@pytest.mark.parametrize(
    "text",
    [
        f"Bonjour,\n\n{BODY}\n\nBien cordialement,\nAna Martín",
        f"Bonjour Madame, Monsieur,\n\n{BODY}\n\nMerci d'avance",
        f"Madame,\n{BODY}\nJe vous prie d'agréer, Madame, mes salutations distinguées.\nA. M.",
        f"Dear Sir or Madam,\r\n\r\n{BODY}\r\n\r\nKind regards\r\nAna\r\n+33 6 12",
        f"Hi,\n{BODY}\nMany thanks",
        f"{BODY}\n\nThanks in advance!",
    ],
)
def test_courtesy_is_left_out(text: str) -> None:
    assert without_courtesy(text) == BODY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bonjour",
        "Bonjour, merci d'avance",
        "Bonjour,\nMerci !",
        f"{BODY}\nMerci pour rien, je ne commanderai plus jamais chez vous.",
        f"{BODY}\nThank you for a wonderful tea, it made my day.",
        f"Best tea ever\n{BODY}",
        f"{BODY}\nBest thing that ever happened to me!",
        f"{BODY}\nCheers to the team that made it",
        f"{BODY}\nSincèrement, je suis déçue.",
        f"{BODY}\nDans l'attente de mon colis depuis trois semaines !",
        f"{BODY}\nMany thanks for nothing",
        "Hi everyone, I have just received my order and wanted to tell you all how it went\nBad.",
        "\n" * 50,
    ],
)
def test_what_says_something_stays(text: str) -> None:
    kept = without_courtesy(text)
    assert kept == text


def test_a_subject_may_stand_above_the_greeting() -> None:
    assert (
        without_courtesy(f"Colis perdu\nBonjour,\n{BODY}\nCordialement") == f"Colis perdu\n{BODY}"
    )


def read(*texts: str) -> list[dict[str, Any]]:
    columns = {"text_id": list(texts), "text": list(texts), "lang": ["fr"] * len(texts)}
    return understand(pa.table(columns), UnderstandingOptions()).to_pylist()  # type: ignore[no-any-return]


def test_a_complaint_is_none_the_better_for_being_polite() -> None:
    polite = f"Madame, Monsieur,\n\n{BODY}\n\nMerci d'avance, bonne journée\nAna"
    plain, told = read(BODY, polite)
    assert told["p_negative"] == pytest.approx(plain["p_negative"], abs=0.02)
    # the signature is still looked at for what tells who somebody is
    (signed,) = read(f"{BODY}\n\nCordialement\nana@example.org")
    assert signed["personal_data"] == ["email"]
