"""Composes texts: sorts them by language and form, has each sort written, puts them in order."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.simulate.texts.contracts import (
    EMOTIONS,
    INTENTS,
    KINDS,
    LANGUAGES,
    SENTIMENTS,
    TOPICS,
    Lexicon,
    Texts,
    Wanted,
    check_names,
)
from parvis.simulate.texts.draft import Draft
from parvis.simulate.texts.fillings import fillings_of
from parvis.simulate.texts.letters import write_answers, write_mails
from parvis.simulate.texts.marks import Marks, draw_manner, is_intent
from parvis.simulate.texts.pages import write_articles, write_campaigns, write_spam
from parvis.simulate.texts.talk import write_talk
from parvis.simulate.texts.titles import write_titles

#: So many texts are laid out at a time: it bounds the memory beside the result.
BATCH = 32_768

_FORMS: dict[str, Callable[[Draft], Marks]] = {
    "talk": write_talk,
    "mail": write_mails,
    "mail_answer": write_answers,
    "article": write_articles,
    "campaign": write_campaigns,
    "spam": write_spam,
}
_FORM_NAMES = tuple(_FORMS)
#: The brand's own voice, or an advert's: never a complaint, never spam.
_OWN_VOICE = ("article", "campaign", "mail_answer")


def compose(wanted: Wanted, lexicon: Lexicon, rng: np.random.Generator) -> Texts:
    """Write texts of which the truth is known, the same ones for the same state of `rng`.

    The labels say what was written, which can be less than what was wanted: the brand's articles
    and answers and all advertising are never negative (then they are neutral) and have no intent,
    and spam is neutral, as it says nothing about the brand.

    Parameters
    ----------
    wanted
        What each of n texts must be.
    lexicon
        The names of the trade.
    rng
        The source of chance.

    Returns
    -------
    Texts
        n texts, titles and labels, in the order of `wanted`.

    Raises
    ------
    ParvisError
        If a product or a competitor isn't in the lexicon.

    Examples
    --------
    >>> shop = Lexicon("Ondine", "@ondine", (("Aube", "tea"),), (), {"tea": ("le thé", "the tea")})
    >>> code, none = np.zeros(3, np.int8), np.full(3, -1, np.int16)
    >>> posts = Wanted(code, code, code, code, code, code.astype(np.int16), none)
    >>> compose(posts, shop, np.random.default_rng(1)).labels["sentiment"].to_pylist()
    ['negative', 'negative', 'negative']
    """
    check_names(wanted, lexicon)
    parts = [
        _compose_batch(wanted.rows(slice(start, start + BATCH)), lexicon, rng)
        for start in range(0, max(len(wanted), 1), BATCH)
    ]
    return Texts(
        pa.chunked_array([part.body for part in parts]),
        pa.chunked_array([part.title for part in parts]),
        pa.concat_tables([part.labels for part in parts]),
    )


def _compose_batch(wanted: Wanted, lexicon: Lexicon, rng: np.random.Generator) -> Texts:
    form = _forms(wanted)
    sort = wanted.language * len(_FORM_NAMES) + form
    order = np.argsort(sort, kind="stable")
    bounds = np.searchsorted(sort[order], np.arange(len(LANGUAGES) * len(_FORM_NAMES) + 1))
    parts = [] if len(wanted) else [_compose_sort("fr", "talk", wanted, lexicon, rng)]
    for number, (start, end) in enumerate(itertools.pairwise(bounds)):
        if start < end:
            language, name = divmod(number, len(_FORM_NAMES))
            rows = wanted.rows(order[start:end])
            parts.append(_compose_sort(LANGUAGES[language], _FORM_NAMES[name], rows, lexicon, rng))
    back = pa.array(np.argsort(order, kind="stable"))
    return Texts(
        pa.concat_arrays([part.body for part in parts]).take(back),
        pa.concat_arrays([part.title for part in parts]).take(back),
        pa.concat_tables([part.labels for part in parts]).take(back),
    )


def _compose_sort(
    language: str, form: str, wanted: Wanted, lexicon: Lexicon, rng: np.random.Generator
) -> Texts:
    manner = draw_manner(wanted, rng)
    fillings = fillings_of(language, lexicon)
    draft = Draft(fillings, wanted, manner, rng)
    marks = _FORMS[form](draft)
    title = write_titles(Draft(fillings, wanted, manner, rng))
    return Texts(draft.texts(), title, _labels(draft, marks))


def _forms(wanted: Wanted) -> NDArray[np.int8]:
    by_kind = [_FORM_NAMES.index(kind if kind in _FORMS else "talk") for kind in KINDS]
    form = np.array(by_kind, np.int8)[wanted.kind]
    is_spam = is_intent(wanted, "spam") & ~_in_own_voice(wanted)
    return np.where(is_spam, _FORM_NAMES.index("spam"), form).astype(np.int8)


def _in_own_voice(wanted: Wanted) -> NDArray[np.bool_]:
    return np.array([kind in _OWN_VOICE for kind in KINDS])[wanted.kind]


def _labels(draft: Draft, marks: Marks) -> pa.Table:
    wanted = draft.wanted
    own = _in_own_voice(wanted)
    neutral = SENTIMENTS.index("neutral")
    sentiment = np.where(own, np.maximum(wanted.sentiment, neutral), wanted.sentiment)
    sentiment = np.where(is_intent(wanted, "spam") & ~own, neutral, sentiment)
    intent = np.where(own, INTENTS.index("none"), wanted.intent)
    return pa.table(
        {
            "language": _named(LANGUAGES, wanted.language),
            "sentiment": _named(SENTIMENTS, sentiment),
            "intent": _named(INTENTS, intent),
            "topic": _named(TOPICS, wanted.topic),
            "emotion": _named(EMOTIONS, marks.emotion),
            "is_ironic": marks.is_ironic,
            "is_negated": draft.is_negated,
            "has_emoji": marks.has_emoji,
            "is_code_switched": marks.is_code_switched,
            "misspellings": np.minimum(draft.misspellings, 127).astype(np.int8),
        }
    )


def _named(names: tuple[str, ...], codes: NDArray[np.integer]) -> pa.StringArray:
    return pa.array(names).take(pa.array(codes))
