"""What pictures an HTML text shows."""

from __future__ import annotations

import time

import pytest

from parvis.connect.shown_pictures import MOST_PICTURES, shown_pictures

HERE = "https://blog.example/2026/tea"


@pytest.mark.parametrize(
    ("markup", "urls"),
    [
        ('<img src="a.png">', ["https://blog.example/2026/a.png"]),
        ("<IMG alt='x' SRC='/b.png'/>", ["https://blog.example/b.png"]),
        ("<img src=//cdn.example/c.png>", ["https://cdn.example/c.png"]),
        ('<img src="a&amp;b.png?x=1&amp;y=2">', ["https://blog.example/2026/a&b.png?x=1&y=2"]),
        ('<img src="d.gif" data-src="d.png">', ["https://blog.example/2026/d.png"]),
        ('<img src="e.png"><p><img src="e.png">', ["https://blog.example/2026/e.png"]),
        ('<img class="wp-smiley" src="s.png"><img class="emoji" src="t.svg">', []),
        ('<img src="p.gif" width="1" height="1"><img src="q.gif" width="16px">', []),
        ('<img src="data:image/png;base64,AAAA"><img src="javascript:alert(1)">', []),
        ('<img src="https://[broken/x.png"><img alt="none"><img src="">', []),
        ("<image src='x.png'><imgsrc='y.png'> img src=z.png", []),
    ],
)
def test_pictures_are_found(markup: str, urls: list[str]) -> None:
    assert [p["url"] for p in shown_pictures(markup, HERE)] == urls


def test_no_more_than_so_many_and_in_no_time() -> None:
    many = "".join(f'<img src="{n}.png">' for n in range(1000))
    assert len(shown_pictures(many, HERE)) == MOST_PICTURES
    began = time.perf_counter()
    for hostile in ("<img " * 400_000, "<img " + "a=" * 1_000_000, "<img src='" * 200_000):
        assert len(shown_pictures(hostile, HERE)) <= MOST_PICTURES
    assert time.perf_counter() - began < 5
