"""Signs of a complaint in how an English text is written: whom it addresses, how, in what words."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["SIGNS", "signs_of"]

_HANDLE = re.compile(r"@(\w+)")
_TO_SOMEBODY = re.compile(r"\s*(\.?)@\w")
_SERVICE = re.compile(r"support|help|care|cust|serv|svc|ask", re.IGNORECASE)
_OF_A_FIRM = re.compile(r"team|official|cs$|hq|uk$|usa?$", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_FROWN = re.compile("[😡😠🤬😤😭😢👎🙄😒😞😔]")
_SMILE = re.compile("[😂😊😍❤👍😁😘🎉💕]")

# written by hand; an ending with a star is open
_WORDS = {
    "no": "not no never cannot can't cant won't wont doesn't doesnt don't dont isn't didn't didnt "
    "still without nothing nobody",
    "broken": "broke* fault* fail* error* crash* issue* problem* bug* down stuck lost missing "
    "wrong damag* cancel* delay* late slow frozen freez* stop* lag* dead",
    "waiting": "wait* hour hours day days week weeks month months minute minutes mins hrs ago yet "
    "since again anymore",
    "angry": "worst terrible horrible awful ridiculous unacceptable joke disgust* disappoint* "
    "frustrat* annoy* pathetic useless crap* shit* suck* poor bad rude wtf angry shame sad hate "
    "scam* rip",
    "bought": "order* refund* deliver* ship* package account service customer store app update* "
    "phone flight email* call* bill* charg* paid pay purchase* return* product website site card "
    "money bag battery screen warranty replac*",
    "glad": "thank* thx love great awesome amazing appreciate good nice best happy cool excited "
    "perfect beautiful",
    "asking help": "please pls plz help dm dmed fix reply respon* answer",
    "why": "why how when where what what's",
    "question": "can could do is does will would which any anyone",
    "you": "you your u ur yours",
    "I": "i my me i'm im i've ive we our",
    "others": "he she they his her their him them",
    "sorry": "sorry apolog*",
    "but": "but though however yet although",
}
_WORD = re.compile(r"[\w']+")
# no word of a family is longer, and what is remembered stays small
_LONGEST = 40
_FAMILIES = [
    re.compile("|".join(re.escape(word).replace(r"\*", r"\w*") for word in words.split()))
    for words in _WORDS.values()
]

SIGNS = (
    "to somebody", "to somebody and all", "handles", "first is a service", "service", "firm",
    "repeated", "link", "tags", "question marks", "ends in a question", "exclamation marks",
    "dots", "words", "letters", "capitals", "words in capitals", "numbers", "quotes", "frowns",
    "smiles", *_WORDS,
)  # fmt: skip
"""What the columns are: counts as log(1 + n), shares, and 1 or 0."""


def signs_of(texts: Sequence[str]) -> NDArray[np.float32]:
    """Read the signs of bounded texts.

    Returns
    -------
    numpy.ndarray
        Texts by `SIGNS`.
    """
    if not texts:
        return np.zeros((0, len(SIGNS)), np.float32)
    return np.array([_signs(text.replace("’", "'")) for text in texts], np.float32)


def _signs(text: str) -> list[float]:
    handles, words = _HANDLE.findall(text), text.split()
    addressed = _TO_SOMEBODY.match(text)
    letters = sum(map(str.isalpha, text))
    serving = [bool(_SERVICE.search(handle)) for handle in handles]
    counts = [text.count("#"), text.count("?"), text.count("!"), len(words), len(text)]
    tags, asking, crying, many, long = map(math.log1p, counts)
    return [
        addressed is not None,
        addressed is not None and addressed[1] == ".",
        math.log1p(len(handles)),
        addressed is not None and serving[0],
        any(serving),
        any(_OF_A_FIRM.search(handle) for handle in handles),
        text.startswith("RT "),
        "http" in text,
        tags,
        asking,
        text.rstrip().endswith("?"),
        crying,
        "..." in text or "…" in text,
        many,
        long,
        sum(map(str.isupper, text)) / max(letters, 1),
        sum(len(word) > 2 and word.isupper() for word in words) / max(len(words), 1),
        math.log1p(len(_NUMBER.findall(text))),
        '"' in text or "“" in text,
        bool(_FROWN.search(text)),
        bool(_SMILE.search(text)),
        *_families(text),
    ]


def _families(text: str) -> list[float]:
    counts = [0] * len(_FAMILIES)
    for word in _WORD.findall(text.lower()):
        for family in _families_of(word[:_LONGEST]):
            counts[family] += 1
    return [math.log1p(count) for count in counts]


# people write the same words again and again
@functools.lru_cache(1 << 13)
def _families_of(word: str) -> tuple[int, ...]:
    return tuple(i for i, family in enumerate(_FAMILIES) if family.fullmatch(word))
