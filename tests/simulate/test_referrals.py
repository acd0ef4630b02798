from __future__ import annotations

import numpy as np
import pytest

from segml.simulate.referrals import MISRECORDED, draw_referrers
from segml.simulate.scene import Life


def test_referrers_are_mostly_earlier_buyers(life: Life) -> None:
    clients = life.clients
    found = draw_referrers(np.random.default_rng(1), clients)
    named = np.flatnonzero(found >= 0)
    assert (clients.channel[named] == 0).all()
    assert (found[named] < clients.buyers).all()
    assert (found[named] != named).all()
    later = clients.acquired[found[named]] >= clients.acquired[named]
    assert later.mean() == pytest.approx(MISRECORDED / 2, abs=0.03)
    told = (clients.channel == 0).sum()
    assert len(named) > 0.98 * told


def test_magnets_bring_forty_times_as_many(life: Life) -> None:
    clients = life.clients
    found = draw_referrers(np.random.default_rng(1), clients)
    brought = np.bincount(found[found >= 0], minlength=len(clients))[: clients.buyers]
    magnet = clients.magnet[: clients.buyers]
    old = clients.acquired[: clients.buyers] < 0  # they could bring all along
    ratio = brought[magnet & old].mean() / brought[~magnet & old].mean()
    assert ratio == pytest.approx(40, rel=0.35)
    assert brought[magnet & old].mean() > 4
