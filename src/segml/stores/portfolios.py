"""The portfolios of a models folder: those that have a registry, and the refusal of any other."""

from __future__ import annotations

import difflib
from pathlib import Path

from segml.words.errors import NoModel

REGISTRY_FILE = "registry.json"
SHOWN = 5
"""Portfolios that a refusal names at most, the nearest first."""


def list_portfolios(models: Path) -> tuple[str, ...]:
    """The names of the portfolios with at least one trained version, sorted."""
    return tuple(sorted(found.parent.name for found in models.glob(f"*/{REGISTRY_FILE}")))


def require_portfolio(models: Path, portfolio: str) -> None:
    """Do nothing if the portfolio has a registry; nothing is made.

    Parameters
    ----------
    models
        The folder of all portfolios.
    portfolio
        The name asked for.

    Raises
    ------
    NoModel
        If it has none; the portfolios whose names are nearest are named.
    """
    if (models / portfolio / REGISTRY_FILE).is_file():
        return
    known = list_portfolios(models)
    near = difflib.get_close_matches(portfolio, known, n=SHOWN)
    shown = [*near, *(name for name in known if name not in near)][:SHOWN]
    more = f" and {len(known) - len(shown)} more" if len(known) > len(shown) else ""
    raise NoModel(
        f"no portfolio `{portfolio}` was trained under {models}",
        allowed=", ".join(f"`{name}`" for name in shown) + more if shown else "a trained portfolio",
        next_step=f"did you mean `{near[0]}`? Else run `segml train`"
        if near
        else "run `segml train`, or correct `portfolio` or `models` in the configuration",
    )
