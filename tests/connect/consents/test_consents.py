"""Answers that people gave, from a register."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parvis.connect.consents.api import import_consents
from parvis.connect.landing import ImportReport
from parvis.connect.silo import Silo
from parvis.errors import MappingError
from parvis.lake.workspace import Workspace
from tests.making import rows

HEAD = "recorded_at,subject_kind,subject,purpose,granted,channel,text_version\n"
GOOD = (
    "2025-03-04T10:00:00Z,email,Ada@Brumelle.example,newsletter,yes,form,v3\n"
    "2025-03-05T10:00:00+01:00,user_id,C1,advertising,no,web,v3\n"
    "2025-03-06 10:00:00,anonymous_id,b1,analytics,oui,banner,\n"
)


def bring(workspace: Workspace, folder: Path, text: str, name: str = "c.csv") -> ImportReport:
    path = folder / name
    path.write_text(text, "utf-8")
    return import_consents(workspace, Silo("register", (path,), folder, zone="Europe/Paris"))


def test_answers(workspace: Workspace, tmp_path: Path) -> None:
    assert bring(workspace, tmp_path, HEAD + GOOD).added == 3
    mail, user, cookie = rows(workspace.table("events"), "occurred_at")
    assert {e["name"] for e in (mail, user, cookie)} == {"Segment Consent Preference Updated"}
    assert mail["identifiers"] == [{"kind": "email", "value": "ada@brumelle.example"}]
    assert json.loads(mail["properties"]) == {
        "purpose": "newsletter", "granted": True, "text_version": "v3",
    }  # fmt: skip
    assert json.loads(user["context"]) == {
        "consent": {"categoryPreferences": {"advertising": False}}
    }
    assert (user["user_id"], user["channel"]) == ("C1", "web")
    assert cookie["anonymous_id"] == "b1"
    assert cookie["occurred_at"] == datetime(2025, 3, 6, 9, tzinfo=UTC), "ten in Paris"
    assert json.loads(cookie["properties"]) == {"purpose": "analytics", "granted": True}


def test_a_change_of_mind_is_another_answer_and_the_same_file_none(
    workspace: Workspace, tmp_path: Path
) -> None:
    bring(workspace, tmp_path, HEAD + GOOD)
    assert bring(workspace, tmp_path, HEAD + GOOD).rows_read == 0
    later = "2025-04-01T10:00:00Z,email,ada@brumelle.example,newsletter,no,form,v3\n"
    again = bring(workspace, tmp_path, HEAD + GOOD + later)
    assert (again.added, again.known) == (1, 3)


def test_what_is_not_clear_is_set_aside(workspace: Workspace, tmp_path: Path) -> None:
    bad = {
        "missing": ",email,a@b.example,newsletter,yes,form,v3",
        "not_a_date": "soon,email,a@b.example,newsletter,yes,form,v3",
        "unknown_subject": "2025-03-04T10:00:00Z,fax,123,newsletter,yes,form,v3",
        "no_identifier": "2025-03-04T10:00:00Z,email,nobody,newsletter,yes,form,v3",
        "not_yes_or_no": "2025-03-04T10:00:00Z,email,a@b.example,newsletter,perhaps,form,v3",
        "too_few_columns": "2025-03-04T10:00:00Z,email",
    }
    report = bring(workspace, tmp_path, HEAD + GOOD + "\n".join(bad.values()) + "\n")
    assert (report.rows_read, report.added, report.quarantined) == (9, 3, 6)
    assert {r["reason"] for r in rows(workspace.table("quarantine"))} == set(bad)


def test_a_file_without_its_columns_is_said(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="lacks the columns granted"):
        bring(workspace, tmp_path, HEAD.replace("granted", "answer") + GOOD)
