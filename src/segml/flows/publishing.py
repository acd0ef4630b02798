"""The database that runs are published to besides the output folder, where one is configured.

The output folder comes first: what stands there is what the database gets. A run that the database
did not get ends with exit code 1 and stands in the output folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segml.flows.session import Session
from segml.flows.settings import Settings, resolved
from segml.stores import (
    Warehouse,
    publish_to_warehouse,
    require_warehouse,
    retire_from_warehouse,
    warehouse_holds,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a database was given of a run: a part of the summary, and a line for a person."""

    summary: dict[str, Any]
    told: tuple[str, ...]


def require_database(run: Session) -> None:
    """Do nothing if no database is configured, or if it is ready to be published to.

    Raises
    ------
    ConfigurationRefused
        If the connection is none, or its driver is not installed.
    PublicationFailed
        If the database refuses.
    """
    if (warehouse := _warehouse(run.settings)) is not None:
        portfolio = run.settings.plan.portfolio
        require_warehouse(warehouse, portfolio=portfolio, command=_command(run))


def send(run: Session, folder: Path) -> Sent:
    """What the database holds now of a published folder; nothing where none is configured.

    Raises
    ------
    PublicationFailed
        If the database refuses; it holds the run it held before, and the folder stands.
    LockHeld
        If another process publishes the same portfolio there.
    """
    warehouse = _warehouse(run.settings)
    if warehouse is None:
        return Sent(summary={}, told=())
    with run.timed("database"):
        rows = publish_to_warehouse(warehouse, folder, command=_command(run))
    total = sum(rows.values())
    return Sent(
        summary={"database": {"schema": warehouse.schema, "tables": len(rows), "rows": total}},
        told=(f"In PostgreSQL, schema `{warehouse.schema}`: {total:,} rows of {len(rows)} tables",),
    )


def send_if_lacking(run: Session, folder: Path) -> None:
    """Send a folder that was published before, unless the database holds that very run.

    Raises
    ------
    PublicationFailed, LockHeld
        As `send`.
    """
    warehouse = _warehouse(run.settings)
    if warehouse is not None and not warehouse_holds(warehouse, folder, command=_command(run)):
        send(run, folder)


def retire_sent(run: Session, *, days: int) -> None:
    """Take away from the database what `retire` takes away from the output folder.

    Raises
    ------
    PublicationFailed, LockHeld
        As `send`.
    """
    if (warehouse := _warehouse(run.settings)) is not None:
        portfolio = run.settings.plan.portfolio
        retire_from_warehouse(warehouse, portfolio=portfolio, days=days, command=_command(run))


def _warehouse(settings: Settings) -> Warehouse | None:
    plan = settings.publish
    if plan is None:
        return None
    return Warehouse(url=resolved(plan.connection), schema=plan.schema)


def _command(run: Session) -> str:
    return f"segml {run.pulse.command} {run.settings.plan.portfolio}"
