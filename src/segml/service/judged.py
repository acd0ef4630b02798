"""What is known of the models: versions, what was done with them, drift, the last backtest."""

from __future__ import annotations

import datetime as dt
from typing import Any

from segml.report.pages import plain_rows
from segml.stores import Change, Held, Registry, Shelf
from segml.words.errors import ConfigurationRefused
from segml.words.site import Site

TRAIL_SHOWN, DRIFT_SHOWN = 30, 20
METRICS = ("auc", "average_precision", "brier")
SLICE = "all"


def versions_of(site: Site) -> Registry:
    """The registry as it is now."""
    return Registry(site.models, site.portfolio)


def trail_of(registry: Registry) -> tuple[Change, ...]:
    """What was done with versions, the last first."""
    return registry.versions.history[::-1][:TRAIL_SHOWN]


def drift_of(held: Held) -> dict[str, Any] | None:
    """What lies beyond its limit, and how much was looked at; None where nothing was."""
    table = held.scores.table("drift")
    if table is None:
        return None
    beyond = table[table["is_beyond"]].head(DRIFT_SHOWN)
    return {
        "beyond": int(table["is_beyond"].sum()),
        "looked_at": len(table),
        "rows": plain_rows(beyond),
    }


def backtest_of(site: Site) -> dict[str, Any] | None:
    """The last backtest: every model and rule beside the others; None where there is none."""
    try:
        shelf = Shelf(site.output / "backtest")
    except ConfigurationRefused:
        return None
    table, origins = shelf.table("backtest"), shelf.table("backtest_origins")
    if table is None or origins is None or shelf.run.get("portfolio") != site.portfolio:
        return None
    mine = table[table["slice"].eq(SLICE) & table["metric"].isin(METRICS)]
    wide = mine.pivot_table(index="model", columns="metric", values="mean", aggfunc="first")
    rows = wide.reindex(columns=list(METRICS)).sort_values("auc", ascending=False).reset_index()
    days = [dt.date.fromisoformat(str(day)) for day in shelf.run["origins"]]
    return {"start": min(days), "end": max(days), "rows": plain_rows(rows)}
