"""What if: asked by form and by API, answered by the verified version that scored the run."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import pytest

from segml.scoring.texts import told_target, value_text
from segml.service.access import ALONE
from segml.service.asking import Trained, question_of
from segml.service.desk import Desk
from segml.stores import Memory, Registry
from segml.words.errors import BundleRefused
from segml.words.site import Site


@pytest.fixture
def active(served: Any) -> dict[str, dict[str, Any]]:
    """The manager's active clients, by id."""
    scores = served.newest.held.scores.table("scores")
    mine = scores[scores["client_id"].isin(served.own()) & scores["status"].eq("active")]
    return {row["client_id"]: row for row in mine.to_dict("records")}


def desk_of(served: Any, site: Site | None = None) -> Desk:
    return Desk(ALONE, served.newest.held, site or served.site, Memory())


def test_nothing_asked_is_the_published_score(served: Any, reader: Any, active: Any) -> None:
    browser = reader("mia")
    for who, row in active.items():
        told = browser.get(f"/api/v1/what-if?id={who}").json()
        assert told["after"] is None
        for name in ("tier", "tier_rank", "tier_rival"):
            assert told["before"][name] == row[name]
        for name in ("tier_margin", "p_churn", "p_churn_low", "p_churn_high"):
            assert told["before"][name] == pytest.approx(row[name], abs=1e-9)


def test_a_move_may_be_asked_as_its_page_tells_it(served: Any, reader: Any, form_of: Any) -> None:
    browser = reader("hedda")
    levers = served.newest.held.scores.table("levers")
    token = form_of(browser, "/clients")
    unit = {name: feature.unit for name, feature in served.site.features.items()}
    tried = 0
    for (who, _direction), rows in list(levers.groupby(["client_id", "direction"]))[::25]:
        typed = {}
        for row in rows.to_dict("records"):
            kind = unit[row["feature"]]
            told = value_text(told_target(row["target"], row["value"], kind), kind)
            typed[row["lever"]] = told.replace(",", "").removesuffix(" %")
        found = browser.post(f"/what-if?id={who}&lang=en", data={**token, **typed})
        assert found.status_code == 200, found.text
        to_tier = rows["to_tier"].iloc[0]
        assert re.search(rf"It would (rise|fall) from [^.]* to {to_tier} with", found.text)
        tried += 1
    assert tried > 5


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("spend=1e30", "allowed: from"),
        ("spend=-1e30", "allowed: from"),
        ("frequency=2.5", "a whole number from"),
        ("breadth=3", "the tiers do not read it"),
    ],
)
def test_what_cannot_be_asked_is_told_with_what_can(
    reader: Any, active: Any, asked: str, said: str
) -> None:
    found = reader("mia").get(f"/api/v1/what-if?id={next(iter(active))}&{asked}")
    assert found.status_code == 422
    assert said in found.json()["error"]
    assert "next:" in found.json()["error"]


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "abc", ""])
def test_what_is_no_number_is_refused(reader: Any, active: Any, value: str) -> None:
    found = reader("mia").get(f"/api/v1/what-if?id={next(iter(active))}&spend={value}")
    assert found.status_code == 422


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_the_form_is_answered_in_words(
    reader: Any, form_of: Any, active: Any, language: str
) -> None:
    browser, who = reader("mia"), next(iter(active))
    page = browser.get(f"/what-if?id={who}&lang={language}").text
    fields = re.findall(r'<input name="([a-z_]+)" type="number"', page)
    assert {"margin", "spend", "frequency"} <= {*fields}
    assert {*fields} <= {"margin", "margin_rate", "spend", "frequency", "breadth", "care"}
    token = form_of(browser, f"/client?id={who}")
    answer = browser.post(f"/what-if?id={who}", data={**token, "frequency": "12"})
    assert answer.status_code == 200
    assert 'id="answer"' in answer.text
    assert 'value="12"' in answer.text
    assert "style=" not in answer.text


@pytest.mark.parametrize("typed", ["2.5", "1e30", "abc", "1_000", "nan", "٣", "<script>"])
def test_a_refused_value_says_found_allowed_next(
    reader: Any, form_of: Any, active: Any, typed: str
) -> None:
    browser, who = reader("mia"), next(iter(active))
    token = form_of(browser, "/clients")
    answer = browser.post(f"/what-if?id={who}&lang=en", data={**token, "frequency": typed})
    assert answer.status_code == 422
    alert = re.search(r'role="alert">.*?</section>', answer.text, re.DOTALL)
    assert alert is not None
    assert all(word in alert[0] for word in ("found", "Allowed", "Next"))
    assert "<script" not in answer.text
    assert 'id="answer"' not in answer.text


def test_a_form_of_nobody_is_refused(reader: Any, active: Any) -> None:
    answer = reader("mia").post(f"/what-if?id={next(iter(active))}", data={"frequency": "12"})
    assert answer.status_code == 403


def test_who_is_not_active_cannot_be_asked_about(served: Any, reader: Any) -> None:
    scores = served.newest.held.scores.table("scores")
    browser = reader("hedda")
    for status in ("lapsed", "prospect"):
        who = scores.loc[scores["status"].eq(status), "client_id"].iloc[0]
        assert browser.get(f"/api/v1/what-if?id={quote(who)}").json() is None
        assert 'type="number"' not in browser.get(f"/client?id={quote(who)}").text
        assert browser.get(f"/what-if?id={quote(who)}").status_code == 200


def test_a_version_that_was_changed_on_disk_is_not_asked(
    served: Any, active: Any, tmp_path: Any
) -> None:
    site, who = served.site, next(iter(active))
    registry = Registry(site.models, site.portfolio)
    version = registry.get(served.newest.held.scores.run["model_version"])
    folder = registry.path_of(version)
    tiers = folder / "tiers.json"
    before = tiers.read_bytes()
    try:
        tiers.write_bytes(before.replace(b"tier 1", b"tier 9"))
        with pytest.raises(BundleRefused, match=r"tiers\.json. changed"):
            Trained().what_if(desk_of(served), who)
    finally:
        tiers.write_bytes(before)
    assert Trained().what_if(desk_of(served), who)


def test_features_of_another_making_are_not_asked(
    served: Any, active: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, desk = next(iter(active)), desk_of(served)
    rows = desk.frames_of(desk.held.scores, ("scores", "features"), who)
    moved = {
        **rows,
        "features": rows["features"].assign(profit_365=rows["features"]["profit_365"] + 1),
    }
    monkeypatch.setattr(desk, "frames_of", lambda *_: moved)
    assert question_of(desk, Trained(), who, {}, by_hand=True) is None


def test_a_question_is_a_line_of_the_audit_and_its_figures_are_not(
    served: Any, reader: Any, form_of: Any, active: Any
) -> None:
    browser, who = reader("mia"), next(iter(active))
    browser.post(f"/what-if?id={who}", data={**form_of(browser, "/clients"), "spend": "4321"})
    browser.get(f"/api/v1/what-if?id={who}")
    text = served.site.access.audit.read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()[-2:]]
    assert [(each["what"], each["client_id"]) for each in lines] == [
        ("what-if", who),
        ("api:what-if", who),
    ]
    assert "4321" not in text
