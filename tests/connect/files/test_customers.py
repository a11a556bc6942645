"""Customers: who they are, how they can be told apart, and what is said of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from parvis.lake.workspace import Workspace
from tests.connect.files.bringing import brought, reasons, rows, written

TEXT = (
    "ID client;Prénom;Nom;Courriel;Téléphone;Date de naissance;Ville;Fidélité;Inscrit le\n"
    "1;Zoé;L’Écuyer;Zoe@Exemple.FR;06 12 34 56 78;15/03/1960;Paris;or;2020-05-01\n"
    "2;Ana;;pas-un-mail;;mars;;argent;\n"
    ";;Personne;;;;;;\n"
)


def test_rows_become_identify_events(workspace: Workspace, tmp_path: Path) -> None:
    report = brought(workspace, written(tmp_path, TEXT, encoding="cp1252"), "customers")
    assert report.preview.added == {"identify": 2}
    assert reasons(report) == {"no_identifier": 1}
    zoe, ana = rows(workspace)
    assert zoe["type"] == "identify"
    assert zoe["occurred_at"] == zoe["received_at"] == datetime(2020, 5, 1, tzinfo=UTC)
    assert zoe["identifiers"] == [
        {"kind": "user_id", "value": "1"},
        {"kind": "email", "value": "zoe@exemple.fr"},
        {"kind": "phone", "value": "0612345678"},
    ]
    assert dict(zoe["traits"]) == {
        "Fidélité": "or",
        "address.city": "Paris",
        "birthday": "1960-03-15",
        "email": "zoe@exemple.fr",
        "firstName": "Zoé",
        "lastName": "L’Écuyer",
        "phone": "06 12 34 56 78",
    }
    assert ana["identifiers"] == [{"kind": "user_id", "value": "2"}]
    assert dict(ana["traits"])["birthday"] == "mars", "what isn't a date stays as it was written"
    assert ana["properties"] == '{"date_known":false}'
    assert any("e-mail" in note for note in report.preview.notes)


def test_the_same_twice_and_one_who_moved(workspace: Workspace, tmp_path: Path) -> None:
    brought(workspace, written(tmp_path, TEXT), "customers")
    assert brought(workspace, written(tmp_path, TEXT, "again.csv"), "customers").report.added == 0
    moved = written(tmp_path, TEXT.replace("Paris", "Lyon"), "moved.csv")
    assert brought(workspace, moved, "customers").report.added == 1


def test_nobody_is_called_nan(workspace: Workspace, tmp_path: Path) -> None:
    text = "customer_id,email,city\nnan,a@b.fr,x\nNULL,c@d.fr,y\nN/A,,z\n"
    report = brought(workspace, written(tmp_path, text), "customers")
    assert [r["user_id"] for r in rows(workspace)] == [None, None]
    assert reasons(report) == {"no_identifier": 1}


def test_a_column_of_addresses_alone(workspace: Workspace, tmp_path: Path) -> None:
    report = brought(workspace, written(tmp_path, "email\na@b.fr\nc@d.fr\n"), "customers")
    assert report.report.added == 2


def test_accounts_on_networks_are_identifiers(workspace: Workspace, tmp_path: Path) -> None:
    text = (
        "customer_id,email,Mastodon,bluesky,Twitter handle,instagram,facebook\n"
        "1,,@Ann@Social.example,Ann.sky.example,@Ann_Lee,https://instagram.com/ann.lee,ann.lee\n"
        ",,https://social.example/@bob,did:plc:abc123,https://x.com/bob,@bob,\n"
        "3,,acct:cleo@social.example,@cleo.sky.example,yes,no,true\n"
        "4,,cleo,a b,1200,12 345,98\n"
        ",,,,oui,non,\n"
    )
    report = brought(workspace, written(tmp_path, text), "customers")
    assert reasons(report) == {"no_identifier": 1}
    told = [[(i["kind"], i["value"]) for i in r["identifiers"]] for r in rows(workspace)]
    assert sorted(told) == [
        [
            ("fediverse", "https://social.example/@bob"),
            ("bluesky", "did:plc:abc123"),
            ("twitter", "https://x.com/bob"),
            ("instagram", "@bob"),
        ],
        [
            ("user_id", "1"),
            ("fediverse", "@ann@social.example"),
            ("twitter", "@Ann_Lee"),
            ("instagram", "https://instagram.com/ann.lee"),
            ("facebook", "ann.lee"),
            ("bluesky_handle", "ann.sky.example"),
        ],
        [
            ("user_id", "3"),
            ("fediverse", "@cleo@social.example"),
            ("bluesky_handle", "cleo.sky.example"),
        ],
        [("user_id", "4")],
    ]
    ann = next(r for r in rows(workspace) if r["user_id"] == "1")
    assert dict(ann["traits"])["fediverse"] == "@Ann@Social.example", "as the CRM wrote it"


def test_a_file_may_tell_accounts_alone(workspace: Workspace, tmp_path: Path) -> None:
    report = brought(
        workspace, written(tmp_path, "bluesky,city\nann.sky.example,Paris\n"), "customers"
    )
    assert report.report.added == 1
