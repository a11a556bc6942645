"""Accounts on networks: an @name, an address of a profile and a bare name are one handle.

References
----------
RFC 7565 (``acct:``) and RFC 7033 (WebFinger); W3C, "ActivityPub"; atproto, "Handle" and "DID";
the networks' own pages on what names they allow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from parvis.domain.identifiers.emails import host_norm
from parvis.domain.identifiers.problems import NOT_A_HANDLE
from parvis.domain.identifiers.text import Norm

__all__ = ["HANDLE_KINDS", "handle_norm"]


@dataclass(frozen=True, slots=True)
class _Network:
    hosts: tuple[str, ...]
    name: re.Pattern[str]
    #: What stands before the name in a profile's address.
    before: tuple[str, ...] = ()
    #: First parts of other addresses.
    pages: frozenset[str] = frozenset()


def _network(hosts: str, name: str, before: str = "", pages: str = "") -> _Network:
    return _Network(
        tuple(hosts.split()), re.compile(name), tuple(before.split()), frozenset(pages.split())
    )


_X: Final = _network(
    "x.com twitter.com",
    r"[a-z0-9_]{1,15}",
    pages="i home search explore hashtag intent share settings messages notifications",
)
_TELEGRAM: Final = _network("t.me telegram.me", r"[a-z][a-z0-9_]{3,31}", "s", "joinchat c")
_NETWORKS: Final = {
    "twitter": _X,
    "x": _X,
    "instagram": _network(
        "instagram.com", r"[a-z0-9_.]{1,30}", pages="p reel reels stories explore tv accounts"
    ),
    "threads": _network("threads.net threads.com", r"[a-z0-9_.]{1,30}", pages="t search"),
    "facebook": _network(
        "facebook.com fb.com fb.me",
        r"[a-z0-9.]{1,50}",
        pages="groups pages watch share sharer sharer.php events marketplace photo photo.php "
        "story.php permalink.php hashtag people login login.php",
    ),
    "tiktok": _network("tiktok.com", r"[a-z0-9_.]{2,24}", pages="tag music discover explore"),
    "youtube": _network(
        "youtube.com", r"[\w.·-]{3,100}", "c user", "watch shorts playlist results embed feed live"
    ),
    "linkedin": _network(
        "linkedin.com", r"[\w-]{3,100}", "in company school", "feed posts jobs groups pulse"
    ),
    "pinterest": _network("pinterest.com pinterest.fr", r"[a-z0-9_]{3,30}", pages="pin search"),
    "reddit": _network("reddit.com", r"[a-z0-9_-]{3,20}", "user u", "r"),
    "telegram": _TELEGRAM,
    "github": _network("github.com", r"[a-z0-9-]{1,39}"),
}

#: The kinds that name an account on a network.
HANDLE_KINDS: Final = frozenset(_NETWORKS) | {
    "activitypub",
    "bluesky",
    "bluesky_handle",
    "fediverse",
    "mastodon",
}

_CHANNEL: Final = re.compile(r"UC[\w-]{22}")
_USER: Final = re.compile(r"[^\W_](?:[\w.-]{0,62}\w)?|_[\w.-]{0,62}\w")
_DID: Final = re.compile(r"did:[a-z0-9]{1,32}:[A-Za-z0-9._:%-]{1,256}")
_SKY_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}(?:\.[a-z0-9][a-z0-9-]{0,62})+")
_ACTORS: Final = ("users", "u", "user", "profile", "accounts")
_NUMBERED: Final = re.compile(r"(?:^|&)id=(\d{1,20})(?:&|$)")


def handle_norm(kind: str, text: str) -> Norm:
    """Bring an account's name to the form in which it is compared.

    Parameters
    ----------
    kind
        One of `HANDLE_KINDS`.
    text
        Cleaned: a name with or without @, or the address of a profile.

    Examples
    --------
    >>> handle_norm("fediverse", "https://Social.example/@Ann").normal
    'ann@social.example'
    >>> handle_norm("instagram", "https://www.instagram.com/Ann.Lee/?hl=fr").normal
    'ann.lee'
    """
    if kind == "activitypub":
        found = _actor(text)
    elif kind in ("fediverse", "mastodon"):
        found = _fediverse(text)
    elif kind in ("bluesky", "bluesky_handle"):
        found = _bluesky(text)
    else:
        found = _named(kind, _NETWORKS[kind], text)
    return Norm(found) if found else Norm(None, NOT_A_HANDLE)


def _parts(text: str) -> tuple[str, list[str], str] | None:
    """Take an address apart: host, path in its parts, query; None where it isn't one."""
    try:
        url = urlsplit(text)
        host = url.hostname
    except ValueError:
        return None
    if url.scheme.lower() not in ("http", "https") or not host:
        return None
    return host.lower(), [p for p in unquote(url.path).split("/") if p], url.query


def _actor(text: str) -> str | None:
    try:
        url = urlsplit(text)
        host = url.hostname
    except ValueError:
        return None
    if not url.scheme or (url.scheme in ("http", "https") and not host):
        return None
    # of the rest every sign counts: it is a name, though it looks like an address
    return url._replace(scheme=url.scheme.lower(), netloc=url.netloc.lower()).geturl()


def _fediverse(text: str) -> str | None:
    if "://" in text:
        address = _parts(text)
        if address is None:
            return None
        host, path, _ = address
        if path and path[0].startswith("@"):
            told = path[0]
        elif len(path) > 1 and path[0] in _ACTORS:
            told = path[1]
        else:
            return None
        # how a server shows an account of another one
        user, _, elsewhere = told.removeprefix("@").partition("@")
        host = elsewhere or host
    else:
        told = text.lower().removeprefix("acct:").strip().removeprefix("@")
        user, _, host = told.partition("@")
    named = host_norm(host)
    user = user.lower()
    return f"{user}@{named}" if named and _USER.fullmatch(user) else None


def _bluesky(text: str) -> str | None:
    told = text.removeprefix("at://").removeprefix("@")
    if "://" in told:
        address = _parts(told)
        if address is None or len(address[1]) < 2 or address[1][0] != "profile":
            return None
        told = address[1][1]
    told = told.partition("/")[0]
    if _DID.fullmatch(told):
        return told
    # a domain, but servers of one's own let an underscore pass
    if "_" in told and _SKY_NAME.fullmatch(told.lower()):
        return told.lower()
    return host_norm(told)


def _named(kind: str, network: _Network, text: str) -> str | None:
    told = text
    address = text if "://" in text else f"https://{text}"
    parts = _parts(address) if "/" in text else None
    if parts:
        host, path, query = parts
        if not any(host == h or host.endswith(f".{h}") for h in network.hosts) or not path:
            return None
        if path[0] == "profile.php" and kind == "facebook":
            found = _NUMBERED.search(query)
            return found[1] if found else None
        if path[0] == "channel" and len(path) > 1 and _CHANNEL.fullmatch(path[1]):
            return path[1]
        if path[0].lower() in network.pages:
            return None
        told = path[1] if path[0] in network.before and len(path) > 1 else path[0]
    if kind == "youtube" and _CHANNEL.fullmatch(told):
        return told
    name = told.removeprefix("@").lower()
    if kind == "facebook":
        # dots make no other name there
        name = name.replace(".", "")
    return name if network.name.fullmatch(name) else None
