from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from segml.simulate.clients import Clients, draw_clients
from segml.simulate.draws import CAUSES, MONTH_DAYS, WorldConfig, draw_config
from segml.simulate.goods import Goods, draw_goods
from segml.simulate.happenings import Happenings, draw_happenings
from segml.simulate.hazards import CAP, at_risk, draw_onsets, exposures, monthly_hazards

Scene = tuple[WorldConfig, Goods, Happenings, Clients]


def scene(seed: int, count: int = 4000, months: int = 36) -> Scene:
    rng = np.random.default_rng(seed)
    config = draw_config(rng, clients=count, months=months, seed=seed, start=date(2022, 1, 1))
    goods = draw_goods(rng, config)
    happenings = draw_happenings(rng, config, goods, regions=5)
    return config, goods, happenings, draw_clients(rng, config, goods, count=count)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_losses_of_every_cause_are_as_many_as_their_cumulated_hazard(seed: int) -> None:
    config, goods, happenings, clients = scene(seed)
    rng = np.random.default_rng(seed + 100)
    hazards = monthly_hazards(rng, config, goods, happenings, clients)
    onsets = draw_onsets(rng, config, hazards)
    # The compensator of a counting process: N - the integral of the hazard while at risk has mean
    # 0 and variance the integral itself.
    share_lived = np.clip(onsets.day[:, None] / MONTH_DAYS - np.arange(config.months), 0, 1)
    expected = (hazards * share_lived[:, None, :]).sum(axis=(0, 2))
    found = np.bincount(onsets.cause[onsets.cause >= 0], minlength=len(CAUSES))
    assert expected.sum() > 500
    assert (np.abs(found - expected) < 4 * np.sqrt(expected) + 2).all(), (found, expected)


def test_the_mean_hazard_is_the_causes_share_of_the_yearly_loss() -> None:
    config, goods, happenings, clients = scene(3)
    hazards = monthly_hazards(np.random.default_rng(0), config, goods, happenings, clients)
    yearly = 12 * hazards.sum(axis=(0, 2)) / at_risk(config, clients).sum()
    wanted = -np.log1p(-config.yearly_loss) * np.array(config.cause_mix)
    assert (yearly <= wanted * (1 + 1e-9)).all()
    np.testing.assert_allclose(yearly, wanted, rtol=0.1)  # the cap takes a little
    assert hazards.max() <= CAP


def test_nobody_is_at_risk_before_the_settling_days() -> None:
    config, _, _, clients = scene(4, count=500)
    risk = at_risk(config, clients)
    start = np.arange(config.months) * MONTH_DAYS
    first = np.where(risk.any(axis=1), start[risk.argmax(axis=1)], np.inf)
    assert (first >= np.maximum(clients.acquired, 0) + 60).all()
    assert risk[:, :2].sum() == 0


def test_a_happening_reaches_only_those_it_touches_and_only_afterwards() -> None:
    config, goods, happenings, clients = scene(5, count=300)
    rise, gone, rival = happenings.rises[0], happenings.withdrawals[0], happenings.rivals[0]
    found = exposures(
        config, goods, Happenings((rise,), (gone,), (rival,)), clients
    )  # one of each: every exposure can be said in one line
    middle = (np.arange(config.months) + 0.5) * MONTH_DAYS

    def decayed(day: int) -> np.ndarray:
        age = middle - day
        return np.where(age >= 0, np.exp(-age / config.memory_days), 0.0)

    price = clients.mix[:, rise.category] * rise.magnitude / 0.1
    np.testing.assert_allclose(found[:, 0], price[:, None] * decayed(rise.day), atol=1e-12)
    held = sum(clients.mix[:, goods.category[p]] * clients.taste[:, p] for p in gone.products)
    np.testing.assert_allclose(found[:, 1], held[:, None] * decayed(gone.day), atol=1e-12)
    touched = clients.mix[:, rival.category] * (clients.region == rival.region)
    np.testing.assert_allclose(found[:, 2], touched[:, None] * decayed(rival.day), atol=1e-12)
    assert (found[clients.region != rival.region, 2] == 0).all()
    np.testing.assert_allclose(found[:, 3, 7], np.exp(0.8 * clients.size))
    assert (found[:, 4] == 1).all()


def test_onsets_are_exponential_where_the_hazard_is_constant() -> None:
    config, *_ = scene(6, count=10, months=60)
    config = replace(config, clients=20_000)
    hazards = np.zeros((20_000, len(CAUSES), config.months))
    hazards[:, 0], hazards[:, 4] = 0.01, 0.03
    onsets = draw_onsets(np.random.default_rng(1), config, hazards)
    for month in (1, 12, 36, 60):
        gone = (onsets.day < month * MONTH_DAYS - 1).mean()
        assert gone == pytest.approx(1 - np.exp(-0.04 * month), abs=0.015)
    within = (onsets.day[onsets.cause >= 0] / MONTH_DAYS) % 1
    assert within.mean() == pytest.approx(0.48, abs=0.02)  # whole days are cut down by half a day
    assert (onsets.cause == 0).sum() / (onsets.cause >= 0).sum() == pytest.approx(0.25, abs=0.015)
    assert set(onsets.cause) == {-1, 0, 4}
    stays = onsets.cause < 0
    assert (onsets.day[stays] == config.days).all()
    np.testing.assert_allclose(onsets.hazard[~stays, 4], 0.36)
    assert np.isnan(onsets.hazard[stays]).all()
