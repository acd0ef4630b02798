from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from segml.ledger import Check, Ledger, check_ledger, open_ledger
from segml.words.plan import Economics, LedgerPlan, SourcePlan


@pytest.fixture
def plan_of(tmp_path: Path) -> Callable[..., LedgerPlan]:
    """Write the tables as CSV files and give the plan that names them."""

    def written(name: str, text: str | None) -> SourcePlan | None:
        if text is None:
            return None
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        return SourcePlan(path=str(tmp_path / f"{name}.csv"))

    def make(
        transactions: str,
        clients: str | None = None,
        *,
        columns: dict[str, str] | None = None,
        where: str | None = None,
        interactions: str | None = None,
        invoices: str | None = None,
        events: str | None = None,
        **plan: Any,
    ) -> LedgerPlan:
        lines = tmp_path / "lines.csv"
        lines.write_text(transactions, encoding="utf-8")
        return LedgerPlan(
            transactions=SourcePlan(path=str(lines), columns=columns or {}, where=where),
            clients=written("clients", clients),
            interactions=written("interactions", interactions),
            invoices=written("invoices", invoices),
            events=written("events", events),
            folder=str(tmp_path),
            **plan,
        )

    return make


@pytest.fixture
def opened(plan_of: Callable[..., LedgerPlan], tmp_path: Path) -> Iterator[Callable[..., Ledger]]:
    """Open a ledger of CSV texts; it is closed after the test."""
    ledgers: list[Ledger] = []

    def make(
        transactions: str,
        clients: str | None = None,
        *,
        economics: Economics | None = None,
        today: int | None = None,
        **plan: Any,
    ) -> Ledger:
        ledger = open_ledger(
            plan_of(transactions, clients, **plan),
            economics or Economics(),
            today=today,
            scratch=tmp_path / "scratch",
        )
        ledgers.append(ledger)
        return ledger

    yield make
    for ledger in ledgers:
        ledger.close()


@pytest.fixture
def checked(plan_of: Callable[..., LedgerPlan]) -> Callable[..., Check]:
    """Check a ledger of CSV texts."""

    def make(
        transactions: str,
        clients: str | None = None,
        *,
        economics: Economics | None = None,
        today: int | None = None,
        **plan: Any,
    ) -> Check:
        made = plan_of(transactions, clients, **plan)
        return check_ledger(made, economics or Economics(), today=today)

    return make
