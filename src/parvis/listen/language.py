"""Which language a text is in, and how sure that is."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from parvis.listen.words import TELLING_LETTERS, TELLING_WORDS

__all__ = ["Spoken", "languages_of"]

# the brand's own languages: a short text is in one of them rather than in a rare neighbour
_HOME = {"fr": 0.06, "en": 0.06, "de": 0.03, "es": 0.03, "it": 0.03, "pt": 0.03}
_GIVEN = 0.25
_WORD_WEIGHT = 0.3
_LETTER_WEIGHT = 0.12
_SHARPNESS = 14.0
_UNSAID = "und"
_NOISE = re.compile(r"https?://\S+|\bhttps?\b|www\.\S+|\S+@\S+|[@#]\w+|\d+")
_WORD = re.compile(r"[^\W\d_]+(?:['’](?=\s|$))?|[^\W\d_]+['’]")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A language, as an ISO 639-1 code (`und` where nothing tells), and its probability."""

    language: str
    confidence: float


def languages_of(texts: Sequence[str], given: Sequence[str | None] | None = None) -> list[Spoken]:
    """Tell the language of each text.

    Parameters
    ----------
    texts
        Bounded texts. Links, mentions and tags don't count: they are in no language.
    given
        What the source says the language is: it counts as evidence, not as the answer.

    Returns
    -------
    list of Spoken
        One a text, in their order.
    """
    scored = _detector()
    said = given if given is not None else [None] * len(texts)
    return [_spoken(text, hint, scored) for text, hint in zip(texts, said, strict=True)]


def _spoken(text: str, hint: str | None, scored: Callable[[str], dict[str, float]]) -> Spoken:
    plain = _NOISE.sub(" ", text)
    hint = hint[:2].lower() if hint else None
    words = [word.lower().replace("’", "'") for word in _WORD.findall(plain)]
    if not words:
        return Spoken(hint, 0.5) if hint else Spoken(_UNSAID, 0.0)
    scores = scored(plain[:600])
    for language, letters in TELLING_LETTERS.items():
        if letters & set(plain.lower()):
            scores[language] = scores.get(language, 0.0) + _LETTER_WEIGHT
    few = words[:30]
    for language, telling in TELLING_WORDS.items():
        hits = sum(word in telling for word in few)
        if hits:
            scores[language] = scores.get(language, 0.0) + _WORD_WEIGHT * hits / len(few)
    for language, bonus in _HOME.items():
        if language in scores:
            scores[language] += bonus
    if hint:
        scores[hint] = scores.get(hint, 0.0) + _GIVEN
    if not scores:
        return Spoken(_UNSAID, 0.0)
    names = sorted(scores, key=lambda name: (-scores[name], name))
    raised = np.exp(_SHARPNESS * (np.array([scores[name] for name in names]) - scores[names[0]]))
    return Spoken(names[0], float(1 / raised.sum()))


@functools.cache
def _detector() -> Callable[[str], dict[str, float]]:
    try:
        import eldc
    except ImportError:  # no build of it for this platform
        return _slower_detector()
    eldc.init()
    one = eldc.instance()
    one.set_scores(8)

    def scored(text: str) -> dict[str, float]:
        return dict(one.detect_details(text).scores)

    return scored


def _slower_detector() -> Callable[[str], dict[str, float]]:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

    def scored(text: str) -> dict[str, float]:
        return {name: 0.6 * float(p) for name, p in identifier.rank(text)[:8]}

    return scored
