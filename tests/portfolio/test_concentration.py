"""Concentration: shares, HHI, and the year without one client."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from segml.ledger import Ledger
from segml.portfolio import Scene, concentration

from .conftest import line

Opened = Callable[..., Ledger]
Scenes = Callable[..., Scene]


def _table(opened: Opened, scene_of: Scenes, given: dict[str, dict[str, object]]) -> pd.DataFrame:
    return concentration(scene_of(opened([line(client, 10) for client in given]), given))


def test_shares_are_of_what_clients_bring_and_losses_have_none(
    opened: Opened, scene_of: Scenes
) -> None:
    profits = {"a": 50.0, "b": 30.0, "c": 20.0, "d": -400.0}
    given = {client: {"profit_365": profit} for client, profit in profits.items()}
    table = _table(opened, scene_of, given).set_index(["part", "item", "rank"])
    assert table.loc[("top", "profit", 1), "share"] == pytest.approx(0.5)
    assert table.loc[("top", "profit", 5), "share"] == pytest.approx(1.0)
    assert table.loc[("top", "profit", 1), "money"] == pytest.approx(50.0)
    assert table.loc[("hhi", "profit", 0), "share"] == pytest.approx(0.25 + 0.09 + 0.04)


def test_the_year_without_a_client_lacks_what_it_was_expected_to_bring(
    opened: Opened, scene_of: Scenes
) -> None:
    given = {
        "a": {"expected_profit": 60.0, "referral_profit_365": 7.0},
        "b": {"expected_profit": 90.0, "p_churn": 0.19, "p_churn_low": 0.1, "p_churn_high": 0.3},
        "c": {"expected_profit": -10.0},
    }
    table = _table(opened, scene_of, given)
    stress = table[table["part"] == "stress"].set_index("client_id")
    assert list(stress.index) == ["b", "a"]  # who brings nothing is no loss
    assert stress["money"].to_dict() == pytest.approx({"b": 50.0, "a": 80.0})
    assert stress.loc["a", "referral"] == 7.0
    assert stress.loc["b", "share"] == pytest.approx(90 / 140)
    # two horizons of 180 days and a part of a third
    assert stress.loc["b", "chance"] == pytest.approx(1 - 0.81 ** (365 / 180))


def test_who_is_not_active_has_no_chance_of_loss(opened: Opened, scene_of: Scenes) -> None:
    lapsed = {"status": "lapsed", "p_churn": None, "p_churn_low": None, "p_churn_high": None}
    table = _table(opened, scene_of, {"a": lapsed, "b": {}})
    stress = table[table["part"] == "stress"].set_index("client_id")
    assert pd.isna(stress.loc["a", "chance"])
    assert stress.loc["b", "chance"] > 0


def test_an_expected_profit_of_half_a_year_is_brought_to_a_year(
    opened: Opened, scene_of: Scenes
) -> None:
    from dataclasses import replace

    scene = scene_of(opened([line("a", 10)]), {"a": {"expected_profit": 73.0}})
    table = concentration(replace(scene, potential_days=146))
    year = table[table["part"] == "year"].set_index("item")["money"]
    assert year["expected"] == pytest.approx(73.0 * 2.5)
