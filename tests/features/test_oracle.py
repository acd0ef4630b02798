"""A dozen features and more, computed a second time in pandas on a random ledger."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot


@pytest.fixture(scope="module")
def oracle(rich: Any, rich_snapshot: Snapshot) -> dict[str, dict[str, float]]:
    lines = rich.transactions[rich.transactions["day"] < 800].assign(
        age=lambda rows: 800 - rows["day"]
    )
    return {
        client: _of_client(lines[lines["client_id"] == client])
        for client in rich_snapshot.frame.index
    }


def _of_client(lines: pd.DataFrame) -> dict[str, float]:
    bought, back = lines[~lines["is_return"]], lines[lines["is_return"]]
    ages = sorted(bought["age"].unique(), reverse=True)
    gaps = -np.diff(ages)

    def within(rows: pd.DataFrame, column: str, last: int, after: int = 0) -> float:
        return rows.loc[(rows["age"] <= last) & (rows["age"] > after), column].sum()

    def rate(rows: pd.DataFrame, top: str, last: int, after: int = 0) -> float:
        below = within(bought, "amount", last, after)
        return within(rows, top, last, after) / below if below > 0 else np.nan

    def orders(last: int, after: int = 0) -> int:
        rows = bought[(bought["age"] <= last) & (bought["age"] > after)]
        return rows["order_id"].nunique()

    def off(last: int, after: int = 0) -> float:
        listed = within(bought, "amount", last, after) + within(bought, "discount", last, after)
        return within(bought, "discount", last, after) / listed if listed > 0 else np.nan

    silence = ages[-1] if ages else np.nan
    sizes = bought.groupby("order_id")["amount"].sum()
    returns = lines.groupby("order_id")["is_return"].agg("all")
    recent = lines[lines["age"] <= 365]
    return {
        "silence_days": silence,
        "median_gap_days": np.median(gaps) if len(gaps) else np.nan,
        "silence_over_gap": silence / np.median(gaps) if len(gaps) else np.nan,
        "gap_variation": np.std(gaps) / np.mean(gaps) if len(gaps) > 1 else np.nan,
        "orders_90": orders(90),
        "orders_365": orders(365),
        "orders_prev_365": orders(730, 365),
        "spend_30": within(lines, "amount", 30),
        "spend_365": within(lines, "amount", 365),
        "spend_prev_365": within(lines, "amount", 730, 365),
        "spend_same_season": within(lines, "amount", 365, 275),
        "orders_same_season": orders(365, 275),
        "biggest_order": sizes.max() if len(sizes) else np.nan,
        "returns_365": returns.reindex(recent["order_id"].unique()).sum(),
        "returns_share_365": rate(back.assign(amount=-back["amount"]), "amount", 365),
        "discount_rate_365": off(365),
        "discount_ratchet_180": off(180) - off(545, 180),
        "categories_365": bought.loc[bought["age"] <= 365, "category"].nunique(),
        "products_90": bought.loc[bought["age"] <= 90, "product"].nunique(),
        "continuity_365": len({(age - 1) // 30 for age in ages if age <= 360}) / 12,
        "margin_rate_365": 1 - within(lines, "cost", 365) / within(lines, "amount", 365)
        if within(lines, "amount", 365) > 0
        else np.nan,
        "price_rise_180": _price_rise(bought),
        "favourite_leakage_180": _leakage(bought),
    }


def _price_rise(bought: pd.DataFrame) -> float:
    recent = bought[bought["age"] <= 180].groupby("product")[["amount", "quantity"]].sum()
    before = bought[bought["age"].between(181, 545)].groupby("product")[["amount", "quantity"]]
    both = recent.join(before.sum(), suffixes=("", "_before"), how="inner")
    old = (both["quantity"] * both["amount_before"] / both["quantity_before"]).sum()
    return both["amount"].sum() / old - 1 if old > 0 else np.nan


def _leakage(bought: pd.DataFrame) -> float:
    recent = bought[bought["age"] <= 180].groupby("category")["amount"].sum()
    before = bought[bought["age"].between(181, 545)].groupby("category")["amount"].sum()
    if len(before) < 2:
        return np.nan
    top = before.idxmax()
    held = {
        place: min(recent[recent.index.isin(names)].sum() / 180 / (before[names].sum() / 365), 1)
        for place, names in (("top", [top]), ("others", [n for n in before.index if n != top]))
    }
    return max(held["others"] - held["top"], 0)


@pytest.mark.parametrize(
    "name",
    [
        "silence_days",
        "median_gap_days",
        "silence_over_gap",
        "gap_variation",
        "orders_90",
        "orders_365",
        "orders_prev_365",
        "spend_30",
        "spend_365",
        "spend_prev_365",
        "spend_same_season",
        "orders_same_season",
        "biggest_order",
        "returns_365",
        "returns_share_365",
        "discount_rate_365",
        "discount_ratchet_180",
        "categories_365",
        "products_90",
        "continuity_365",
        "margin_rate_365",
        "price_rise_180",
        "favourite_leakage_180",
    ],
)
def test_sql_and_pandas_agree(
    name: str, oracle: dict[str, dict[str, float]], rich_snapshot: Snapshot
) -> None:
    found = rich_snapshot.frame[name].astype(float)
    expected = np.array([oracle[client][name] for client in found.index], dtype=float)
    assert found.to_numpy() == pytest.approx(expected, rel=1e-5, abs=1e-5, nan_ok=True)
    assert np.isfinite(expected).sum() > 30
