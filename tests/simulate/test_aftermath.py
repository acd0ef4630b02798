from __future__ import annotations

import numpy as np
import pytest

from segml.simulate.aftermath import ADDED, after_losses
from segml.simulate.block import Block
from segml.simulate.contacts import NEVER
from segml.simulate.draws import CAUSES
from segml.simulate.rates import KINDS
from segml.simulate.scene import Life


def test_contacts_before_the_onset_are_untouched_and_thin_out_with_the_orders(
    block: Block, life: Life
) -> None:
    usual, courses = life.contacts, block.courses
    found = after_losses(np.random.default_rng(1), usual, courses)
    early = usual.where(usual.day < courses.onset[usual.client])
    same = found.where(found.day < courses.onset[found.client])
    np.testing.assert_array_equal(early.client, same.client)
    np.testing.assert_array_equal(early.minutes, same.minutes)
    visits = usual.of_kind("visit")
    late = visits.where(visits.day >= courses.onset[visits.client])
    left = courses.orders_left(late.client, late.day)
    kept = found.of_kind("visit")
    stay = (kept.day >= courses.onset[kept.client]).sum()
    assert stay == pytest.approx(left.sum(), abs=4 * np.sqrt((left * (1 - left)).sum()) + 1)


@pytest.mark.parametrize("cause", CAUSES)
def test_a_loss_adds_as_many_contacts_as_said(block: Block, life: Life, cause: str) -> None:
    nothing = life.contacts.where(np.zeros(len(life.contacts.day), dtype=bool))
    found = after_losses(np.random.default_rng(2), nothing, block.courses)
    lost = np.flatnonzero(block.courses.cause == CAUSES.index(cause))
    mine = found.where(np.isin(found.client, lost))
    assert len(mine.day) == sum(
        (mine.kind == KINDS.index(added.kind)).sum() for added in ADDED[cause]
    )
    for added in ADDED[cause]:
        some = mine.of_kind(added.kind)
        mean = added.mean * len(lost)
        assert len(some.day) == pytest.approx(mean, abs=4 * np.sqrt(mean))
        age = some.day - block.courses.onset[some.client]
        assert ((age >= 0) & (age < added.days)).all()
    if cause == "service":
        assert (mine.wait == NEVER).mean() == pytest.approx(0.4, abs=0.12)
    if cause in ("price", "competitor"):
        assert not mine.upheld.any()
