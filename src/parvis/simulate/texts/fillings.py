"""Decides, for each place in each text, which string stands there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from parvis.simulate.texts.contracts import TOPICS, Lexicon, Wanted
from parvis.simulate.texts.grammar import Grammar, Ints, grammar_of
from parvis.simulate.texts.names import (
    BRAND_PLACES,
    COMPETITOR_PLACES,
    PRODUCT_PLACES,
    SPEAKER_PLACES,
    TOPIC_PLACES,
    name_fillings,
)

_BY_CHANCE, _BY_PRODUCT, _BY_COMPETITOR, _BY_TOPIC, _BY_SPEAKER, _BY_BRAND = range(6)


@dataclass(frozen=True, slots=True)
class Fillings:
    """A grammar together with a lexicon: every string a text can hold, and what fills a place.

    Parameters
    ----------
    grammar
        One language.
    pool
        The grammar's strings and then the lexicon's.
    decided_by
        What decides each place code: chance, product, competitor, topic, speaker.
    start, size
        Where a place code's fillings begin in `values`, and how many there are (of one topic).
    values
        Tokens: positions in `pool`.
    """

    grammar: Grammar
    pool: pa.StringArray
    decided_by: Ints
    start: Ints
    size: Ints
    values: Ints

    def fill(
        self, codes: Ints, wanted: Wanted, rows: Ints, speaker: Ints, rng: np.random.Generator
    ) -> Ints:
        """Choose the tokens for the places that were met.

        Parameters
        ----------
        codes, rows
            Place code, and row of `wanted` that it stands in; shape (m,).
        wanted
            n texts.
        speaker
            0 where the writer is a man, 1 a woman; shape (n,).
        rng
            The source of chance.

        Returns
        -------
        numpy.ndarray
            Tokens, shape (m,).
        """
        size = self.size[codes]
        pick = (rng.random(len(codes)) * size).astype(np.int32)
        by = self.decided_by[codes]
        for decider, index in (
            (_BY_PRODUCT, wanted.product),
            (_BY_COMPETITOR, wanted.competitor + 1),
            (_BY_SPEAKER, speaker),
        ):
            here = by == decider
            pick[here] = index[rows[here]]
        here = by == _BY_TOPIC
        pick[here] += wanted.topic[rows[here]] * size[here]
        tokens: Ints = self.values[self.start[codes] + pick]
        return tokens


def fillings_of(language: str, lexicon: Lexicon) -> Fillings:
    """Join a language's grammar and a lexicon.

    Parameters
    ----------
    language
        "fr" or "en".
    lexicon
        The names.

    Returns
    -------
    Fillings
        Kept for the next call with equal names.
    """
    parts = (lexicon.brand, lexicon.handle, lexicon.products, lexicon.competitors)
    return _joined(language, *parts, tuple(sorted(lexicon.categories.items())))


@lru_cache(maxsize=8)
def _joined(
    language: str,
    brand: str,
    handle: str,
    products: tuple[tuple[str, str], ...],
    competitors: tuple[str, ...],
    categories: tuple[tuple[str, tuple[str, str]], ...],
) -> Fillings:
    grammar = grammar_of(language)
    lexicon = Lexicon(brand, handle, products, competitors, dict(categories))
    names = name_fillings(lexicon, language)
    pool = list(grammar.pool)
    decided_by, start, size, values = [], [], [], list[Ints]()
    at = 0
    for place in grammar.places:
        for capital in (False, True):
            if place in names:
                texts = [_capital(name) if capital else name for name in names[place]]
                tokens = np.arange(len(pool), len(pool) + len(texts), dtype=np.int32)
                pool += texts
                of_one = len(texts)
            elif place in TOPIC_PLACES:
                tokens, of_one = _of_topics(grammar, place, capital)
            else:
                tokens = grammar.list_tokens[place][capital]
                of_one = len(tokens)
            decided_by.append(_decider(place))
            start.append(at)
            size.append(of_one)
            values.append(tokens)
            at += len(tokens)
    return Fillings(
        grammar,
        pa.array(pool, pa.string()),
        np.array(decided_by, np.int32),
        np.array(start, np.int32),
        np.array(size, np.int32),
        np.concatenate(values),
    )


def _of_topics(grammar: Grammar, place: str, capital: bool) -> tuple[Ints, int]:
    # every topic gets as many fillings, so that a topic's begin at a multiple of their number
    listed = [grammar.list_tokens[f"{place} {topic}"][capital] for topic in TOPICS]
    longest = max(map(len, listed))
    return np.concatenate([np.resize(tokens, longest) for tokens in listed]), longest


def _decider(place: str) -> int:
    for decider, places in (
        (_BY_PRODUCT, PRODUCT_PLACES),
        (_BY_COMPETITOR, COMPETITOR_PLACES),
        (_BY_TOPIC, TOPIC_PLACES),
        (_BY_SPEAKER, SPEAKER_PLACES),
        (_BY_BRAND, BRAND_PLACES),
    ):
        if place in places:
            return decider
    return _BY_CHANCE


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
