"""What somebody wrote in a mail, without what they answer and how they sign."""

from __future__ import annotations

import time

import pytest

from parvis.connect.maildir.quotes import cut_history, own_words

CASES = {
    "plain": ("Bonjour,\n\nOù est mon thé ?", "Bonjour,\n\nOù est mon thé ?"),
    "gmail, French": (
        "Merci !\n\nLe lun. 2 mars 2026 à 10:11, Thé <a@tea.example> a écrit :\n\n> Bonjour\n> Ann",
        "Merci !",
    ),
    "gmail, French, over two lines": (
        "Merci !\n\nLe lun. 2 mars 2026 à 10:11, Les thés <service@tea.example> a\nécrit :\n> B",
        "Merci !",
    ),
    "gmail, English": (
        "Thanks.\n\nOn Mon, Mar 2, 2026 at 10:11 AM Tea <a@tea.example> wrote:\n> Hello",
        "Thanks.",
    ),
    "outlook, French": (
        "Merci.\n\nDe : Thé <a@tea.example>\nEnvoyé : lundi\nÀ : Ann\nObjet : Thé\n\nParti.",
        "Merci.",
    ),
    "outlook, English, with a banner": (
        "Thanks.\n\n-----Original Message-----\nFrom: Tea\nSent: Monday\nTo: Ann\nYour order",
        "Thanks.",
    ),
    "old banner": ("Oui.\n-----Message d'origine-----\nTexte d'avant", "Oui."),
    "answers between the lines": (
        "On Monday, Tea wrote:\n> Green?\nYes.\n> Black?\nNo.",
        "Yes.\nNo.",
    ),
    "below what is answered": ("> Vert ou noir ?\n\nVert.", "Vert."),
    "signature": ("Oui.\n-- \nAnn\nLyon", "Oui."),
    "a phone's own line": ("Oui.\n\nEnvoyé de mon iPhone", "Oui."),
    "a line that begins with From": ("From: the shop\nI went.", "From: the shop\nI went."),
    "a colon at the end": ("Le thé que je veux :\nvert", "Le thé que je veux :\nvert"),
    "only what is answered": ("> Bonjour", ""),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), CASES.values(), ids=CASES)
def test_only_what_the_writer_says_is_kept(text, words):
    assert own_words(text) == words
    assert own_words(text.replace("\n", "\r\n")) == words


def test_an_html_mail_ends_where_its_program_put_the_history():
    markup = '<p>Oui</p><div class="gmail_quote">Le lundi, …</div>'
    assert cut_history(markup) == "<p>Oui</p>"
    assert cut_history("<p>Oui</p>") == "<p>Oui</p>"


@pytest.mark.parametrize(
    "text",
    [
        "--\n" * 300_000,
        "Le " + "x " * 190 + "\n" + "y:\n" * 200_000,
        ">" * 1_000_000,
        "De : a\n" * 150_000,
    ],
    ids=["dashes", "colons", "quotes", "headers"],
)
def test_no_text_takes_long(text):
    began = time.process_time()
    own_words(text)
    assert time.process_time() - began < 10
