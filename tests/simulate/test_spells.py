from __future__ import annotations

import numpy as np
import pytest

from segml.simulate.expected_care import mean_level
from segml.simulate.scene import Life, Scene
from segml.simulate.spells import LONG_MONTHS, at, recent


@pytest.mark.parametrize("kind", sorted(LONG_MONTHS))
def test_spells_begin_and_last_as_said(scene: Scene, life: Life, kind: str) -> None:
    level = getattr(life.spells, kind)
    assert level.shape == (len(life.clients), scene.config.all_months)
    assert ((level == 0) | (level >= 0.4 / 3)).all()
    assert level.max() <= 1.0
    # two spells that overlap count once, which takes a little off the mean
    assert level.mean() == pytest.approx(mean_level(scene.config, kind), rel=0.09)
    begun = ((level[:, 1:] > 0) & (level[:, :-1] == 0)).sum()
    months = (level[:, :-1] == 0).sum()
    monthly = -np.expm1(-scene.config[f"{kind}_a_year"] / 12)
    assert begun / months == pytest.approx(monthly, abs=4 * np.sqrt(monthly / months))


def test_recent_looks_at_the_three_months_before() -> None:
    level = np.array([[0.0, 1.0, 0.0, 0.0, 0.0, 0.0]])
    np.testing.assert_allclose(recent(level), [[0.0, 0.0, 0.5, 0.3, 0.2, 0.0]])


def test_a_level_is_that_of_the_days_month() -> None:
    level = np.array([[0.1, 0.2], [0.3, 0.4]])
    found = at(level, np.array([0, 1, 1]), np.array([5, 31, 999]))
    np.testing.assert_allclose(found, [0.1, 0.4, 0.4])
