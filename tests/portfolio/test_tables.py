"""All tables together: what is published of the emptiest portfolios, and the same twice."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from segml.ledger import Ledger
from segml.portfolio import Moves, Scene, portfolio_tables
from segml.stores import TABLES
from segml.stores.parquet import write_parquet

from .conftest import contact, line

Opened = Callable[..., Ledger]
Scenes = Callable[..., Scene]

OTHER = {"tier": "tier 2", "tier_rank": 2, "is_key": False}
LAPSED = {"status": "lapsed", "p_churn": None, "p_churn_low": None, "p_churn_high": None}
BARE = {"category", "product", "discount", "cost"}


def _moves(scene: Scene) -> Moves:
    book = scene.book.set_index("client_id")
    return Moves(
        before=book["tier"].where(book.index != "a"),
        before_later_model=book["tier"].where(book.index != "a"),
        after_earlier_model=book["tier"],
        after=book["tier"],
        profit_before=book["profit_365"],
        profit_after=book["profit_365"],
    )


def _files(scene: Scene) -> dict[str, bytes]:
    """Each table as it is published."""
    written = {}
    for name, table in portfolio_tables(scene, _moves(scene)).items():
        sink = io.BytesIO()
        write_parquet(sink, table, TABLES[name])
        written[name] = sink.getvalue()
    return written


def _bare(ago: int, amount: float) -> dict[str, Any]:
    return {k: v for k, v in line("a", ago, amount).items() if k not in BARE}


LEDGERS: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "one client": ([line("a", 10)], {}),
    "no key client": ([line("a", 10), line("b", 20)], {"a": OTHER, "b": OTHER}),
    "nobody active": ([line("a", 500)], {"a": LAPSED}),
    "returns alone": (
        [line("a", 10, -100.0)],
        {"a": {"profit_365": -100.0, "revenue_365": -100.0}},
    ),
    "dates and amounts alone": ([_bare(10, 50.0), _bare(300, 70.0)], {}),
    "nobody gains": ([line("a", 10)], {"a": {"profit_365": -5.0, "expected_profit": -5.0}}),
}


@pytest.mark.parametrize("name", LEDGERS)
def test_the_emptiest_portfolios_can_be_published(
    opened: Opened, scene_of: Scenes, name: str
) -> None:
    lines, given = LEDGERS[name]
    files = _files(scene_of(opened(lines), given))
    moved = pd.read_parquet(io.BytesIO(files["migration"]))
    assert moved["clients"].sum() == len({row["client_id"] for row in lines})


def test_the_order_of_the_rows_changes_no_byte(opened: Opened, scene_of: Scenes) -> None:
    lines = [line(f"c{n % 9}", 7 * n, 100.0 + n % 4, product=f"p{n % 5}") for n in range(1, 120)]
    met = [contact(f"c{n % 9}", 5 * n, minutes=n % 7) for n in range(1, 90)]
    given = {"c1": OTHER, "c2": {"profit_365": -40.0}}
    one = _files(scene_of(opened(lines, interactions=met), given))
    assert one == _files(scene_of(opened(lines[::-1], interactions=met[::-1]), given))
