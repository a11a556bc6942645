"""Devices: serial numbers, network addresses, and the ids that systems give to apps.

References
----------
RFC 9562 (UUID); IEEE 802, EUI-48.
"""

from __future__ import annotations

import re
from typing import Final

from parvis.domain.identifiers.text import Norm

__all__ = ["DEVICE_KINDS", "device_norm"]

#: The kinds that name a device or an app on one.
DEVICE_KINDS: Final = frozenset({
    "advertising_id", "android.id", "android.idfa", "android_id", "device_id", "gaid", "idfa",
    "idfv", "ios.id", "ios.idfa", "mac", "mac_address", "serial", "serial_number",
})  # fmt: skip

_UUID: Final = re.compile(
    r"(?:urn:uuid:)?\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?"
)
_MAC: Final = re.compile(
    r"[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}"
)
_BARE_MAC: Final = re.compile(r"[0-9a-f]{12}")


def device_norm(kind: str, text: str) -> Norm:
    """Bring a device's identifier to the form in which it is compared.

    Parameters
    ----------
    kind
        One of `DEVICE_KINDS`; twelve bare digits are a network address only where it says so.
    text
        Cleaned.

    Examples
    --------
    >>> device_norm("device_id", "00-1B-44-11-3A-B7").normal
    '00:1b:44:11:3a:b7'
    >>> device_norm("device_id", "sn-0042a").normal
    'SN-0042A'
    """
    small = text.lower()
    if found := _UUID.fullmatch(small):
        return Norm(found[1])
    if _MAC.fullmatch(small) or (kind.startswith("mac") and _BARE_MAC.fullmatch(small)):
        digits = re.sub(r"[:.\-]", "", small)
        return Norm(":".join(digits[i : i + 2] for i in range(0, 12, 2)))
    return Norm(text.upper())
