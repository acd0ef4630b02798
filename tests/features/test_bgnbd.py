import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.optimize import check_grad
from scipy.special import betaln

from segml.features.bgnbd import (
    BgNbd,
    PurchaseHistory,
    _counted,
    _loss,
    assumed,
    fit_bgnbd,
)

PAPER = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)


def _one(repeats: float, recency: float, age: float) -> PurchaseHistory:
    return PurchaseHistory(
        repeats=np.array([float(repeats)]),
        recency=np.array([float(recency)]),
        age=np.array([float(age)]),
    )


def _simulated(
    model: BgNbd, clients: int, seed: int, age: float = 100.0
) -> tuple[PurchaseHistory, npt.NDArray[np.float64]]:
    """The process itself: exponential waits, a coin to leave after each purchase."""
    rng = np.random.default_rng(seed)
    repeats, recency, later = np.zeros(clients), np.zeros(clients), np.zeros(clients)
    for i in range(clients):
        rate, leave = rng.gamma(model.r, 1 / model.alpha), rng.beta(model.a, model.b)
        now = 0.0
        # the first purchase, at 0, is no occasion to leave
        while (now := now + rng.exponential(1 / max(rate, 1e-12))) <= 2 * age:
            if now <= age:
                repeats[i], recency[i] = repeats[i] + 1, now
            else:
                later[i] += 1
            if rng.random() < leave:
                break
    return PurchaseHistory(repeats=repeats, recency=recency, age=np.full(clients, age)), later


def _by_integration(model: BgNbd, x: int, age: float, time: float) -> float:
    """The expectation given alive: the mean of (1 - E exp(-λpt)) / p over p ~ Beta(a, b + x).

    In u = logit(p) the density is smooth and falls off exponentially on both sides, however
    close to 0 or 1 the mass lies, so plain sums converge.
    """
    b = model.b + x
    logit = np.linspace(-700, 80, 390_001)
    log_p, log_q = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
    density = np.exp(model.a * log_p + b * log_q - betaln(model.a, b))  # times dp/du
    p = np.exp(log_p)
    power = -(model.r + x) * np.log1p(p * time / (model.alpha + age))
    return float((density * -np.expm1(power) / p).sum() * (logit[1] - logit[0]))


def test_the_published_example_comes_out() -> None:
    # Fader, Hardie, Lee (2005), "Implementing the BG/NBD Model in Excel": x=2, t_x=30.43, T=38.86
    history = _one(2, 30.43, 38.86)
    assert PAPER.expected(history, 39.0)[0] == pytest.approx(1.226, abs=5e-4)
    assert PAPER.alive(history)[0] == pytest.approx(0.7266, abs=5e-5)


def test_the_parameters_of_the_cdnow_cohort_come_out() -> None:
    folder = os.environ.get("SEGML_DATA")
    if not folder:
        pytest.skip("SEGML_DATA does not name the folder of the public data sets")
    bought = pd.read_parquet(Path(folder) / "cdnow" / "transactions.parquet")
    day = (bought["date"] - pd.Timestamp("1997-01-01")).dt.days
    days = day[day < 273].groupby(bought["customer_id"]).agg(["min", "max", "nunique"])
    history = PurchaseHistory(
        repeats=days["nunique"].to_numpy(float) - 1,
        recency=(days["max"] - days["min"]).to_numpy(float) / 7,
        age=(273 - days["min"]).to_numpy(float) / 7,
    )
    model, record = fit_bgnbd(history)
    assert record["bgnbd_fitted"] == 1
    # published on a tenth of the cohort; the whole of it differs a little
    assert (model.r, model.alpha, model.a, model.b) == pytest.approx(
        (PAPER.r, PAPER.alpha, PAPER.a, PAPER.b), rel=0.1
    )
    assert model.log_likelihood(history) > PAPER.log_likelihood(history)
    # repeat purchases up to week 78, as the paper's figure 2 counts them
    later = day[(day >= 273) & (day < 546)].groupby(bought["customer_id"]).nunique()
    repeats = history.repeats.sum()
    forecast = repeats + model.expected(history, 39.0).sum()
    assert forecast == pytest.approx(repeats + later.reindex(days.index).sum(), rel=0.1)


def test_simulated_parameters_are_recovered_and_so_is_the_future() -> None:
    truth = BgNbd(r=0.8, alpha=6.0, a=0.6, b=2.5)
    history, later = _simulated(truth, 4000, seed=3)
    model, _ = fit_bgnbd(history)
    assert (model.r, model.alpha) == pytest.approx((truth.r, truth.alpha), rel=0.15)
    assert model.a / (model.a + model.b) == pytest.approx(0.6 / 3.1, rel=0.15)
    expected = model.expected(history, 100.0)
    assert expected.sum() == pytest.approx(later.sum(), rel=0.08)
    few, many = history.repeats == 0, history.repeats >= 5
    assert expected[few].sum() == pytest.approx(later[few].sum(), rel=0.2)
    assert expected[many].sum() == pytest.approx(later[many].sum(), rel=0.1)


@pytest.mark.parametrize("x", [0, 1, 7, 200, 5000])
@pytest.mark.parametrize(
    "model",
    [
        PAPER,
        BgNbd(r=0.7, alpha=9.4, a=0.16, b=3.3),
        BgNbd(r=2.0, alpha=3.0, a=1.0, b=2.0),
        BgNbd(r=1.0, alpha=1.0, a=0.4, b=0.6),
        BgNbd(r=0.5, alpha=2.0, a=8.0, b=30.0),
        BgNbd(r=0.01, alpha=100.0, a=0.05, b=10.0),
    ],
)
def test_the_closed_form_equals_numerical_integration(model: BgNbd, x: int) -> None:
    age = 10.0 + x / 7
    history = _one(x, age - 3 if x else 0, age)
    for time in (1.0, 13.0, 52.0):
        expected = model.expected(history, time)[0]
        given_alive = expected / model.alive(history)[0]
        # a and a + b at the formula's poles are taken a millionth beside them
        assert given_alive == pytest.approx(_by_integration(model, x, age, time), rel=1e-5)


def test_the_gradient_is_that_of_the_likelihood() -> None:
    history, _ = _simulated(PAPER, 200, seed=1)
    counted = _counted(history)
    at = np.array([0.1, 1.0, -0.3, 0.4])
    slope = np.linalg.norm(_loss(at, history, counted)[1])
    error = check_grad(
        lambda logs: _loss(logs, history, counted)[0],
        lambda logs: _loss(logs, history, counted)[1],
        at,
    )
    assert error < 1e-5 * slope


def test_more_silence_never_makes_a_client_more_alive() -> None:
    ages = np.linspace(10, 200, 50)
    history = PurchaseHistory(repeats=np.full(50, 4.0), recency=np.full(50, 9.0), age=ages)
    assert (np.diff(PAPER.alive(history)) < 0).all()
    assert (np.diff(PAPER.expected(history, 26.0)) < 0).all()


def test_who_never_repeated_never_had_an_occasion_to_leave() -> None:
    assert PAPER.alive(_one(0, 0, 500))[0] == 1


@pytest.mark.parametrize("clients", [0, 1, 29])
def test_too_few_clients_are_not_fitted(clients: int) -> None:
    history = PurchaseHistory(
        repeats=np.full(clients, 3.0), recency=np.full(clients, 5.0), age=np.full(clients, 9.0)
    )
    model, record = fit_bgnbd(history)
    assert record["bgnbd_fitted"] == 0
    assert record["bgnbd_clients"] == clients
    assert model == assumed(history)
    assert np.isfinite(model.expected(history, 10.0)).all()


def test_a_history_without_repeats_is_not_fitted() -> None:
    history = PurchaseHistory(
        repeats=np.zeros(500), recency=np.zeros(500), age=np.linspace(1, 50, 500)
    )
    model, record = fit_bgnbd(history)
    assert record["bgnbd_fitted"] == 0
    assert 0 < model.expected(history, 10.0).mean() < 0.1


def test_clients_that_are_all_alike_break_nothing() -> None:
    history = PurchaseHistory(
        repeats=np.full(100, 50.0), recency=np.full(100, 50.0), age=np.full(100, 51.0)
    )
    model, _ = fit_bgnbd(history)
    assert model.expected(history, 10.0) == pytest.approx(np.full(100, 10.0), rel=0.1)


def test_who_all_but_surely_leaves_at_once_is_told_a_number_and_no_warning() -> None:
    """A fit may end near the bounds: a power that is below every float is none."""
    draws = np.random.default_rng(0)
    for _ in range(200):
        r, alpha, a, b = np.exp(draws.uniform(-7.0, 7.0, 4))
        repeats, age = draws.integers(0, 400, 20).astype(float), draws.uniform(1.0, 3000.0, 20)
        recency = np.where(repeats > 0, age * draws.random(20), 0.0)
        told = BgNbd(r=r, alpha=10.0 * alpha, a=a, b=b).expected(
            PurchaseHistory(repeats=repeats, recency=recency, age=age), 180.0
        )
        assert (np.isfinite(told) & (told >= 0.0)).all()


def test_an_impossible_history_is_refused() -> None:
    with pytest.raises(ValueError, match="recency <= age"):
        _one(1, 5, 4)
