"""What stands in the silos: each in its format, and to the cent what the truth says."""

from __future__ import annotations

import csv
import email
import email.policy
import json
import re
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from tests.simulate.conftest import Brand


def _rows(path: Path, delimiter: str = ";") -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def _cents(text: str) -> int:
    return round(float(text.replace(",", ".")) * 100)


def _lines(folder: Path, pattern: str) -> list[str]:
    return [
        line
        for path in sorted(folder.glob(pattern))
        for line in path.read_text(encoding="utf-8").split("\n")
        if line
    ]


def test_the_shops_totals_are_the_truths_to_the_cent(brand: Brand) -> None:
    sold = back = cancelled = 0
    for path in sorted(brand.folder.glob("shop/orders-*.csv")):
        for row in _rows(path):
            cents = _cents(row["Montant"])
            unit = int(row["Quantité"]) * _cents(row["Prix unitaire"]) - _cents(row["Remise"])
            assert unit == cents
            sold += cents
            cancelled += cents if row["Statut"] == "Annulée" else 0
    for path in sorted(brand.folder.glob("shop/refunds-*.csv")):
        back += sum(_cents(r["Montant"]) for r in _rows(path))
    truth = pq.read_table(brand.folder / "truth" / "sales.parquet")
    assert sold == pc.sum(truth["gross_cents"]).as_py()
    assert sold - cancelled + back == pc.sum(truth["net_cents"]).as_py()
    assert back < 0
    orders = pq.read_table(brand.folder / "truth" / "orders")
    assert pc.sum(orders["net_cents"]).as_py() == pc.sum(truth["net_cents"]).as_py()
    people = pq.read_table(brand.folder / "truth" / "people.parquet")
    assert pc.sum(people["net_cents"]).as_py() == pc.sum(truth["net_cents"]).as_py()


def test_the_accounts_totals_are_the_truths_to_the_cent(brand: Brand) -> None:
    truth = pq.read_table(brand.folder / "truth" / "channels.parquet")
    spent = Counter[str]()
    for channel, cents in zip(
        truth["channel"].to_pylist(), truth["spend_cents"].to_pylist(), strict=True
    ):
        spent[channel] += cents
    for channel in brand.world.channels:
        (path,) = brand.folder.glob(f"ads/{channel.account}-{channel.stem}.csv")
        delimiter = "," if path.read_text(encoding="utf-8-sig").startswith("Day,") else ";"
        rows = _rows(path, delimiter)
        column = next(c for c in rows[0] if c in ("Cost", "Amount spent", "Dépense"))
        assert sum(_cents(r[column]) for r in rows) == spent[channel.name], channel.name


def test_waste_adds_up(brand: Brand) -> None:
    told = json.loads((brand.folder / "truth" / "waste.json").read_text())["channels"]
    for channel in told:
        assert 0 <= channel["wasted_cents"] <= channel["spend_cents"]
    assert {c["channel"]: c["wasted_cents"] for c in told} == dict(brand.report.wasted_cents)


def test_the_sites_messages_are_segments(brand: Brand) -> None:
    lines = _lines(brand.folder, "web/*.ndjson")
    broken, messages = 0, []
    for line in lines:
        try:
            messages.append(json.loads(line))
        except ValueError:
            broken += 1
    assert broken < len(lines) / 10_000 + 2
    kinds = Counter(m["type"] for m in messages)
    assert set(kinds) == {"page", "track", "identify"}
    # some are delivered twice
    assert len({m["messageId"] for m in messages}) < len(messages)
    orders = {r["N° commande"] for p in brand.folder.glob("shop/orders-*.csv") for r in _rows(p)}
    for message in messages:
        assert message["anonymousId"]
        if message.get("event") == "Order Completed":
            told = message["properties"]
            assert told["order_id"] in orders
            total = sum(p["price"] * p["quantity"] - p["discount"] for p in told["products"])
            assert abs(total - told["total"]) < 0.005
            assert message["context"]["consent"]["categoryPreferences"]["Analytics"]
    campaigns = {m["context"]["campaign"]["name"] for m in messages if "campaign" in m["context"]}
    known = {c for channel in brand.world.channels for c in channel.campaigns}
    assert campaigns <= known
    assert len(campaigns) > 4


def test_cookies_belong_to_who_the_truth_says(brand: Brand) -> None:
    truth = pq.read_table(brand.folder / "truth" / "cookies").to_pylist()
    people = pq.read_table(brand.folder / "truth" / "people.parquet").to_pylist()
    number = {p["person"]: f"C{p['customer_number']:08d}" if isinstance(
        p["customer_number"], int) else p["customer_number"] for p in people}  # fmt: skip
    owners: dict[str, set[str]] = {}
    for row in truth:
        if row["person"] is not None:
            owners.setdefault(row["anonymous_id"], set()).add(number[row["person"]])
    seen = 0
    for line in _lines(brand.folder, "web/*.ndjson"):
        if line.startswith('{"type":"identify"') and line.endswith("}"):
            message = json.loads(line)
            assert message["userId"] in owners[message["anonymousId"]]
            seen += 1
    assert seen > 100


def test_the_networks_lines_are_what_their_networks_say(brand: Brand) -> None:
    ids, writers = set(), set()
    for line in _lines(brand.folder, "social/fediverse/activities-*.ndjson"):
        activity = json.loads(line)
        assert activity["type"] in ("Create", "Like", "Announce", "Delete")
        assert activity["actor"].startswith("https://social.example/users/")
        if activity["type"] == "Create":
            note = activity["object"]
            assert note["type"] == "Note"
            assert note["content"].startswith("<p>")
            assert set(note["contentMap"]) <= {"fr", "en"}
            ids.add(note["id"])
    for line in _lines(brand.folder, "social/bluesky/jetstream-*.ndjson"):
        event = json.loads(line)
        assert re.fullmatch(r"did:plc:[a-z2-7]{24}", event["did"])
        writers.add(event["did"])
        if event["kind"] == "commit":
            commit = event["commit"]
            if commit["collection"] == "app.bsky.feed.post" and commit["operation"] == "create":
                assert len(commit["rkey"]) == 13
                ids.add(f"at://{event['did']}/app.bsky.feed.post/{commit['rkey']}")
    truth = pq.read_table(brand.folder / "truth" / "texts")
    told = {i for i in truth["id"].to_pylist() if "statuses" in i or i.startswith("at:")}
    assert ids == told
    # the brand's own account is named where an import looks for it
    silos = tomllib.loads((brand.folder / "silos.toml").read_text("utf-8"))["silo"]
    own = next(silo["own"] for silo in silos if silo["source"] == "bluesky")
    assert writers & set(own)
    replies = [json.loads(x) for x in _lines(brand.folder, "social/fediverse/activities-*.ndjson")]
    for activity in replies:
        if activity["type"] == "Create" and activity["object"]["inReplyTo"]:
            assert activity["object"]["inReplyTo"] in ids


def test_reviews_are_schema_orgs(brand: Brand) -> None:
    lines = [json.loads(x) for x in _lines(brand.folder, "social/reviews/*.ndjson")]
    assert len(lines) > 10
    for review in lines:
        assert review["@type"] == "Review"
        assert 1 <= review["reviewRating"]["ratingValue"] <= 5
        assert review["reviewBody"]
    assert 0.3 < sum("email" in r["author"] for r in lines) / len(lines) < 0.9


def test_feeds_are_atom(brand: Brand) -> None:
    space = {"a": "http://www.w3.org/2005/Atom", "t": "http://purl.org/syndication/thread/1.0"}
    articles = ET.parse(brand.folder / "blog" / "articles.atom").getroot()
    comments = ET.parse(brand.folder / "blog" / "comments-0001.atom").getroot()
    known = {e.findtext("a:id", None, space) for e in articles.findall("a:entry", space)}
    assert len(known) == 16
    for entry in comments.findall("a:entry", space):
        answer = entry.find("t:in-reply-to", space)
        assert answer is not None
        assert answer.get("ref") in known
        assert (entry.findtext("a:content", "", space)).startswith("<p>")
    for rival in brand.world.competitors:
        feed = ET.parse(brand.folder / "competitors" / f"{rival.stem}.atom").getroot()
        assert feed.findall("a:entry", space)


def test_mails_are_mime_in_threads(brand: Brand) -> None:
    parser = email.policy.default
    mails = [
        email.message_from_bytes(p.read_bytes(), policy=parser)
        for part in ("cur", "new")
        for p in sorted((brand.folder / "mail" / "support" / part).iterdir())
    ]
    assert len(mails) > 30
    known = {m["Message-ID"] for m in mails}
    kinds = Counter()
    for mail in mails:
        assert not mail.defects
        assert mail["From"].addresses[0].domain.endswith(".example")
        body = mail.get_body(("plain", "html"))
        assert body is not None
        kinds[body["Content-Transfer-Encoding"], body.get_content_charset()] += 1
        assert len(body.get_content()) > 40
        assert "�" not in body.get_content()
        if mail["In-Reply-To"]:
            assert mail["In-Reply-To"] in known
            assert "> " in body.get_content()
            assert mail["Subject"].startswith("Re: ")
    assert {k[0] for k in kinds} == {"8bit", "quoted-printable", "base64"}
    assert {k[1] for k in kinds} == {"utf-8", "iso-8859-1"}


def test_machines_speak_senml_late_and_with_wrong_clocks(brand: Brand) -> None:
    late = wrong = 0
    lines = _lines(brand.folder, "devices/telemetry-*.ndjson")
    for line in lines:
        message = json.loads(line)
        first, *rest = message["payload"]
        serial = message["topic"].split("/")[1]
        assert first["bn"] == f"urn:dev:ops:32473-machine-{serial}:"
        assert {r["n"] for r in rest} >= {"brews", "temperature"}
        clock = first["bt"]
        if clock < 1e9 or clock > 1.8e9 or message["received_at"][:4] < "2025":
            wrong += 1
        year = 1_735_686_000
        if year < clock < year + 121 * 86_400:
            import datetime

            received = datetime.datetime.fromisoformat(message["received_at"]).timestamp()
            late += received - clock > 1800
    assert len(lines) > 1000
    assert 0 < wrong < len(lines) * 0.02
    assert late > 0


def test_contacts_are_messy_and_the_truth_knows_whose_they_are(brand: Brand) -> None:
    rows = _rows(brand.folder / "crm" / "contacts.csv", ",")
    truth = {
        r["contact_id"]: r
        for r in pq.read_table(brand.folder / "truth" / "contacts.parquet").to_pylist()
    }
    assert {r["contact_id"] for r in rows} == set(truth)
    assert any(t["is_double"] for t in truth.values())
    mails = Counter(r["email"] for r in rows if r["email"])
    assert max(mails.values()) > 1
    people = {
        p["person"]: p for p in pq.read_table(brand.folder / "truth" / "people.parquet").to_pylist()
    }
    typos = sum(
        people[truth[r["contact_id"]]["person"]]["last_name"] != r["last_name"] for r in rows
    )
    assert 0.02 < typos / len(rows) < 0.2


def test_a_crisis_is_heard(tmp_path: Path) -> None:
    """On its day much more is said than on others, most of it unkind and about its topic."""
    import numpy as np

    from parvis.simulate.accounts import open_accounts
    from parvis.simulate.happenings.voices import conversations_of
    from parvis.simulate.names import name_people
    from parvis.simulate.scene import Block
    from parvis.simulate.story import crisis_moment
    from parvis.simulate.texts import TOPICS
    from parvis.simulate.writing import Pen
    from tests.simulate.conftest import scene_of

    scene = scene_of("default", customers=5000, days=300)
    names = name_people(scene.world, scene.people, Pen())
    accounts = open_accounts(scene.world, scene.people, names, scene.seeds, Pen())
    said, _ = conversations_of(scene, accounts, Block(0, 230, 290))
    begun = said.parent < 0
    day = scene.day_of(said.at[begun])
    daily = np.bincount(day - 230, minlength=60)
    assert daily[31] > 4 * np.median(daily[:30])
    outage = said.topic[begun] == TOPICS.index("outage")
    assert outage[day == 261].mean() > 0.6
    assert outage[day < 260].mean() < 0.05
    moment = crisis_moment(scene.world)
    assert moment is not None
    loud = outage & (day == 260)
    assert (said.at[begun][loud] >= moment * 1e6 - 1).mean() > 0.9
