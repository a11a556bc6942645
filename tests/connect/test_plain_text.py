"""From HTML to what a person would read: in Python, in the engine, the same."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.connect.files.scratch import Scratch
from parvis.connect.plain_text import is_simple, plain_text, simple_text, with_plain_text
from parvis.lake.ducklake import DuckLake

CASES = {
    "paragraphs": ("<p>a</p><p>b</p>", "a\n\nb"),
    "breaks": ("a<br>b<br/><br />c", "a\nb\n\nc"),
    "a link is its text": ('<a href="https://tea.example/x">le thé</a>', "le thé"),
    "mentions": ('<span class="h-card"><a href="x">@<span>ann</span></a></span> oui', "@ann oui"),
    "references": ("&lt;3 &amp;amp; th&eacute; &#x1F375; &nbsp;", "<3 &amp; thé 🍵 \xa0"),
    "scripts and styles": ("a<script>x<y</script><style>p{}</style>b", "ab"),
    "comments": ("a<!-- <p>no</p> -->b", "ab"),
    "signs that begin no tag": ("1 < 2 et <3", "1 < 2 et <3"),
    "a tag that isn't closed": ("oui <a href=", "oui <a href="),
    "lists": ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
    "tables": ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a  b\nc"),
    "lines of mail programs": ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
    "space between words": ("  a \n\t b  ", "a b"),
    "space that is meant": ("<pre>a\n  b</pre>", "a\nb"),
    "smileys": ('oui <img class="emoji" alt="🙂" src="x"> <img alt="non" src="y">', "oui 🙂"),
    "quotes in a tag": ('<a title="a > b">c</a>', "c"),
    "signs of no width and direction": ("a\u200bb\u202ec\x07", "a\u200bb\u202ec\x07"),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "text"), CASES.values(), ids=CASES)
def test_html_is_read_as_a_person_reads_it(markup, text):
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    "markup",
    [
        "<" * 1_000_000,
        '<a "' * 250_000 + ">",
        "<!--" * 250_000,
        "<script>" * 125_000,
        "<p>" * 300_000,
        "&" * 1_000_000,
        "&#32;" * 200_000,
        "\n \n" * 300_000,
    ],
    ids=["signs", "quotes", "comments", "scripts", "tags", "references", "spaces", "lines"],
)
def test_no_markup_takes_long(markup):
    began = time.process_time()
    plain_text(markup)
    assert time.process_time() - began < 10


SIMPLE = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<br>", "<br />", '<a href="x" class="u">', "</a>", "<span>", "</span>",
         "&amp;", "&lt;", "&gt;", "&quot;", "&#39;", " ", "  ", "\n", "thé", "a", "@", "🍵"]
    ),
    max_size=20,
)  # fmt: skip


@given(st.lists(SIMPLE.map("".join), min_size=1, max_size=40))
def test_the_engine_reads_simple_html_as_python_does(engine: DuckLake, texts: list[str]):
    rows = engine.stage_rows([{"html": t} for t in texts], {"html": "string"})
    found = engine.rows(
        rows.select("html", simple=is_simple(rows.html), text=simple_text(rows.html))
    )
    engine.discard(rows)
    assert all(r["simple"] for r in found)
    assert {r["html"]: r["text"] for r in found} == {t: plain_text(t) for t in texts}


def test_what_is_not_simple_is_read_in_python(engine: DuckLake):
    texts = ["<p>a</p>", "<b>th&eacute;</b>", None, "1 & 2", "<b>th&eacute;</b>"]
    with Scratch(engine) as scratch:
        rows = scratch.stage_rows([{"html": t} for t in texts], {"html": "string"})
        read = with_plain_text(scratch, rows, "html", "text")
        found = sorted((r["html"] or "", r["text"]) for r in engine.rows(read))
    assert found == sorted((t or "", plain_text(t) if t else None) for t in texts)


def test_what_is_never_closed_hides_nothing_but_code():
    assert plain_text("un <iframe src=x>thé") == "un thé"
    assert plain_text("un <!-- thé >vert") == "un vert"
    assert plain_text("un <script> let a") == "un"
    # each is sought once, however often it opens
    assert plain_text("<iframe>é<!-->" * 60_000).count("é") == 60_000
