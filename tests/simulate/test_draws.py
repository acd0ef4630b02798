from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from segml.simulate import CAUSES, RANGES, WorldConfig
from segml.simulate.draws import draw_config
from segml.words.errors import ConfigurationRefused


def drawn(seed: int = 0, **overrides: Any) -> WorldConfig:
    rng = np.random.default_rng(seed)
    return draw_config(
        rng, clients=10, months=12, seed=seed, start=date(2022, 1, 1), overrides=overrides
    )


def test_every_number_fills_its_range_evenly() -> None:
    configs = [drawn(seed) for seed in range(400)]
    for name, number in RANGES.items():
        values = np.array([config[name] for config in configs])
        placed = (values - number.low) / (number.high - number.low)
        assert ((placed >= 0) & (placed <= 1)).all()
        assert placed.mean() == pytest.approx(0.5, abs=0.07)
        assert placed.std() == pytest.approx(np.sqrt(1 / 12), abs=0.03)


def test_mixes_of_causes_are_shares_spread_as_a_dirichlet_of_six() -> None:
    mixes = np.array([drawn(seed).cause_mix for seed in range(400)])
    np.testing.assert_allclose(mixes.sum(axis=1), 1.0)
    np.testing.assert_allclose(mixes.mean(axis=0), 1 / 8, atol=0.012)
    wanted = np.sqrt(1 / 8 * 7 / 8 / (8 * 6 + 1))
    np.testing.assert_allclose(mixes.std(axis=0), wanted, rtol=0.15)


def test_every_range_lies_within_what_an_override_may_say() -> None:
    for number in RANGES.values():
        assert number.least <= number.low < number.high <= number.most
        assert number.meaning


def test_an_override_moves_its_number_alone() -> None:
    usual, other = drawn(3), drawn(3, yearly_loss=0.3, cause_mix={"price": 3, "unknown": 1})
    assert other["yearly_loss"] == 0.3
    assert other.cause_mix == tuple(
        {"price": 0.75, "unknown": 0.25}.get(cause, 0.0) for cause in CAUSES
    )
    assert {n for n in RANGES if usual[n] != other[n]} == {"yearly_loss"}


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ({"yearly_los": 0.1}, "did you mean `yearly_loss`"),
        ({"yearly_loss": 0.9}, "from 0 to 0.6"),
        ({"yearly_loss": float("nan")}, "from 0 to 0.6"),
        ({"yearly_loss": "much"}, "'much'"),
        ({"yearly_loss": True}, "'True'"),
        ({"cause_mix": {"prize": 1}}, "did you mean `cause_mix.price`"),
        ({"cause_mix": {"price": -1}}, "weight of 0 or more"),
        ({"cause_mix": {"price": 0}}, "sum to nothing"),
        ({"cause_mix": 3}, "weight of 0 or more"),
    ],
)
def test_what_is_no_override_is_refused(overrides: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationRefused) as refused:
        drawn(**overrides)
    assert told in str(refused.value)


@pytest.mark.parametrize(("clients", "months"), [(0, 12), (10, 5), (10, 601), (-1, 12)])
def test_a_size_that_is_no_world_is_refused(clients: int, months: int) -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ConfigurationRefused, match="6 to 600 months"):
        draw_config(rng, clients=clients, months=months, seed=0, start=date(2022, 1, 1))


def test_the_window_is_calendar_months() -> None:
    rng = np.random.default_rng(0)
    config = draw_config(rng, clients=3, months=13, seed=0, start=date(2024, 1, 31))
    assert config.end == date(2025, 2, 28)
    assert config.days == 394
