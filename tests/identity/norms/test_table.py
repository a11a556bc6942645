"""Whole columns are compared as single identifiers are, whatever is in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.domain.settings import IdentitySettings
from parvis.identity.norms import MEANINGS, NormRules, norm_of, normalised
from parvis.lake.engine import Engine
from tests.making import rows

RULES = NormRules.of(
    IdentitySettings(own_domains=("shop.example",), own_phones=("+33 1 99 00 11 22",))
)
COLUMNS = {"kind": "string", "value": "string"}

KINDS = [
    "user_id", "anonymous_id", "contact_id", "email", "Email", "phone", "fediverse", "activitypub",
    "bluesky", "bluesky_handle", "twitter", "instagram", "facebook", "youtube", "device_id", "mac",
    "loyalty_card", "ip", "", "bad\x00kind",
]  # fmt: skip
VALUES = [
    "ann@firm.example", "Ann@Firm.Example ", "a.n.n+x@gmail.com", "test@test.com",
    "info@shop.example", "info@firm.example", "noreply@bank.example", "NOREPLY+1@bank.example",
    "no.reply@gmail.com", "Ann.Lee@Gmail.com", "ann.lee@googlemail.com", "t.est@gmail.com",
    "ann@hotmail.fr", "a.b@live.fr", "ann+x@hotmail.fr",
    "a@a", "ann@", "@ann@x.org", "06 39 98 12 34", "+33639981234", "01 99 00 11 22", "12",
    "00000000", "123456789", "222222222", "null", "NULL", "0", "f" * 32, "-----", "42", "A7", "a7",
    "00000000-0000-0000-0000-000000000000", "[object Object]", "ann\x00", "an\u200bn",
    "аnn@firm.example", "ann" * 200, "a" * 512, "a" * 513, "did:plc:abc123", "ann.bsky.example",
    "https://social.example/@Ann", "00-1b-44-11-3a-b7", "\u212aate@firm.example",
    "İ@firm.example", "straße@firm.example", "ß", " \t", "", "a b", "x=y;z", "0.0.0.0", "test",
    "aaaaaa", "aaaaab", "ann..lee@firm.example", ".ann@firm.example", "*@x.example",
]  # fmt: skip


def both_ways(engine: Engine, given_rows: list[tuple[str, str | None]]) -> None:
    brought = engine.stage_rows([{"kind": k, "value": v} for k, v in given_rows], COLUMNS)
    told = {
        (r["kind"], r["value"]): (r["normal"], r["problem"])
        for r in rows(engine.stage(normalised(brought, RULES)))
    }
    engine.discard(brought)
    for kind, value in given_rows:
        assert told[kind, value] == tuple(norm_of(kind, value, RULES)), (kind, value)


def test_each_kind_with_each_odd_value(engine: Engine) -> None:
    both_ways(engine, [(k, v) for k in KINDS for v in [*VALUES, None]])


@given(
    given_rows=st.lists(
        st.tuples(
            st.sampled_from([k for k in KINDS if k]),
            st.one_of(
                st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
                st.text("ab01@.+-_F{}:/ ", max_size=24),
                st.emails(),
                st.from_regex(r"\A[a-z.+]{1,8}@(gmail|googlemail|hotmail|firm)\.com\Z"),
                st.from_regex(r"\A[0+]{0,2}[0-9 .()]{6,14}\Z"),
            ),
        ),
        min_size=1,
        max_size=60,
        unique=True,
    )
)
def test_any_text(engine: Engine, given_rows: list[tuple[str, str]]) -> None:
    both_ways(engine, [(k, v) for k, v in given_rows])


def test_other_columns_stay(engine: Engine) -> None:
    brought = engine.stage_rows(
        [{"kind": "email", "value": " ANN@firm.example", "events": 3}],
        COLUMNS | {"events": "int64"},
    )
    assert rows(normalised(brought, RULES)) == [
        {
            "kind": "email",
            "value": " ANN@firm.example",
            "events": 3,
            "normal": "ann@firm.example",
            "problem": None,
        }
    ]


def test_either_a_form_or_a_reason(engine: Engine) -> None:
    brought = engine.stage_rows([{"kind": k, "value": v} for k in KINDS for v in VALUES], COLUMNS)
    for row in rows(engine.stage(normalised(brought, RULES))):
        assert (row["normal"] is None) == (row["problem"] is not None)
        assert row["problem"] is None or row["problem"] in MEANINGS


def test_rules_change_what_is_nobodys(engine: Engine) -> None:
    brought = engine.stage_rows(
        [
            {"kind": "email", "value": "hi@firm.example"},
            {"kind": "email", "value": "ann@firm.example"},
        ],
        COLUMNS,
    )
    rules = NormRules(blocked=("hi@*",))
    told = {r["value"]: r["problem"] for r in rows(normalised(brought, rules))}
    assert told == {"hi@firm.example": "blocked", "ann@firm.example": None}
    alone = NormRules(never_alone=("email",))
    assert {r["problem"] for r in rows(normalised(brought, alone))} == {"never_alone"}


@pytest.mark.parametrize("size", [0, 5000])
def test_any_number_of_rows(engine: Engine, size: int) -> None:
    numbers = [{"kind": "phone", "value": f"06398{n:05}"} for n in range(size)]
    told = rows(engine.stage(normalised(engine.stage_rows(numbers, COLUMNS), RULES)))
    assert len({r["normal"] for r in told} - {None}) == size - sum(
        r["problem"] == "fake" for r in told
    )
    assert {r["problem"] for r in told} <= {None, "fake"}
