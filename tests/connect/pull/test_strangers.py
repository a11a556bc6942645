"""What a stranger names is fetched from the open web, and from nowhere inside."""

from __future__ import annotations

from contextlib import closing

import httpx
import pytest

from parvis.connect.pull.polite import PoliteClient
from parvis.connect.pull.strangers import OpenWeb, fetch_file, open_web_client
from parvis.errors import ConnectorError, PeerRefused, PeerUnreachable
from tests.connect.pull.serving import HASTE, Asked, Given, served

PUBLIC = "93.184.215.14"


def client(found: dict[str, list[str]], answer: httpx.MockTransport) -> PoliteClient:
    def resolve(host: str, _port: int) -> list[str]:
        if host not in found:
            raise OSError("unknown name")
        return found[host]

    return PoliteClient(patience=HASTE, transport=OpenWeb(resolve=resolve, inner=answer))


def answers(seen: list[httpx.Request], content: bytes = b"picture") -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=content)

    return httpx.MockTransport(answer)


def test_what_was_looked_up_is_what_is_asked() -> None:
    seen: list[httpx.Request] = []
    here = client({"pictures.example": [PUBLIC]}, answers(seen))
    assert fetch_file(here, "https://pictures.example/a.png?size=2") == b"picture"
    (asked,) = seen
    assert str(asked.url) == f"https://{PUBLIC}/a.png?size=2"
    assert asked.headers["host"] == "pictures.example"
    # the certificate is that of the name
    assert asked.extensions["sni_hostname"] == "pictures.example"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.9", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::",
    ],
)  # fmt: skip
def test_what_leads_inside_is_refused(address: str) -> None:
    seen: list[httpx.Request] = []
    # one address that is open makes the other no better
    here = client({"evil.example": [PUBLIC, address]}, answers(seen))
    with pytest.raises(PeerRefused, match="isn't on the open web"):
        fetch_file(here, "http://evil.example/a.png")
    assert seen == []


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/a", "http://[::1]/a", "http://2130706433/a", "http://0x7f.1/a"],
)
def test_an_address_in_numbers_is_looked_at_too(address: str) -> None:
    # no name server is asked for these: the machine itself reads them
    with pytest.raises(ConnectorError):
        fetch_file(open_web_client(), address)


@pytest.mark.parametrize("address", ["http://evil.example:6379/a", "https://evil.example:80/a"])
def test_other_ports_are_refused(address: str) -> None:
    here = client({"evil.example": [PUBLIC]}, answers([]))
    with pytest.raises(PeerRefused, match="port"):
        fetch_file(here, address)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://x.example/a", "data:,x", "a.png"])
def test_what_is_not_on_the_web_is_refused(address: str) -> None:
    with pytest.raises(ConnectorError):
        fetch_file(client({}, answers([])), address)


def test_it_is_looked_at_again_where_an_address_leads_on() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": "http://inside.example/secret"})

    found = {"pictures.example": [PUBLIC], "inside.example": ["10.0.0.5"]}
    here = client(found, httpx.MockTransport(answer))
    with pytest.raises(PeerRefused, match="inside"):
        fetch_file(here, "http://pictures.example/a.png")


def test_a_relative_address_leads_on_at_the_name() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.path == "/a.png":
            return httpx.Response(302, headers={"location": "/b.png"})
        return httpx.Response(200, content=b"b")

    here = client({"pictures.example": [PUBLIC]}, httpx.MockTransport(answer))
    assert fetch_file(here, "https://pictures.example/a.png") == b"b"
    assert [r.headers["host"] for r in seen] == ["pictures.example"] * 2


def test_what_the_team_connected_is_trusted_wherever_it_is() -> None:
    def answer(asked: Asked) -> Given:
        return Given(b"GIF", status=404 if asked.path == "/gone.gif" else 200)

    with served(answer) as server, closing(open_web_client([f"{server.address}/feed", ""])) as here:
        assert fetch_file(here, f"{server.address}/a.gif") == b"GIF"
        assert fetch_file(here, f"{server.address}/gone.gif") is None
        with closing(open_web_client()) as other, pytest.raises(PeerRefused):
            fetch_file(other, f"{server.address}/a.gif")


def test_a_name_without_an_address_may_have_one_later() -> None:
    with pytest.raises(PeerUnreachable, match="gives no answer"):
        fetch_file(client({}, answers([])), "https://nowhere.example/a.png")
    with pytest.raises(PeerUnreachable, match="with nothing"):
        fetch_file(client({"x.example": [PUBLIC]}, answers([], b"")), "https://x.example/a.png")
