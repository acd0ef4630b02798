"""Prospects: their scores are those of first years, or null, and sum with their reasons."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segml.bundle import Bundle, fit
from segml.features import first_contact
from segml.ledger import Ledger, open_ledger
from segml.scoring import (
    BASE,
    PROSPECT_REASONS,
    PROSPECTS,
    RECOMMENDATIONS,
    SCORES,
    Scored,
    contact_columns,
    score,
)
from segml.scoring.prospects import MONEY, _nearest, _recommended, foretell_prospects
from segml.simulate import make_world
from segml.words.plan import ChurnPlan, Economics, LedgerPlan, Plan, PotentialPlan, SourcePlan

TABLES = ("transactions", "clients", "interactions", "invoices", "events")


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ledger, Plan]]:
    """A ledger with more than forty newcomers whose first year is over."""
    folder = Path(tmp_path_factory.mktemp("busy"))
    world = make_world(clients=300, months=30, seed=11)
    for name in TABLES:
        getattr(world, name).to_parquet(folder / f"{name}.parquet")
    plan = Plan(
        portfolio="busy",
        ledger=LedgerPlan(
            **{name: SourcePlan(path=str(folder / f"{name}.parquet")) for name in TABLES}
        ),
        economics=Economics(currency="EUR", order=5.0, minute=0.5),
        churn=ChurnPlan(horizon_days=60, active_days=180, cutoffs=3),
        potential=PotentialPlan(horizon_days=90),
        seed=1,
    )
    with open_ledger(plan.ledger, plan.economics) as ledger:
        yield ledger, plan


@pytest.fixture(scope="module")
def learnt(busy: tuple[Ledger, Plan]) -> Bundle:
    ledger, plan = busy
    return fit(ledger, ledger.last_day + 1, plan, threads=1)


@pytest.fixture(scope="module")
def told(busy: tuple[Ledger, Plan], learnt: Bundle) -> Scored:
    return score(learnt, busy[0], busy[0].last_day + 1, version="v")


def test_features_of_prospects_hold_all_that_their_model_reads(
    told: Scored, learnt: Bundle, busy: tuple[Ledger, Plan]
) -> None:
    assert learnt.prospects is not None
    extra = [feature.name for feature in contact_columns(learnt)]
    assert extra
    assert list(told.features)[2:] == [*learnt.encoder.columns, *extra]
    features = told.features.set_index("client_id")
    prospects = of_prospects(told).index
    assert features[extra].drop(index=prospects).isna().to_numpy().all()
    read = list(learnt.prospects.design.features)
    known = first_contact(busy[0].past(busy[0].last_day + 1)).loc[prospects, read]
    pd.testing.assert_frame_equal(features.loc[prospects, read], known, check_names=False)
    # the columns are there on a day without prospects too, and of the same types
    none = foretell_prospects(learnt, busy[0], busy[0].last_day + 1, prospects[:0]).contact
    assert none.dtypes.tolist() == features[extra].dtypes.tolist()


def of_prospects(scored: Scored) -> pd.DataFrame:
    scores = scored.scores
    return scores[scores["status"] == "prospect"].set_index("client_id")


def test_the_frames_hold_the_declared_columns(told: Scored) -> None:
    assert list(told.prospects) == list(PROSPECTS)
    assert list(told.prospect_reasons) == list(PROSPECT_REASONS)
    assert list(told.scores) == list(SCORES)


def test_scores_and_prospects_say_the_same(told: Scored) -> None:
    scores, prospects = of_prospects(told), told.prospects.set_index("client_id")
    assert len(prospects) > 5
    assert scores.index.equals(prospects.index)
    assert scores["expected_profit"].equals(prospects["expected_profit"])
    assert scores["expected_profit_low"].tolist() == prospects["low"].tolist()
    assert scores["action"].tolist() == prospects["recommendation"].tolist()
    assert set(prospects["recommendation"]) <= set(RECOMMENDATIONS)
    assert (prospects["low"] <= prospects["expected_profit"]).all()
    assert (prospects["expected_profit"] <= prospects["high"]).all()


def test_reasons_sum_to_the_raw_score_and_in_money_to_the_expected_profit(
    told: Scored, learnt: Bundle
) -> None:
    rows = told.prospect_reasons
    prospects = told.prospects.set_index("client_id")
    assert learnt.prospects is not None
    assert (rows[rows["rank"] == 0]["feature"] == BASE).all()
    summed = rows.groupby("client_id")[["contribution", "money"]].sum()
    assert summed["money"].to_numpy() == pytest.approx(prospects["expected_profit"].to_numpy())
    again = learnt.prospects.amount.expected(summed["contribution"].to_numpy())
    assert again == pytest.approx(prospects["expected_profit"].to_numpy())
    sizes = rows[rows["rank"] > 0].assign(size=lambda frame: frame["contribution"].abs())
    for _, mine in sizes.groupby("client_id"):
        assert mine.sort_values("rank")["size"].is_monotonic_decreasing


@pytest.mark.parametrize(
    ("expected", "median", "cost", "recommendation"),
    [
        (-5.0, -1.0, 1.0, "decline"),
        (-5.0, 2.0, 1.0, "low_touch"),
        (50.0, 10.0, 60.0, "low_touch"),
        (50.0, 10.0, 40.0, "contact"),
        (100.0, 10.0, 200.0, "contact"),
        (300.0, 10.0, 0.0, "contact_now"),
        (400.0, 10.0, 900.0, "contact_now"),
        (400.0, -1.0, 1.0, "contact"),
    ],
)
def test_what_is_recommended_follows_from_profit_and_care(
    learnt: Bundle, expected: float, median: float, cost: float, recommendation: str
) -> None:
    assert learnt.prospects is not None
    model = dataclasses.replace(learnt.prospects, middle=100.0, top=300.0)
    told = pd.DataFrame({"expected_profit": [expected], "median_profit": [median]})
    assert _recommended(model, told, np.array([cost])).tolist() == [recommendation]


@pytest.mark.parametrize("newcomers", [0, 2, 3, 700])
def test_the_nearest_are_those_of_a_stable_sort(newcomers: int) -> None:
    draw = np.random.default_rng(7)
    asked, pool = (draw.integers(0, 3, (n, 4)).astype(float) for n in (600, newcomers))
    far = ((asked[:, None, :] - pool[None, :, :]) ** 2).sum(axis=2)
    expected = np.full((len(asked), 3), -1)
    first = far.argsort(axis=1, kind="stable")[:, :3]
    expected[:, : first.shape[1]] = first
    np.testing.assert_array_equal(_nearest(asked, pool), expected)


def test_look_alikes_are_three_past_newcomers(told: Scored, busy: tuple[Ledger, Plan]) -> None:
    bought = set(told.scores.loc[told.scores["status"] != "prospect", "client_id"])
    for names in told.prospects[["like_1", "like_2", "like_3"]].to_numpy():
        assert len(set(names)) == 3
        assert set(names) <= bought
    assert np.isfinite(told.prospects["like_profit"]).all()


def test_without_a_model_prospects_have_no_expected_profit_and_the_run_holds(
    busy: tuple[Ledger, Plan], learnt: Bundle, told: Scored
) -> None:
    poor = dataclasses.replace(learnt, prospects=None)
    scored = score(poor, busy[0], busy[0].last_day + 1, version="v")
    scores = of_prospects(scored)
    assert scores[list(MONEY)].isna().all().all()
    assert (scores["action"] == "contact").all()
    assert scored.prospects["expected_profit"].isna().all()
    assert scored.prospects["learnt_from"].eq(0).all()
    assert len(scored.prospects) == len(told.prospects)
    assert scored.prospect_reasons.empty
    bought = scored.scores["status"] != "prospect"
    assert scored.scores[bought].equals(told.scores[bought])


def test_too_few_newcomers_are_said_and_refuse_no_training(bundle: Bundle) -> None:
    assert bundle.prospects is None
    assert any("40 are needed" in note for note in bundle.record.notes)


def test_how_many_taught_and_how_many_are_not_counted_is_said(learnt: Bundle) -> None:
    assert learnt.prospects is not None
    said = (
        f"learnt from {learnt.prospects.learnt} newcomers whose first year is over; "
        f"{learnt.prospects.censored} still in theirs tell only"
    )
    assert any(said in note for note in learnt.record.notes)
    assert any("what winning the client cost" in note for note in learnt.record.notes)


def test_the_same_ledger_gives_the_same_frames(
    busy: tuple[Ledger, Plan], learnt: Bundle, told: Scored
) -> None:
    again = score(learnt, busy[0], busy[0].last_day + 1, version="v")
    assert again.prospects.equals(told.prospects)
    assert again.prospect_reasons.equals(told.prospect_reasons)
