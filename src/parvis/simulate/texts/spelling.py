"""How people write when they don't take care: dropped words, and errors of spelling."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator

_PLACE = re.compile(r"(\{\w+\})")

#: What speech drops, language by language: not errors, a register.
_RELAXED = {
    "fr": (
        (r"\bje n'(?=[^{]{1,25}\b(?:pas|plus(?! que)|jamais|rien|aucun))", "j'"),
        (r"\bce n'(?=[^{]{1,25}\b(?:pas|plus(?! que)|jamais|rien|aucun))", "c'"),
        (r"\bil n'y a(?= (?:pas|plus|rien|aucun))", "y a"),
        (r"\b(?<!ce )ne (?=[^{]{1,25}\b(?:pas|plus(?! que)|jamais|rien|aucun))", ""),
        (r"\bn'(?=[^{]{1,25}\b(?:pas|plus(?! que)|jamais|rien|aucun))", ""),
    ),
    "en": (
        (r"\bI would\b", "I'd"),
        (r"\bbecause\b", "cos"),
        (r"\bgoing to (?=(?:buy|get|try|be|pick|order) )", "gonna "),
    ),
}

#: Errors that people make; a backslash and a number keep what was found.
_ERRORS = {
    "fr": (
        (r"\bça\b", "sa"),
        (r"\bj'ai\b", "jai"),
        (r"\bc'est\b", "cest"),
        (r"\bqu'il\b", "quil"),
        (r"\bqu'on\b", "quon"),
        (r"\bd'", "d "),
        (r"\bl'", "l "),
        (r"\bn'est\b", "nest"),
        (r"\bquand même\b", "comme même"),
        (r"\bparce que\b", "pcq"),
        (r"\bpourquoi\b", "pk"),
        (r"\btoujours\b", "tjrs"),
        (r"\bbeaucoup\b", "bcp"),
        (r"\bbonjour\b", "bjr"),
        (r"\bje suis\b", "jsuis"),
        (r"\bje sais\b", "jsais"),
        (r"\bquelqu'un\b", "qqn"),
        (r"\bs'il vous plaît\b", "svp"),
        (r"\brendez-vous\b", "rdv"),
        (r"\bmalheureusement\b", "malheuresement"),
        (r"\bqualité\b", "qualitée"),
        (r"\bservice\b", "servise"),
        (r"\bvraiment\b", "vraimment"),
        (r"\bcommande\b", "comande"),
        (r"\blivraison\b", "livraision"),
        (r"\bproblème\b", "probleme"),
        (r"\bremboursement\b", "rembourssement"),
        (r"\bdéveloppe", "dévelope"),
        (r"\bappli\b", "apli"),
        (r"\bemballage\b", "embalage"),
        (r"\bmagasin\b", "magazin"),
        (r"\bapparemment\b", "apparement"),
        (r"\bà\b", "a"),
        (r"\boù\b", "ou"),
        (r"\btrès\b", "tres"),
        (r"\baprès\b", "apres"),
        (r"\bdéjà\b", "deja"),
        (r"\bcher\b", "chère"),
        (r"\bsont\b", "son"),
        (r"\bces\b", "ses"),
        (r"\best\b", "et"),
        (r"\b(ai|a|as|est|été|avoir) (\w{3,})é\b", r"\1 \2er"),
        (r"\b(pour|de|à|peut|faire|vais|va) (\w{3,})er\b", r"\1 \2é"),
        (r"(\w{3,})ez\b", r"\1é"),
        (r"(\w{3,})é(\w+)", r"\1e\2"),
        (r"(\w{2,})è(\w+)", r"\1e\2"),
        (r"(\w+)ê(\w+)", r"\1e\2"),
        (r"(\w{3,})([lnmprt])\2(\w+)", r"\1\2\3"),
        (r"(\w{4,})[sx]\b", r"\1"),
    ),
    "en": (
        (r"\bI\b", "i"),
        (r"\bdefinitely\b", "definately"),
        (r"\breceived\b", "recieved"),
        (r"\breally\b", "realy"),
        (r"\bit's\b", "its"),
        (r"\b(do|did|does|is|was|ca|wo|have|has|could|would)n't\b", r"\1nt"),
        (r"\byou\b(?!')", "u"),
        (r"\bare\b", "r"),
        (r"\bbecause\b", "becuase"),
        (r"\bplease\b", "pls"),
        (r"\bthanks\b", "thx"),
        (r"\bpeople\b", "ppl"),
        (r"\btomorrow\b", "tommorow"),
        (r"\bquality\b", "qualtiy"),
        (r"\bdisappointed\b", "dissapointed"),
        (r"\bdisappointing\b", "dissapointing"),
        (r"\bdelivery\b", "delivary"),
        (r"\bseparate", "seperate"),
        (r"\btoo\b", "to"),
        (r"\blose\b", "loose"),
        (r"\bweird\b", "wierd"),
        (r"\buntil\b", "untill"),
        (r"\bthan\b", "then"),
        (r"\ba lot\b", "alot"),
        (r"\bwould have\b", "would of"),
        (r"\bcould have\b", "could of"),
        (r"\bthey're\b", "their"),
        (r"\btheir\b", "there"),
        (r"\byou're\b", "your"),
        (r"\byour\b", "ur"),
        (r"\bI've\b", "ive"),
        (r"\bI'm\b", "im"),
        (r"\bbelieve\b", "beleive"),
        (r"\brecommend\b", "reccomend"),
        (r"\bcustomer\b", "costumer"),
        (r"\bpackaging\b", "packageing"),
        (r"\bexpensive\b", "expencive"),
        (r"\bservice\b", "servise"),
        (r"\baddress\b", "adress"),
        (r"\bimmediately\b", "immediatly"),
        (r"\bthought\b", "thougt"),
        (r"\btaste", "tatse"),
        (r"\bwhere\b", "were"),
        (r"\bthe\b", "teh"),
        (r"(\w{3,})ie(\w+)", r"\1ei\2"),
        (r"(\w{3,})([lnmprtsc])\2(\w+)", r"\1\2\3"),
        (r"(\w{4,})ing\b", r"\1in"),
        (r"(\w{4,})'s\b", r"\1s"),
    ),
}

#: Words that stand in every sentence, and are seldom misspelt.
_RARE = ("teh", "et", "a", "i", "d ", "l ")

_RULES = {
    language: tuple((re.compile(found), given) for found, given in rules)
    for language, rules in _ERRORS.items()
}
_SPEECH = {
    language: tuple((re.compile(found), given) for found, given in rules)
    for language, rules in _RELAXED.items()
}


def relax(language: str, phrase: str) -> str:
    """Write a phrase as it is said: French drops its *ne*.

    Parameters
    ----------
    language
        "fr" or "en".
    phrase
        With its places (`{product}`).

    Returns
    -------
    str
        The phrase in the other register.

    Examples
    --------
    >>> relax("fr", "je n'ai pas reçu {product}")
    "j'ai pas reçu {product}"
    """
    for rule, given in _SPEECH[language]:
        phrase = rule.sub(given, phrase)
    return phrase


def misspell(language: str, phrase: str, count: int) -> Iterator[tuple[str, int]]:
    """Misspell a phrase in several ways, always the same ones for the same phrase.

    Parameters
    ----------
    language
        "fr" or "en".
    phrase
        With its places (`{product}`), which stay whole.
    count
        How many ways.

    Yields
    ------
    tuple
        The phrase, and how many of its words are misspelt (0 where nothing can be).

    Examples
    --------
    >>> next(misspell("en", "I recommend it", 1))[1] > 0
    True
    """
    # a string seeds the same everywhere, a hash() does not
    chance = random.Random(phrase)  # noqa: S311 - spelling errors, not secrets
    errors: list[Callable[[str], str]] = [
        lambda text, rule=rule, given=given: rule.sub(given, text, count=1)  # type: ignore[misc]
        for rule, given in _RULES[language]
        if rule.search(phrase) and (given not in _RARE or chance.random() < 0.05)
    ]
    if language == "fr" and _bare(phrase) != phrase:
        errors.append(_without_accents)
    if len(errors) < 2:
        errors.append(lambda text: _mistype(text, chance))
    for _ in range(count):
        worse = phrase
        for error in chance.sample(errors, min(len(errors), 1 + (chance.random() < 0.4))):
            worse = "".join(
                part if _PLACE.fullmatch(part) else error(part) for part in _PLACE.split(worse)
            )
        yield worse, _differing(phrase, worse)


def _bare(text: str) -> str:
    apart = unicodedata.normalize("NFD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _without_accents(text: str) -> str:
    return _bare(text)


def _mistype(text: str, chance: random.Random) -> str:
    """Double, drop or swap a letter inside a word of five letters or more."""
    words = [m for m in re.finditer(r"\w{5,}", text) if m[0].isalpha()]
    if not words:
        return text
    word = chance.choice(words)
    at = chance.randrange(word.start() + 1, word.end() - 2)
    here, after = text[at], text[at + 1]
    slip = chance.choice((here + here + after, after, after + here))
    return text[:at] + slip + text[at + 2 :]


def _differing(right: str, wrong: str) -> int:
    """Count the words that changed; a word that was joined or cut counts once."""
    ours, theirs = right.split(" "), wrong.split(" ")
    if len(ours) == len(theirs):
        return sum(a != b for a, b in zip(ours, theirs, strict=True))
    return int(right != wrong) and max(1, len(set(ours) - set(theirs)))
