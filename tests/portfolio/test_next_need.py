"""Next need: items that comparable clients buy, counted by hand; never what is there already."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from segml.ledger import Ledger
from segml.portfolio import Scene, next_need

from .conftest import DAY, line

Opened = Callable[..., Ledger]
Scenes = Callable[..., Scene]


def _world(clients: int = 120, items: int = 9) -> list[dict[str, Any]]:
    """Clients that buy some of nine products in three categories, in kinds of taste."""
    draws = np.random.default_rng(8)
    rows = []
    for n in range(clients):
        taste = draws.integers(3)
        for item in range(items):
            liked = 0.6 if item % 3 == taste else 0.15
            if draws.random() < liked:
                named = {"product": f"p{item}", "category": f"k{item // 3}"}
                rows.append(line(f"c{n:03d}", int(draws.integers(1, 360)), **named))
                if draws.random() < 0.1:
                    rows.append(line(f"c{n:03d}", 1, -50.0, **named))
    for n in range(10):
        named = {"product": "p0", "category": "k0"}
        rows.append(line(f"back{n}", 500, product="old", category="old"))
        rows.append(line(f"back{n}", 20, product="p3", category="k1"))
        rows.append(line(f"back{n}", 30, -100.0, **named))  # sent back what it bought before
    return rows


@pytest.fixture
def scene(opened: Opened, scene_of: Scenes) -> Scene:
    return scene_of(opened(_world()))


def _held(
    rows: list[dict[str, Any]], level: str
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    frame = pd.DataFrame(rows)
    year = frame[pd.to_datetime(frame["date"]) >= pd.Timestamp("2023-01-01")]
    bought, back = year[year["amount"] > 0], year[year["amount"] < 0]
    return (
        {str(k): set(v) for k, v in bought.groupby("client_id")[level]},
        {str(k): set(v) for k, v in back.groupby("client_id")[level]},
    )


def test_nothing_is_named_that_was_bought_in_the_year_or_sent_back(scene: Scene) -> None:
    table = pd.concat(list(next_need(scene)))
    assert set(table["level"]) == {"category", "product"}
    for level, rows in table.groupby("level"):
        bought, back = _held(_world(), str(level))
        for client, item in zip(rows["client_id"], rows["item"], strict=True):
            assert item not in bought.get(client, set()) | back.get(client, set())


@pytest.mark.parametrize(
    ("level", "name", "ago", "sold_on", "is_named"),
    [
        ("product", "p4", 40, 41, False),
        ("product", "p4", 40, 15, False),  # what was left of it
        ("product", "p4", 40, 5, True),  # a withdrawal that was none
        ("category", "k1", 40, 41, False),
        ("product", None, 0, 91, False),
        ("product", None, 0, 90, True),
    ],
)
def test_what_is_no_longer_sold_is_not_named(
    opened: Opened,
    scene_of: Scenes,
    level: str,
    name: str | None,
    ago: int,
    sold_on: int,
    is_named: bool,
) -> None:
    until = DAY - dt.timedelta(days=sold_on)
    rows = [
        row | {"date": min(row["date"], until)} if row["category"] == "k1" else row
        for row in _world(240)
    ]
    rows.append(line("last", sold_on, product="p4", category="k1"))
    told = {
        "event_id": "e",
        "date": DAY - dt.timedelta(days=ago),
        "kind": "product_withdrawal",
        "scope": level,
        "scope_value": name,
    }
    ledger = opened(rows, events=[told]) if name else opened(rows)
    table = pd.concat(list(next_need(scene_of(ledger))))
    assert ("p4" in set(table["item"])) == is_named
    if level == "category":
        assert "k1" not in set(table["item"])
    assert "p4" in set(table["like"])  # of who has it, it tells


def test_share_lift_and_support_are_what_counting_gives(scene: Scene) -> None:
    table = pd.concat(list(next_need(scene)))
    for level, rows in table.groupby("level"):
        bought, _ = _held(_world(), str(level))
        for row in rows.to_dict("records"):
            like = {client for client, held in bought.items() if row["like"] in held}
            item = {client for client, held in bought.items() if row["item"] in held}
            assert row["like"] in bought[row["client_id"]]
            assert row["support"] == len(like & item)
            assert row["comparable"] == len(like)
            assert row["share"] == pytest.approx(len(like & item) / len(like))
            assert row["lift"] == pytest.approx(row["share"] * len(bought) / len(item))
            assert row["support"] >= 10
            assert row["lift"] > 1


def test_the_best_come_first_and_three_at_most(scene: Scene) -> None:
    table = pd.concat(list(next_need(scene)))
    keys = table[["client_id", "level", "rank"]]
    assert keys.equals(keys.sort_values(["client_id", "level", "rank"]))
    for _, rows in table.groupby(["client_id", "level"]):
        assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
        assert len(rows) <= 3
        assert rows["score"].is_monotonic_decreasing


def test_taste_is_found(scene: Scene) -> None:
    table = pd.concat(list(next_need(scene)))
    first = table[(table["level"] == "product") & (table["rank"] == 1)]
    same = first["item"].str[1:].astype(int) % 3 == first["like"].str[1:].astype(int) % 3
    assert same.mean() > 0.8  # a third by chance


def test_chunks_change_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pd.concat(list(next_need(scene)), ignore_index=True)
    module = sys.modules["segml.portfolio.next_need"]  # the face names the function alike
    monkeypatch.setattr(module, "CHUNK", 7)
    monkeypatch.setattr(module, "DENSE", 10)  # some items beyond it, some within
    parts = list(next_need(scene))
    assert len(parts) > 10
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)


def test_a_ledger_without_items_names_nothing(opened: Opened, scene_of: Scenes) -> None:
    rows = [{k: v for k, v in line("a", 10).items() if k not in ("category", "product")}]
    assert list(next_need(scene_of(opened(rows)))) == []
