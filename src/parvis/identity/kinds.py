"""What the kinds of identifiers are worth: whom they name, and how firmly they tie.

The bits are an order, agreed on and not measured: what a silo states of its own books comes
first, then what people give themselves (an address), then what only their device says. Where a
customer breaks a limit the weakest links are cut first.
"""

from __future__ import annotations

from typing import Final

from parvis.domain.event import ANONYMOUS_ID, DEVICE_ID, EMAIL, USER_ID

__all__ = [
    "ACCOUNTS",
    "CONTACT_ID",
    "LAST_RANK",
    "PHONE",
    "RANKS",
    "RECORDS",
    "SAME_ACCOUNT",
]

#: A contact's own number in a CRM.
CONTACT_ID: Final = "contact_id"

#: A telephone number.
PHONE: Final = "phone"

#: The kinds by which a silo names one person of its own books; who has one is known.
RECORDS: Final = (USER_ID, CONTACT_ID)

#: The kinds that name an account on a network.
ACCOUNTS: Final = ("activitypub", "bluesky", "fediverse", "bluesky_handle", "reviewer")

#: Two names of one and the same account.
SAME_ACCOUNT: Final = (("activitypub", "fediverse"), ("bluesky", "bluesky_handle"))

_IN_ORDER: Final = (USER_ID, CONTACT_ID, EMAIL, PHONE, *ACCOUNTS, DEVICE_ID)

#: A customer is named after the identifier of the lowest rank.
RANKS: Final = {kind: place for place, kind in enumerate(_IN_ORDER)} | {ANONYMOUS_ID: 90}

#: The rank of a kind that isn't listed.
LAST_RANK: Final = 50

#: How strong an alias is, which a silo states on purpose; in bits, as all that follow.
ALIAS_BITS: Final = 40.0
#: Two identifiers of a silo's own books, or two names of one account.
STATED_BITS: Final = 30.0
#: What ties an identifier to a record, by its kind.
TO_A_RECORD_BITS: Final = {EMAIL: 20.0, PHONE: 18.0, DEVICE_ID: 16.0, ANONYMOUS_ID: 14.0}
OTHERS_TO_A_RECORD_BITS: Final = 15.0
#: An address that people give themselves, with anything but a browser.
BY_ADDRESS_BITS: Final = 14.0
BOTH_ADDRESSES_BITS: Final = 12.0
BY_BROWSER_BITS: Final = 10.0
ELSE_BITS: Final = 8.0
#: Being seen together more often adds up to this much.
MOST_BITS_FOR_OFTEN: Final = 6.0
