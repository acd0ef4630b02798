"""Shares of reasons, and what drivers gain, by what the other declines taught."""

from __future__ import annotations

import numpy as np
import pytest

from segml.losses.exposures import Column, Risk
from segml.losses.onset_months import OnsetMonths
from segml.losses.taught import FOLDS, Gain, crossed, gain_of, met_by, shares_of, tempered
from segml.outcomes.onset import Causes

COUNT, MONTHS = 60, 6000.0
MET = np.zeros((COUNT, 3))
MET[:, 0] = 1.0
MET[:30, 1] = 1.0
MET[30:33, 2] = 1.0
FOLD = np.arange(COUNT) % FOLDS
MASS = (MONTHS, MONTHS / 10, MONTHS / 100)


def columns() -> list[Column]:
    """A baseline of all months, a driver of a tenth of them, one that few ever meet."""
    named = (("unknown", "(unknown)"), ("service", "complaints_90"), ("payment", "overdue_share"))
    return [
        Column(reason=reason, feature=feature, event_ids=(), mass=mass, met=met)  # type: ignore[arg-type]  # a reason
        for (reason, feature), mass, met in zip(named, MASS, MET.T, strict=True)
    ]


def shares() -> np.ndarray:
    return shares_of(crossed(MET, columns(), FOLD), FOLD, ())


def test_shares_of_an_onset_sum_to_one_and_none_is_of_a_column_it_did_not_meet() -> None:
    found = shares()
    assert found.sum(axis=1) == pytest.approx(np.ones(COUNT))
    assert found.min() >= 0.0
    assert (found[MET == 0.0] == 0.0).all()


def test_half_of_all_onsets_in_a_tenth_of_the_months_are_the_drivers() -> None:
    assert shares()[:30, 1].min() > 0.7


def _onsets(month: np.ndarray) -> OnsetMonths:
    nothing = np.empty(0, np.int64)
    risk = Risk(
        clients=(),
        starts=nothing,
        at_risk=np.empty((0, 0), bool),
        lost=nothing,
        month=month,
        known=np.empty(0),
    )
    return OnsetMonths(risk=risk, first=np.arange(len(month)), weight=np.ones(len(month)))


def _gain(behind: np.ndarray, month: np.ndarray, *, seed: int = 0) -> Gain:
    """Onsets of 400 clients in 12 months; half of the clients meet the driver, all in one month."""
    clients, months, chances = 400, 12, 5
    rng = np.random.default_rng(seed)
    meets = np.arange(clients) % 2 == 0
    every = [behind, *(rng.integers(clients, size=len(behind)) for _ in range(chances))]
    on = np.concatenate([meets[each] & (month == 7) for each in every])
    named = [("service", "complaints_90", meets.sum(), on), ("unknown", "(unknown)", 4800.0, None)]
    columns = [
        Column(reason=reason, feature=feature, event_ids=(), mass=float(mass), met=met)  # type: ignore[arg-type]  # a reason
        for reason, feature, mass, met in [
            (*each[:3], np.ones(len(on)) if each[3] is None else each[3].astype(float))
            for each in named
        ]
    ]
    calendar = [
        Column(
            reason="unknown",
            feature="(unknown)",
            event_ids=(),
            mass=float(clients),
            met=np.tile(month == each, chances + 1).astype(float),
        )
        for each in range(months)
    ]
    fold = rng.permutation(len(behind)) % FOLDS
    every = [*columns, *calendar]
    return gain_of(met_by([_onsets(month)] * (chances + 1), every), every, fold)


def test_what_befell_everybody_in_one_month_is_no_gain_though_half_of_them_met_it() -> None:
    rng = np.random.default_rng(0)
    client, month = np.nonzero(rng.random((400, 12)) < np.where(np.arange(12) == 7, 0.2, 0.02))
    found = _gain(client, month)
    assert found.explained == 0.0
    assert abs(found.gain) < 3.0 * found.error


def test_what_befell_those_who_met_it_is_one() -> None:
    rng = np.random.default_rng(0)
    hit = np.where((np.arange(12) == 7) & (np.arange(400) % 2 == 0)[:, None], 0.3, 0.02)
    client, month = np.nonzero(rng.random((400, 12)) < hit)
    found = _gain(client, month)
    assert found.explained > 0.8
    assert found.gain > 5.0 * found.error


def _among_rare(share: float, *, onsets: int, seed: int) -> Gain:
    """Ninety columns that hardly anybody meets, and a driver of a tenth of the months.

    `share` of the onsets meet the driver, and a tenth of those that are laid by chance.
    """
    rng, months, rare = np.random.default_rng(seed), 20_000.0, 0.002
    reasons = ("price", "assortment", "manager", "payment", "competitor", "margin")

    def met(driver: float) -> np.ndarray:
        drawn = rng.random((onsets, 91)) < np.append(driver, np.full(90, rare))
        return np.column_stack([np.ones(onsets), drawn]).astype(float)

    every = [met(share), *(met(0.1) for _ in range(5))]
    named = [("unknown", months), ("service", 0.1 * months)]
    named += [(reasons[place % 6], rare * months) for place in range(90)]
    columns = [
        Column(reason=reason, feature=f"x{place}", event_ids=(), mass=mass, met=every[0][:, place])  # type: ignore[arg-type]  # a reason
        for place, (reason, mass) in enumerate(named)
    ]
    return gain_of(every, columns, rng.permutation(onsets) % FOLDS)


def test_what_hardly_anybody_meets_is_no_gain_by_those_that_met_it() -> None:
    assert [_among_rare(0.1, onsets=60, seed=seed).explained for seed in range(8)] == [0.0] * 8


def test_a_driver_among_columns_that_promise_too_much_is_found_all_the_same() -> None:
    found = [_among_rare(0.35, onsets=120, seed=seed) for seed in range(8)]
    assert min(each.explained for each in found) > 0.4  # two of them below the baseline as such


def _held_out(taught: list[Causes], fold: np.ndarray) -> np.ndarray:
    """What each onset gained by what the other folds taught."""
    return np.stack([each.gained for each in taught])[fold, np.arange(len(fold))]


@pytest.mark.parametrize("trust", [0.0, 0.4, 1.0])
def test_what_is_not_believed_of_a_hazard_has_the_baseline_alone(trust: float) -> None:
    learnt = crossed(MET, columns(), FOLD)[0]
    mixed = learnt.tempered(trust)
    assert mixed.gained == pytest.approx(np.log1p(trust * np.expm1(learnt.gained)), abs=1e-9)
    assert mixed.hazards == pytest.approx(mixed.design.hazards(mixed.weights))


def test_drivers_are_believed_as_far_as_the_onsets_they_were_not_fitted_to_bear_out() -> None:
    draws = np.random.default_rng(0)
    real = np.column_stack([np.ones(900), draws.random(900) < 0.5])
    # drivers that are met by chance alone weigh something all the same
    vain = np.column_stack([np.ones(60), draws.random((60, 40)) < 0.02])
    for met, share, least, most in ((real, 0.1, 0.98, 1.0), (vain, 0.004, 0.0, 0.96)):
        told = [
            Column(
                reason="service" if place else "unknown",
                feature="complaints_90" if place else "(unknown)",
                event_ids=(),
                mass=MONTHS * share if place else MONTHS,
                met=values,
            )
            for place, values in enumerate(met.T)
        ]
        fold = np.arange(len(met)) % FOLDS
        taught = crossed(met, told, fold)
        gained, found = _held_out(taught, fold), _held_out(tempered(taught, fold, ()), fold)
        grid = np.linspace(0.0, 1.0, 101)
        by_trust = np.log1p(grid[:, None] * np.expm1(gained)).mean(axis=1)
        assert found.mean() == pytest.approx(by_trust.max(), abs=1e-4)
        assert least <= grid[by_trust.argmax()] <= most
