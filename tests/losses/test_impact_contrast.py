from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import root

from segml.losses.impact_contrast import contrast, tilted


def drawn(seed: int, clients: int = 200) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Changes, covariates and exposure that go together; the effect is 0.7."""
    draws = np.random.default_rng(seed)
    x = np.round(draws.normal(size=(clients, 2)), 2)
    odds = np.exp(-0.8 + 0.6 * x[:, 0] - 0.3 * x[:, 1])
    exposed = draws.random(clients) < odds / (1 + odds)
    told = 1 + 0.5 * x[:, 0] + 0.2 * x[:, 1] ** 2 + 0.7 * exposed
    return np.round(told + draws.normal(size=clients), 2), x, exposed


def test_the_effect_is_that_of_another_implementation_of_the_same_estimator() -> None:
    """Frozen: moderndid 0.2.0, `drdid_imp_panel`, on these very rows."""
    found = contrast(*drawn(7))
    assert found is not None
    assert found.exposed == 55
    assert found.effect == pytest.approx(0.6353917504602328, abs=1e-9)
    assert np.sqrt(found.parts @ found.parts) == pytest.approx(0.17716415770610708, rel=0.01)


def test_the_weights_solve_the_moment_equations_that_define_them() -> None:
    _, x, exposed = drawn(3)
    design = np.column_stack([np.ones(len(x)), x])
    target = design[exposed].mean(axis=0)
    weights = tilted(design[~exposed], target)
    slow = root(
        lambda gamma: np.exp(design[~exposed] @ gamma) @ design[~exposed] - target,
        np.array([-np.log(len(x)), 0.0, 0.0]),
        tol=1e-12,
    )
    assert weights is not None
    np.testing.assert_allclose(weights @ design[~exposed], target, atol=1e-6)
    np.testing.assert_allclose(weights, np.exp(design[~exposed] @ slow.x), rtol=1e-4)


def test_with_kinds_of_clients_it_is_the_mean_of_the_differences_within_them() -> None:
    draws = np.random.default_rng(2)
    kind = np.repeat([0, 1, 2], 100)
    exposed = draws.random(300) < np.array([0.2, 0.5, 0.7])[kind]
    change = draws.normal(size=300) + kind
    flags = np.stack([kind == 1, kind == 2], axis=1).astype(float)
    within = [
        change[(kind == k) & exposed].mean() - change[(kind == k) & ~exposed].mean()
        for k in range(3)
    ]
    share = np.bincount(kind[exposed]) / exposed.sum()
    found = contrast(change, flags, exposed)
    assert found is not None
    assert found.effect == pytest.approx(share @ within, abs=1e-6)


def test_the_error_is_what_leaving_one_client_out_after_the_other_gives() -> None:
    change, x, exposed = drawn(11, clients=240)
    found = contrast(change, x, exposed)
    assert found is not None
    without = []
    for row in range(len(change)):
        kept = np.arange(len(change)) != row
        one = contrast(change[kept], x[kept], exposed[kept])
        assert one is not None
        without.append(one.effect)
    spread = np.array(without) - np.mean(without)
    jackknife = np.sqrt((len(change) - 1) / len(change) * (spread @ spread))
    assert np.sqrt(found.parts @ found.parts) == pytest.approx(jackknife, rel=0.05)


@pytest.mark.parametrize("wrong", ["odds", "change"])
def test_it_is_right_where_either_of_its_two_models_is(wrong: str) -> None:
    effects = []
    for seed in range(40):
        draws = np.random.default_rng(seed)
        x = draws.normal(size=(800, 1))
        bent = x[:, 0] ** 2
        odds = np.exp(-1 + 0.5 * x[:, 0] + (0.4 * np.tanh(bent) if wrong == "odds" else 0.0))
        exposed = draws.random(800) < odds / (1 + odds)
        course = 2 * x[:, 0] + (np.tanh(bent) if wrong == "change" else 0.0)
        found = contrast(course + exposed + draws.normal(size=800), x, exposed)
        assert found is not None
        effects.append(found.effect)
    away = abs(np.mean(effects) - 1.0)
    assert away < 3 * np.std(effects) / np.sqrt(len(effects))


def test_its_interval_covers_as_often_as_it_says() -> None:
    hits = []
    for seed in range(300):
        found = contrast(*drawn(seed, clients=400))
        assert found is not None
        # the course is bent in the second covariate, the odds are not
        hits.append(abs(found.effect - 0.7) < 1.96 * np.sqrt(found.parts @ found.parts))
    assert 0.92 <= np.mean(hits) <= 0.98


def test_without_anybody_like_the_exposed_there_is_no_effect() -> None:
    x = np.r_[np.full(40, 5.0), np.linspace(-1, 1, 60)][:, None]
    assert contrast(np.zeros(100), x, np.arange(100) < 40) is None


def test_shocks_to_whole_groups_count_as_error() -> None:
    draws = np.random.default_rng(5)
    group = np.repeat(np.arange(8), 100)
    exposed = group == 0
    calm = draws.normal(size=800)
    shaken = calm + np.array([0, 1, -1, 2, -2, 1, -1, 0])[group]
    none = np.zeros((800, 0))
    quiet, loud = (contrast(each, none, exposed, group) for each in (calm, shaken))
    assert quiet is not None
    assert loud is not None
    assert loud.groups == 7
    # the variance of the seven shocks, for the exposed group and for the mean of the others
    assert loud.shock == pytest.approx(np.var([1, -1, 2, -2, 1, -1, 0], ddof=1) * 8 / 7, rel=0.2)
    assert quiet.shock < 0.05 * loud.shock
