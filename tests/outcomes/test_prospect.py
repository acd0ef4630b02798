from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from segml.outcomes.first_amount import fit_first_amount
from segml.outcomes.first_design import Design, learn_design
from segml.outcomes.first_trials import FirstRows, later_spread
from segml.outcomes.prospect import LEAST, MANY, ProspectModel, fit_prospect, spearman

Frames = tuple[pd.DataFrame, pd.DataFrame]


def newcomers(n: int, seed: int = 0) -> Frames:
    """Clients whose first year grows with their size, halves in the south, and is noisy."""
    rng = np.random.default_rng(seed)
    size = rng.normal(size=n)
    region = rng.choice(["north", "south", "<b>east</b>"], n)
    index = pd.Index([f"n{i:04d}" for i in range(n)], name="client_id")
    contact = pd.DataFrame(
        {
            "region": pd.Series(region, index=index, dtype=object),
            "size_employees": np.where(rng.random(n) < 0.2, np.nan, np.exp(3 + size)),
            "acquisition_cost": rng.uniform(100, 900, n),
            "month": rng.uniform(0, 12, n),
        },
        index=index,
    ).astype(dict.fromkeys(("size_employees", "acquisition_cost", "month"), np.float32))
    worth = 500 * np.exp(size) * np.where(region == "south", 0.5, 1.0)
    first = pd.DataFrame(
        {
            "first_day": rng.integers(0, 700, n),
            "complete": True,
            "profit": worth * np.exp(rng.normal(0, 0.5, n)) - 300,
            "cost_to_serve": 0.2 * worth + 50,
            "minutes": 100 * np.exp(rng.normal(0, 0.3, n)),
            "acquisition": 300.0,
            "seen_days": 365,
        },
        index=index,
    )
    whole = first["profit"] + first["acquisition"]
    return contact, first.assign(**{f"earned_{age}": whole * age / 365 for age in (90, 180, 270)})


def fitted(n: int, seed: int = 0) -> tuple[ProspectModel, pd.DataFrame, pd.DataFrame]:
    contact, first = newcomers(n, seed)
    model = fit_prospect(contact, first, contact.iloc[:0], seed=1, threads=1)
    assert model is not None
    return model, contact, first


def test_fewer_than_forty_first_years_teach_nothing() -> None:
    contact, first = newcomers(LEAST)
    assert fit_prospect(contact, first, contact.iloc[:0], seed=1) is not None
    first.loc["n0003", "complete"] = False
    assert fit_prospect(contact, first, contact.iloc[:0], seed=1) is None


def test_of_newcomers_of_whom_nothing_is_known_the_mean_is_learnt() -> None:
    contact, first = newcomers(MANY)
    nobody = contact[[]]
    model = fit_prospect(nobody, first, nobody.iloc[:0], seed=1, threads=1)
    assert model is not None
    assert model.forest_weight == 0
    assert model.expected(nobody) == pytest.approx(first["profit"].mean(), rel=0.05)
    values, base = model.contributions(nobody)
    assert values.shape == (MANY, 0)
    assert base == pytest.approx(model.raw(nobody))


def test_first_years_that_are_not_over_are_counted_and_not_learnt_from() -> None:
    contact, first = newcomers(90)
    first.loc[first.index[:30], ["complete", "seen_days"]] = [False, 80]
    model = fit_prospect(contact, first, contact.iloc[:0], seed=1)
    first.loc[first.index[:30], ["profit", "minutes", "cost_to_serve"]] = 1e9
    again = fit_prospect(contact, first, contact.iloc[:0], seed=1)
    assert model is not None
    assert again is not None
    assert (model.learnt, model.censored) == (60, 30)
    assert again.to_json() == model.to_json()


@pytest.mark.parametrize("n", [60, MANY])
def test_contributions_sum_to_the_raw_score(n: int) -> None:
    model, contact, _ = fitted(n)
    values, base = model.contributions(contact)
    assert values.shape == (n, len(model.design.features))
    assert base + values.sum(axis=1) == pytest.approx(model.raw(contact), abs=1e-6)


@pytest.mark.parametrize("n", [60, MANY])
def test_a_model_read_back_says_the_same(n: int) -> None:
    model, contact, _ = fitted(n)
    again = ProspectModel.from_json(json.loads(json.dumps(model.to_json())), model.forests())
    assert np.array_equal(again.expected(contact), model.expected(contact))
    assert again.to_json() == model.to_json()


@pytest.mark.parametrize("n", [60, MANY])
def test_the_order_of_rows_changes_nothing(n: int) -> None:
    contact, first = newcomers(n)
    none = contact.iloc[:0]
    one = fit_prospect(contact, first, none, seed=1, threads=1)
    two = fit_prospect(contact.iloc[::-1], first.iloc[::-1], none, seed=1, threads=1)
    assert one is not None
    assert two is not None
    assert one.to_json() == two.to_json()
    assert one.forests() == two.forests()


def test_unseen_newcomers_are_ranked_and_four_in_five_are_covered() -> None:
    model, _, _ = fitted(300)
    contact, first = newcomers(2000, seed=9)
    expected, profit = model.expected(contact), first["profit"].to_numpy()
    low, _, high = model.spread.interval(expected)
    # the noise alone leaves a rank correlation of about 0.85
    assert (spearman(expected, profit) or 0.0) > 0.7
    assert 0.74 < ((profit >= low) & (profit <= high)).mean() < 0.86
    assert expected.mean() == pytest.approx(profit.mean(), rel=0.15)


def test_intervals_hold_the_errors_of_later_newcomers_and_not_of_those_learnt_from() -> None:
    # the newer half swings far more than the older
    rng = np.random.default_rng(4)
    n = 400
    Z = rng.normal(size=(n, 1))
    profit = 100 * Z[:, 0] + rng.normal(0, np.where(np.arange(n) < n // 2, 5.0, 60.0))
    scale = 100.0
    rows = FirstRows(Z=Z, y=np.arcsinh(profit / scale), columns=("c0",), seed=0, threads=1)
    low, _, high = later_spread(rows, profit, 0.0, scale=scale).interval(100 * Z[:, 0])
    newer = np.arange(n) >= n // 2
    inside = (profit >= low) & (profit <= high)
    assert 0.74 < inside[newer].mean() < 0.88
    assert inside[~newer].mean() > 0.95


def test_care_is_foretold_and_never_negative() -> None:
    model, contact, first = fitted(200)
    Z = model.design.matrix(contact)
    assert model.minutes is not None
    assert (model.cost.expected(Z) >= 0).all()
    assert model.cost.expected(Z).mean() == pytest.approx(first["cost_to_serve"].mean(), rel=0.1)
    assert model.minutes.expected(Z).mean() == pytest.approx(first["minutes"].mean(), rel=0.05)


def test_without_contacts_no_minutes_are_foretold() -> None:
    contact, first = newcomers(60)
    model = fit_prospect(contact, first.assign(minutes=0.0), contact.iloc[:0], seed=1)
    assert model is not None
    assert model.minutes is None


def test_what_prospects_lack_is_left_out() -> None:
    contact, _ = newcomers(60)
    prospects = newcomers(20, seed=3)[0].assign(acquisition_cost=np.float32("nan"))
    design = learn_design(contact, prospects)
    assert design.left_out == ("acquisition_cost",)
    assert "acquisition_cost" not in design.features
    assert Design.from_json(design.to_json()) == design


def test_what_is_unknown_or_unseen_adds_nothing_and_what_is_beyond_counts_as_the_nearest() -> None:
    contact, _ = newcomers(60)
    design = learn_design(contact[["region", "acquisition_cost"]], contact.iloc[:0])
    odd = pd.DataFrame(
        {
            "region": ["moon", None, "north", "north"],
            "acquisition_cost": [np.nan, np.nan, 1e12, float(contact["acquisition_cost"].max())],
        }
    )
    Z = design.matrix(odd)
    assert np.isfinite(Z).all()
    assert np.array_equal(Z[0], Z[1])
    assert np.array_equal(Z[2], Z[3])
    cost = [term.feature for term in design.terms].index("acquisition_cost")
    assert Z[0, cost] == 0.0


def test_what_all_of_a_time_share_is_kept_only_where_it_foretold_later_ones() -> None:
    contact, first = newcomers(200)
    model = fit_prospect(contact, first, contact.iloc[:0], seed=1)
    assert model is not None
    errors = model.record["of_the_time"]
    assert ("month" in model.design.features) == (errors["with"] < errors["without"])
    seasonal = first.assign(
        profit=first["profit"] + 3000 * np.sin(2 * np.pi * contact["month"].to_numpy() / 12)
    )
    told = fit_prospect(contact, seasonal, contact.iloc[:0], seed=1)
    assert told is not None
    assert "month" in told.design.features


def test_the_mean_of_the_expectations_is_the_mean_of_what_came_also_of_losses() -> None:
    rng = np.random.default_rng(2)
    raw, amounts = rng.normal(size=80), rng.normal(-400, 300, 80)
    found = fit_first_amount(raw, amounts, scale=50.0)
    assert found.expected(raw).mean() == pytest.approx(amounts.mean())
    order = np.argsort(raw)
    assert (np.diff(found.expected(raw)[order]) > 0).all()


def test_newcomers_still_in_their_first_year_set_the_level_beyond_luck() -> None:
    contact, first = newcomers(600)
    young = first.index[400:]
    first.loc[young, ["complete", "seen_days"]] = [False, 200]
    first.loc[young, "profit"] = np.nan  # of a year that is not over nothing else is looked at
    none = contact.iloc[:0]
    steady = fit_prospect(contact, first, none, seed=1, threads=1)
    doubled = first.copy()
    doubled.loc[young, ["earned_90", "earned_180"]] *= 1.8
    risen = fit_prospect(contact, doubled, none, seed=1, threads=1)
    assert steady is not None
    assert risen is not None
    assert steady.record["level"]["newcomers"] == 200
    assert steady.record["level"]["ratio"] == pytest.approx(1.0, abs=0.1)
    assert risen.record["level"]["ratio"] == pytest.approx(1.8, abs=0.2)
    ratio = risen.record["level"]["ratio"] / steady.record["level"]["ratio"]
    before, after = steady.expected(contact) + 300, risen.expected(contact) + 300
    assert after == pytest.approx(ratio * before)
    few = doubled.drop(index=young[3:])
    told = fit_prospect(contact, few, none, seed=1, threads=1)
    assert told is not None
    assert abs(told.record["level"]["ratio"] - 1) < abs(told.record["level"]["found"] - 1)
