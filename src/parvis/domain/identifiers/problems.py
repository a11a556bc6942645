"""Why an identifier can't be compared, and so links nothing."""

from __future__ import annotations

from typing import Final

__all__ = [
    "BAD_KIND",
    "BLOCKED",
    "CONTROL",
    "EMPTY",
    "FAKE",
    "INVISIBLE",
    "LOOK_ALIKE",
    "MEANINGS",
    "NEVER_ALONE",
    "NOT_AN_EMAIL",
    "NOT_A_HANDLE",
    "NOT_A_PHONE",
    "TOO_LONG",
]

EMPTY: Final = "empty"
TOO_LONG: Final = "too_long"
CONTROL: Final = "control_characters"
INVISIBLE: Final = "invisible_characters"
LOOK_ALIKE: Final = "look_alike"
NOT_AN_EMAIL: Final = "not_an_email"
NOT_A_PHONE: Final = "not_a_phone"
NOT_A_HANDLE: Final = "not_a_handle"
BAD_KIND: Final = "bad_kind"
NEVER_ALONE: Final = "never_alone"
BLOCKED: Final = "blocked"
FAKE: Final = "fake"

#: What each reason means, and what to do.
MEANINGS: Final = {
    EMPTY: "nothing but white space",
    TOO_LONG: "longer than 512 signs: not an identifier; mend what writes it",
    CONTROL: "control characters or broken signs in it: mend its encoding",
    INVISIBLE: "zero-width or direction signs in it: write it again by hand",
    LOOK_ALIKE: "letters of two alphabets that look alike (a Cyrillic а in a Latin address)",
    NOT_AN_EMAIL: "not the form of a mail address",
    NOT_A_PHONE: "not a number that the country's plan has; see identity.country",
    NOT_A_HANDLE: "not an account's name or address on that network",
    BAD_KIND: "its kind is empty, too long or unreadable",
    NEVER_ALONE: "a kind that many persons share; see identity.never_alone",
    BLOCKED: "the shop's own or a robot's; see identity.blocked, own_domains and own_phones",
    FAKE: "stands where an identifier is missing: null, anonymous, 00000000, test@test.com",
}
