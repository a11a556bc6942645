from __future__ import annotations

import datetime as dt
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

import parvis.web
from parvis.connect.files.quarantine import MEANINGS
from parvis.identity.api import MEANINGS as PROBLEMS
from parvis.measure.api import PROBLEMS as HINDRANCES
from parvis.measure.api import experiments
from parvis.profile.api import RFM_SEGMENTS, TRAITS
from parvis.web.language import Formats, load_languages
from parvis.web.language.catalogs import read_catalog
from parvis.web.language.words import (
    SEGMENT_MEANINGS,
    SEGMENTS,
    TRAIT_GROUPS,
    TRAIT_NAMES,
    soften,
)
from tests.web.conftest import text_of

HERE = Path(parvis.web.__file__).parent
KEYWORDS = {"_": None, "say": None, "say_n": (1, 2), "N_": None}
FRENCH = {
    m.id if isinstance(m.id, str) else m.id[0]: m
    for m in read_po(io.BytesIO(read_catalog("fr")), locale="fr")
    if m.id
}
N = "\u202f"


def spoken() -> set[str]:
    """Return every text that templates and code say."""
    options = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
    found = set(MEANINGS.values()) | set(PROBLEMS.values())
    found |= {text for both in HINDRANCES.values() for text in both}
    found |= {text for both in experiments.TROUBLES.values() for text in both}
    for path in sorted([*HERE.rglob("*.py"), *HERE.rglob("*.html")]):
        method = "python" if path.suffix == ".py" else babel_extract
        content = io.BytesIO(path.read_bytes())
        for _, text, _, _ in extract(method, content, keywords=KEYWORDS, options=options):
            found.add(text if isinstance(text, str) else text[0])
    return found


def test_everything_that_is_said_is_said_in_french():
    texts = spoken()
    assert len(texts) > 300
    assert sorted(texts - set(FRENCH)) == []
    assert sorted(set(FRENCH) - texts) == [], "no longer said"


def test_french_is_whole_and_set_as_french_is():
    assert {id_: wrong for id_, m in FRENCH.items() if (wrong := faults(m))} == {}


def faults(message) -> list[str]:
    """Tell what is wrong with a translation."""
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    holes = re.compile(r"%\(\w+\)s|%%")
    found = ["fuzzy"] if message.fuzzy else []
    for text in texts:
        bare = re.sub(r"%\(\w+\)s", "x", text).replace("%%", "%")
        if not text:
            found.append("empty")
        if not set(holes.findall(text)) <= set(holes.findall(ids[-1])):
            found.append("holes")
        if re.search(r"[^\u202f][;:!?»%](?=\s|$)|« ", bare):
            found.append("a narrow no-break space belongs before ; : ! ? % and inside « »")
        if "'" in text:
            found.append("the apostrophe is ’")
    if set(holes.findall(texts[-1])) != set(holes.findall(ids[-1])):
        found.append("holes")
    return found


def test_every_name_has_its_words():
    assert set(SEGMENTS) == set(SEGMENT_MEANINGS) == set(RFM_SEGMENTS)
    assert {t.name for t in TRAITS} == set(TRAIT_NAMES)
    assert {t.group for t in TRAITS} == set(TRAIT_GROUPS)


@pytest.mark.parametrize("path", ["/", "/customers", "/orders", "/silos", "/silos/shop/quarantine"])
def test_pages_speak_french(client, path):
    client.cookies.set("parvis_language", "fr")
    page = client.get(path).text
    assert '<html lang="fr"' in page
    text = text_of(page)
    for english in ("Overview", "Customers", "Orders", " the ", " and ", "Net sales", "as of"):
        assert english not in text, english
    assert "au 1er juil. 2026" in text


def test_a_customer_in_french(client, ana):
    client.cookies.set("parvis_language", "fr")
    text = text_of(client.get(f"/customers/{ana}").text)
    assert re.search(r"\d+ commandes pour [\d ]+ €, environ tous les \d+ jours", text)
    assert "Commentaire" in text
    assert "Âge 35-44" in re.sub(r", montrer les événements qui le fondent", "", text)


EN, FR = Formats("en"), Formats("fr")
DAY = dt.date(2026, 11, 22)
MOMENT = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("english", "french", "write"),
    [
        ("1,234,567", f"1{N}234{N}567", lambda f: f.number(1234567)),
        ("1,234.50", f"1{N}234,50", lambda f: f.number(Decimal("1234.5"), 2)),
        ("−12", "−12", lambda f: f.number(-12)),
        ("0", "0", lambda f: f.number(-0.2)),
        ("–", "–", lambda f: f.number(None)),
        ("–", "–", lambda f: f.number(float("nan"))),
        (f"57.8{N}k", f"57,8{N}k", lambda f: f.short(57_800)),
        (f"2.21{N}M", f"2,21{N}M", lambda f: f.short(2_210_000)),
        (f"26{N}%", f"26{N}%", lambda f: f.percent(0.26)),
        (f"0.3{N}%", f"0,3{N}%", lambda f: f.percent(0.003)),
        (f"+3.6{N}%", f"+3,6{N}%", lambda f: f.change(0.036, 1)),
        (f"−3.6{N}%", f"−3,6{N}%", lambda f: f.change(-0.036, 1)),
        ("$1,234.50", f"1{N}234,50{N}$US", lambda f: f.money(1234.5, "USD")),
        ("−€5.00", f"−5,00{N}€", lambda f: f.money(-5, "EUR")),
        ("¥1,235", f"1{N}235{N}JPY", lambda f: f.money(1234.6, "JPY")),
        (f"CHF{N}1.00", f"1,00{N}CHF", lambda f: f.money(1, "CHF")),
        ("22 Nov 2026", "22 nov. 2026", lambda f: f.date(DAY)),
        ("1 Nov 2026", "1er nov. 2026", lambda f: f.date(DAY.replace(day=1))),
        ("November 2026", "novembre 2026", lambda f: f.month(DAY)),
        ("22 Nov – 1 Dec 2026", "22 nov. – 1er déc. 2026",
         lambda f: f.period(DAY, dt.date(2026, 12, 1))),
        ("22 Nov 2026 – 1 Jan 2027", "22 nov. 2026 – 1er janv. 2027",
         lambda f: f.period(DAY, dt.date(2027, 1, 1))),
        ("23 Nov 2026, 00:30", "23 nov. 2026, 00:30", lambda f: f.moment(MOMENT, "Europe/Paris")),
        (f"2{N}h{N}05", f"2{N}h{N}05", lambda f: f.duration(7_500)),
        (f"40{N}s", f"40{N}s", lambda f: f.duration(40)),
    ],
)  # fmt: skip
def test_figures_are_written_as_readers_write_them(english, french, write):
    assert (write(EN), write(FR)) == (english, french)


def test_french_counts_from_two():
    french, english = (load_languages()[c] for c in ("fr", "en"))
    texts = ("%(n)s customer", "%(n)s customers")
    assert [french.say_n(*texts, n) for n in (0, 1, 2)] == ["0 client", "1 client", "2 clients"]
    assert [english.say_n(*texts, n) for n in (0, 1, 2)] == [
        "0 customers", "1 customer", "2 customers",
    ]  # fmt: skip


def test_shouting_is_softened():
    assert [soften(t) for t in ("TURKEY", "iPhone", "USB", None)] == ["Turkey", "iPhone", "USB", ""]


@pytest.mark.parametrize(
    ("currency", "english", "french"),
    [
        ("EUR", "Last euro made", "Le dernier euro a fait"),
        ("USD", "Last dollar made", "Le dernier dollar a fait"),
        ("GBP", "Last pound made", "Le dernier GBP a fait"),
        ("SEK", "Last SEK made", "Le dernier SEK a fait"),
    ],
)
def test_money_is_called_as_the_workspace_counts_it(currency, english, french):
    known = load_languages(currency)
    assert known["en"].say("Last euro made") == english
    assert known["fr"].say("Last euro made") == french


def test_only_the_word_for_money_is_another():
    dollars = load_languages("USD")
    text = "Raise %(channel)s: its last euro made between %(low)s and %(high)s euros of sales"
    said = dollars["en"].say(text, channel="Euro sport euros", low="1", high="2")
    assert said == "Raise Euro sport euros: its last dollar made between 1 and 2 dollars of sales"
    # templates ask the translations themselves
    assert dollars["fr"].translations.gettext("Last euro made") == "Le dernier dollar a fait"
    assert dollars["en"].say_n("%(n)s order", "%(n)s orders", 2) == "2 orders"
