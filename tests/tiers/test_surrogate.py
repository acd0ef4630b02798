from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from segml.scoring import second_view
from segml.tiers import LEAST_FIDELITY, TierModel, TierSurrogate, fit_surrogate, fit_tiers
from segml.words.errors import DataRefused, GateRefused
from segml.words.plan import TierPlan


@pytest.fixture(scope="module")
def clients() -> tuple[pd.DataFrame, pd.Series]:
    """Three kinds of clients that stand far apart in profit, orders and tenure."""
    rng = np.random.default_rng(1)
    kind = np.repeat([0, 1, 2], 300)
    names = pd.Index([f"c{place:04d}" for place in range(len(kind))], name="client_id")
    columns = {
        "profit_365": np.array([10.0, 1_000.0, 50_000.0])[kind] * rng.lognormal(0, 0.2, len(kind)),
        "orders_365": np.array([1.0, 12.0, 90.0])[kind] + rng.poisson(2, len(kind)),
        "tenure_days": np.array([100.0, 700.0, 2_000.0])[kind] + rng.normal(0, 20, len(kind)),
    }
    frame = pd.DataFrame(columns, index=names).astype(np.float32)
    return frame, pd.Series("active", index=names)


@pytest.fixture(scope="module")
def model(clients: tuple[pd.DataFrame, pd.Series]) -> TierModel:
    return fit_tiers(*clients, plan=TierPlan(number=3))


@pytest.fixture(scope="module")
def surrogate(model: TierModel, clients: tuple[pd.DataFrame, pd.Series]) -> TierSurrogate:
    return fit_surrogate(model, *clients)


def test_clear_tiers_are_learnt_faithfully(
    surrogate: TierSurrogate, model: TierModel, clients: tuple[pd.DataFrame, pd.Series]
) -> None:
    assert surrogate.is_faithful
    assert surrogate.learnt + surrogate.held_out == len(clients[0])
    same = surrogate.predict(clients[0]) == model.assign(clients[0])["tier_rank"].to_numpy()
    assert same.mean() >= LEAST_FIDELITY


def test_reasons_sum_to_the_log_odds_of_the_own_tier_less_the_rivals(
    surrogate: TierSurrogate, model: TierModel, clients: tuple[pd.DataFrame, pd.Series]
) -> None:
    frame = clients[0].iloc[::37]
    told = surrogate.contributions(frame)
    X = model.values(frame).to_numpy(np.float32)
    raw = np.column_stack([forest.raw(X) for forest in surrogate.forests])
    assigned = model.assign(frame)
    own = assigned["tier_rank"].to_numpy() - 1
    rival = pd.Index(model.names).get_indexer(assigned["tier_rival"])
    rows = np.arange(len(frame))
    np.testing.assert_allclose(
        told.base + told.values.sum(axis=1), raw[rows, own] - raw[rows, rival], atol=1e-6
    )


def test_the_order_of_the_clients_changes_nothing(
    surrogate: TierSurrogate, model: TierModel, clients: tuple[pd.DataFrame, pd.Series]
) -> None:
    again = fit_surrogate(model, clients[0].iloc[::-1], clients[1].iloc[::-1])
    assert again.fidelity == surrogate.fidelity
    assert [one.text for one in again.forests] == [one.text for one in surrogate.forests]


def test_reasons_of_an_unfaithful_one_are_refused_with_the_figure(
    surrogate: TierSurrogate, clients: tuple[pd.DataFrame, pd.Series]
) -> None:
    with pytest.raises(GateRefused, match=r"96\.9%"):
        replace(surrogate, fidelity=0.969).contributions(clients[0])


def test_a_tier_of_few_clients_cannot_be_learnt(
    model: TierModel, clients: tuple[pd.DataFrame, pd.Series]
) -> None:
    few = clients[0].iloc[[*range(5), *range(300, 900)]]
    with pytest.raises(DataRefused, match="5 clients to learn it from"):
        fit_surrogate(model, few, clients[1].loc[few.index])


def test_the_second_view_is_an_explanation_of_shap(
    surrogate: TierSurrogate, clients: tuple[pd.DataFrame, pd.Series]
) -> None:
    frame = clients[0].iloc[:5]
    seen, told = second_view(surrogate, frame), surrogate.contributions(frame)
    np.testing.assert_array_equal(seen.values, told.values)
    assert list(seen.feature_names) == list(told.columns)


def test_fidelity_is_that_of_clients_it_had_not_seen() -> None:
    rng = np.random.default_rng(2)
    names = pd.Index([f"c{place:04d}" for place in range(160)], name="client_id")
    columns = ("profit_365", "orders_365", "tenure_days", "revenue_365")
    frame = pd.DataFrame(rng.lognormal(5, 1, (160, 4)), index=names, columns=columns)
    status = pd.Series("active", index=names)
    model = fit_tiers(frame, status, plan=TierPlan(number=6))
    found = fit_surrogate(model, frame, status)
    seen = found.predict(frame) == model.assign(frame)["tier_rank"].to_numpy()
    assert found.fidelity < seen.mean()  # the clients learnt from are known by heart
    assert not found.is_faithful
