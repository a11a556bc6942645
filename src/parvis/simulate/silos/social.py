"""The networks: what reached the brand's inbox in the Fediverse, and Bluesky's stream.

References
----------
W3C, "ActivityPub" and "Activity Streams 2.0"; Mastodon, "ActivityPub" (documentation).
Bluesky, "Jetstream" and the lexicons app.bsky.feed.post, .like, .repost, app.bsky.actor.profile.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parvis.simulate.accounts import BLUESKY, BY_CRM, BY_MAIL, FEDIVERSE, Accounts
from parvis.simulate.happenings.voices import BRAND, Likes, Sayings, network_of
from parvis.simulate.names import Names
from parvis.simulate.scene import SECOND, Block, Scene
from parvis.simulate.texts import Texts
from parvis.simulate.writing import Format, Pen, chosen, words

__all__ = [
    "HOST",
    "SKY",
    "Conversation",
    "did_of",
    "handle_texts",
    "write_accounts",
    "write_conversations",
]

#: Where the Fediverse's accounts live, and the domain of Bluesky's handles.
HOST: Final = "social.example"
SKY: Final = "sky.example"

_MACROS_OF_IDS: Final = """
WITH told AS (SELECT *, 'https://{host}/users/' || username AS actor,
    'did:plc:' || translate(md5('did' || username)[1:24], '0189', 'wxyz') AS did FROM {table})
"""
_ACTOR: Final = """
SELECT '{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1"],'
    || '"id":"' || actor || '","type":"Person","preferredUsername":"' || username || '","name":'
    || quoted(named) || ',"summary":' || quoted('<p>' || about || '</p>') || ',"url":"https://{host}/@'
    || username || '","published":"' || iso(us) || '","attachment":['
    || CASE WHEN email IS NULL THEN '' ELSE '{"type":"PropertyValue","name":"Mail","value":'
        || quoted('<a href="mailto:' || email || '">' || email || '</a>') || '}' END
    || ']}' || chr(10) AS line
FROM told WHERE network = 0
"""
_PROFILE: Final = """
SELECT '{"did":"' || did || '","time_us":' || us || ',"kind":"identity","identity":{"did":"' || did
    || '","handle":"' || username || '.{sky}","seq":' || number || ',"time":"' || iso(us)
    || '"}}' || chr(10) || '{"did":"' || did || '","time_us":' || (us + 5000000)
    || ',"kind":"commit","commit":{"rev":"3k' || hex(number, 'rev')[1:11]
    || '","operation":"create","collection":"app.bsky.actor.profile","rkey":"self","record":{'
    || '"$type":"app.bsky.actor.profile","displayName":' || quoted(named) || ',"description":'
    || quoted(about || coalesce(' ' || email, '')) || '},"cid":"'
    || 'bafyrei' || translate(hex(number, 'cid'), '0189', 'wxyz') || '"}}' || chr(10) AS line
FROM told WHERE network = 1
"""
_NOTE: Final = """
SELECT '{"@context":"https://www.w3.org/ns/activitystreams","id":"' || id
    || '/activity","type":"Create","actor":"' || actor || '","published":"' || iso(us)
    || '","to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["' || actor
    || '/followers"],"object":{"id":"' || id || '","type":"Note","summary":null,"inReplyTo":'
    || coalesce('"' || parent_id || '"', 'null') || ',"published":"' || iso(us) || '","url":"'
    || replace(id, '/users/', '/@') || '","attributedTo":"' || actor
    || '","to":["https://www.w3.org/ns/activitystreams#Public"],"content":' || quoted(html)
    || ',"contentMap":{"' || language || '":' || quoted(html) || '},"attachment":[],"tag":['
    || tags || ']}}' || chr(10) AS line
FROM (SELECT *, '<p>' || replace(replace(replace(replace(body, '&', '&amp;'), '<', '&lt;'), '>',
    '&gt;'), chr(10), '<br>') || '</p>' AS html, list_aggregate(list_transform(list_distinct(
    regexp_extract_all(body, '#([[:alnum:]_]+)', 1)), lambda t : '{"type":"Hashtag","href":'
    || quoted('https://{host}/tags/' || lower(t)) || ',"name":' || quoted('#' || lower(t)) || '}'
    ), 'string_agg', ',') AS tags_found, coalesce(tags_found, '') AS tags FROM told)
"""
_POST: Final = """
SELECT '{"did":"' || did || '","time_us":' || (us + 300000) || ',"kind":"commit","commit":{"rev":"'
    || rkey || '","operation":"create","collection":"app.bsky.feed.post","rkey":"' || rkey
    || '","record":{"$type":"app.bsky.feed.post","createdAt":"' || iso(us) || '","langs":["'
    || language || '"]' || CASE WHEN parent_id IS NULL THEN '' ELSE
        ',"reply":{"parent":{"cid":"' || parent_cid || '","uri":"' || parent_id
        || '"},"root":{"cid":"' || parent_cid || '","uri":"' || parent_id || '"}}' END
    || ',"text":' || quoted(body) || '},"cid":"' || cid || '"}}' || chr(10) AS line
FROM told
"""
_FEDI_LIKE: Final = """
SELECT '{"@context":"https://www.w3.org/ns/activitystreams","id":"' || actor || '#'
    || CASE WHEN is_share THEN 'announces/' ELSE 'likes/' END || number || '","type":"'
    || CASE WHEN is_share THEN 'Announce' ELSE 'Like' END || '","actor":"' || actor
    || '","published":"' || iso(us) || '","object":"' || object || '"}' || chr(10) AS line
FROM told
"""
_SKY_LIKE: Final = """
SELECT '{"did":"' || did || '","time_us":' || (us + 250000) || ',"kind":"commit","commit":{"rev":"'
    || rkey || '","operation":"create","collection":"app.bsky.feed.'
    || CASE WHEN is_share THEN 'repost' ELSE 'like' END || '","rkey":"' || rkey
    || '","record":{"$type":"app.bsky.feed.' || CASE WHEN is_share THEN 'repost' ELSE 'like' END
    || '","createdAt":"' || iso(us) || '","subject":{"cid":"' || object_cid || '","uri":"'
    || object || '"}},"cid":"' || cid || '"}}' || chr(10) AS line
FROM told
"""
_DELETED: Final = """
SELECT '{"@context":"https://www.w3.org/ns/activitystreams","id":"' || id
    || '#delete","type":"Delete","actor":"' || actor || '","published":"' || iso(us + 7200000000)
    || '","object":{"id":"' || id || '","type":"Tombstone"}}' || chr(10) AS line
FROM told WHERE number % 97 = 3
"""
_UNDONE: Final = """
SELECT '{"did":"' || did || '","time_us":' || (us + 7200000000)
    || ',"kind":"commit","commit":{"rev":"' || rkey
    || 'd","operation":"delete","collection":"app.bsky.feed.post","rkey":"' || rkey || '"}}'
    || chr(10) AS line
FROM told WHERE number % 97 = 3
"""
_DIDS: Final = """
SELECT 'did:plc:' || translate(md5('did' || username)[1:24], '0189', 'wxyz') AS did FROM said
"""
_TIDS: Final = "234567abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is said on networks in a block, with its words and its ids."""

    said: Sayings
    likes: Likes
    texts: Texts
    network: NDArray[np.int64]
    ids: pa.StringArray


def write_accounts(scene: Scene, names: Names, accounts: Accounts, pen: Pen, folder: Path) -> int:
    """Write the profiles of all accounts.

    Returns
    -------
    int
        How many.
    """
    if not len(accounts):
        return 0
    whose = np.maximum(accounts.person, 0)
    rng = scene.seeds.of("profiles")
    about = ("café, livres, vélo", "coffee, books, bikes", "parle surtout de cuisine",
             "mostly about food and music", "photo, balades", "tea and long walks", "")  # fmt: skip
    joined = scene.midnights[0] - (rng.uniform(30, 1500, len(accounts)) * 86_400 * SECOND).astype(
        np.int64
    )
    full = pc.binary_join_element_wise(
        names.first.take(pa.array(whose)).cast(pa.string()),
        names.last.take(pa.array(whose)).cast(pa.string()),
        " ",
    )
    # who can be told by name shows it; others show the name of their account
    shown = pc.if_else(pa.array(accounts.leads > 0), full, accounts.username)
    table = pa.table(
        {
            "network": pa.array(accounts.network),
            "number": pa.array(np.arange(len(accounts))),
            "username": accounts.username,
            "named": shown,
            "about": words(rng.integers(0, len(about), len(accounts)), about),
            "email": chosen(accounts.leads == BY_MAIL, names.own_email.take(pa.array(whose))),
            "us": pa.array(joined),
        }
    )
    total = 0
    for query, path in (
        (_ACTOR, folder / "social" / "fediverse" / "actors.ndjson"),
        (_PROFILE, folder / "social" / "bluesky" / "profiles.ndjson"),
    ):
        total += pen.lines(path, {"said": table}, _filled(query))
    return total


def _filled(query: str) -> str:
    whole = _MACROS_OF_IDS.replace("{table}", "said") + query
    return whole.replace("{host}", HOST).replace("{sky}", SKY)


def handle_texts(accounts: Accounts, people: int) -> tuple[list[str | None], list[str | None]]:
    """Return the Fediverse's and Bluesky's handles that the CRM knows, one a person."""
    found: tuple[list[str | None], list[str | None]] = ([None] * people, [None] * people)
    known = np.flatnonzero(accounts.leads == BY_CRM)
    handles = accounts.username.take(pa.array(known)).to_pylist()
    for account, handle in zip(known.tolist(), handles, strict=True):
        network, person = int(accounts.network[account]), int(accounts.person[account])
        form = f"@{handle}@{HOST}" if network == FEDIVERSE else f"{handle}.{SKY}"
        found[network][person] = form
    return found


def tids(at: NDArray[np.int64], clock: NDArray[np.int64]) -> pa.StringArray:
    """Write moments as Bluesky's record keys: 13 signs that sort as the moments do.

    References
    ----------
    AT Protocol, "Timestamp Identifiers (TIDs)".
    """
    value = (at << 10) | (clock % 1024)
    signs = np.array(list(_TIDS))
    columns = [signs[(value >> (5 * (12 - i))) & 31] for i in range(13)]
    return pc.binary_join_element_wise(*(pa.array(c) for c in columns), "")


def converse(
    scene: Scene,
    accounts: Accounts,
    block: Block,
    told: tuple[Sayings, Likes, Texts],
    pen: Pen,
) -> Conversation:
    """Give everything that is said its id."""
    said, likes, texts = told
    place = np.arange(len(said))
    network = network_of(accounts, said.author, np.where(said.root >= 0, said.root, place))
    number = (block.number + 1) * 1_000_000_000 + place
    username = _usernames(scene, accounts, said.author)
    statuses = pc.binary_join_element_wise(
        f"https://{HOST}/users/", username, "/statuses/", pa.array(number).cast(pa.string()), ""
    )
    uris = pc.binary_join_element_wise(
        "at://", _dids(username, pen), "/app.bsky.feed.post/", tids(said.at, place), ""
    )
    ids = pc.if_else(pa.array(network == FEDIVERSE), statuses, uris)
    return Conversation(said, likes, texts, network, ids)


def _usernames(scene: Scene, accounts: Accounts, author: NDArray[np.int64]) -> pa.StringArray:
    known = pa.concat_arrays([accounts.username, pa.array([scene.world.brand.handle])])
    return known.take(pa.array(np.where(author == BRAND, len(accounts), author)))


def did_of(username: str) -> str:
    """Return the DID of an account on Bluesky, as the engine makes it."""
    digest = hashlib.md5(f"did{username}".encode(), usedforsecurity=False).hexdigest()
    return "did:plc:" + digest[:24].translate(str.maketrans("0189", "wxyz"))


def _dids(username: pa.StringArray, pen: Pen) -> pa.StringArray:
    return pen.columns({"said": pa.table({"username": username})}, _DIDS)["did"].combine_chunks()


def write_conversations(
    scene: Scene,
    accounts: Accounts,
    block: Block,
    talk: Conversation,
    pen: Pen,
    folder: Path,
    form: Format,
) -> int:
    """Write what is said in a block: posts, replies, likes, shares, some taken back.

    Returns
    -------
    int
        How many activities.
    """
    total = 0
    for network, queries, place in (
        (FEDIVERSE, (_NOTE, _DELETED, _FEDI_LIKE), ("fediverse", "activities")),
        (BLUESKY, (_POST, _UNDONE, _SKY_LIKE), ("bluesky", "jetstream")),
    ):
        said = _said(scene, accounts, block, talk, network)
        liked = _liked(scene, accounts, block, talk, network)
        stem = folder / "social" / place[0] / f"{place[1]}-{block.number + 1:04d}"
        parts = [
            pen.columns({"said": table}, _filled(query))["line"]
            for query, table in zip(queries, (said, said, liked), strict=True)
        ]
        lines = pa.chunked_array([c for p in parts for c in p.chunks], pa.string())
        # a stream is in order of time; what is deleted later stands at the end here too
        total += len(lines)
        if form == "parquet":
            pen.parquet(
                stem.with_suffix(".parquet"),
                {"said": pa.table({"line": lines})},
                "SELECT rtrim(line, chr(10)) AS document FROM said",
            )
        else:
            pen.lines(stem.with_suffix(".ndjson"), {"said": pa.table({"line": lines})}, "FROM said")
    return total


def _said(
    scene: Scene, accounts: Accounts, block: Block, talk: Conversation, network: int
) -> pa.Table:
    which = np.flatnonzero(talk.network == network)
    said = talk.said
    parent = said.parent[which]
    here = pa.array(which)
    names = words(said.language[which].astype(np.int64), ["fr", "en"])
    return pa.table(
        {
            "number": pa.array(block.number * 1_000_000_000 + which),
            "username": _usernames(scene, accounts, said.author[which]),
            "us": pa.array(said.at[which]),
            "id": talk.ids.take(here),
            "parent_id": chosen(parent >= 0, talk.ids.take(pa.array(np.maximum(parent, 0)))),
            "rkey": tids(said.at[which], which),
            "cid": _cids(block, which),
            "parent_cid": _cids(block, np.maximum(parent, 0)),
            "language": names,
            "body": pc.cast(talk.texts.body, pa.string()).take(here),
        }
    )


def _liked(
    scene: Scene, accounts: Accounts, block: Block, talk: Conversation, network: int
) -> pa.Table:
    likes = talk.likes
    which = np.flatnonzero(talk.network[likes.said] == network)
    return pa.table(
        {
            "number": pa.array((block.number + 1) * 1_000_000_000 + which),
            "username": _usernames(scene, accounts, likes.author[which]),
            "us": pa.array(likes.at[which]),
            "is_share": pa.array(likes.is_share[which]),
            "object": talk.ids.take(pa.array(likes.said[which])),
            "object_cid": _cids(block, likes.said[which]),
            "rkey": tids(likes.at[which], which + 512),
            "cid": _cids(block, which + 500_000_000),
        }
    )


def _cids(block: Block, place: NDArray[Any]) -> pa.StringArray:
    """Name contents: as long and as strange as real ones, but no hash of anything."""
    from parvis.simulate.happenings.orders import mixed

    signs = np.array(list("abcdefghijklmnopqrstuvwxyz234567"))
    state = mixed(place.astype(np.uint64) + np.uint64((block.number + 1) << 32))
    columns = []
    for part in range(4):
        state = mixed(state + np.uint64(part + 1))
        columns += [signs[(state >> np.uint64(5 * i)) & np.uint64(31)] for i in range(12)]
    return pc.binary_join_element_wise("bafyreia", *(pa.array(c) for c in columns), "")
