"""What one reader may see of the runs that are held: the only way from a route to a client's row.

Every question goes through the reader's scope here. A client that the reader may not see and one
that there is not give the same: `Unseen`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import pandas as pd

from segml.report.pages import OF_ALL
from segml.service.access import Viewer
from segml.service.memory import Memory
from segml.stores import Held, Industry, Page, Shelf, Wanted
from segml.words.site import Site

Value = TypeVar("Value")
LIKE = ("like_1", "like_2", "like_3")
COMPANY = ("loss_events",)
"""Tables without clients that every reader of clients may see: what the company did."""


class Unseen(LookupError):  # noqa: N818 - no fault
    """There is no such client, or none that this reader may see."""


class Desk:
    """One reader before one set of runs.

    Parameters
    ----------
    viewer
        Who reads.
    held
        The runs; they stay the same for as long as the desk does.
    site
        What is served.
    memory
        Where facts of many clients are kept.
    """

    def __init__(self, viewer: Viewer, held: Held, site: Site, memory: Memory) -> None:
        self.viewer, self.held, self.site = viewer, held, site
        self._memory = memory
        self._scope = viewer.scope
        self._rows: dict[str, Mapping[str, Any] | None] = {}

    @property
    def sees_all(self) -> bool:
        """Whether every client may be seen."""
        return self._scope.is_all

    @property
    def mark(self) -> str:
        """Changes with the runs and with what may be seen."""
        seen = hashlib.sha256(repr(self._scope).encode()).hexdigest()[:12]
        return f"{self.held.mark}.{seen}"

    @property
    def currency(self) -> str | None:
        """Of all money; None where the ledger names none."""
        found = self.held.scores.run.get("data", {}).get("currency")
        return str(found) if found else None

    @property
    def losses_span(self) -> tuple[dt.date, dt.date] | None:
        """The two dates of the loss analysis; None where there is none."""
        if self.held.losses is None:
            return None
        run = self.held.losses.run
        return dt.date.fromisoformat(run["from"]), dt.date.fromisoformat(run["to"])

    def page(self, wanted: Wanted) -> Page:
        """A part of the list of clients."""
        return self.held.roster.page(wanted, self._scope)

    def parts(self, wanted: Wanted) -> Iterator[pd.DataFrame]:
        """The whole list of clients, in parts."""
        return self.held.roster.parts(wanted, self._scope)

    def choices(self, column: str) -> tuple[str, ...]:
        """What a column of the list holds, to choose from."""
        return self.recall(
            ("choices", column), lambda: self.held.roster.values(column, self._scope)
        )

    def row(self, client_id: str) -> Mapping[str, Any]:
        """One client's row of the list.

        Raises
        ------
        Unseen
            If there is none that may be seen.
        """
        if client_id not in self._rows:
            self._rows[client_id] = self.held.roster.client(client_id, self._scope)
        found = self._rows[client_id]
        if found is None:
            raise Unseen(client_id)
        return found

    def clients(self, columns: Sequence[str]) -> pd.DataFrame:
        """Columns of all clients that may be seen."""
        return self.held.roster.frame(self._scope, columns)

    def key_clients(self, columns: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame | None]:
        """Who is a key client now or was one at the run before: now, and then (None: no run)."""
        now, former = self.held.roster, self.held.former_roster
        if former is None:
            return now.frame(self._scope, columns, only_key=True), None
        keys = {
            each: list(each.frame(self._scope, ("client_id",), only_key=True)["client_id"])
            for each in (now, former)
        }
        return (
            now.frame(self._scope, columns, only_key=True, also=keys[former]),
            former.frame(self._scope, columns, only_key=True, also=keys[now]),
        )

    def tables(self, shelf: Shelf | None, names: Sequence[str]) -> dict[str, pd.DataFrame]:
        """The rows of tables that may be seen; of a table about all clients, all or nothing."""
        found = {} if shelf is None else shelf.holds(names)
        if self.sees_all:
            return found
        mine = self._ids()
        seen = {
            name: table[table["client_id"].isin(mine)]
            for name, table in found.items()
            if "client_id" in table.columns and name not in OF_ALL
        }
        if "lookalikes" in seen:
            seen["lookalikes"] = seen["lookalikes"][seen["lookalikes"]["like"].isin(mine)]
        if "prospects" in seen:
            seen["prospects"] = self._without_foreign(seen["prospects"])
        return seen | {name: found[name] for name in COMPANY if name in found}

    def rows_of(
        self, shelf: Shelf, names: Collection[str], client_id: str
    ) -> dict[str, pd.DataFrame]:
        """The rows of one client in tables of a run.

        Raises
        ------
        Unseen
            If the client may not be seen.
        """
        self.row(client_id)
        told = {name: shelf.of_client(name, client_id) for name in names}
        found = {name: table for name, table in told.items() if table is not None}
        if "prospects" in found:
            found["prospects"] = self._without_foreign(found["prospects"])
        return found

    def reasons_of(self, client_ids: Sequence[str]) -> pd.DataFrame:
        """The published reasons of some clients that may be seen."""
        shelf = self.held.scores
        return pd.concat(
            [self.rows_of(shelf, ("reasons",), each)["reasons"] for each in client_ids]
        )

    def is_lost(self, client_id: str) -> bool:
        """Whether a client counts as lost in the analysis that is held.

        Raises
        ------
        Unseen
            If it may not be seen.
        """
        if self.held.losses is None:
            return False
        found = self.rows_of(self.held.losses, ("losses",), client_id)
        return not found["losses"].empty

    def industry(self, industry: str) -> tuple[Industry, Industry | None]:
        """Figures of all active clients of an industry, now and at the run before: nobody's row."""
        former = self.held.former_roster
        return self.recall(
            ("industry", industry),
            lambda: (
                self.held.roster.industry(industry),
                None if former is None else former.industry(industry),
            ),
        )

    def names(self) -> Mapping[str, str]:
        """Client id to name, of those that may be seen."""
        return self.held.roster.names(self._scope)

    def names_in(self, tables: Mapping[str, pd.DataFrame]) -> Mapping[str, str]:
        """The same of all that some tables speak of, asked for at once."""
        columns = [
            table[column]
            for table in tables.values()
            for column in ("client_id", "like")
            if column in table.columns
        ]
        ids = pd.concat([pd.Series([], dtype="str"), *columns]).dropna().unique()
        return self.held.roster.names_of(list(ids), self._scope)

    def recall(self, what: Hashable, work: Callable[[], Value]) -> Value:
        """What was worked out before for these runs and whoever sees the same clients."""
        return self._memory.recall((self.held.mark, self._scope, what), work)

    def _ids(self) -> frozenset[str]:
        return self.recall("ids", lambda: frozenset(self.names()))

    def _without_foreign(self, prospects: pd.DataFrame) -> pd.DataFrame:
        """Prospects whose look-alikes are told by name where they may be seen, and else not."""
        names = self.names()
        like = {
            column: [
                names.get(one) if isinstance(one, str) else None
                for one in prospects[column].astype(object)
            ]
            for column in LIKE
        }
        return prospects.assign(
            **{column: pd.Series(told, prospects.index, object) for column, told in like.items()}
        )
