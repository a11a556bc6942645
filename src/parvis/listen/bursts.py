"""When many say the same thing at once: a word that comes up far more than it ever does.

At night, or of a small brand, a crisis begins with a handful of texts: too few to be many. But
they speak of one thing. Each word of an hour is held against how often texts of the weeks before
had it; not how much is said counts, only of what, so that a loud evening is no burst.

References
----------
Kleinberg, J. (2003). Bursty and hierarchical structure in streams. *Data Mining and Knowledge
Discovery*, 7, 373–397. https://doi.org/10.1023/A:1024940629314
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from parvis.domain.words import without_accents
from parvis.listen.alarm import BIN_MINUTES, Alarm, AlarmRules

__all__ = ["Burst", "Spoken", "bursts", "words_in"]

_HOUR: Final = 60
_DAY: Final = 24 * _HOUR
#: So many people, in as many conversations and words of their own: fewer are a coincidence.
_LEAST: Final = 4
#: With fewer of them unkind it is news, but no crisis.
_LEAST_NEGATIVE: Final = 0.5
_WORD: Final = re.compile(r"[a-z]{4,}")
_LINK: Final = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Spoken:
    """Texts in the order of time.

    Parameters
    ----------
    minutes
        (texts,) when each was written, in minutes since 1970.
    is_negative
        (texts,).
    talks, authors, wordings
        For each text the conversation, the author and the words it stands in, as names.
    words
        For each text, as `words_in` gives them.
    """

    minutes: NDArray[np.int64]
    is_negative: NDArray[np.bool_]
    talks: Sequence[str]
    authors: Sequence[str]
    wordings: Sequence[str]
    words: Sequence[frozenset[str]]

    @property
    def said(self) -> NDArray[np.int64]:
        """(texts + 1,) how many words were said before each text."""
        return np.concatenate([[0], np.cumsum([len(w) for w in self.words])]).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Burst:
    """A word that many said at once.

    Parameters
    ----------
    word
        In small letters, without accents; the first that was noticed.
    alarm
        When. Its texts are those with the word in the first unusual hour.
    """

    word: str
    alarm: Alarm


def words_in(text: str) -> frozenset[str]:
    """Return the words of four letters or more, in small letters without accents.

    Examples
    --------
    >>> sorted(words_in("Encore une PANNE générale : https://x.example/abcd"))
    ['encore', 'generale', 'panne']
    """
    return frozenset(_WORD.findall(without_accents(_LINK.sub(" ", text))))


def bursts(
    spoken: Spoken, rules: AlarmRules, series_count: int = 1, since: int | None = None
) -> list[Burst]:
    """Find the times at which many said the same thing, unkindly.

    Parameters
    ----------
    spoken
        The texts.
    rules
        How easily an alarm is given.
    series_count, since
        As of `alarm.alarms`.

    Returns
    -------
    list of Burst
        In the order of time; those less than `calm_hours` apart are one.
    """
    if not len(spoken.minutes):
        return []
    threshold = rules.false_alarms / (90 * 24 * 2 * series_count)
    begins = int(spoken.minutes[0]) + rules.least_days * _DAY
    said = spoken.said
    hits: list[tuple[int, float, str, list[int], float]] = []
    for word, places in _said_in(spoken).items():
        if len(places) < _LEAST:
            continue
        for end, texts, expected, chance in _unusual(spoken, said, places, rules, threshold):
            if int(spoken.minutes[end]) >= begins:
                hits.append((_noticed(int(spoken.minutes[end])), chance, word, texts, expected))
    found: list[Burst] = []
    for at, chance, word, texts, expected in sorted(hits, key=lambda h: (h[0], h[1], h[2])):
        if since is not None and at <= since:
            continue
        if found and at - found[-1].alarm.until <= rules.calm_hours * _HOUR:
            last = found[-1].alarm
            alarm = Alarm(last.at, at, last.negative, last.texts, last.expected, last.chance)
            found[-1] = Burst(found[-1].word, alarm)
        else:
            negative = int(spoken.is_negative[texts].sum())
            found.append(Burst(word, Alarm(at, at, negative, len(texts), expected, chance)))
    return found


def _noticed(minute: int) -> int:
    """Return the end of the five minutes in which it was said."""
    return (minute // BIN_MINUTES + 1) * BIN_MINUTES


def _said_in(spoken: Spoken) -> dict[str, list[int]]:
    """Tell for each word in which texts it stands, once for each conversation."""
    found: dict[str, list[int]] = {}
    known: set[tuple[str, str]] = set()
    for place, (talk, words) in enumerate(zip(spoken.talks, spoken.words, strict=True)):
        for word in words:
            if (talk, word) not in known:
                known.add((talk, word))
                found.setdefault(word, []).append(place)
    return found


def _unusual(
    spoken: Spoken, said: NDArray[np.int64], places: list[int], rules: AlarmRules, threshold: float
) -> Iterable[tuple[int, list[int], float, float]]:
    """Find the hours of a word: its last text, its texts, how many are usual, the chance."""
    minutes, at = spoken.minutes, spoken.minutes[places]
    oldest = at - _HOUR - rules.history_days * _DAY
    first = np.searchsorted(at, at - _HOUR, side="right")
    begin, end, far = (
        np.searchsorted(minutes, moment, side="right") for moment in (at - _HOUR, at, oldest)
    )
    counts, heard = np.arange(len(at)) - first + 1, end - begin
    earlier = first - np.searchsorted(at, oldest, side="right")
    usual = np.minimum((earlier + 0.5) / (begin - far + 1), 1.0)
    # each word that was said in the hour could have been the one
    tries = np.maximum(said[end] - said[begin], 1)
    chance = bdtrc(counts - 1, heard, usual) * tries
    for number in np.flatnonzero((counts >= _LEAST) & (chance < threshold)):
        texts = places[first[number] : number + 1]
        alike = (len({source[t] for t in texts}) for source in (spoken.authors, spoken.wordings))
        if min(alike) >= _LEAST and spoken.is_negative[texts].mean() >= _LEAST_NEGATIVE:
            expected = float(usual[number] * heard[number])
            yield places[number], list(texts), expected, float(chance[number])
