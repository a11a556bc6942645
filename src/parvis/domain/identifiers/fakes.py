"""What silos write where there is no identifier.

References
----------
The lists of ids that other systems refuse to merge on: RudderStack's and PostHog's
documentation ("anonymous", "guest", "distinct_id", "not_authenticated", "[object Object]", …);
Apple's and Google's documentation of advertising ids: all zeros where tracking is refused.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = [
    "FAKE_LOCAL_PARTS",
    "FAKE_WORDS",
    "NO_VALUE",
    "NUMBER_RUNS",
    "is_fake",
    "is_fake_email",
]

#: In small letters, of any kind.
FAKE_WORDS: Final = frozenset({
    "-", "--", "---", "?", "-1", "(none)", "(not set)", "(null)", "<null>", "[]", "{}", "[null]",
    "[object object]", "anonyme", "anonymous", "anonymous_id", "anonymousid", "aucun", "blank",
    "customer_id", "default", "deleted", "device_id", "deviceid", "distinct_id", "distinctid",
    "email", "empty", "false", "guest", "id", "inconnu", "infinity", "invalid", "missing", "n.a.",
    "n/a", "na", "nan", "nil", "no_id", "none", "not available", "not set", "not_authenticated",
    "not_set", "nothing", "null", "phone", "redacted", "removed", "tbd", "test", "todo", "true",
    "undefined", "unknown", "user", "user_id", "userid", "username", "vide", "visitor", "void",
})  # fmt: skip

#: Nothing but zeros or but f: no cookie, no advertising id, no network address.
NO_VALUE: Final = re.compile(r"^[{(\[]?(?:(?=[^0]*0)[0\s:.\-]+|(?:ff[:.\-]?){4,16})[})\]]?$")

#: Typed along the keys; and what phones give instead of their network address
NUMBER_RUNS: Final = frozenset({
    "12345678", "123456789", "1234567890", "0123456789", "01234567", "87654321", "987654321",
    "9876543210", "02:00:00:00:00:00", "020000000000",
})  # fmt: skip
_ONE_SIGN: Final = re.compile(r"^(.)\1{5,}$")

#: Before or after the @ of an address that nobody reads.
FAKE_LOCAL_PARTS: Final = frozenset({
    "a", "aa", "aaa", "aaaa", "abc", "anonymous", "asdf", "azerty", "demo", "domain", "domaine",
    "email", "example", "exemple", "fake", "foo", "bar", "guest", "mail", "na", "name", "no",
    "nobody", "noemail", "nomail", "none", "null", "pasdemail", "qwerty", "sample", "sans",
    "test", "tests", "test1", "teste", "toto", "undefined", "unknown", "user", "x", "xx", "xxx",
    "xxxx",
})  # fmt: skip


def is_fake(value: str, *, is_record: bool) -> bool:
    """Tell whether a value in small letters stands for a missing one.

    Parameters
    ----------
    value
        Trimmed, in small letters.
    is_record
        Whether it is a number of a silo's own books: 123456789 and 222222 are some there.

    Examples
    --------
    >>> is_fake("00000000-0000-0000-0000-000000000000", is_record=False)
    True
    """
    if value in FAKE_WORDS or NO_VALUE.match(value):
        return True
    return not is_record and (value in NUMBER_RUNS or _ONE_SIGN.match(value) is not None)


def is_fake_email(local: str, domain: str) -> bool:
    """Tell whether a mail address is one that people invent in forms (``test@test.com``)."""
    return local in FAKE_LOCAL_PARTS and domain.partition(".")[0] in FAKE_LOCAL_PARTS
