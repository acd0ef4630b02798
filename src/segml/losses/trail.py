"""One lost client's rows of every table, cut for the rules of evidence, and how a rule tells them.

A rule gives a frame with `row_key, day, told` (the amount it tells, may be missing) and
`text_code`, and `table` where the rows are not lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from segml.losses.events_behind import Behind

RECENT_DAYS, EARLIER_DAYS = 180, 365
MOST_ROWS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trail:
    """One lost client's rows up to the later date, as the methods of `Past` give them.

    Parameters
    ----------
    lines
        `row_key, day, product, category, quantity, amount, discount, profit, is_return`.
    contacts
        `row_key, day, kind, minutes, cost, resolved_day, outcome`.
    bills
        `row_key, issued_day, due_day, paid_day, amount`.
    events
        Those that reached it: `event_id, day, kind, scope, scope_value, magnitude, touched, share`.
    behind
        The events that are behind its loss with some probability; none where nothing tells.
    onset, begun_by, explained_at
        Days: about when the decline began, when it had at the latest, and that of the explanation.
    kind
        Of the loss.
    withdrawn
        Products that nobody could buy at `explained_at`.
    short
        Those that nobody could buy for a while: `product, last, back`; None: none.
    """

    lines: pd.DataFrame
    contacts: pd.DataFrame
    bills: pd.DataFrame
    events: pd.DataFrame
    onset: int
    begun_by: int
    explained_at: int
    kind: str
    withdrawn: frozenset[str]
    short: pd.DataFrame | None = None
    behind: tuple[Behind, ...] = ()

    @property
    def recent(self) -> pd.DataFrame:
        """Lines of the last 180 days before the explanation."""
        days = self.lines["day"]
        return self.lines[(days >= self.explained_at - RECENT_DAYS) & (days < self.explained_at)]

    @property
    def earlier(self) -> pd.DataFrame:
        """Lines of the 365 days before the recent ones."""
        days, border = self.lines["day"], self.explained_at - RECENT_DAYS
        return self.lines[(days >= border - EARLIER_DAYS) & (days < border)]

    @property
    def accounted(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Recent and earlier lines; for a client that stayed, since and before the onset."""
        if self.kind == "left":
            return self.recent, self.earlier
        days = self.lines["day"]
        before = (days >= self.onset - EARLIER_DAYS) & (days < self.onset)
        return self.lines[days >= self.onset], self.lines[before]

    def while_it_began(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of days by which the decline had begun; where there are none, all of them."""
        begun = rows["day"] <= self.begun_by
        return rows[begun] if begun.any() else rows

    def of_last_year(self, rows: pd.DataFrame, day: str = "day") -> pd.DataFrame:
        """The rows of the 365 days before the explanation."""
        days = rows[day]
        return rows[(days >= self.explained_at - EARLIER_DAYS) & (days < self.explained_at)]


def by_client(rows: pd.DataFrame, clients: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Every client's rows, an empty frame for one that has none."""
    groups = {str(each): part for each, part in rows.groupby("client_id")}
    return {each: groups.get(each, rows.head(0)) for each in clients}


def nothing(trail: Trail) -> pd.DataFrame:
    """What a rule that finds no row gives."""
    return trail.lines.head(0).assign(told=0.0, text_code="")


def orders_in(lines: pd.DataFrame) -> pd.DataFrame:
    """The orders of some lines: day, row_key, and their amount, discount and profit."""
    keys = ["day", "row_key"]
    return lines.groupby(keys, sort=True)[["amount", "discount", "profit"]].sum().reset_index()


def heaviest(rows: pd.DataFrame, text_code: str) -> pd.DataFrame:
    """The rows with the most to tell (`weight`), at most three, oldest first."""
    ordered = rows.sort_values(["weight", "day", "row_key"], ascending=[False, True, True])
    return ordered.head(MOST_ROWS).sort_values(["day", "row_key"]).assign(text_code=text_code)
