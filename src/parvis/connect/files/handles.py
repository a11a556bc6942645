"""Columns that tell a customer's accounts on networks. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.files.contracts import FileMapping

__all__ = ["HANDLES", "handles_of"]

#: The fields that tell accounts, and how a value must look to be one. A column of that name
#: may as well say whether somebody is there, or count those who follow them.
HANDLES: Final = {
    "fediverse": r"^(?:acct:)?@?[\w.-]+@[\w-]+(?:\.[\w-]+)+$|^https?://[^\s/]+/(?:@|users/)[^\s/]+",
    "bluesky": r"^@?[\w-]+(?:\.[\w-]+)+$|^(?:at://)?did:[a-z]+:\S+$|^https?://bsky\.app/profile/",
    "twitter": r"^@?\w{2,15}$|^(?:https?://)?(?:\w+\.)?(?:twitter|x)\.com/@?\w+",
    "instagram": r"^@?[\w.]{2,30}$|^(?:https?://)?(?:\w+\.)?instagram\.com/[\w.]+",
    "facebook": r"^@?[\w.]{5,50}$|^(?:https?://)?(?:\w+\.)?(?:facebook|fb)\.com/[\w.]+",
}
_ANSWERS: Final = (
    "yes", "no", "oui", "non", "true", "false", "vrai", "faux", "none", "null", "aucun", "unknown",
    "inconnu", "active", "inactive", "actif", "inactif", "twitter", "instagram", "facebook",
)  # fmt: skip


def handles_of(rows: ir.Table, mapping: FileMapping) -> dict[str, ir.StringValue]:
    """Take the accounts that a file of customers tells.

    Parameters
    ----------
    rows
        Parsed rows, with a column ``f_…`` for each field.
    mapping
        Which fields the file has.

    Returns
    -------
    dict
        Kinds of identifiers and their values, spelled as the networks' own importers do; null
        where there is no account. Bluesky's is `bluesky` (a DID) or `bluesky_handle`.
    """
    none = ibis.null("string")
    found = {}
    for field, looks in HANDLES.items():
        if not mapping.has(field):
            continue
        told = rows[f"f_{field}"].strip()
        small = told.lower()
        good = told.re_search(looks) & small.notin(_ANSWERS) & ~told.re_search(r"^[\d\W]+$")
        found[field] = ibis.ifelse(good, told, none)
    if "fediverse" in found:
        told = found["fediverse"].re_replace("^acct:", "")
        named = "@" + told.re_replace("^@", "").lower()
        found["fediverse"] = ibis.ifelse(told.contains("://"), told, named)
    if "bluesky" in found:
        told = found["bluesky"].re_replace("^(https?://bsky.app/profile/|at://|@)", "")
        is_did = told.startswith("did:")
        found["bluesky_handle"] = ibis.ifelse(is_did, none, told.lower())
        found["bluesky"] = ibis.ifelse(is_did, told, none)
    return found
