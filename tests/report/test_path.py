"""The way of one client: what is told of it and where it is drawn, whatever its figures are."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segml.report.language import speaking
from segml.report.pages import PathFacts, path_facts
from segml.report.pages.path_chart import STRIP, path_chart
from segml.report.pages.path_words import model_sentence, path_sentence

SAME = {
    "status": "active",
    "tier": "tier 2",
    "tier_rank": 2,
    "is_key": False,
    "p_churn": 0.2,
    "p_churn_low": 0.1,
    "p_churn_high": 0.3,
    "expected_profit": 110.0,
    "profit_365": 100.0,
    "model_version": "v1",
}


def path(*points: dict[str, object]) -> PathFacts:
    """A path of points a month apart, each told by what differs."""
    days = [dt.date(2024, 1 + place, 1) for place in range(len(points))]
    return path_facts(
        [SAME | {"as_of": day} | more for day, more in zip(days, points, strict=True)]
    )


def test_a_tier_that_is_kept_is_told_as_such() -> None:
    told = path_sentence(path({}, {}, {"profit_365": 80.0, "p_churn": 0.34}), "EUR")
    assert told == (
        "From 1\xa0Jan\xa02024 to 1\xa0Mar\xa02024 always in tier 2. "
        "Risk of no purchase: 20\xa0%, now 34\xa0%. Profit of 365 days: 100\xa0EUR, now 80\xa0EUR."
    )


def test_moves_are_counted_from_run_to_run() -> None:
    low = {"tier": "tier 3", "tier_rank": 3}
    facts = path({}, low, {}, low)
    assert facts.moves == 3
    assert "3 times: tier 2 at the beginning, tier 3 now." in path_sentence(facts, None)
    with speaking("ru"):
        assert "менялся 3 раза" in path_sentence(facts, None)


def test_who_had_no_risk_is_told_none() -> None:
    told = path_sentence(path({"p_churn": None}, {}), None)
    assert "Risk" not in told


def test_the_steps_of_another_model_are_named() -> None:
    facts = path({}, {}, {"model_version": "v2"}, {"model_version": "v2"})
    assert facts.model_changes == (dt.date(2024, 3, 1),)
    assert "1\xa0Mar\xa02024" in model_sentence(facts)
    assert len(path_chart(facts).models) == 1
    assert model_sentence(path({}, {})) == ""


def test_one_point_is_no_path() -> None:
    assert not path({}).is_told
    assert path({}, {}).is_told


def test_lanes_are_the_tiers_held_the_highest_on_top() -> None:
    chart = path_chart(path({"tier": "small", "tier_rank": 5}, {"tier": "vip", "tier_rank": 1}))
    assert [lane.tier for lane in chart.lanes] == ["vip", "small"]
    assert [y for _x, y in chart.steps] == [chart.lanes[1].y, chart.lanes[0].y]
    (x0, y0), (x1, y1) = chart.steps
    assert chart.tiers.line == f"M{x0} {y0}H{x1}V{y1}"


def test_a_line_is_broken_where_nothing_is_known() -> None:
    chart = path_chart(path({}, {"p_churn": None}, {}, {}))
    assert re.sub(r"[0-9. ]", "", chart.risk.line) == "MML"
    assert len(chart.dots) == 3


number = st.floats(-1e9, 1e9, allow_nan=False)
share = st.floats(0, 1)
point = st.fixed_dictionaries(
    {
        "p_churn": st.none() | share,
        "p_churn_low": st.none() | share,
        "p_churn_high": st.none() | share,
        "expected_profit": st.none() | number,
        "profit_365": number,
        "tier_rank": st.integers(1, 9),
    }
)


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@settings(max_examples=60, deadline=None)
@given(points=st.lists(point, min_size=2, max_size=12))
def test_everything_is_drawn_within_its_strip(
    language: str, points: list[dict[str, object]]
) -> None:
    told = [one | {"tier": f"tier {one['tier_rank']}"} for one in points]
    for one in told:
        low, high = one["p_churn_low"], one["p_churn_high"]
        if one["p_churn"] is not None and low is not None and high is not None:
            one["p_churn_low"], one["p_churn"], one["p_churn_high"] = sorted(
                (low, one["p_churn"], high)
            )
    with speaking(language):
        chart = path_chart(path(*told))
    assert chart.left < chart.steps[0][0] < chart.steps[-1][0] < chart.right
    foot = chart.bottom - STRIP
    for bar in chart.columns:
        assert foot - 0.2 <= bar.y <= bar.y + bar.height <= chart.bottom + 0.2
        assert bar.width > 0
        assert chart.left <= bar.x <= bar.x + bar.width <= chart.right
    for _x, y in chart.rings:
        assert foot - 0.1 <= y <= chart.bottom + 0.1
    top = chart.risk.levels[-1].place
    for dot in chart.dots:
        assert top - 0.1 <= dot.y <= top + STRIP + 0.1
    lanes = [lane.y for lane in chart.lanes]
    assert lanes == sorted(lanes)
    assert lanes[-1] < chart.risk.name_y < top < chart.profit.name_y < foot
