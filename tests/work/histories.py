"""Random histories of a small shop, for the properties of the build."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from tests.making import Row, event, order, page

USERS = ("ann", "bob", "cid")
COOKIES = ("c1", "c2", "c3")
START = datetime(2026, 3, 27, tzinfo=UTC)  # the clocks of Paris change two days later
AS_OF = "2026-04-20"
LATER = "2026-05-02"

_minutes = st.integers(0, 40 * 24 * 60)
_people = st.sampled_from([*((u, None) for u in USERS), *((None, c) for c in COOKIES)])
_amounts = st.sampled_from(["0", "3.33", "10", "19.99", "100"])
_categories = st.sampled_from(["tea", "coffee", None])
_lines = st.lists(st.tuples(st.sampled_from(["p1", "p2", "p3"]), _amounts, _categories), max_size=3)


@st.composite
def _event(draw: st.DrawFn, number: int) -> Row:
    at = START + timedelta(minutes=draw(_minutes))
    # most arrive at once, some late, a few after the date that the tables speak of
    received = at + timedelta(minutes=draw(st.sampled_from([0, 0, 0, 5, 5000, 30000])))
    kind = draw(
        st.sampled_from(["order", "order", "update", "refund", "cancel", "tell", "page", "page"])
    )
    user, cookie = draw(_people)
    message = {"message_id": f"m{number:03}", "received": received, "source": "shop"}
    if kind == "page":
        both = draw(st.booleans())
        return page(
            draw(st.sampled_from(["/", "/tea"])),
            at,
            user=draw(st.sampled_from(USERS)) if both and user is None else user,
            cookie=cookie or draw(st.sampled_from(COOKIES)),
            channel=draw(st.sampled_from(["search", "email", None])),
            context={"sessionId": draw(st.sampled_from(["s1", "s2"]))}
            if draw(st.booleans())
            else None,
            **message,
        )
    if kind == "tell":
        who = user or draw(st.sampled_from(USERS))
        traits = {draw(st.sampled_from(["age", "name", "city"])): str(draw(st.integers(18, 80)))}
        return event(None, at, user=who, cookie=cookie, traits=traits, **message)
    name = {
        "order": "Order Completed",
        "update": "Order Updated",
        "refund": "Order Refunded",
        "cancel": "Order Cancelled",
    }[kind]
    told = None if draw(st.booleans()) else draw(_amounts)
    return order(
        draw(st.sampled_from(["o1", "o2", "o3", "o4", None])),
        at,
        user=user,
        cookie=cookie,
        name=name,
        amount=told,
        currency=draw(st.sampled_from(["EUR", "EUR", None, "GBP", "JPY"])),
        lines=draw(_lines),
        properties={"coupon_discount": draw(st.sampled_from(["0", "1.5"]))},
        **message,
    )


@st.composite
def histories(draw: st.DrawFn, *, most: int = 40) -> list[Row]:
    """Draw a history; message_ids are unique, places in time and lists are any."""
    count = draw(st.integers(most // 3, most))
    return [draw(_event(number)) for number in range(count)]


@st.composite
def batched(draw: st.DrawFn) -> list[list[Row]]:
    """Draw a history in two or three batches, some events in two of them."""
    history = draw(histories())
    size = draw(st.integers(2, 3))
    batches: list[list[Row]] = [[] for _ in range(size)]
    for row in history:
        batches[draw(st.integers(0, size - 1))].append(row)
    if draw(st.booleans()):
        batches[-1].append(history[0])
    return batches
