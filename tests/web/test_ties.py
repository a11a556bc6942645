"""The drawing of what ties a customer's identifiers."""

from __future__ import annotations

import re

import pytest

from parvis.identity.alike.likeness import _LEVELS, _name_levels
from parvis.web.charts.ties import Node, Strand, draw_tree, grown
from parvis.web.language import load_languages
from parvis.web.language.identity_words import LEVELS, build_reason, stop_detail

ROOT = ("user_id", "ann")


def named(*values: str) -> list[Node]:
    return [Node(ROOT, "account", is_record=True), *(Node(("k", v), "browser") for v in values)]


def tie(left: str, right: str, bits: float = 10.0, *, stopped: bool = False) -> Strand:
    ends = [ROOT if v == "ann" else ("k", v) for v in (left, right)]
    return Strand(ends[0], ends[1], bits, f"{bits} bits", is_stopped=stopped)


def hung(nodes: list[Node], strands: list[Strand], most: int = 40) -> list[tuple[str, int]]:
    return [(n.key[1], depth) for n, depth, *_ in grown(ROOT, nodes, strands, most).rows]


def test_each_hangs_on_the_strongest_evidence():
    strands = [tie("ann", "a"), tie("ann", "b", 5.0), tie("a", "b", 8.0)]
    assert hung(named("a", "b"), strands) == [("ann", 0), ("a", 1), ("b", 2)]


def test_what_was_stopped_is_used_last_and_leads_nowhere():
    cut = Node(("k", "cut"), "browser", is_cut=True)
    strands = [
        tie("ann", "cut", 99.0, stopped=True),
        tie("cut", "a", 50.0, stopped=True),
        tie("ann", "a", 1.0),
    ]
    assert hung([*named("a"), cut], strands) == [("ann", 0), ("a", 1), ("cut", 1)]


def test_a_ring_and_a_stranger_are_each_there_once():
    strands = [tie("ann", "a"), tie("a", "b"), tie("b", "ann"), tie("b", "a", 3.0)]
    rows = hung(named("a", "b", "alone"), strands)
    assert sorted(rows) == [("a", 1), ("alone", 0), ("ann", 0), ("b", 2)]


def test_no_more_is_drawn_than_asked_and_nothing_hangs_in_the_air():
    names = [f"n{n:03}" for n in range(300)]
    chain = [tie(a, b) for a, b in zip(["ann", *names], names, strict=False)]
    tree = grown(ROOT, named(*names), chain, 40)
    assert len(tree.rows) == 40
    assert len(tree.left_out) == 261
    assert all(parent is not None for _, depth, parent, _ in tree.rows if depth)


@pytest.mark.parametrize("width", [760, 342])
def test_texts_are_escaped_and_cut(width):
    evil = '"><script>' + "x" * 400
    nodes = named(evil)
    svg = str(draw_tree(grown(ROOT, nodes, [tie("ann", evil)], 40), evil, ["+2 " + evil], width))
    assert "<script" not in svg
    shown = re.findall(r"</tspan> ([^<]*)<title>", svg)
    assert len(shown) == 2
    assert all(len(text) < 80 for text in shown)


def test_every_word_of_a_model_is_said():
    crossed = _name_levels(("", ""))
    words = {x.words for levels in (*_LEVELS.values(), crossed) for x in levels}
    # those of works and of places aren't compared of people
    people = {x.words for kind in ("given_name", "surname", "date", "address", "postal_code",
              "city", "emails", "phones", "handles") for x in _LEVELS[kind]}  # fmt: skip
    assert people <= words
    assert people | {x.words for x in crossed} <= set(LEVELS)


def test_what_guards_and_builds_say_is_said_in_french():
    french = load_languages()["fr"]
    assert stop_detail("Ana and Léo both use it", french) == "Ana et Léo s’en servent"
    assert stop_detail("1200 identifiers; at most 1000", french).startswith("1200 identifiants")
    assert stop_detail("Louise and Alain", french) == "Louise et Alain"
    assert stop_detail("what nobody foresaw", french) == "what nobody foresaw"
    assert build_reason("1,010 new rows in events; identifiers may change", french) == (
        "lignes nouvelles dans events\u202f: 1\u202f010\u202f; identifiers a pu changer"
    )
