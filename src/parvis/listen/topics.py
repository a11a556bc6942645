"""Topics that name themselves, and stay themselves as new texts come."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parvis.listen.ngrams import plain_form
from parvis.listen.words import TELLING_WORDS

__all__ = ["Topic", "Topics", "find_topics"]

_ROUNDS = 25
_SAME = 0.75
_TERMS = 4
_FEWEST = 8
_WORD = re.compile(r"[^\W\d_]{3,}")
_SILENT = frozenset().union(*TELLING_WORDS.values()) | {"http", "user", "amp"}


@dataclass(frozen=True)
class Topic:
    """What a group of texts is about.

    Parameters
    ----------
    topic_id
        Stays the same as long as the topic lives.
    name
        Its most telling words.
    terms
        These words, the most telling first.
    centre
        Of the texts' meanings; of length one.
    texts
        How many texts it has in this run.
    """

    topic_id: str
    name: str
    terms: tuple[str, ...]
    centre: NDArray[np.float32]
    texts: int


@dataclass(frozen=True)
class Topics:
    """All topics, and for each text the place of its topic and how near it is (cosine)."""

    topics: tuple[Topic, ...]
    of_text: NDArray[np.intp]
    nearness: NDArray[np.float32]


def find_topics(
    texts: Sequence[str],
    meanings: NDArray[np.float32],
    count: int | None = None,
    before: Sequence[Topic] = (),
) -> Topics:
    """Group texts by what they mean and name the groups.

    Parameters
    ----------
    texts
        Bounded texts.
    meanings
        Of the same texts, from the fast encoder; rows of length one.
    count
        How many topics; about one for sixty texts, at most forty, if missing.
    before
        Topics of an earlier run: one that is found again (a cosine of at least 0.75 between
        centres) keeps its identity, and their centres are where the search starts.

    Returns
    -------
    Topics
        Topics of fewer than eight texts are dissolved into the nearest other.

    References
    ----------
    Dhillon and Modha (2001), Concept Decompositions for Large Sparse Text Data Using Clustering,
    doi:10.1023/A:1007612920971; Grootendorst (2022), BERTopic (class-based TF-IDF),
    arXiv:2203.05794.
    """
    if not len(texts):
        return Topics((), np.zeros(0, np.intp), np.zeros(0, np.float32))
    wanted = count or max(1, min(40, len(texts) // 60))
    centres = _centres(meanings, min(wanted, len(texts)), before)
    sizes = np.bincount((meanings @ centres.T).argmax(axis=1), minlength=len(centres))
    large = sizes >= min(_FEWEST, sizes.max())
    centres = centres[large]
    near = meanings @ centres.T
    of_text = near.argmax(axis=1)
    kept = np.unique(of_text)
    of_text = np.searchsorted(kept, of_text)
    centres = centres[kept]
    terms = _terms(texts, of_text, len(centres))
    ids = _identities(centres, before)
    counts = np.bincount(of_text, minlength=len(centres))
    topics = tuple(
        Topic(ids[i], " · ".join(terms[i]) or "…", terms[i], centres[i], int(counts[i]))
        for i in range(len(centres))
    )
    return Topics(topics, of_text, near.max(axis=1))


def _centres(
    meanings: NDArray[np.float32], count: int, before: Sequence[Topic]
) -> NDArray[np.float32]:
    centres = np.array([one.centre for one in before][:count], np.float32)
    centres = centres.reshape(-1, meanings.shape[1])
    if not len(centres):
        centres = meanings[:1].copy()
    nearest = (meanings @ centres.T).max(axis=1)
    random = np.random.default_rng(len(meanings))
    while len(centres) < count:
        # the far are likelier to start a topic of their own (k-means++)
        far = np.maximum(1 - nearest, 0).astype(np.float64) ** 2 + 1e-12
        chosen = meanings[random.choice(len(meanings), p=far / far.sum())]
        centres = np.vstack([centres, chosen])
        nearest = np.maximum(nearest, meanings @ chosen)
    for _ in range(_ROUNDS):
        of_text = (meanings @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, of_text, meanings)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        moved = np.where(lengths > 1e-6, sums / np.maximum(lengths, 1e-6), centres)
        settled = float(np.abs(moved - centres).max()) < 1e-4
        centres = moved.astype(np.float32)
        if settled:
            break
    return centres


def _terms(texts: Sequence[str], of_text: NDArray[np.intp], count: int) -> list[tuple[str, ...]]:
    counts: list[Counter[str]] = [Counter() for _ in range(count)]
    for text, topic in zip(texts, of_text, strict=True):
        words = set(_WORD.findall(plain_form(text)))
        counts[topic].update(words - _SILENT)
    overall: Counter[str] = Counter()
    for one in counts:
        overall.update(one)
    average = sum(overall.values()) / max(count, 1)
    named = []
    for one in counts:
        total = max(sum(one.values()), 1)
        # a word that two texts share at least: what one person calls it names no topic
        worth = {
            word: n / total * np.log(1 + average / overall[word])
            for word, n in one.items()
            if n > 1
        }
        named.append(tuple(sorted(worth, key=lambda word: (-worth[word], word))[:_TERMS]))
    return named


def _identities(centres: NDArray[np.float32], before: Sequence[Topic]) -> list[str]:
    from scipy.optimize import linear_sum_assignment

    ids: list[str | None] = [None] * len(centres)
    if before:
        alike = centres @ np.array([one.centre for one in before], np.float32).T
        for new, old in zip(*linear_sum_assignment(-alike), strict=True):
            if alike[new, old] >= _SAME:
                ids[new] = before[old].topic_id
    taken = {one.topic_id for one in before}
    for place, known in enumerate(ids):
        if known is None:
            ids[place] = _fresh(centres[place], taken)
            taken.add(ids[place] or "")
    return [one or "" for one in ids]


def _fresh(centre: NDArray[np.float32], taken: set[str]) -> str:
    digest = hashlib.sha256(np.round(centre, 3).tobytes()).hexdigest()
    return next(digest[i : i + 10] for i in range(50) if digest[i : i + 10] not in taken)
