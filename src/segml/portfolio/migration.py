"""Migration between two dates: who moved from tier to tier, and whether client or model changed.

Let T_ij be the tier of a client by model i (0 the earlier, 1 the later) on what date j knew.
A move from a to b is split by the Shapley value of the two changes for holding b:

    by client   ½ ([T_01 = b] − [T_00 = b] + [T_11 = b] − [T_10 = b])
    by model    ½ ([T_10 = b] − [T_00 = b] + [T_11 = b] − [T_01 = b])

Neither is negative, and they sum to the move, so the matrix splits exactly, in clients and in
profit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from segml.portfolio.scene import Values

ABSENT = "(new)"
"""Stands for the tier of a client that was not known at the earlier date."""


_KINDS = {
    **dict.fromkeys(("tier_before", "tier_after"), "str"),
    "clients": "int64",
    **dict.fromkeys(("clients_by_client", "clients_by_model"), "float64"),
    **dict.fromkeys(("profit_before", "profit_after"), "float64"),
    **dict.fromkeys(("profit_by_client", "profit_by_model"), "float64"),
}
"""The columns of `migration`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moves:
    """The four tiers of every client known at the later date; index client_id.

    Parameters
    ----------
    before, after
        The tier by the earlier model at the earlier date, and by the later model at the later one.
    before_later_model, after_earlier_model
        The tier by the later model at the earlier date, and by the earlier model at the later one.
        Of a client that was not known at the earlier date both early tiers are null.
    profit_before, profit_after
        Profit of the 365 days before each date.
    """

    before: pd.Series
    before_later_model: pd.Series
    after_earlier_model: pd.Series
    after: pd.Series
    profit_before: pd.Series
    profit_after: pd.Series


def migration(moves: Moves | None) -> pd.DataFrame:
    """The matrix of moves in clients and in profit, each cell split into client and model.

    Parameters
    ----------
    moves
        The four tiers of every client; None where they cannot be told.

    Returns
    -------
    DataFrame
        One row a pair of tiers that holds somebody, sorted: tier_before, tier_after, clients,
        clients_by_client, clients_by_model, profit_before, profit_after, profit_by_client,
        profit_by_model (parts of profit_after). On the diagonal nothing moved and both parts are
        zero. A client that is new since the earlier date comes from `ABSENT`. No moves, no rows.
    """
    if moves is None:
        return pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in _KINDS.items()})
    tiers = {
        name: getattr(moves, name).fillna(ABSENT).to_numpy(dtype=object)
        for name in ("before", "before_later_model", "after_earlier_model", "after")
    }
    by_client = _share(tiers, "after_earlier_model", "before_later_model")
    by_model = _share(tiers, "before_later_model", "after_earlier_model")
    stayed = tiers["before"] == tiers["after"]
    by_client, by_model = (np.where(stayed, 0.0, part) for part in (by_client, by_model))
    profit_after = moves.profit_after.to_numpy(dtype=np.float64)
    rows = pd.DataFrame(
        {
            "tier_before": tiers["before"],
            "tier_after": tiers["after"],
            "clients": 1,
            "clients_by_client": by_client,
            "clients_by_model": by_model,
            "profit_before": moves.profit_before.fillna(0.0).to_numpy(dtype=np.float64),
            "profit_after": profit_after,
            "profit_by_client": by_client * profit_after,
            "profit_by_model": by_model * profit_after,
        }
    )
    return rows.groupby(["tier_before", "tier_after"], as_index=False).sum()


def _share(tiers: dict[str, np.ndarray], first: str, other: str) -> Values:
    """The part of a move by one change: made alone, or made after the other change."""
    held = {name: (tier == tiers["after"]).astype(np.float64) for name, tier in tiers.items()}
    part = held[first] - held["before"] + held["after"] - held[other]
    return np.asarray(part / 2)
