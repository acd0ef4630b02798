from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from segml.simulate.arrays import MONTH_DAYS, streams
from segml.simulate.block import Block
from segml.simulate.draws import CAUSES
from segml.simulate.events import CAUSE_OF
from segml.simulate.exposures import Exposures, exposures, failures
from segml.simulate.hazards import (
    CAP,
    Onsets,
    at_risk,
    draw_onsets,
    monthly_hazards,
    sensitivities,
)
from segml.simulate.reach import decay, reach
from segml.simulate.scene import Life, Scene, draw_life, draw_scene
from segml.simulate.sources import blame


@pytest.fixture(scope="module")
def found(scene: Scene, life: Life) -> Exposures:
    return exposures(scene.config, life.clients, life.spells, life.contacts, scene.events)


@pytest.fixture(scope="module")
def hazards(scene: Scene, life: Life, found: Exposures) -> np.ndarray:
    weight = sensitivities(np.random.default_rng(1), scene.config, len(life.clients))
    return monthly_hazards(scene.config, life.clients, found, weight * scene.scales)


@pytest.fixture(scope="module")
def onsets(scene: Scene, hazards: np.ndarray) -> Onsets:
    return draw_onsets(np.random.default_rng(2), scene.config, hazards)


def lived(scene: Scene, onsets: Onsets) -> np.ndarray:
    """The share of every client-month before the onset."""
    months = np.arange(scene.config.months)
    return np.clip(onsets.day[:, None] / MONTH_DAYS - months, 0, 1)


def test_sensitivities_are_log_normal_about_one(scene: Scene) -> None:
    logs = np.log(sensitivities(np.random.default_rng(3), scene.config, 5000))
    assert np.median(logs) == pytest.approx(0.0, abs=0.03)
    assert logs.std() == pytest.approx(scene.config["sensitivity_sigma"], rel=0.02)


def test_losses_of_every_cause_are_as_many_as_their_cumulated_hazard(
    scene: Scene, hazards: np.ndarray, onsets: Onsets
) -> None:
    # The compensator of a counting process: N - the integral of the hazard while at risk has mean
    # 0 and variance the integral itself.
    expected = (hazards * lived(scene, onsets)[:, None, :]).sum(axis=(0, 2))
    counted = np.bincount(onsets.cause[onsets.lost], minlength=len(CAUSES))
    assert expected.sum() > 500
    assert (np.abs(counted - expected) < 4 * np.sqrt(expected) + 2).all(), (counted, expected)


def test_survival_is_the_exponential_of_the_cumulated_hazard(
    scene: Scene, hazards: np.ndarray
) -> None:
    whole = np.exp(-hazards.sum(axis=(1, 2)))
    stays = np.zeros(len(hazards))
    for seed in range(20):
        stays += draw_onsets(np.random.default_rng(seed), scene.config, hazards).cause < 0
    assert stays.mean() / 20 == pytest.approx(whole.mean(), abs=0.005)
    large = whole < np.quantile(whole, 0.1)
    assert stays[large].mean() / 20 == pytest.approx(whole[large].mean(), abs=0.015)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_mean_hazard_is_the_causes_share_of_the_yearly_loss(seed: int) -> None:
    scene = draw_scene(clients=4000, months=36, seed=seed, start=date(2022, 1, 1))
    other = draw_life(scene, streams(99, seed, count=3), buyers=4000)
    seen = exposures(scene.config, other.clients, other.spells, other.contacts, scene.events)
    weight = sensitivities(np.random.default_rng(0), scene.config, 4000)
    raw = weight[:, :, None] * scene.scales[:, None] * seen.total()
    risk = at_risk(scene.config, other.clients)
    yearly = 12 * np.einsum("nkm,nm->k", raw, risk) / risk.sum()
    wanted = -np.log1p(-scene.config["yearly_loss"]) * np.array(scene.config.cause_mix)
    np.testing.assert_allclose(yearly, wanted, rtol=0.15)
    np.testing.assert_allclose(yearly.sum(), wanted.sum(), rtol=0.06)


def test_no_hazard_is_beyond_the_cap_nor_before_the_settling_days(
    scene: Scene, life: Life, hazards: np.ndarray
) -> None:
    assert 0.05 < hazards.max() <= CAP
    risk = at_risk(scene.config, life.clients)
    start = np.arange(scene.config.months) * MONTH_DAYS
    first = np.where(risk.any(axis=1), start[risk.argmax(axis=1)], np.inf)
    assert (first >= np.maximum(life.clients.acquired, 0) + 60).all()
    assert (hazards[~risk.any(axis=1)] == 0).all()
    assert (hazards[life.clients.buyers :] == 0).all()


def test_decoys_add_no_hazard(scene: Scene, life: Life, found: Exposures) -> None:
    harmful = tuple(event for event in scene.events if not event.is_decoy)
    assert len(harmful) < len(scene.events)
    alone = exposures(scene.config, life.clients, life.spells, life.contacts, harmful)
    np.testing.assert_array_equal(alone.total(), found.total())


def test_an_event_is_felt_by_whom_it_touches_from_the_next_months_start(
    scene: Scene, life: Life
) -> None:
    for kind, cause in CAUSE_OF.items():
        event = next(e for e in scene.events if e.kind == kind and not e.is_decoy)
        seen = exposures(scene.config, life.clients, life.spells, life.contacts, (event,))
        felt = seen.total()[:, CAUSES.index(cause)] - seen.own[:, CAUSES.index(cause)]
        age = np.arange(scene.config.months) * MONTH_DAYS - event.day
        memory = scene.config["memory_days"]
        wanted = np.where(age >= 0, event.strength * np.exp(-age / memory), 0.0)
        touched = reach(life.clients, (event,))[:, 0] * (life.clients.acquired <= event.day)
        np.testing.assert_allclose(felt, touched[:, None] * wanted, atol=1e-12)
        np.testing.assert_allclose(decay(scene.config, (event,))[0], wanted)


def test_a_scope_touches_by_mix_or_by_membership(scene: Scene, life: Life) -> None:
    clients = life.clients
    for event in scene.events:
        touched = reach(clients, (event,))[:, 0]
        if event.scope == "manager":
            names = np.array(scene.desks.managers)[clients.desk]
            np.testing.assert_array_equal(touched, names == event.scope_value)
        elif event.scope == "product":
            np.testing.assert_array_equal(touched, clients.shares[:, event.place])
        elif event.scope == "category":
            share = clients.mix[:, event.place]
            rival = event.kind == "competitor_entry"
            np.testing.assert_array_equal(touched, np.minimum(1, 2 * share) if rival else share)
        elif event.scope == "all":
            assert (touched == 1).all()


def test_failures_are_complaints_above_the_clients_own_normal(scene: Scene, life: Life) -> None:
    complaints = life.contacts.of_kind("complaint")
    nobody = np.zeros(len(complaints.client), dtype=bool)
    calm = replace(
        life.contacts, kind=np.where(life.contacts.kind == 3, 0, life.contacts.kind)
    )  # no complaint is left
    assert not failures(scene.config, life.clients, calm).any()
    one = nobody.copy()
    place = int(np.flatnonzero((complaints.wait > 14) & (complaints.day < 500))[0])
    one[place] = True
    alone = complaints.where(one)
    client, day = int(alone.client[0]), int(alone.day[0])
    level = failures(scene.config, life.clients, alone)[client]
    keep = np.exp(-MONTH_DAYS / scene.config["memory_days"])
    usual = scene.config["complaint_share"] * life.clients.rate[client] / 12 * 1.15
    first = int(day / MONTH_DAYS) + 1
    wanted = 2 * keep - usual * keep / (1 - keep)
    assert level[first] == pytest.approx(max(0, wanted))
    assert not level[:first].any()


def test_the_blame_of_events_adds_up(
    scene: Scene, found: Exposures, hazards: np.ndarray, onsets: Onsets
) -> None:
    rng = np.random.default_rng(5)
    sources = blame(rng, scene.config, found, hazards, onsets, events=len(scene.events))
    decoy = np.array([event.is_decoy for event in scene.events])
    assert (sources.added[decoy] == 0).all()
    through = sources.event[sources.event >= 0]
    assert not decoy[through].any()
    # assortment, price and competitor come through events alone
    for cause in ("price", "assortment", "competitor"):
        k = CAUSES.index(cause)
        mine = onsets.cause == k
        assert (sources.event[mine] >= 0).all()
        expected = (hazards[:, k] * lived(scene, onsets)).sum()
        assert sources.added[found.events[cause]].sum() == pytest.approx(expected)
    counted = np.bincount(through, minlength=len(scene.events))
    gap = counted - sources.added
    assert (np.abs(gap) < 4.5 * np.sqrt(sources.added) + 2).all()


def test_the_exposed_are_often_unharmed(scene: Scene, found: Exposures, block: Block) -> None:
    total = found.total()
    for cause in CAUSES[:-1]:
        k = CAUSES.index(cause)
        high = (total[:, k] > 0.1 * total[:, k].max()).any(axis=1)
        assert high.mean() > 0.02
        assert (block.onsets.cause[high] == k).mean() < 0.4
