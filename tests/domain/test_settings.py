"""`parvis.toml`: what is wrong is named, with what was expected."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.domain.settings import default_toml, parse_settings
from parvis.errors import SettingsError, WorkspaceError

NAMED = '[workspace]\nname = "shop"\n'
FILE = Path("parvis.toml")


def complaint(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, FILE)
    assert caught.value.next_step
    assert caught.value.what.startswith("parvis.toml")
    return caught.value.what


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '[time]\nzone = "Europe/Pariss"',
            "time.zone = 'Europe/Pariss': expected an IANA time zone",
        ),
        ('[time]\nzone = "Europe/Pariss"', "did you mean Europe/Paris?"),
        ('[money]\ncurrency = "EURO"', "money.currency = 'EURO': expected an ISO 4217 code"),
        (
            "[lake]\nmemory_gib = 0.1",
            "lake.memory_gib = 0.1: expected greater than or equal to 0.25",
        ),
        ('[lake]\nencrypted = "perhaps"', "lake.encrypted = 'perhaps': expected true or false"),
        ("[lake]\nencripted = true", "lake.encripted is not a setting; did you mean encrypted?"),
        (
            "[lake]\nxyz = 1",
            "lake.xyz is not a setting; known: encrypted, memory_gib, threads, keep_days",
        ),
        ("[lak]\nencrypted = true", "lak is not a setting; did you mean lake?"),
        ('[web]\nport = "high"', "web.port = 'high': expected a whole number"),
        ("[web]\nport = 99999", "web.port = 99999: expected less than or equal to 65535"),
        ("[build]\nevery_minutes = 1.5", "build.every_minutes = 1.5: expected a"),
        ('[time]\nas_of = "soon"', "time.as_of = 'soon': expected \"today\" or a date"),
        ("[time]\nas_of = 3", 'time.as_of = 3: expected "today" or a date'),
        ("time = 3", "time = 3: expected a section"),
        (
            '[[money.rates]]\ncurrency = "GBP"\nfrom = 2026-01-01\nrate = 0',
            "money.rates.0.rate = 0: expected greater than or equal to",
        ),
        (
            '[[money.rates]]\ncurrency = "GBP"\nfrom = 2026-01-01',
            "money.rates.0.rate is missing",
        ),
        (
            '[[money.rates]]\ncurrency = "GBP"\nfrm = 2026-01-01\nrate = 1.1',
            "money.rates.0.frm is not a setting; did you mean from?",
        ),
        (
            '[identity]\ncountry = "France"',
            "identity.country = 'France': expected an ISO 3166 code of two letters",
        ),
        (
            "[identity]\nmax_size = 1",
            "identity.max_size = 1: expected greater than or equal to 2",
        ),
        (
            "[identity]\nmerge_precision = 99",
            "identity.merge_precision = 99: expected less than 1",
        ),
        ('[identity]\nnever_alone = "ip"', "identity.never_alone = 'ip': expected a list"),
        ('[identity]\nblocked = ["*"]', "identity.blocked.0 = '*': expected a value, in which *"),
        (
            '[identity]\nown_domains = ["https://shop.example"]',
            "identity.own_domains.0 = 'https://shop.example': expected a domain",
        ),
        (
            '[identity]\nown_phones = ["me"]',
            "identity.own_phones.0 = 'me': expected a telephone number",
        ),
        (
            '[identity]\nown_phones = ["+33 1 99 00 11 22", "01 23"]',
            "01 23 is none",
        ),
        (
            '[identity]\ncountry = "FR"\nown_phones = ["1 99 00 11 22 33 44"]',
            "expected numbers that FR has, or with + and a country's number",
        ),
        ("[identity]\nmax_values = 3", "identity.max_values = 3: expected a section"),
        (
            "[identity.max_values]\nemail = 0",
            "identity.max_values.email = 0: expected greater than or equal to 1",
        ),
        (
            "[identity]\nmax_sise = 10",
            "identity.max_sise is not a setting; did you mean max_size?",
        ),
    ],
)
def test_an_error_names_key_value_and_what_was_expected(text: str, told: str) -> None:
    head = text if text.startswith("time =") else NAMED + text
    tail = NAMED if text.startswith("time =") else ""
    assert told in complaint(f"{head}\n{tail}")


def test_two_rates_for_one_currency_and_day_are_refused() -> None:
    rate = '[[money.rates]]\ncurrency = "GBP"\nfrom = 2026-01-01\nrate = 1.1\n'
    assert "one rate for GBP from 2026-01-01" in complaint(NAMED + rate + rate)


def test_several_errors_are_told_at_once() -> None:
    told = complaint(
        '[workspace]\nname = ""\nlanguage = "de"\n[web]\nport = 0\n[tme]\nzone = "UTC"'
    )
    for key in ("workspace.name = ''", "workspace.language = 'de'", "web.port = 0", "tme is not"):
        assert key in told
    assert "'en' or 'fr'" in told


def test_a_name_is_needed() -> None:
    assert "workspace is missing" in complaint("[time]")
    assert "workspace.name is missing" in complaint("[workspace]")


def test_what_is_no_toml_names_the_line() -> None:
    assert "not valid TOML" in complaint("[workspace\nname = 1")
    assert "line 1" in complaint("[workspace\nname = 1")


def test_a_settings_error_is_a_workspace_error() -> None:
    assert issubclass(SettingsError, WorkspaceError)


@given(
    name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80),
    zone=st.sampled_from(["UTC", "Europe/Paris", "America/New_York"]),
    currency=st.sampled_from(["EUR", "USD"]),
    as_of=st.one_of(st.just("today"), st.dates().map(str)),
    language=st.sampled_from(["en", "fr"]),
)
def test_the_default_file_parses_back(
    name: str, zone: str, currency: str, as_of: str, language: str
) -> None:
    read = parse_settings(default_toml(name, zone, currency, as_of, language), FILE)
    assert read.workspace.name == name
    assert read.workspace.language == language
    assert (read.time.zone, read.money.currency) == (zone, currency)
    assert str(read.time.as_of) == as_of
    # what the file shows is what holds where the file says nothing
    bare = parse_settings(NAMED, FILE)
    assert (read.lake, read.sessions, read.identity, read.build, read.web) == (
        bare.lake,
        bare.sessions,
        bare.identity,
        bare.build,
        bare.web,
    )


def test_the_default_file_with_a_wrong_value_names_the_key() -> None:
    assert "time.zone = 'Mars\"'" in complaint(default_toml("x", 'Mars"', "EUR", "today", "en"))
    assert "time.as_of = '2026-02-30'" in complaint(
        default_toml("x", "UTC", "EUR", "2026-02-30", "en")
    )


def test_a_limit_of_one_kind_leaves_those_of_the_others() -> None:
    text = NAMED + "[identity.max_values]\nemail = 3\nfediverse = 4\n"
    identity = parse_settings(text, FILE).identity
    assert identity.max_values_of("email") == 3
    assert identity.max_values_of("fediverse") == 4
    assert identity.max_values_of("user_id") == 1
    assert identity.max_values_of("loyalty_card") == 50


def test_a_country_may_be_written_small() -> None:
    text = NAMED + '[identity]\ncountry = "de"\nown_domains = [" Shop.Example "]\n'
    identity = parse_settings(text, FILE).identity
    assert (identity.country, identity.own_domains) == ("DE", ("shop.example",))


def test_rates_are_read() -> None:
    text = NAMED + '[[money.rates]]\ncurrency = "gbp"\nfrom = 2026-01-01\nrate = 1.15\n'
    (rate,) = parse_settings(text, FILE).money.exchange_rates()
    assert (rate.currency, rate.valid_from, rate.rate) == (
        "GBP",
        date(2026, 1, 1),
        Decimal("1.15"),
    )
