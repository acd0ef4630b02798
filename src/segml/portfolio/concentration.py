"""Concentration: how much hangs on few clients, and what a year looks like if they leave."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit

from segml.ledger import yearly_changes
from segml.portfolio.scene import Scene, Values
from segml.portfolio.year import Year, level_of, periods_of, simulated_year, stay_of

TOPS = (1, 5, 10)
STRESSED = 10
"""The largest clients whose leaving is played through."""
YEAR_ITEMS = (
    "expected",
    "sd",
    "sd_clients",
    "sd_season",
    "sd_level",
    "low",
    "median",
    "high",
    "at_risk",
    "simulated_mean",
    "simulated_sd",
)
_OF = {"profit": "profit_365", "revenue": "revenue_365", "expected": "year"}
_COLUMNS = ("part", "item", "rank", "client_id", "share", "money", "chance", "referral")


def shares_of(values: Values) -> Values:
    """Each client's share of what is gained, largest first; who brings a loss has no share.

    Examples
    --------
    >>> shares_of(np.array([1.0, 3.0, -2.0]))
    array([0.75, 0.25, 0.  ])
    """
    gains = np.sort(np.maximum(values, 0.0))[::-1]
    total = gains.sum()
    return gains / total if total > 0 else np.zeros(0)


def concentration(scene: Scene) -> pd.DataFrame:
    """Shares of the largest clients, HHI, the stress test and the simulated year.

    Parameters
    ----------
    scene
        The scored date.

    Returns
    -------
    DataFrame
        Long: part (`top`, `hhi`, `stress`, `year`), item, rank, client_id, share, money, chance,
        referral; what each holds is in the documentation of the output.
    """
    parts = [_tops(scene.book), _stress(scene), _year(year_of(scene))]
    return pd.concat([part.reindex(columns=list(_COLUMNS)) for part in parts], ignore_index=True)


def year_of(scene: Scene) -> Year:
    """The simulated year of a scored date; a date has draws of its own."""
    seed = int(np.random.SeedSequence([scene.seed, scene.past.as_of]).generate_state(1)[0])
    last, ahead = (float(scene.book[name].sum()) for name in ("profit_365", "year"))
    foreseen = float(np.log(ahead / last)) if min(last, ahead) > 0 else None
    changes = yearly_changes(scene.past).to_numpy(dtype=np.float64)
    return simulated_year(
        scene.book, churn_days=scene.churn_days, seed=seed, level=level_of(changes, foreseen)
    )


def _tops(book: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for item, column in _OF.items():
        values = book[column].to_numpy(dtype=np.float64)
        shares, gains = shares_of(values), np.sort(np.maximum(values, 0.0))[::-1]
        if not len(shares):
            continue
        rows += [
            {
                "part": "top",
                "item": item,
                "rank": n,
                "share": float(shares[:n].sum()),
                "money": float(gains[:n].sum()),
            }
            for n in TOPS
        ]
        rows.append({"part": "hhi", "item": item, "rank": 0, "share": float(shares @ shares)})
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _stress(scene: Scene) -> pd.DataFrame:
    """The year without each of the largest clients, one at a time."""
    book = scene.book
    total = float(book["year"].sum())
    largest = (
        book[book["year"] > 0]
        .sort_values(["year", "client_id"], ascending=[False, True])
        .head(STRESSED)
    )
    chance = pd.Series(np.nan, index=largest.index)
    periods, known = periods_of(scene.churn_days), largest[largest["p_churn"].notna()]
    chance[known.index] = periods.lost(expit(stay_of(known, periods).odds))
    return pd.DataFrame(
        {
            "part": "stress",
            "item": "without",
            "rank": np.arange(1, len(largest) + 1),
            "client_id": largest["client_id"],
            "share": largest["year"] / total if total > 0 else np.nan,
            "money": total - largest["year"],
            "chance": chance,
            "referral": largest["referral_profit_365"],
        }
    )


def _year(year: Year) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "part": "year",
            "item": YEAR_ITEMS,
            "rank": 0,
            "money": [float(getattr(year, item)) for item in YEAR_ITEMS],
        }
    )
