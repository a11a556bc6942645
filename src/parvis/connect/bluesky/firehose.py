"""The firehose of a server of atproto: each commit as it is made, from a place on.

References
----------
atproto, "Event Stream" (frames of two CBOR items), "Repository" (commits and CAR blocks), "Data
Model" (links are CBOR tag 42); the lexicon com.atproto.sync.subscribeRepos.
"""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import cbor2
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from parvis.connect.moments import read_moment
from parvis.errors import ConnectorError, PeerUnreachable

__all__ = ["frame_messages", "listen"]

_LARGEST: Final = 8 << 20
_OPEN_SECONDS: Final = 10.0
#: Where nothing comes for so long, all that there is has come.
_QUIET_SECONDS: Final = 2.0
#: A visit's share; the next one goes on from there.
_LONGEST_SECONDS: Final = 60.0
_MOST_FRAMES: Final = 50_000
_SHA256_CID: Final = 36
_LINK_TAG: Final = 42
_KEPT: Final = ("app.bsky.feed.", "app.bsky.graph.follow", "app.bsky.actor.profile")


def listen(address: str, after: int) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Hear what was committed after a place, until it is quiet or a minute is over.

    Parameters
    ----------
    address
        Of the server.
    after
        The number of the last frame that was read; 0: from the oldest that the server keeps.

    Yields
    ------
    tuple
        A frame's number, and its messages in the Jetstream's form.

    Raises
    ------
    PeerUnreachable
        The connection fails.
    """
    parts = urlsplit(address)
    scheme = "wss" if parts.scheme == "https" else "ws"
    place = f"{scheme}://{parts.netloc}/xrpc/com.atproto.sync.subscribeRepos"
    until = time.monotonic() + _LONGEST_SECONDS
    try:
        with connect(
            f"{place}?cursor={after}",
            max_size=_LARGEST,
            open_timeout=_OPEN_SECONDS,
        ) as socket:
            for _ in range(_MOST_FRAMES):
                try:
                    frame = socket.recv(timeout=_QUIET_SECONDS)
                except TimeoutError:
                    return
                if isinstance(frame, bytes):
                    number, messages = frame_messages(frame)
                    if number is not None:
                        yield number, messages
                if time.monotonic() > until:
                    return
    except (WebSocketException, OSError) as error:
        raise PeerUnreachable(
            f"The firehose of {parts.netloc} broke off ({type(error).__name__}: {error}).",
            "Check that the address is that of a server (PDS or relay); it is tried again.",
        ) from error


def frame_messages(frame: bytes) -> tuple[int | None, list[dict[str, Any]]]:
    """Read one frame.

    Returns
    -------
    tuple
        Its number (null: it has none) and its messages in the Jetstream's form; records of
        other applications are left out.

    Raises
    ------
    ConnectorError
        The server says that it can't go on from that place.
    """
    try:
        decoder = cbor2.CBORDecoder(io.BytesIO(frame))
        head, body = decoder.decode(), decoder.decode()
    except (cbor2.CBORDecodeError, ValueError, RecursionError, MemoryError):
        return None, []
    if not isinstance(head, Mapping) or not isinstance(body, Mapping):
        return None, []
    if head.get("op") == -1:
        raise ConnectorError(
            f"The firehose refuses: {body.get('error')}: {body.get('message', '')}.",
            "If its numbers began anew, remove the connector and add it under another name.",
        )
    number = body.get("seq")
    if not isinstance(number, int):
        return None, []
    seen = read_moment(str(body.get("time", "")), "UTC")
    stamp = {"time_us": int(seen.timestamp() * 1_000_000)} if seen else {}
    if head.get("t") == "#commit":
        return number, [{**m, **stamp} for m in _commits(body)]
    did, kind = body.get("did"), str(head.get("t", "")).removeprefix("#")
    wanted = ("handle",) if kind == "identity" else ("active", "status")
    if kind not in ("identity", "account") or not isinstance(did, str):
        return number, []
    told = {n: body[n] for n in ("did", "seq", "time", *wanted) if n in body}
    if (kind == "identity" and "handle" not in told) or told.get("active") is True:
        return number, []
    return number, [{"did": did, "kind": kind, kind: told, **stamp}]


def _commits(body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    blocks = body.get("blocks")
    found = _blocks(blocks) if isinstance(blocks, bytes) else {}
    for op in body.get("ops") or []:
        collection, _, key = str(op.get("path", "")).partition("/")
        action = op.get("action")
        if not collection.startswith(_KEPT) or action not in ("create", "update", "delete"):
            continue
        told = {
            "rev": body.get("rev"),
            "operation": action,
            "collection": collection,
            "rkey": key,
        }
        if action != "delete":
            record = _record(found.get(_cid(op.get("cid")), b""))
            if record is None:
                continue
            told["record"] = record
        yield {"did": body.get("repo"), "kind": "commit", "commit": told}


def _blocks(car: bytes) -> dict[bytes, bytes]:
    """Return the blocks of a CAR file by their CID."""
    found: dict[bytes, bytes] = {}
    length, place = _varint(car, 0)
    place += length
    while place < len(car):
        length, start = _varint(car, place)
        place = start + length
        if length < _SHA256_CID or place > len(car):
            break
        cid = car[start : start + _SHA256_CID]
        found[cid] = car[start + _SHA256_CID : place]
    return found


def _varint(content: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while place < len(content) and shift < 63:
        byte = content[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
    return value, place


def _cid(link: object) -> bytes:
    # a link is written with a zero before it
    held = link.value if isinstance(link, cbor2.CBORTag) and link.tag == _LINK_TAG else b""
    return held[1:] if isinstance(held, bytes) else b""


def _record(block: bytes) -> dict[str, Any] | None:
    try:
        found = cbor2.loads(block) if block else None
    except (cbor2.CBORDecodeError, ValueError, RecursionError, MemoryError):
        return None
    plain = _plain(found)
    return plain if isinstance(plain, dict) else None


def _plain(value: Any) -> Any:
    """Write CBOR's values as atproto writes them in JSON."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, cbor2.CBORTag):
        text = base64.b32encode(_cid(value)).decode().lower().rstrip("=")
        return {"$link": f"b{text}"}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode().rstrip("=")}
    return value if isinstance(value, (str, int, bool, type(None))) else str(value)
