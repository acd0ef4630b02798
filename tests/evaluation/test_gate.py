"""Each reason of the gate refuses a contest that breaks it and passes one that holds it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segml.evaluation import Contest, Verdict, judge
from segml.evaluation.money_contest import MoneyContest
from segml.report import verdict_line
from segml.words.gate import GatePlan

CLIENTS = 3_000
PLAN = GatePlan()


def _logistic(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


@pytest.fixture(scope="module")
def even() -> Contest:
    """Two models that know the probabilities but for a little noise, ahead of every rule."""
    rng = np.random.default_rng(3)
    log_odds = rng.normal(-1, 1.5, CLIENTS)
    lost = (rng.random(CLIENTS) < _logistic(log_odds)).astype(float)
    return Contest(
        day=20_000,
        lost=lost,
        challenger=_logistic(log_odds + rng.normal(0, 0.1, CLIENTS)),
        champion=_logistic(log_odds + rng.normal(0, 0.1, CLIENTS)),
        baselines={"recency": log_odds + rng.normal(0, 2, CLIENTS)},
        key=np.arange(CLIENTS) % 5 == 0,
        size=np.arange(CLIENTS) % 3,
        tier_moves=0.05,
        reasons_kept=0.8,
        is_of_one_label=True,
        money=_money(rng),
    )


def _money(rng: np.random.Generator) -> MoneyContest:
    came = rng.lognormal(4, 1.5, CLIENTS) - 20.0
    ours, theirs = (came * rng.lognormal(0, 0.5, CLIENTS) for _ in range(2))
    return MoneyContest(days=120, came=came, challenger=ours, champion=theirs, totals=(95.0, 100.0))


def _verdict(contest: Contest, reason: str, plan: GatePlan = PLAN) -> Verdict:
    (found,) = (one for one in judge(contest, plan) if one.reason == reason)
    assert verdict_line(found).startswith("held" if found.passed else "NOT HELD")
    return found


def test_a_good_challenger_holds_every_reason(even: Contest) -> None:
    told = judge(even, PLAN)
    assert [one.reason for one in told] == [
        "grade", "key", "calibration", "sizes", "money", "tiers", "reasons",
    ]  # fmt: skip
    assert all(one.passed for one in told)
    assert told[0].figures["grade"] == "A"


def test_without_a_champion_it_is_held_against_the_rules_alone(even: Contest) -> None:
    alone = replace(even, champion=None, tier_moves=None, reasons_kept=None, money=None)
    assert [one.reason for one in judge(alone, PLAN)] == ["grade", "calibration", "sizes"]
    assert "champion" not in _verdict(alone, "calibration").figures


def test_a_model_that_knows_nothing_is_refused_for_its_grade(even: Contest) -> None:
    rng = np.random.default_rng(0)
    blind = replace(even, challenger=np.full(CLIENTS, even.lost.mean()) + rng.random(CLIENTS) / 1e3)
    found = _verdict(blind, "grade")
    assert not found.passed
    assert found.figures["grade"] == "D"


def test_a_grade_is_as_good_as_the_configuration_asks(even: Contest) -> None:
    level = replace(even, baselines={"oracle": even.challenger + 0.0})
    assert _verdict(level, "grade").figures["grade"] == "C"
    assert _verdict(level, "grade").passed
    assert not _verdict(level, "grade", replace(PLAN, grade="B")).passed


def test_key_clients_ranked_worse_than_by_the_champion_are_refused(even: Contest) -> None:
    noise = np.random.default_rng(1).normal(0, 2, CLIENTS)
    worse = np.where(even.key, _logistic(np.log(even.challenger) + noise), even.challenger)
    assert not _verdict(replace(even, challenger=worse), "key").passed
    assert _verdict(replace(even, challenger=worse, champion=worse), "key").passed


def test_probabilities_too_high_are_refused_unless_the_champion_has_them_too(
    even: Contest,
) -> None:
    high = np.clip(even.challenger * 1.3 + 0.1, 0, 1)
    assert not _verdict(replace(even, challenger=high), "calibration").passed
    assert _verdict(replace(even, challenger=high, champion=high), "calibration").passed


def test_small_clients_told_too_much_risk_are_refused_and_named(even: Contest) -> None:
    skewed = np.clip(even.challenger + 0.15 * (even.size == 0), 0, 1)
    found = _verdict(replace(even, challenger=skewed), "sizes")
    assert not found.passed
    assert found.figures["group"] == "small"
    assert _verdict(replace(even, challenger=skewed, champion=skewed), "sizes").passed


def test_a_champion_of_another_horizon_lends_no_excuse_to_probabilities(even: Contest) -> None:
    high = np.clip(even.challenger * 1.3 + 0.1, 0, 1)
    other = replace(even, challenger=high, champion=high, is_of_one_label=False)
    assert not _verdict(other, "calibration").passed
    assert not _verdict(other, "sizes").passed
    assert _verdict(other, "key").passed


def test_few_clients_are_not_refused_for_what_chance_does() -> None:
    rng = np.random.default_rng(5)
    p = rng.uniform(0.1, 0.6, 60)
    few = Contest(
        day=20_000,
        lost=(rng.random(60) < p).astype(float),
        challenger=p,
        champion=p,
        baselines={"recency": rng.random(60)},
        key=np.arange(60) < 6,
        size=np.arange(60) % 3,
        tier_moves=0.0,
        reasons_kept=1.0,
        is_of_one_label=True,
    )
    assert _verdict(few, "calibration").passed
    assert _verdict(few, "sizes").passed


def test_profit_in_a_worse_order_than_the_champions_is_refused(even: Contest) -> None:
    assert even.money is not None
    noise = np.random.default_rng(2).lognormal(0, 2, CLIENTS)
    worse = replace(even.money, challenger=even.money.challenger * noise)
    found = _verdict(replace(even, money=worse), "money")
    assert not found.passed
    assert found.figures["lead"] < 0
    both = replace(worse, champion=worse.challenger)
    assert _verdict(replace(even, money=both), "money").passed


@pytest.mark.parametrize(
    ("totals", "passed"),
    [
        ((125.0, 100.0), True),
        ((126.0, 100.0), False),
        ((74.0, 100.0), False),
        ((-74.0, -100.0), False),
        (None, True),
    ],
)
def test_a_total_of_profit_that_moves_with_the_model_is_refused(
    even: Contest, totals: tuple[float, float] | None, passed: bool
) -> None:
    assert even.money is not None
    money = replace(even.money, totals=totals)
    assert _verdict(replace(even, money=money), "money").passed is passed


@pytest.mark.parametrize(("moves", "passed"), [(0.25, True), (0.26, False)])
def test_tiers_that_change_with_the_model_are_refused(
    even: Contest, moves: float, passed: bool
) -> None:
    assert _verdict(replace(even, tier_moves=moves), "tiers").passed is passed


@pytest.mark.parametrize(("kept", "passed"), [(0.4, True), (0.39, False)])
def test_reasons_that_change_with_the_model_are_refused(
    even: Contest, kept: float, passed: bool
) -> None:
    assert _verdict(replace(even, reasons_kept=kept), "reasons").passed is passed


@pytest.mark.parametrize(
    ("rows", "passed"),
    [({"events": (20, 21)}, True), ({"events": (20, 22)}, False), ({"events": (20, 18)}, False)],
)
def test_a_version_that_learnt_from_another_ledger_is_refused(
    even: Contest, rows: dict[str, tuple[int, int]], passed: bool
) -> None:
    history = {"transactions": (1000, 990), **rows}
    found = _verdict(replace(even, history=history), "history")
    assert found.passed is passed
    then, now = rows["events"]
    assert f"of events its training saw {then} rows, of the same days there are {now}" in (
        verdict_line(found)
    )
