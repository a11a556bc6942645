"""What a folder says of its silos, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from parvis.connect.folder.api import FolderPlan, folder_plan
from parvis.errors import SourceError

HEAD = 'version = 1\nname = "Brumelle"\n'
SHOP = '[[silo]]\nsource = "shop"\nformat = "orders"\nfiles = ["shop/*.csv"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "shop/orders-0002.csv", "shop/orders-0001.csv", "shop/refunds-0001.csv", "crm/contacts.csv",
        "ads/search.csv", "web/events-0001.ndjson", "truth/orders.csv", "mail/support/cur/1.eml",
        "social/bluesky/jetstream-0001.ndjson.gz", "devices/telemetry-0001.ndjson",
    ):  # fmt: skip
        path = tmp_path / "brand" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")
    return tmp_path / "brand"


def planned(folder: Path, text: str, only: tuple[str, ...] = ()) -> FolderPlan:
    (folder / "silos.toml").write_text(text)
    return folder_plan(folder, only)


def names(plan: FolderPlan) -> dict[str, list[str]]:
    return {p.silo.source: [p.silo.name_of(f) for f in p.silo.files] for p in plan.silos}


def test_files_come_sorted_glob_by_glob_and_once(folder: Path) -> None:
    globs = '["shop/refunds-*.csv", "shop/orders-*.csv", "shop/*.csv"]'
    plan = planned(folder, HEAD + SHOP.replace('["shop/*.csv"]', globs))
    assert names(plan) == {
        "shop": ["shop/refunds-0001.csv", "shop/orders-0001.csv", "shop/orders-0002.csv"]
    }
    assert plan.name == "Brumelle"


def test_what_the_folder_says_holds_for_silos_that_say_nothing(folder: Path) -> None:
    text = HEAD + 'simulated = true\nzone = "Europe/Paris"\ncurrency = "EUR"\n' + SHOP
    text += SHOP.replace('"shop"', '"real"') + 'simulated = false\ncurrency = "CHF"\n'
    text += 'decimal = "comma"\nset = ["channel:=web"]\n'
    shop, real = planned(folder, text).silos
    assert (shop.is_simulated, shop.silo.zone, shop.silo.currency) == (True, "Europe/Paris", "EUR")
    assert (real.is_simulated, real.silo.zone, real.silo.currency) == (False, "Europe/Paris", "CHF")
    assert real.options.source == "real"
    assert (real.options.decimal, real.options.overrides) == ("comma", ("channel:=web",))


def test_names_of_folders_tell_what_they_hold(folder: Path) -> None:
    plan = folder_plan(folder)
    assert names(plan) == {
        "crm": ["crm/contacts.csv"],
        "shop": ["shop/orders-0001.csv", "shop/orders-0002.csv", "shop/refunds-0001.csv"],
        "web": ["web/events-0001.ndjson"],
        "bluesky": ["social/bluesky/jetstream-0001.ndjson.gz"],
        "devices": ["devices/telemetry-0001.ndjson"],
        "search": ["ads/search.csv"],
        "mail support": ["mail/support"],
    }
    formats = {p.silo.source: p.format for p in plan.silos}
    assert (formats["search"], formats["mail support"]) == ("spend", "maildir")
    told_by = {p.silo.source: p.silo.orders_told_by for p in plan.silos}
    assert (told_by["web"], told_by["crm"]) == ("shop", "")
    assert not any(p.is_simulated for p in plan.silos)
    assert any("silos.toml" in n for n in plan.notes)


def test_the_truth_is_never_read(folder: Path) -> None:
    (folder / "shop" / "orders-0003.csv").symlink_to(folder / "truth" / "orders.csv")
    text = HEAD + SHOP.replace('["shop/*.csv"]', '["truth/*.csv", "**/*.csv"]')
    found = names(planned(folder, text))["shop"]
    assert found == [
        "ads/search.csv", "crm/contacts.csv",
        "shop/orders-0001.csv", "shop/orders-0002.csv", "shop/refunds-0001.csv",
    ]  # fmt: skip


def test_a_glob_that_matches_nothing_is_noted(folder: Path) -> None:
    text = HEAD + SHOP + SHOP.replace('"shop"', '"gone"').replace("shop/*", "gone/*")
    plan = planned(folder, text)
    assert list(names(plan)) == ["shop"]
    assert plan.notes == ("gone: nothing matches gone/*.csv.",)


def test_one_source_alone(folder: Path) -> None:
    text = HEAD + SHOP + SHOP.replace('"shop"', '"other"')
    assert list(names(planned(folder, text, ("other",)))) == ["other"]
    with pytest.raises(SourceError, match=r"no source 'nobody'.*\n.*shop, other"):
        planned(folder, text, ("nobody",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD, "silo is missing"),
        (SHOP, "version is missing"),
        ("version = 2\n" + SHOP, "version = 2: expected 1"),
        (
            HEAD + SHOP.replace('"orders"', '"order"'),
            r"silo\[0\].format = 'order': expected one of orders, .*did you mean orders\?",
        ),
        (HEAD + "simulate = true\n" + SHOP, "simulate is not a key; did you mean simulated?"),
        (HEAD + SHOP + "decimals = 1\n", r"silo\[0\].decimals is not a key; did you mean decimal?"),
        (HEAD + SHOP + 'zone = "Paris"\n', r"zone = 'Paris': expected an IANA time zone"),
        (HEAD + SHOP + 'currency = "EURO"\n', r"silo\[0\].currency = 'EURO': expected an ISO 4217"),
        (
            HEAD + SHOP.replace("shop/*.csv", "../*.csv"),
            r"silo\[0\].files\[0\] = '../\*.csv': expected a path under this folder",
        ),
        (HEAD + SHOP.replace("shop/*.csv", "/etc/*.csv"), "expected a path under this folder"),
        (HEAD + SHOP.replace('["shop/*.csv"]', "[]"), r"files = \[\]: expected at least one"),
        (HEAD + SHOP.replace('["shop/*.csv"]', '"shop"'), r"files = 'shop': expected a list"),
        (HEAD + "[[silo", "not valid TOML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_key_value_and_what_was_expected(
    folder: Path, text: str, said: str
) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        planned(folder, text)
    assert caught.value.next_step


def test_a_link_that_leads_out_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.csv").write_text("x\n")
    (folder / "shop" / "link.csv").symlink_to(tmp_path / "outside.csv")
    with pytest.raises(SourceError, match="leads out of the folder"):
        planned(folder, HEAD + SHOP)


def test_no_folder_or_nothing_known_in_it(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is not a folder"):
        folder_plan(tmp_path / "none")
    with pytest.raises(SourceError, match=r"holds no silos\.toml"):
        folder_plan(tmp_path)
