"""The page of experiments teaches, lists, and takes what editors tell."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from parvis.trust.api import Access
from tests.making import made_workspace
from tests.web.conftest import TestClient, enter, serving, text_of
from tests.work.tried_shop import DARK, HOLDOUT, measured, tried_shop


def test_an_empty_page_teaches(client) -> None:
    said = text_of(client.get("/experiments").text)
    assert "Nothing was tried yet" in said
    assert "parvis experiment import plan.csv" in said


def test_a_viewer_cannot_tell_of_a_test(log_in) -> None:
    viewer = log_in("viewer")
    assert "Tell of a test in cities" not in viewer.get("/experiments").text
    assert viewer.post("/experiments", data={"name": "x"}).status_code == 403


def test_what_cannot_be_is_refused_in_words(client) -> None:
    told = {"name": "Dark", "channel": "tv", "cities": "Gotham", "starts": "2026-03-02",
            "days": "35", "budget": "0"}  # fmt: skip
    answer = client.post("/experiments", data=told)
    assert answer.status_code == 422
    assert "There is no channel &#39;tv&#39;" in answer.text
    for bad in ({"days": "0"}, {"starts": "soon"}, {"budget": "much"}):
        assert client.post("/experiments", data=told | bad).status_code == 422


def test_what_cannot_be_is_refused_in_french(client) -> None:
    client.cookies.set("parvis_language", "fr")
    told = {"name": "Dark", "channel": "tv", "cities": "Gotham", "starts": "2026-03-02",
            "days": "35", "budget": "0"}  # fmt: skip
    text = text_of(client.post("/experiments", data=told).text)
    assert "Canal, « tv »" in text
    assert "There is no channel" not in text
    assert "« soon » n’est pas un jour" in text_of(
        client.post("/experiments", data=told | {"starts": "soon"}).text
    )


def test_an_experiment_that_is_not_there(client) -> None:
    assert client.get("/experiments/none").status_code == 404


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A shop with an experiment of each kind, measured."""
    shop = tried_shop(made_workspace(tmp_path_factory.mktemp("tried") / "shop"))
    measured(shop)
    folder = shop.files.folder
    shop.close()
    with serving(folder) as client:
        yield client


def test_findings_are_told(tried: TestClient) -> None:
    client = enter(tried)
    text = text_of(client.get("/experiments").text)
    assert "2 of 2 experiments tell their effect from nothing" in text
    assert "2 times the budget in Aix and Caen" in text
    holdout = text_of(client.get(f"/experiments/{HOLDOUT}").text)
    assert "Email sells: between" in holdout
    assert "2 customers were on both sides" in holdout
    cities = text_of(client.get(f"/experiments/{DARK}").text)
    assert "Social in Aix and Caen: sales between" in cities
    assert "The mix of other cities" in cities


def test_what_was_typed_of_a_holdout_is_not_lost(tried: TestClient) -> None:
    client = enter(tried)
    told = {"kind": "holdout", "channel": "email", "starts": "2026-03-02", "ends": "2026-04-12",
            "share": "many", "covers": "12,5", "left_out": "holdout",
            "hypothesis": "Is email worth it?"}  # fmt: skip
    for bad in ({}, {"share": "250"}):
        answer = client.post(f"/experiments/{HOLDOUT}", data=told | bad)
        assert answer.status_code == 422
        for typed in ("2026-03-02", "2026-04-12", (told | bad)["share"], "12,5", "holdout",
                      "Is email worth it?"):  # fmt: skip
            assert f'value="{typed}"' in answer.text
        assert '<details class="behind" id="describe" open>' in answer.text
    # a channel on which nothing is spent can't be chosen, but isn't silently taken away either
    answer = client.post(f"/experiments/{HOLDOUT}", data=told | {"channel": "radio"})
    assert "<option selected>radio" in answer.text


def test_they_are_told_in_french(tried: TestClient) -> None:
    client = enter(tried, language="fr")
    for path in ("/experiments", f"/experiments/{HOLDOUT}", f"/experiments/{DARK}"):
        text = text_of(client.get(path).text)
        for english in (" the ", " of ", "can't", "between", "people", "cities", "Lots", "Sales"):
            assert english not in text.replace("Dark in the west", ""), (path, english)


def test_what_an_editor_says_is_kept_and_noted(tried: TestClient) -> None:
    client = enter(tried)
    told = {"name": "Later", "channel": "social", "cities": "gap, Evian", "starts": "2026-09-07",
            "days": "35", "budget": "0"}  # fmt: skip
    too_late = client.post("/experiments", data=told | {"starts": "9999-12-20"})
    assert too_late.status_code == 422
    assert "Look at the year" in too_late.text
    answer = client.post("/experiments", data=told)
    assert (answer.status_code, answer.headers["location"]) == (303, "/experiments/later")
    assert "no budget in Gap and Evian" in text_of(client.get("/experiments/later").text)
    again = client.post("/experiments", data=told)
    assert again.status_code == 422
    assert "There is an experiment &#39;Later&#39; already" in again.text
    assert 'value="gap, Evian"' in again.text
    french = enter(tried, language="fr").post("/experiments", data=told)
    assert french.status_code == 422
    text = text_of(french.text)
    assert "Nom, « Later » : une expérience porte déjà ce nom" in text
    assert "There is" not in text
    client = enter(tried)
    more = {"channel": "social", "starts": "2026-09-07", "ends": "2026-09-01", "kind": "cities"}
    more |= {"hypothesis": "Does anybody <miss> it?"}
    refused = client.post("/experiments/later", data=more)
    assert refused.status_code == 422
    # what was typed stands there still, beside what is wrong with it
    for typed in ("2026-09-07", "2026-09-01", "Does anybody &lt;miss&gt; it?"):
        assert f'value="{typed}"' in refused.text
    assert "<option selected>social" in refused.text
    assert "Later ends on 2026-09-01, before it begins" in text_of(refused.text)
    assert 'value="2026-10-11"' in client.get("/experiments/later").text
    assert client.post("/experiments/later", data=more | {"ends": "2026-10-04"}).status_code == 303
    access = Access(tried.app.state.reader.workspace.files.app)
    with access:
        noted = [(n.action, n.actor, n.subject) for n in access.audit.latest(5)]
    assert ("experiment.added", "editor", "later") in noted
    assert ("experiment.described", "editor", "later") in noted
    assert enter(tried, "viewer").post("/experiments/later", data=more).status_code == 403
