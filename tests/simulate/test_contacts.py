from __future__ import annotations

import numpy as np
import pytest

from segml.simulate.arrays import MONTH_DAYS
from segml.simulate.contacts import (
    BURST,
    NEVER,
    contact_level,
    contact_rates,
    discount_path,
)
from segml.simulate.rates import KINDS, MINUTES, OUTLAY
from segml.simulate.reach import reach
from segml.simulate.scene import Life, Scene


def test_contacts_of_every_kind_are_as_many_as_their_rates(scene: Scene, life: Life) -> None:
    rates = contact_rates(
        scene.config, life.clients, life.spells, desks=scene.desks, events=scene.events
    )
    month = np.arange(scene.config.all_months)
    lived = np.clip(month + 1 - life.clients.acquired[:, None] / MONTH_DAYS, 0, 1)
    for kind, rate in enumerate(rates):
        wanted = (rate / 12 * lived).sum()
        found = (life.contacts.kind == kind).sum()
        assert found == pytest.approx(wanted, abs=4 * np.sqrt(wanted)), KINDS[kind]


def test_nobody_is_met_before_the_acquisition(life: Life) -> None:
    assert (life.contacts.day >= life.clients.acquired[life.contacts.client]).all()


def test_rates_are_those_of_the_page(scene: Scene, life: Life) -> None:
    config, clients = scene.config, life.clients
    rates = dict(
        zip(
            KINDS,
            contact_rates(config, clients, life.spells, desks=scene.desks, events=scene.events),
            strict=True,
        )
    )
    level = contact_level(config, clients, life.spells, scene.desks)
    free = (life.spells.neglect == 0) & (level == 1)
    assert free.mean() > 0.7
    i, m = np.argwhere(free & (life.spells.pressure == 0) & (life.spells.failures == 0))[17]
    size, rate = clients.size[i], clients.rate[i]
    assert rates["visit"][i, m] == pytest.approx(config["visits_a_year"] * np.exp(0.6 * size))
    assert rates["call"][i, m] == pytest.approx(config["calls_a_year"] * np.exp(0.3 * size))
    assert rates["support"][i, m] == pytest.approx(config["support_share"] * rate)
    asked = config["requests_a_year"] * np.exp(0.3 * size)
    assert rates["discount_request"][i, m] == pytest.approx(asked)
    pressed = life.spells.pressure == 1
    if pressed.any():
        j, k = np.argwhere(pressed)[0]
        high = config["requests_a_year"] * np.exp(0.3 * clients.size[j]) * 7
        assert rates["discount_request"][j, k] == pytest.approx(high)
    advisors = rates["idea"][clients.advisor, 0]
    np.testing.assert_allclose(advisors, 3.05)


def test_neglect_and_handovers_take_contact_away(scene: Scene, life: Life) -> None:
    level = contact_level(scene.config, life.clients, life.spells, scene.desks)
    desk = next(d for d, days in enumerate(scene.desks.handovers) if days)
    month = int(scene.desks.handovers[desk][0] / MONTH_DAYS)
    mine = life.clients.desk == desk
    usual = 1 - 0.85 * life.spells.neglect[mine, month]
    np.testing.assert_allclose(level[mine, month], 0.5 * usual)


def test_an_outage_is_followed_by_complaints_where_it_reached(scene: Scene, life: Life) -> None:
    outages = [
        e for e in scene.events
        if e.kind == "service_outage" and e.day < scene.config.days - 60 and not e.is_decoy
    ]  # fmt: skip
    complaints = life.contacts.of_kind("complaint")
    counts = np.zeros((len(life.clients), scene.config.all_months))
    month = np.minimum((complaints.day / MONTH_DAYS).astype(int), scene.config.all_months - 1)
    np.add.at(counts, (complaints.client, month), 1)
    more, wanted = 0.0, 0.0
    for event in outages:
        there = reach(life.clients, (event,))[:, 0] > 0
        known = life.clients.acquired < event.day
        then = int(event.day / MONTH_DAYS) + 1
        usual = counts[~there & known][:, then].mean()
        more += (counts[there & known][:, then] - usual).sum()
        wanted += BURST * event.strength * (there & known).sum()
    assert more == pytest.approx(wanted, rel=0.25)


def test_minutes_and_money_have_the_means_of_their_kind(life: Life) -> None:
    for kind, name in enumerate(KINDS):
        mine = life.contacts.where(life.contacts.kind == kind)
        assert mine.minutes.mean() == pytest.approx(MINUTES[kind], rel=0.04), name
        assert mine.cost.mean() == pytest.approx(OUTLAY[kind], rel=0.05), name
        assert (mine.minutes >= 1).all()


def test_complaints_wait_longer_where_service_fails(life: Life) -> None:
    complaints = life.contacts.of_kind("complaint")
    month = np.minimum((complaints.day / MONTH_DAYS).astype(int), 48)
    failing = life.spells.failures[complaints.client, month]
    calm, bad = failing == 0, failing > 0
    answered = complaints.wait < NEVER
    assert (~answered[calm]).mean() == pytest.approx(0.05, abs=0.015)
    wanted = (0.05 + 0.25 * failing[bad]).mean()
    assert (~answered[bad]).mean() == pytest.approx(wanted, abs=0.03)
    assert np.median(complaints.wait[calm & answered]) == pytest.approx(5, abs=1)
    slower = 1 + 3 * np.median(failing[bad])
    assert np.median(complaints.wait[bad & answered]) == pytest.approx(5 * slower, rel=0.15)


def test_half_of_the_demands_are_granted_and_raise_the_discount(scene: Scene, life: Life) -> None:
    asked = life.contacts.of_kind("discount_request")
    assert asked.upheld.mean() == pytest.approx(0.5, abs=0.03)
    path = discount_path(scene.config, life.clients, life.contacts)
    risen = path - life.clients.discount[:, None]
    assert (np.diff(path, axis=1) >= -1e-9).all()
    assert risen.max() <= 0.1 + 1e-9
    client = int(np.flatnonzero(np.bincount(asked.client, weights=asked.upheld) == 1)[0])
    one = asked.where((asked.client == client) & asked.upheld)
    then = int((one.day[0] + one.wait[0]) / MONTH_DAYS) + 1
    if then < risen.shape[1]:
        np.testing.assert_allclose(risen[client, :then], 0.0, atol=1e-4)
        np.testing.assert_allclose(risen[client, then:], one.step[0], atol=1e-4)
