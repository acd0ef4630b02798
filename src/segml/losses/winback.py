"""The lost clients it may pay to win back: what a return is worth, times how likely one is.

How likely is counted in the ledger (`returns`): of key clients whose silence had grown as long in
their own measure, how many ordered again within a year; where too few did to say, of all clients.
It is the share that came back, whether or not somebody tried: what an
attempt adds to it no ledger shows. A client that shrank has not gone, and no return is counted for
it; it stands in the list with what it lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from segml.losses.books import Books
from segml.losses.history import of
from segml.losses.levers import LEVER_OF
from segml.losses.lookalikes import LEAST_SHARE
from segml.losses.returns import Chance, Episode, chance_of_return, episodes
from segml.losses.silence import Silence, silence
from segml.losses.tables import framed
from segml.losses.tables_ahead import WINBACK

ESTIMATED, TOO_FEW, NOT_GONE = "estimated", "too_few_returns", "still_buys"
VERDICTS: Mapping[str, str] = {
    ESTIMATED: "the chance was counted among clients whose silence had grown as long",
    TOO_FEW: "too few clients had been silent for as long, or came back, to say",
    NOT_GONE: "it still buys a little: there is no return to count",
}
VISITS = ("visit",)
YEAR = 365


def winback(
    losses: pd.DataFrame,
    loss_reasons: pd.DataFrame,
    books: Books,
    contacts: pd.DataFrame,
    *,
    comparable: Sequence[Sequence[str]],
    end: int,
) -> pd.DataFrame:
    """The clients that left or shrank, by the expected value of winning them back.

    Parameters
    ----------
    losses, loss_reasons
        Columns of `tables.LOSSES` and `tables.LOSS_REASONS`.
    books
        Histories, rhythm and clock.
    contacts
        As `Past.contacts` has them at `end`: what a visit costs is the median of the last year's.
    comparable
        Groups of clients whose silences are counted, the most alike first: a later group is asked
        where the earlier ones are too few to say.
    end
        The later date, in days.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables_ahead.WINBACK`, one row a client.
    """
    lost = losses[losses["kind"].isin(["left", "shrunk"]) & (losses["profit_lost"] > 0)]
    lens = books.lens
    known = [
        episodes((of(books.orders, each) for each in group), lens.rhythm, lens.clock, end=end)
        for group in comparable
    ]
    cost, levers = visit_cost(contacts, end), _levers(loss_reasons)
    rows = []
    for row in lost.to_dict("records"):
        chance = None
        if row["kind"] == "left":
            quiet = silence(of(books.orders, row["client_id"]).until(end), lens.rhythm, lens.clock)
            chance = _first_known(known, quiet, end)
        rows.append(
            {
                "client_id": row["client_id"],
                "kind": row["kind"],
                "reason": row["reason_1"],
                "lever": levers.get(row["client_id"]),
                "profit_lost": row["profit_lost"],
                **_chance(chance),
                "expected_value": _expected(chance, row["profit_lost"]),
                "attempt_cost": np.nan if cost is None else cost,
            }
        )
    return framed(sorted(rows, key=lambda row: row["client_id"]), WINBACK)


def _first_known(known: Sequence[Sequence[Episode]], quiet: Silence | None, end: int) -> Chance:
    """The chance by the first group that can say; by the last where none can."""
    found = Chance(value=None, low=None, high=None, compared=0, returned=0)
    if quiet is None:
        return found
    length = max(1.0, (end - quiet.last) / (quiet.lost_on - quiet.last))
    for group in known:
        found = chance_of_return(group, length=length, end=end)
        if found.value is not None:
            break
    return found


def visit_cost(contacts: pd.DataFrame, end: int) -> float | None:
    """What a visit of the last year cost, the median, in money; None where none is known."""
    recent = contacts[(contacts["day"] >= end - YEAR) & contacts["kind"].isin(VISITS)]
    known = recent["cost"].dropna()
    return float(known.median()) if len(known) else None


def _chance(chance: Chance | None) -> dict[str, float | int | str]:
    if chance is None:
        empty = {"chance": np.nan, "chance_low": np.nan, "chance_high": np.nan}
        return {**empty, "compared": 0, "returned": 0, "verdict": NOT_GONE}
    values = (chance.value, chance.low, chance.high)
    value, low, high = (np.nan if each is None else each for each in values)
    return {
        "chance": value,
        "chance_low": low,
        "chance_high": high,
        "compared": chance.compared,
        "returned": chance.returned,
        "verdict": TOO_FEW if chance.value is None else ESTIMATED,
    }


def _expected(chance: Chance | None, profit_lost: float) -> float:
    return np.nan if chance is None or chance.value is None else chance.value * profit_lost


def _levers(reasons: pd.DataFrame) -> dict[str, str]:
    """What could be tried for each client: the lever of its heaviest driver.

    A reason with less than `LEAST_SHARE` of the loss suggests nothing.
    """
    told = reasons[(reasons["share"] > 0) & reasons["feature"].isin(list(LEVER_OF))]
    whole = told.groupby(["client_id", "reason"])["share"].transform("sum")
    best = told[whole >= LEAST_SHARE]
    best = best.sort_values(["share", "feature"], ascending=[False, True], kind="stable")
    best = best.drop_duplicates("client_id")
    return {
        str(client_id): LEVER_OF[str(feature)]
        for client_id, feature in zip(best["client_id"], best["feature"], strict=True)
    }
