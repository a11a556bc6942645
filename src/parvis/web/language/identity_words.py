"""The names of what makes identifiers one customer: kinds, evidence, guards, likeness."""

from __future__ import annotations

import re
from typing import Final

from parvis.web.language.catalogs import Language

__all__ = [
    "COLUMNS",
    "GUARDS",
    "GUARD_MEANINGS",
    "KINDS",
    "LEVELS",
    "REASONS",
    "RULES",
    "WHY_NOT",
    "build_reason",
    "count_of_kind",
    "kind_name",
    "level_name",
    "stop_detail",
]


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark a text for the catalogs."""
    return text


#: What a kind of identifier is to a reader.
KINDS: Final = {
    "user_id": N_("account"),
    "contact_id": N_("contact"),
    "email": N_("e-mail"),
    "phone": N_("phone"),
    "anonymous_id": N_("browser"),
    "device_id": N_("device"),
    "activitypub": N_("Fediverse account"),
    "fediverse": N_("Fediverse name"),
    "bluesky": N_("Bluesky account"),
    "bluesky_handle": N_("Bluesky name"),
    "reviewer": N_("reviewer"),
    "ip": N_("IP address"),
}

#: What ties two identifiers.
RULES: Final = {
    "same_event": N_("seen in one event"),
    "alias": N_("a silo states it"),
    "alike": N_("a model finds them alike"),
    "merge": N_("a person joined them"),
}

#: What stops that.
GUARDS: Final = {
    "shared": N_("shared"),
    "limit": N_("over a limit"),
    "size": N_("too large"),
    "conflict": N_("contradiction"),
    "part": N_("kept apart"),
    "merge_refused": N_("contradicted"),
}

GUARD_MEANINGS: Final = {
    "shared": N_("Several persons use it, so it says nothing of whose the events are."),
    "limit": N_("One customer would have more values of a kind than parvis.toml allows."),
    "size": N_("One customer would have more identifiers than parvis.toml allows."),
    "conflict": N_("Silos tell two first names or birth dates that can't be one person's."),
    "part": N_("A person decided to keep them apart."),
    "merge_refused": N_("A person joined them, and a later decision keeps them apart."),
}

#: Why a pair stands in the queue.
REASONS: Final = {
    "alike": N_("look alike"),
    "limit": N_("over a limit"),
    "size": N_("too large"),
    "conflict": N_("contradiction"),
    "merge_refused": N_("decisions contradict"),
}

#: Why two identifiers aren't one customer.
WHY_NOT: Final = {
    "guard": N_("Evidence ties them, and a guard stopped it."),
    "apart": N_("A person decided to keep them apart."),
    "too_unlike": N_("A model compared them and isn't sure enough to join them."),
    "no_evidence": N_("Nothing ties them: no event, no likeness, no decision."),
    "unknown": N_("No event carries one of them."),
}

#: What a model compares.
COLUMNS: Final = {
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "birth_date": N_("Birth date"),
    "street": N_("Street"),
    "postal_code": N_("Postal code"),
    "city": N_("City"),
    "emails": N_("Mail addresses"),
    "phones": N_("Phone numbers"),
    "handles": N_("Accounts on networks"),
    "lookalikes": N_("Chance of somebody else"),
}

#: How alike two values are, in the words of `parvis.identity.alike`.
LEVELS: Final = {
    level: level
    for level in (
        N_("the same"),
        N_("first and last name changed places"),
        N_("first and last name changed places, nearly"),
        N_("one letter differs"),
        N_("one begins with the other"),
        N_("much alike"),
        N_("somewhat alike"),
        N_("unlike"),
        N_("the same words in another order"),
        N_("nearly the same"),
        N_("words in common"),
        N_("day and month changed places"),
        N_("one digit differs"),
        N_("the same day of another year"),
        N_("another day of the same month"),
        N_("two digits differ"),
        N_("the same year"),
        N_("another"),
        N_("the same before the @"),
        N_("nearly the same before the @"),
        N_("alike"),
        N_("the same at the end"),
        N_("the same beginning"),
        N_("one in common"),
        N_("one in common before the @"),
        N_("others"),
        N_("people of one household, or neighbours, are as alike"),
    )
}

# what guards write, to be said in another language
_DETAILS: Final = (
    (r"(?P<one>.+) and (?P<other>.+) both use it", N_("%(one)s and %(other)s both use it")),
    (r"used by (?P<n>\d+) persons", N_("used by %(n)s persons")),
    (r"(?P<n>\d+) identifiers; at most (?P<most>\d+)", N_("%(n)s identifiers; at most %(most)s")),
    (
        r"(?P<n>\d+) × (?P<kind>[^;]+); at most (?P<most>\d+)",
        N_("%(n)s × %(kind)s; at most %(most)s"),
    ),
    (r"a person decided to keep them apart", N_("a person decided to keep them apart")),
    (
        r"a later decision keeps two of their identifiers apart",
        N_("a later decision keeps two of their identifiers apart"),
    ),
    (r"(?P<one>.+) and (?P<other>.+)", N_("%(one)s and %(other)s")),
)


# why a build computed customers anew, as its plan says it
_BUILT: Final = (
    (r"(?P<n>[\d,]+) new rows in (?P<table>\w+)", N_("%(n)s new rows in %(table)s")),
    (
        r"(?P<n>[\d,]+) rows of (?P<table>\w+) now lie before the date",
        N_("%(n)s rows of %(table)s now lie before the date"),
    ),
    (r"(?P<table>\w+) may change", N_("%(table)s may have changed")),
    (r"never built", N_("never built")),
    (r"its transformation( or the settings .*)? changed", N_("its rules have changed")),
    (
        r"the date the tables speak of was moved back",
        N_("the date the tables speak of was moved back"),
    ),
    (
        r"the state of the last build is no longer kept",
        N_("the state of the last build is no longer kept"),
    ),
)


def build_reason(why: str, language: Language) -> str:
    """Say why a build computed customers anew."""

    def part(text: str) -> str:
        for pattern, said in _BUILT:
            found = re.fullmatch(pattern, text)
            if found:
                told = found.groupdict()
                if "n" in told:
                    told["n"] = language.formats.number(int(told["n"].replace(",", "")))
                return language.say(said, **told)
        return text

    joint = f"{language.formats.semicolon} "
    return joint.join(part(text) for text in why.split("; "))


def kind_name(kind: str, language: Language) -> str:
    """Name a kind of identifier; one without a name is shown as it is."""
    return language.say(KINDS[kind]) if kind in KINDS else kind


def count_of_kind(kind: str, count: int, language: Language) -> str:
    """Say how many identifiers of a kind there are."""
    say_n = language.say_n
    if kind == "user_id":
        return say_n("%(n)s account", "%(n)s accounts", count)
    if kind == "contact_id":
        return say_n("%(n)s contact", "%(n)s contacts", count)
    if kind == "email":
        return say_n("%(n)s mail address", "%(n)s mail addresses", count)
    if kind == "phone":
        return say_n("%(n)s phone number", "%(n)s phone numbers", count)
    if kind == "anonymous_id":
        return say_n("%(n)s browser", "%(n)s browsers", count)
    if kind == "device_id":
        return say_n("%(n)s device", "%(n)s devices", count)
    return f"{language.formats.number(count)} × {kind_name(kind, language)}"


def level_name(level: str, language: Language) -> str:
    """Say how alike two values are."""
    return language.say(LEVELS[level]) if level in LEVELS else level


def stop_detail(detail: str, language: Language) -> str:
    r"""Say what a guard found.

    Examples
    --------
    >>> from parvis.web.language import load_languages
    >>> stop_detail("2 × user_id; at most 1", load_languages()["fr"])
    '2 × compte\u202f; 1 au plus'
    """
    for pattern, text in _DETAILS:
        found = re.fullmatch(pattern, detail)
        if found:
            told = found.groupdict()
            if "kind" in told:
                told["kind"] = kind_name(told["kind"], language)
            return language.say(text, **told) if told else language.say(text)
    return detail
