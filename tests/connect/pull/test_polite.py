"""Requests that keep to what a server asks."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from parvis.connect.pull.polite import Patience, PoliteClient
from parvis.errors import ConnectorError, PeerBusy, PeerRefused, PeerUnreachable
from tests.connect.pull.serving import Asked, Given, served

QUICK = Patience(pause_seconds=0, tries=3, first_wait_seconds=1, longest_wait_seconds=30)


class Peer:
    """Answers in turn, and remembers what it was asked and how long was slept."""

    def __init__(self, *answers: httpx.Response | Exception, patience: Patience = QUICK) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.slept: list[float] = []
        transport = httpx.MockTransport(self.answer)
        self.client = PoliteClient({}, patience, transport, self.slept.append)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(given, Exception):
            raise given
        return given


def test_what_did_not_change_is_asked_for_only_if_it_did():
    tagged = httpx.Response(200, headers={"etag": '"1"', "last-modified": "x"}, content=b"a")
    peer = Peer(tagged, httpx.Response(304))
    assert peer.client.get("https://a.example/", if_changed=True).content == b"a"
    assert not peer.client.get("https://a.example/", if_changed=True).is_there
    assert peer.asked[1].headers["if-none-match"] == '"1"'
    assert peer.asked[1].headers["if-modified-since"] == "x"
    # who wants all of it gets it
    peer.client.get("https://a.example/")
    assert "if-none-match" not in peer.asked[2].headers


def test_it_waits_as_long_as_it_is_asked_to():
    peer = Peer(httpx.Response(429, headers={"retry-after": "7"}), httpx.Response(200))
    assert peer.client.get("https://a.example/").status == 200
    assert peer.slept == [7.0]


@pytest.mark.parametrize("form", ["seconds", "date", "reset"])
def test_a_long_wait_ends_the_visit(form):
    again = datetime.now(UTC) + timedelta(minutes=10)
    headers = {
        "seconds": {"retry-after": "600"},
        "date": {"retry-after": again.strftime("%a, %d %b %Y %H:%M:%S GMT")},
        "reset": {"x-ratelimit-reset": again.isoformat()},
    }[form]
    peer = Peer(httpx.Response(429, headers=headers))
    with pytest.raises(PeerBusy) as caught:
        peer.client.get("https://a.example/")
    assert abs((caught.value.again_at - again).total_seconds()) < 5
    assert not peer.slept


def test_waits_double_up_to_a_ceiling():
    patience = Patience(pause_seconds=0, tries=5, first_wait_seconds=1, longest_wait_seconds=3)
    peer = Peer(httpx.Response(502, content=b"bad gateway"), patience=patience)
    with pytest.raises(PeerUnreachable, match="502: bad gateway"):
        peer.client.get("https://a.example/")
    assert [round(s / b, 1) for s, b in zip(peer.slept, (1, 2, 3, 3), strict=True)] == [
        pytest.approx(1, abs=0.2)
    ] * 4


def test_a_connection_that_fails_is_tried_again():
    peer = Peer(httpx.ConnectError("refused"), httpx.Response(200, content=b"ok"))
    assert peer.client.get("https://a.example/").content == b"ok"
    peer = Peer(httpx.ConnectError("refused"))
    with pytest.raises(PeerUnreachable, match=r"a\.example.* gives no answer"):
        peer.client.get("https://a.example/?token=secret")


def test_nothing_secret_is_in_an_error():
    for failure in (httpx.ConnectError("refused"), httpx.Response(401), httpx.Response(500)):
        with pytest.raises(ConnectorError) as caught:
            Peer(failure).client.get("https://ann:pass@a.example/?token=secret")
        assert "pass@" not in str(caught.value)
        assert "secret" not in str(caught.value)


def test_who_is_refused_is_told():
    with pytest.raises(PeerRefused, match="The access token is invalid"):
        Peer(httpx.Response(401, json={"error": "The access token is invalid"})).client.get(
            "https://a.example/"
        )


def test_it_follows_within_the_web_alone():
    there = httpx.Response(302, headers={"location": "file:///etc/hostname"})
    with pytest.raises((ConnectorError, PeerUnreachable)):
        Peer(there).client.get("https://a.example/")
    with pytest.raises(PeerUnreachable, match="leads on more than 5 times"):
        Peer(httpx.Response(302, headers={"location": "/again"})).client.get("https://a.example/")
    with pytest.raises(ConnectorError, match="isn't on the web"):
        Peer(httpx.Response(200)).client.get("ftp://a.example/")


def test_a_login_is_not_carried_to_another_host():
    peer = Peer(
        httpx.Response(302, headers={"location": "https://b.example/"}), httpx.Response(200)
    )
    peer.client.get("https://a.example/", login=("ann", "secret"))
    assert "authorization" in peer.asked[0].headers
    assert "authorization" not in peer.asked[1].headers


def test_a_login_does_not_travel_in_the_clear():
    peer = Peer(httpx.Response(200))
    for given in ({"login": ("ann", "hush")}, {"headers": {"authorization": "Bearer hush"}}):
        with pytest.raises(PeerRefused, match="isn't encrypted"):
            peer.client.get("http://blog.example/", **given)
    assert not peer.asked
    assert peer.client.get("http://127.0.0.1/", login=("ann", "hush")).status == 200


def test_when_nothing_is_left_the_next_request_waits():
    spent = httpx.Response(200, headers={"ratelimit-remaining": "0", "ratelimit-reset": "20"})
    peer = Peer(spent)
    peer.client.get("https://a.example/")
    peer.client.get("https://a.example/")
    assert peer.slept == [pytest.approx(20, abs=1)]


def test_a_flood_is_cut_off():
    small = Patience(pause_seconds=0, tries=1, largest_bytes=100_000)
    bomb = gzip.compress(bytes(10_000_000))
    with served(lambda _: Given(bomb, headers={"content-encoding": "gzip"})) as server:
        client = PoliteClient({}, small)
        with pytest.raises(PeerUnreachable, match="answers with more than"):
            client.get(server.address)
        client.close()


def test_a_server_that_never_ends_is_left():
    def slow(_: Asked) -> Given:
        time.sleep(0.5)
        return Given(b"late")

    hasty = Patience(pause_seconds=0, tries=1, read_seconds=0.1)
    with served(slow) as server:
        client = PoliteClient({}, hasty)
        with pytest.raises(PeerUnreachable, match="gives no answer"):
            client.get(server.address)
        client.close()
