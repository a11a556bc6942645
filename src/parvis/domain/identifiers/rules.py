"""What a workspace says of identifiers that concerns single ones."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from parvis.domain.settings import IdentitySettings

__all__ = ["NormRules"]


@dataclass(frozen=True, slots=True)
class NormRules:
    """By which rules identifiers are compared.

    Parameters
    ----------
    country
        ISO 3166 code: whose telephone numbers those without a country's number are.
    never_alone
        Kinds that link nothing.
    blocked
        Values that are nobody's; ``*`` stands for any signs.
    own_domains, own_phones
        The shop's own: role addresses of those domains, and those numbers, are nobody's.

    Examples
    --------
    >>> NormRules(blocked=("noreply@*",)).is_blocked("noreply@bank.example")
    True
    """

    country: str = "FR"
    never_alone: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    own_domains: tuple[str, ...] = ()
    own_phones: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: IdentitySettings) -> Self:
        """Take the rules from the section `[identity]` of parvis.toml."""
        return cls(
            settings.country,
            settings.never_alone,
            settings.blocked,
            settings.own_domains,
            settings.own_phones,
        )

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `as_text` wrote."""
        told = json.loads(text)
        country = told.pop("country")
        return cls(country, **{name: tuple(values) for name, values in told.items()})

    def as_text(self) -> str:
        """Write the rules as one line, to hand them to an engine."""
        return json.dumps(asdict(self), sort_keys=True)

    def blocked_pattern(self) -> str:
        """Return a regular expression that whole blocked values match; empty: there are none."""
        return _pattern(self.blocked)

    def is_blocked(self, value: str) -> bool:
        """Tell whether a value (in small letters) is on the list."""
        pattern = _pattern(self.blocked)
        return bool(pattern) and re.search(pattern, value) is not None


@lru_cache(maxsize=64)
def _pattern(blocked: tuple[str, ...]) -> str:
    each = [".*".join(map(re.escape, b.lower().split("*"))) for b in blocked]
    return f"^(?:{'|'.join(each)})$" if each else ""
