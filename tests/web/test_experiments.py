"""The page of experiments teaches, lists, and takes what editors tell."""

from __future__ import annotations

from tests.web.conftest import text_of


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


def test_an_experiment_that_is_not_there(client) -> None:
    assert client.get("/experiments/none").status_code == 404
