"""Every question about the portfolio at one date, asked together: the published tables."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from segml.portfolio.attention import attention
from segml.portfolio.boundaries import boundaries
from segml.portfolio.concentration import concentration
from segml.portfolio.decisions import decisions
from segml.portfolio.migration import Moves, migration
from segml.portfolio.next_need import next_need
from segml.portfolio.scene import Scene
from segml.portfolio.spreads import spreads

PORTFOLIO_TABLES = (
    "concentration",
    "attention",
    "boundaries",
    "spreads",
    "decisions",
    "next_need",
    "migration",
)
"""The tables that `portfolio_tables` makes."""


def portfolio_tables(
    scene: Scene, moves: Moves | None
) -> dict[str, pd.DataFrame | Iterator[pd.DataFrame]]:
    """The tables of a scored date, by name.

    Parameters
    ----------
    scene
        The date.
    moves
        The tiers of its clients at an earlier date and now; None where they cannot be told.

    Returns
    -------
    dict
        Frames; `next_need` comes in chunks, made when iterated over.
    """
    attended = attention(scene)
    return {
        "concentration": concentration(scene),
        "attention": attended,
        "boundaries": boundaries(scene),
        "spreads": spreads(scene),
        "decisions": decisions(scene, attended),
        "next_need": next_need(scene),
        "migration": migration(moves),
    }
