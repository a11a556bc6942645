"""The site: Segment messages, one a line, as a raw export of its tracker holds them.

References
----------
Segment, "Spec: Common Fields", "Spec: Page", "Spec: Identify", "Spec: V2 E-commerce Events".
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.simulate.happenings.orders import Orders
from parvis.simulate.happenings.steps import COMPLETED, IDENTIFY, PAGES, STEPS, Steps
from parvis.simulate.happenings.visits import (
    DIRECT,
    FIRST_DOOR,
    ORGANIC,
    ROBOT,
    SOCIAL_LINK,
    Visits,
)
from parvis.simulate.names import Names
from parvis.simulate.people import LAPTOP, PHONE, TABLET
from parvis.simulate.scene import Block, Scene
from parvis.simulate.writing import Format, Pen, chosen, words

if TYPE_CHECKING:
    from parvis.simulate.world.model import World

__all__ = ["write_visits"]

_SAFARI: Final = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6"
_CHROME: Final = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"
_AGENTS: Final = {
    PHONE: (
        f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_6) {_SAFARI} Mobile/15E148 Safari/604.1",
        f"Mozilla/5.0 (Linux; Android 14; Pixel 7) {_CHROME} Mobile Safari/537.36",
        "Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0",
    ),
    TABLET: (
        f"Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) {_SAFARI} Mobile/15E148 Safari/604.1",
        f"Mozilla/5.0 (Linux; Android 13; SM-X200) {_CHROME} Safari/537.36",
        f"Mozilla/5.0 (iPad; CPU OS 16_7 like Mac OS X) {_SAFARI} Mobile/15E148 Safari/604.1",
    ),
    LAPTOP: (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36",
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_SAFARI} Safari/605.1.15",
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    ),
}
_ROBOT_AGENTS: Final = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "python-requests/2.32.3",
)
_REFERRERS: Final = {
    ORGANIC: ("https://www.google.com/", "https://duckduckgo.com/", "https://www.bing.com/"),
    SOCIAL_LINK: ("https://bsky.app/", "https://social.example/", "https://l.instagram.com/"),
}
_NAMES: Final = {
    "viewed": "Product Viewed",
    "added": "Product Added",
    "started": "Checkout Started",
    "completed": "Order Completed",
}

_VISITS: Final = """
SELECT
    uuid_of(hex(cookie, 'browser')) AS anonymous_id,
    '{"library":{"name":"analytics.js","version":"2.11.1"},"userAgent":"' || agent
    || '","locale":"' || locale || '","ip":"100.' || (64 + ip // 65536 % 64) || '.'
    || (ip // 256 % 256) || '.' || (ip % 256) || '","sessionId":"' || (us // 1000) || '"'
    || CASE WHEN campaign IS NULL THEN '' ELSE ',"campaign":{"name":' || quoted(campaign)
        || ',"source":"' || source || '","medium":"' || medium || '"}' END
    || CASE WHEN agrees IS NULL THEN '' ELSE
        ',"consent":{"categoryPreferences":{"Analytics":true,"Advertising":' || agrees || '}}' END
    AS context,
    CASE WHEN campaign IS NULL THEN '' ELSE '?utm_source=' || source || '&utm_medium=' || medium
        || '&utm_campaign=' || url_encode(campaign::VARCHAR) END AS search
FROM visits
"""

_PROPERTIES: Final = """
CASE WHEN is_page THEN '{"path":"' || path || '","url":"' || $site || path || search
        || '","title":' || title || ',"referrer":"' || referrer || '","search":"' || search || '"}'
    WHEN kind = 'identify' THEN '{}'
    WHEN kind = 'started' OR kind = 'completed' THEN '{"order_id":"' || order_number
        || '","total":' || euros(total) || ',"currency":"' || $currency
        || CASE WHEN kind = 'completed' THEN '","products":[' || products || ']}' ELSE '"}' END
    ELSE product END
"""

_MESSAGES: Final = """
SELECT CASE WHEN is_page THEN 'page' WHEN kind = 'identify' THEN 'identify' ELSE 'track' END
    AS type, event,
    hex(number, $salt) AS id, anonymous_id, user_id,
    CASE WHEN kind = 'identify' THEN '{"email":' || quoted(email) || ',"firstName":'
        || quoted(first) || ',"lastName":' || quoted(last) || '}' END AS traits,
    {properties} AS properties,
    context || ',"page":{"path":"' || path || '"}}' AS context,
    us, us + 40000 + number % 1900000 AS received, skew, number
FROM steps
"""

_LINES: Final = """
SELECT repeat(CASE WHEN number % 60013 = 77 THEN line[1:200] || chr(10) ELSE line || chr(10) END,
    CASE WHEN number % 331 = 5 THEN 2 ELSE 1 END) AS line
FROM (SELECT number, '{"type":"' || type || '","messageId":"ajs-' || id || '","anonymousId":"'
    || anonymous_id || '","userId":' || CASE WHEN user_id IS NULL THEN 'null' ELSE
        '"' || user_id || '"' END
    || CASE WHEN event IS NULL THEN '' ELSE ',"event":"' || event || '"' END
    || CASE WHEN traits IS NULL THEN '' ELSE ',"traits":' || traits END
    || ',"properties":' || properties
    || ',"timestamp":"' || iso(us) || '","originalTimestamp":"' || iso(us + skew)
    || '","sentAt":"' || iso(received + skew - 35000) || '","receivedAt":"' || iso(received)
    || '","context":' || context || ',"integrations":{},"channel":"client"}' AS line
FROM ({messages}))
"""

_ROWS: Final = """
SELECT type, 'ajs-' || id AS "messageId", anonymous_id AS "anonymousId",
    user_id AS "userId", event,
    make_timestamp(us) AS timestamp,
    make_timestamp(received) AS "receivedAt", properties, context, traits
FROM ({messages})
"""


def write_visits(
    scene: Scene,
    names: Names,
    block: Block,
    happened: tuple[Orders, Visits, Steps],
    pen: Pen,
    folder: Path,
    form: Format,
) -> int:
    """Write the messages of a block's visits.

    Returns
    -------
    int
        How many were written (lines that come twice are counted once).
    """
    orders, visits, steps = happened
    told = _visits(scene, visits, pen)
    table = _steps(scene, names, orders, visits, steps, told, pen)
    brand = scene.world.brand
    messages = _MESSAGES.replace("{properties}", _PROPERTIES)
    for name, value in (
        ("$site", brand.site),
        ("$currency", brand.currency),
        ("$salt", f"{scene.seeds.seed}:{block.number}"),
    ):
        messages = messages.replace(name, "'" + value.replace("'", "''") + "'")
    stem = f"events-{block.number + 1:04d}"
    if form == "parquet":
        query = _ROWS.replace("{messages}", messages)
        return pen.parquet(folder / "web" / f"{stem}.parquet", {"steps": table}, query)
    query = _LINES.replace("{messages}", messages)
    return pen.lines(folder / "web" / f"{stem}.ndjson", {"steps": table}, query)


def _visits(scene: Scene, visits: Visits, pen: Pen) -> pa.Table:
    """Compose what all messages of a visit have in common."""
    person, door = visits.person, visits.door.astype(np.int64)
    channel = np.maximum(door - FIRST_DOOR, 0)
    bought = door >= FIRST_DOOR
    names = [n for c in scene.channels for n in c.campaigns]
    starts = np.cumsum([0] + [len(c.campaigns) for c in scene.channels])
    campaign = np.where(bought, starts[channel] + visits.campaign, len(names))
    agents = [a for b in (PHONE, TABLET, LAPTOP) for a in _AGENTS[b]] + list(_ROBOT_AGENTS)
    spread = (visits.cookie % np.uint64(3)).astype(np.int64)
    agent = visits.browser.astype(np.int64) * 3 + spread
    agent = np.where(person == ROBOT, 9 + visits.stranger % len(_ROBOT_AGENTS), agent)
    whose = np.maximum(person, 0)
    language = np.where(
        person >= 0,
        scene.people.language[whose],
        np.array([0 if c.language == "fr" else 1 for c in scene.world.cities])[visits.city],
    )
    country = np.array([c.country for c in scene.world.cities])
    countries = sorted(set(country.tolist()))
    locales = [f"{tongue}-{c}" for tongue in ("fr", "en") for c in countries]
    locale = language * len(countries) + np.searchsorted(countries, country[visits.city])
    # a household has one address on the net
    roof = np.where(scene.people.partner[whose] >= 0, scene.people.partner[whose], whose)
    ip = np.where(person >= 0, roof, visits.stranger + 3_000_000) * 48_271 % 4_194_304
    agrees = np.where(visits.cookie % np.uint64(100) < 70, 0, 1)
    return pen.columns(
        {
            "visits": pa.table(
                {
                    "cookie": pa.array(visits.cookie),
                    "us": pa.array(visits.at),
                    "agent": words(agent, agents),
                    "locale": words(locale, locales),
                    "ip": pa.array(ip),
                    "campaign": words(campaign, [*names, None]),
                    "source": words(channel, [c.source for c in scene.channels]),
                    "medium": words(channel, [c.medium for c in scene.channels]),
                    "agrees": words(np.where(person <= ROBOT, 2, agrees), ["true", "false", None]),
                }
            )
        },
        _VISITS,
    )


def _steps(
    scene: Scene,
    names: Names,
    orders: Orders,
    visits: Visits,
    steps: Steps,
    told: pa.Table,
    pen: Pen,
) -> pa.Table:
    """Put beside each step what its message says."""
    visit, code = steps.visit, steps.code.astype(np.int64)
    person = visits.person[visit]
    paths, titles, products = _pages(scene.world)
    page = code * len(scene.world.products) + steps.product
    first = np.concatenate(([True], visit[1:] != visit[:-1])) if len(visit) else np.zeros(0, bool)
    referrer, referrers = _referrers(visits)
    knows = steps.is_after_login | (code == IDENTIFY)
    is_login = code == IDENTIFY
    order = np.maximum(visits.order[visit], 0)
    place = pa.array(np.where(is_login, person, 0))
    number = orders.number if len(orders) else np.zeros(1, np.int64)
    total = orders.total_cents if len(orders) else np.zeros(1, np.int64)
    whose = pa.array(np.maximum(person, 0))
    user = chosen(knows & (person >= 0), names.customer.take(whose))
    skew = scene.people.clock_skew[np.maximum(person, 0)] * (visits.browser[visit] == PHONE)
    nothing = pa.scalar("", pa.string())
    search = words(visit, told["search"].combine_chunks())
    return pa.table(
        {
            "number": pa.array(np.arange(len(visit))),
            "kind": words(code, list(STEPS)),
            "event": words(code, [_NAMES.get(s) for s in STEPS]),
            "is_page": pa.array(np.isin(code, PAGES)),
            "us": pa.array(steps.at),
            "skew": pa.array(np.where(person >= 0, skew, 0).astype(np.int64) * 1_000_000),
            "anonymous_id": words(visit, told["anonymous_id"].combine_chunks()),
            "context": words(visit, told["context"].combine_chunks()),
            "search": _only(first, search, nothing),
            "user_id": user,
            "email": names.email.take(place),
            "first": names.first.take(place),
            "last": names.last.take(place),
            "path": words(page, paths),
            "title": words(page, titles),
            "product": words(steps.product.astype(np.int64), products),
            "referrer": words(np.where(first, referrer[visit], len(referrers) - 1), referrers),
            "order_number": pa.array(number[order]),
            "total": pa.array(total[order]),
            "products": _ordered(scene, orders, order, code == COMPLETED, pen),
        }
    )


def _only(where: NDArray[np.bool_], texts: pa.DictionaryArray, other: pa.Scalar) -> pa.Array:
    dictionary = pa.concat_arrays([texts.dictionary, pa.array([other.as_py()])])
    indices = np.where(where, texts.indices.to_numpy(), len(dictionary) - 1)
    return words(indices, dictionary)


def _referrers(visits: Visits) -> tuple[NDArray[np.int64], list[str]]:
    """Say where each visit comes from; the last is: from nowhere."""
    known = [*_REFERRERS[ORGANIC], *_REFERRERS[SOCIAL_LINK], "https://www.google.com/", ""]
    door, spread = visits.door, (visits.at // 1_000_000 % 3)
    found = np.full(len(visits), len(known) - 1)
    found = np.where(door == ORGANIC, spread, found)
    found = np.where(door == SOCIAL_LINK, 3 + spread, found)
    return np.where(door == DIRECT, len(known) - 1, found), known


def _pages(world: World) -> tuple[list[str], list[str], list[str]]:
    """Name the page of each step and product: path, title, and the product as JSON."""
    import json

    paths, titles = [], []
    for step in STEPS:
        for product in world.products:
            path = {
                "home": "/",
                "category": f"/c/{product.category}",
                "article": "/blog/",
                "cart": "/cart",
                "added": f"/p/{product.sku.lower()}",
                "identify": "/account",
                "started": "/checkout",
                "checkout": "/checkout",
                "completed": "/checkout/done",
            }.get(step, f"/p/{product.sku.lower()}")
            title = {"/": world.brand.name, "/cart": "Panier", "/checkout": "Commande"}.get(path)
            named = title or (product.name if path.startswith("/p/") else product.category)
            paths.append(path)
            titles.append(json.dumps(f"{named} · {world.brand.name}", ensure_ascii=False))
    products = [
        json.dumps(
            {"product_id": p.sku, "name": p.name, "category": p.category, "price": p.price},
            ensure_ascii=False,
        )
        for p in world.products
    ]
    return paths, titles, products


_ORDERED: Final = """
SELECT string_agg('{"product_id":"' || sku || '","name":' || quoted(name) || ',"price":'
    || euros(unit) || ',"quantity":' || quantity || ',"discount":' || euros(discount) || '}', ','
    ORDER BY place) AS products
FROM lines GROUP BY "order" ORDER BY "order"
"""


def _ordered(
    scene: Scene,
    orders: Orders,
    order: NDArray[np.int64],
    completes: NDArray[np.bool_],
    pen: Pen,
) -> pa.Array:
    """Write the products of the orders that a step completes."""
    if not len(orders):
        return words(np.zeros(len(order), np.int64), [""])
    lines, products = orders.lines, scene.world.products
    table = pa.table(
        {
            "order": pa.array(lines.order),
            "place": pa.array(np.arange(len(lines.product))),
            "sku": words(lines.product, [p.sku for p in products]),
            "name": words(lines.product, [p.name for p in products]),
            "unit": pa.array(lines.unit_cents),
            "quantity": pa.array(lines.quantity.astype(np.int64)),
            "discount": pa.array(lines.discount_cents),
        }
    )
    found = pen.columns({"lines": table}, _ORDERED)["products"].combine_chunks()
    return words(np.where(completes, order, 0), found)
