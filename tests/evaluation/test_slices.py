"""Slices: whom a model is judged on apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segml.evaluation import Backtest
from segml.evaluation.slices import SIZES, key_clients, size_of, slices_of, small_clients


def test_key_clients_are_the_top_tenth_of_the_active_by_spend() -> None:
    spend = pd.Series(np.arange(22.0))
    active = pd.Series([True] * 20 + [False] * 2)
    assert np.flatnonzero(key_clients(spend, active)).tolist() == [18, 19]


def test_ties_in_spend_do_not_add_key_clients() -> None:
    assert key_clients(pd.Series([1.0] * 20), pd.Series([True] * 20)).sum() == 2


def test_small_clients_are_the_gates_small_clients_among_the_active() -> None:
    spend = pd.Series([50.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    active = pd.Series([True, False, True, True, True, True, True])
    assert small_clients(spend, active).tolist() == [False, False, True, True, *[False] * 3]
    assert size_of(spend[active].to_numpy()).tolist() == [2, 0, 0, 1, 1, 2]
    assert SIZES[0] == "small"


def test_no_active_client_makes_no_slice_and_no_error() -> None:
    none = pd.Series([False, False])
    assert not small_clients(pd.Series([1.0, 2.0]), none).any()


def test_tiers_share_all_clients_out_and_newcomers_are_new(replayed: Backtest) -> None:
    rows = replayed.predictions
    parts = dict(slices_of(rows))
    tiers = [part for name, part in parts.items() if name.startswith("tier ")]
    assert list(parts)[:3] == ["all", "key", "tier 1"]
    assert sum(map(len, tiers)) == len(rows)
    assert 0 < len(parts["newcomers"]) < len(rows)
    assert parts["key"]["status"].eq("active").all()
    assert parts["small"]["status"].eq("active").all()
    assert parts["lapsed"]["status"].eq("lapsed").all()
    assert len(parts["lapsed"])
