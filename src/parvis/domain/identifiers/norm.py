"""Any identifier brought to the form in which it is compared."""

from __future__ import annotations

import re
from typing import Final

from parvis.domain.event import ANONYMOUS_ID, EMAIL, USER_ID
from parvis.domain.identifiers.devices import DEVICE_KINDS, device_norm
from parvis.domain.identifiers.emails import email_norm
from parvis.domain.identifiers.fakes import is_fake
from parvis.domain.identifiers.handles import HANDLE_KINDS, handle_norm
from parvis.domain.identifiers.phones import phone_norm
from parvis.domain.identifiers.problems import BAD_KIND, BLOCKED, EMPTY, FAKE, NEVER_ALONE
from parvis.domain.identifiers.rules import NormRules
from parvis.domain.identifiers.text import Norm, cleaned

__all__ = ["EMAIL_KINDS", "PHONE_KINDS", "RECORD_KINDS", "Normaliser", "norm_of"]

#: The kinds that are mail addresses and telephone numbers.
EMAIL_KINDS: Final = frozenset({EMAIL, "e-mail", "email_address", "mail"})
PHONE_KINDS: Final = frozenset({"mobile", "phone", "phone_number", "telephone", "whatsapp"})
#: The kinds that are numbers of a silo's own books.
RECORD_KINDS: Final = frozenset({USER_ID, "contact_id"})

_KIND: Final = re.compile(r"[^\W_][\w .:/-]{0,63}")
#: Written by machines: two of them are one only where they are written alike.
_EXACT: Final = RECORD_KINDS | {ANONYMOUS_ID}


class Normaliser:
    """Brings identifiers to the form in which they are compared, by a workspace's rules.

    Parameters
    ----------
    rules
        The workspace's.

    Examples
    --------
    >>> Normaliser(NormRules(country="FR")).norm("phone", "06 39 98 12 34").normal
    '+33639981234'
    """

    def __init__(self, rules: NormRules) -> None:
        self.rules = rules
        self._never_alone = frozenset(k.lower() for k in rules.never_alone)
        told = (phone_norm(p, rules.country).normal for p in rules.own_phones)
        self._own_phones = frozenset(filter(None, told))

    def norm(self, kind: str, value: str | None) -> Norm:
        """Return an identifier as it is compared, or why it can't be.

        Never raises, whatever the text: what it can't read has a problem.
        """
        small_kind = kind.lower()
        if not _KIND.fullmatch(kind):
            return Norm(None, BAD_KIND)
        if value is None:
            return Norm(None, EMPTY)
        told = cleaned(value, exact=small_kind in _EXACT)
        if told.normal is None:
            return told
        if small_kind in self._never_alone:
            return Norm(None, NEVER_ALONE)
        is_record = small_kind in RECORD_KINDS
        small = told.normal.lower()
        if is_fake(small, is_record=is_record):
            return Norm(None, FAKE)
        if self.rules.is_blocked(small):
            return Norm(None, BLOCKED)
        found = self._by_kind(small_kind, told.normal)
        # @null, 02-00-00-00-00-00
        if found.normal and is_fake(found.normal.lower(), is_record=is_record):
            return Norm(None, FAKE)
        return found

    def _by_kind(self, kind: str, text: str) -> Norm:
        if kind in EMAIL_KINDS:
            return email_norm(text, self.rules)
        if kind in PHONE_KINDS:
            found = phone_norm(text, self.rules.country)
            return Norm(None, BLOCKED) if found.normal in self._own_phones else found
        if kind in HANDLE_KINDS:
            return handle_norm(kind, text)
        if kind in DEVICE_KINDS:
            return device_norm(kind, text)
        return Norm(text)


def norm_of(kind: str, value: str | None, rules: NormRules) -> Norm:
    """Return one identifier as it is compared, or why it can't be.

    Examples
    --------
    >>> norm_of("email", " Ann@Firm.example ", NormRules())
    Norm(normal='ann@firm.example', problem=None)
    >>> norm_of("email", "ann", NormRules())
    Norm(normal=None, problem='not_an_email')
    """
    return Normaliser(rules).norm(kind, value)
