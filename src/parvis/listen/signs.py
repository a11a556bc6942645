"""Signs of a complaint in how an English text is written: whom it addresses, how, in what words."""

from __future__ import annotations

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

# written by hand
_WORDS = {
    "no": r"not|no|never|n't|cannot|can't|cant|won't|wont|doesn't|doesnt|don't|dont|isn't|didn't|"
    r"didnt|still|without|nothing|nobody",
    "broken": r"broke\w*|fault\w*|fail\w*|error\w*|crash\w*|issue\w*|problem\w*|bug\w*|down|stuck|"
    r"lost|missing|wrong|damag\w*|cancel\w*|delay\w*|late|slow|frozen|freez\w*|stop\w*|lag\w*|dead",
    "waiting": r"wait\w*|hours?|days?|weeks?|months?|minutes?|mins|hrs|on hold|ago|yet|since|again|"
    r"anymore",
    "angry": r"worst|terrible|horrible|awful|ridiculous|unacceptable|joke|disgust\w*|disappoint\w*|"
    r"frustrat\w*|annoy\w*|pathetic|useless|crap\w*|shit\w*|suck\w*|poor|bad|rude|wtf|angry|"
    r"fed up|sick of|shame|sad|hate|scam\w*|rip",
    "bought": r"order\w*|refund\w*|deliver\w*|shipp?\w*|package|account|service|customer|store|app|"
    r"update\w*|phone|flight|email\w*|call\w*|bill\w*|charg\w*|paid|pay|purchase\w*|return\w*|"
    r"product|website|site|card|money|bag|battery|screen|warranty|replac\w*",
    "glad": r"thank\w*|thx|love|great|awesome|amazing|appreciate|good|nice|best|happy|cool|excited|"
    r"perfect|beautiful",
    "asking help": r"please|pls|plz|help|dm|dmed|fix|reply|respon\w*|answer",
    "why": r"why|how come|when will|where is|what's wrong|what is going on|what happened",
    "question": r"can you|could you|do you|is there|does|will|would|how do|how can|which|"
    r"any chance|anyone",
    "you": r"you|your|u|ur|yours",
    "I": r"i|my|me|i'm|im|i've|ive|we|our",
    "others": r"he|she|they|his|her|their|him|them",
    "sorry": r"sorry|apolog\w*",
    "but": r"but|though|however|yet|although",
}
_FAMILIES = [re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words in _WORDS.values()]

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
    letters = [letter for letter in text if letter.isalpha()]
    serving = [bool(_SERVICE.search(handle)) for handle in handles]
    counts = [text.count("#"), text.count("?"), text.count("!"), len(words), len(text)]
    tags, asking, crying, many, long = np.log1p(counts).tolist()
    return [
        addressed is not None,
        addressed is not None and addressed[1] == ".",
        float(np.log1p(len(handles))),
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
        sum(letter.isupper() for letter in letters) / max(len(letters), 1),
        sum(len(word) > 2 and word.isupper() for word in words) / max(len(words), 1),
        float(np.log1p(len(_NUMBER.findall(text)))),
        '"' in text or "“" in text,
        bool(_FROWN.search(text)),
        bool(_SMILE.search(text)),
        *np.log1p([len(family.findall(text)) for family in _FAMILIES]).tolist(),
    ]
