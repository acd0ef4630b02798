"""The simple rules of profit: pro rata, BG/NBD with Gamma-Gamma, and their conformal reach."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segml.evaluation.gamma_gamma import GammaGamma, fit_gamma_gamma
from segml.evaluation.money_baselines import (
    MONEY_BASELINES,
    bgnbd_gamma,
    last_year,
    money_rows,
    reach,
)
from segml.features.bgnbd import fit_bgnbd
from segml.ledger import Ledger

CDNOW = Path(os.environ.get("SEGML_DATA", "absent")) / "cdnow" / "transactions.parquet"


def _money(ledger: Ledger, day: int) -> pd.DataFrame:
    ids = ledger.past(day).frame("SELECT client_id FROM {clients} ORDER BY client_id")["client_id"]
    rng = np.random.default_rng(0)
    revenue = rng.uniform(0, 900, len(ids)).round(2)
    revenue[::7] = 0.0
    return pd.DataFrame(
        {"profit_365": revenue * 0.3 - 5, "revenue_365": revenue}, index=pd.Index(ids)
    )


def test_order_days_are_counted_once_each_and_seen_from_the_day(ledger: Ledger) -> None:
    day = ledger.last_day - 90
    money = _money(ledger, day)
    rows = money_rows(ledger.past(day), money)
    lines = ledger.past(day).lines(list(money.index))
    bought = lines[~lines["is_return"].astype(bool)]
    days = bought.groupby("client_id")["day"].nunique().reindex(money.index).fillna(0)
    assert rows.order_days.tolist() == days.tolist()
    first = bought.groupby("client_id")["day"].min().reindex(money.index)
    np.testing.assert_array_equal(rows.known_days, day - first)
    total = bought.groupby("client_id")["amount"].sum().reindex(money.index).fillna(0)
    np.testing.assert_allclose(rows.order_days * rows.order_money, total)


def test_the_last_year_is_taken_pro_rata(ledger: Ledger) -> None:
    money = _money(ledger, ledger.last_day)
    rows = money_rows(ledger.past(ledger.last_day), money)
    np.testing.assert_allclose(last_year(rows, 73), money["profit_365"] / 5)


def test_orders_times_money_times_the_share_that_is_profit(ledger: Ledger) -> None:
    day = ledger.last_day
    money = _money(ledger, day)
    rows = money_rows(ledger.past(day), money)
    expected = bgnbd_gamma(rows, 90)
    model, _ = fit_bgnbd(rows.history)
    gamma = fit_gamma_gamma(rows.order_days, rows.order_money)
    assert gamma is not None
    orders = model.expected(rows.history, 90 / 7)
    each = gamma.expected(rows.order_days, rows.order_money)
    share = np.where(
        rows.revenue_365 > 0,
        np.clip(rows.profit_365 / np.where(rows.revenue_365 > 0, rows.revenue_365, 1), -1, 1),
        rows.profit_365.sum() / rows.revenue_365.sum(),
    )
    np.testing.assert_allclose(expected, orders * each * share)
    assert (bgnbd_gamma(rows, 180) / expected > 1).all()


def test_a_client_without_an_order_is_expected_to_bring_nothing(ledger: Ledger) -> None:
    day = ledger.first_day + 40
    money = _money(ledger, ledger.last_day)
    rows = money_rows(ledger.past(day), money)
    unseen = rows.order_days == 0
    assert unseen.any()
    assert (bgnbd_gamma(rows, 90)[unseen] == 0).all()
    assert np.isnan(rows.known_days[unseen]).all()


@pytest.mark.parametrize("name", sorted(MONEY_BASELINES))
def test_a_rule_of_profit_is_finite_and_follows_its_horizon(name: str, ledger: Ledger) -> None:
    rows = money_rows(ledger.past(ledger.last_day), _money(ledger, ledger.last_day))
    short, long = (MONEY_BASELINES[name](rows, days) for days in (30, 365))
    assert np.isfinite(short).all()
    assert (np.abs(short) <= np.abs(long)).all()


def test_gamma_gamma_finds_the_law_its_orders_were_drawn_from() -> None:
    rng = np.random.default_rng(5)
    p, q, gamma = 6.0, 4.0, 15.0
    orders = rng.integers(1, 12, 20_000).astype(float)
    scale = rng.gamma(q, 1 / gamma, len(orders))
    mean = rng.gamma(p * orders, 1 / (scale * orders))
    found = fit_gamma_gamma(orders, mean)
    assert found is not None
    assert found.expected(np.zeros(1), np.zeros(1))[0] == pytest.approx(
        p * gamma / (q - 1), rel=0.02
    )
    # the likelihood is flat along p and gamma: one number of theirs is known far better than each
    assert (found.p, found.q) == (pytest.approx(p, rel=0.15), pytest.approx(q, rel=0.05))


def test_few_orders_are_drawn_towards_all_and_many_are_believed() -> None:
    model = GammaGamma(p=6.0, q=4.0, gamma=15.0)
    few, many = model.expected(np.array([1.0, 400.0]), np.array([90.0, 90.0]))
    assert 30 < few < many < 90


def test_too_few_clients_have_no_law() -> None:
    assert fit_gamma_gamma(np.ones(29), np.arange(1.0, 30.0)) is None
    assert fit_gamma_gamma(np.ones(50), np.full(50, 3.0)) is None


@pytest.mark.skipif(not CDNOW.is_file(), reason="SEGML_DATA names no folder with cdnow/")
def test_gamma_gamma_of_cdnow_is_near_the_published_one() -> None:
    """Fader, Hardie (2013) have it of a tenth of these clients: repeat purchases of 39 weeks."""
    rows = pd.read_parquet(CDNOW)
    rows = rows[rows["date"] <= pd.Timestamp(1997, 9, 30)]
    daily = rows.groupby(["customer_id", "date"], as_index=False)["dollar_value"].sum()
    repeats = daily[daily["customer_id"].duplicated()].groupby("customer_id")["dollar_value"]
    found = fit_gamma_gamma(repeats.size().to_numpy(float), repeats.mean().to_numpy(float))
    assert found is not None
    published = pytest.approx((6.25, 3.74, 15.44), rel=0.05)
    assert (found.p, found.q, found.gamma) == published


def test_a_reach_holds_its_share_of_new_clients() -> None:
    rng = np.random.default_rng(6)
    inside = []
    for _ in range(200):
        actual, new = rng.standard_t(3, 99), rng.standard_t(3, 1000)
        inside.append((np.abs(new) <= reach(actual, np.zeros(99))).mean())
    assert np.mean(inside) == pytest.approx(0.8, abs=0.01)
    assert np.isnan(reach(np.zeros(3), np.zeros(3)))
