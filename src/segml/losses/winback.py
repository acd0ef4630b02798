"""The lost clients it may pay to win back: what a return is worth, times how likely one is.

How likely is counted in the ledger (`returns`): of key clients whose silence had grown as long in
their own measure, how many ordered again within a year; where too few did to say, of all clients.
It is the share that came back, whether or not somebody tried: what an
attempt adds to it no ledger shows. A client that shrank has not gone, and no return is counted for
it; it stands in the list with what it lost. Of a client whose end a person wrote down its silence
says little: its chance is counted among recorded ends that had stood as long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from segml.ledger import TRAILING_DAYS
from segml.losses.books import Books
from segml.losses.history import of
from segml.losses.levers import LEVER_OF
from segml.losses.lookalikes import LEAST_SHARE
from segml.losses.returns import Chance, Episode, chance_of_return, episodes
from segml.losses.silence import Silence, silence
from segml.losses.tables import framed
from segml.losses.tables_ahead import WINBACK

ESTIMATED, TOO_FEW, NOT_GONE = "estimated", "too_few_returns", "still_buys"
ENDED, TOO_FEW_ENDS = "estimated_of_ends", "too_few_ends"
VERDICTS: Mapping[str, str] = {
    ESTIMATED: "the chance was counted among clients whose silence had grown as long",
    TOO_FEW: "too few clients had been silent for as long, or came back, to say",
    ENDED: "its end is on record; the chance was counted among recorded ends that stood as long",
    TOO_FEW_ENDS: "its end is on record; too few ends stood as long, or were followed by orders",
    NOT_GONE: "it shrank and has not left: there is no return to count",
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

    One that brought no profit before its decline would bring none if it came back.

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
    worth = (losses["profit_lost"] > 0) & (losses["profit_before"] > 0)
    lost = losses[losses["kind"].isin(["left", "shrunk"]) & worth]
    lens = books.lens
    known = [
        [
            episode
            for each in group
            for episode in episodes(
                [of(books.orders, each)], lens.rhythm, lens.clock_of(each), end=end
            )
        ]
        for group in comparable
    ]
    ends = [ended_episodes(books, group) for group in comparable]
    cost, levers = visit_cost(contacts, end), _levers(loss_reasons)
    rows = []
    for row in lost.to_dict("records"):
        chance, ended = None, books.ends.get(row["client_id"])
        if row["kind"] == "left" and ended is not None:
            chance = _first_known(ends, float(max(1, end - ended.day)), end)
        elif row["kind"] == "left":
            clock = lens.clock_of(row["client_id"])
            quiet = silence(of(books.orders, row["client_id"]).until(end), lens.rhythm, clock)
            chance = _first_known(known, _length(quiet, end), end)
        rows.append(
            {
                "client_id": row["client_id"],
                "kind": row["kind"],
                "reason": row["reason_1"],
                "lever": levers.get(row["client_id"]),
                "profit_lost": row["profit_lost"],
                **_chance(chance, is_recorded=ended is not None),
                "expected_value": _expected(chance, row["profit_lost"]),
                "attempt_cost": np.nan if cost is None else cost,
            }
        )
    return framed(sorted(rows, key=lambda row: row["client_id"]), WINBACK)


def ended_episodes(books: Books, group: Sequence[str]) -> list[Episode]:
    """The recorded ends of a group's clients; one that a later order contradicts was a return.

    Their length is counted in days. Last deliveries are no return.
    """
    found = []
    for each in group:
        ended = books.told_end(each)
        if ended is None:
            continue
        days = of(books.orders, each).days
        later = days[days > ended.day + TRAILING_DAYS]
        back = int(later[0]) if len(later) else None
        found.append(Episode(ended.day, ended.day + 1, back))
    return found


def _length(quiet: Silence | None, end: int) -> float | None:
    """How long a silence is in the client's own measure; None where it has none."""
    if quiet is None:
        return None
    return max(1.0, (end - quiet.last) / (quiet.lost_on - quiet.last))


def _first_known(known: Sequence[Sequence[Episode]], length: float | None, end: int) -> Chance:
    """The chance by the first group that can say; by the last where none can."""
    found = Chance(value=None, low=None, high=None, compared=0, returned=0)
    if length is None:
        return found
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


def _chance(chance: Chance | None, *, is_recorded: bool) -> dict[str, float | int | str]:
    if chance is None:
        empty = {"chance": np.nan, "chance_low": np.nan, "chance_high": np.nan}
        return {**empty, "compared": 0, "returned": 0, "verdict": NOT_GONE}
    counted, too_few = (ENDED, TOO_FEW_ENDS) if is_recorded else (ESTIMATED, TOO_FEW)
    values = (chance.value, chance.low, chance.high)
    value, low, high = (np.nan if each is None else each for each in values)
    return {
        "chance": value,
        "chance_low": low,
        "chance_high": high,
        "compared": chance.compared,
        "returned": chance.returned,
        "verdict": too_few if chance.value is None else counted,
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
