"""What is known of the models: versions, what was done with them, drift, the last backtest."""

from __future__ import annotations

import datetime as dt
from typing import Any

from segml.report.pages import plain_rows
from segml.stores import Change, Held, Registry, Shelf
from segml.words.errors import ConfigurationRefused
from segml.words.site import Site

TRAIL_SHOWN = 30
METRICS = ("auc", "average_precision", "brier")
SLICE = "all"


def versions_of(site: Site) -> Registry:
    """The registry as it is now."""
    return Registry(site.models, site.portfolio)


def trail_of(registry: Registry) -> tuple[Change, ...]:
    """What was done with versions, the last first."""
    return registry.versions.history[::-1][:TRAIL_SHOWN]


def drift_of(held: Held) -> dict[str, Any] | None:
    """All that was looked at, what lies beyond its limit first; None where nothing was."""
    table = held.scores.table("drift")
    if table is None:
        return None
    return {
        "beyond": int(table["is_beyond"].sum()),
        "looked_at": len(table),
        "rows": plain_rows(table.sort_values("is_beyond", ascending=False, kind="stable")),
    }


def realised_of(site: Site) -> dict[str, Any] | None:
    """How published scores held, the newest first; None where nobody asked yet."""
    shelf = _shelf(site, "realised")
    table = None if shelf is None else shelf.table("realised")
    if shelf is None or table is None:
        return None
    rows = table.sort_values("as_of", ascending=False, kind="stable")
    return {"as_of": dt.date.fromisoformat(shelf.run["as_of"]), "rows": plain_rows(rows)}


def backtest_of(site: Site) -> dict[str, Any] | None:
    """The last backtest: every model and rule beside the others; None where there is none."""
    shelf = _shelf(site, "backtest")
    if shelf is None:
        return None
    table, origins = shelf.table("backtest"), shelf.table("backtest_origins")
    if table is None or origins is None:
        return None
    mine = table[table["slice"].eq(SLICE) & table["metric"].isin(METRICS)]
    wide = mine.pivot_table(index="model", columns="metric", values="mean", aggfunc="first")
    rows = wide.reindex(columns=list(METRICS)).sort_values("auc", ascending=False).reset_index()
    days = [dt.date.fromisoformat(str(day)) for day in shelf.run["origins"]]
    return {"start": min(days), "end": max(days), "rows": plain_rows(rows)}


def _shelf(site: Site, name: str) -> Shelf | None:
    """What the portfolio published under that name; None where that is nothing, or another's."""
    try:
        found = Shelf(site.output / name)
    except ConfigurationRefused:
        return None
    return found if found.run.get("portfolio") == site.portfolio else None
