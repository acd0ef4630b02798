"""What one reader may see of the runs that are held: the only way from a route to a client's row.

Every question goes through the reader's scope here. A client that the reader may not see and one
that there is not give the same: `Unseen`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

import pandas as pd
import pyarrow as pa

from segml.report.pages import OF_ALL
from segml.report.table import Table
from segml.service.access import Viewer
from segml.service.likes import LIKE, NamedLikes
from segml.stores import Asked, Held, Industry, Memory, Page, Shelf, Wanted
from segml.words.site import Site

Value = TypeVar("Value")
COMPANY = ("loss_events",)
"""Tables without clients that every reader of clients may see: what the company did."""
PAIRS = MappingProxyType(
    {"lookalikes": ("client_id", "like"), "successors": ("client_id", "successor")}
)
"""Tables whose rows are about two clients, to the columns that name them: both have to be seen."""


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

    def clients(self) -> Asked:
        """All clients that may be seen, to be counted and summed."""
        return self.held.roster.table(self._scope)

    def key_clients(
        self, columns: Sequence[str], before: Sequence[str]
    ) -> tuple[pd.DataFrame, pd.DataFrame | None]:
        """Who is a key client now or was one at the run before: now, and then (None: no run)."""
        now, former = self.held.roster, self.held.former_roster
        if former is None:
            return now.frame(self._scope, columns, only_key=True), None
        former.open(before)
        keys = {each: each.ids(self._scope, only_key=True) for each in (now, former)}
        found = (
            now.frame(self._scope, columns, only_key=True, also=keys[former]),
            former.frame(self._scope, before, only_key=True, also=keys[now]),
        )
        former.forget()
        return found

    def tables(self, shelf: Shelf | None, names: Sequence[str]) -> dict[str, pd.DataFrame]:
        """The rows of tables that may be seen; of a table about all clients, all or nothing."""
        found = {} if shelf is None else shelf.holds(names)
        if self.sees_all:
            return found
        mine = self.names()
        seen = {
            name: table[[each in mine for each in table["client_id"]]]
            for name, table in found.items()
            if "client_id" in table.columns and name not in (*OF_ALL, *PAIRS, "prospects")
        }
        return seen | {name: found[name] for name in COMPANY if name in found}

    def asked(self, shelf: Shelf, names: Sequence[str]) -> dict[str, Table]:
        """Tables of single clients, to be counted and summed: the rows that may be seen."""
        ids = None if self.sees_all else self.recall("ids", self._ids)
        found: dict[str, Table] = {
            name: shelf.asked(name, ids, PAIRS.get(name, ("client_id",)))
            for name in names
            if "client_id" in shelf.columns(name) and name not in OF_ALL
        }
        if not self.sees_all and "prospects" in found:
            found["prospects"] = NamedLikes(found["prospects"], self.names())
        return found

    def rows_of(
        self,
        shelf: Shelf,
        tables: Mapping[str, Sequence[str] | None],
        client_id: str,
    ) -> dict[str, list[dict[str, Any]]]:
        """The rows of one client in tables of a run, as plain values.

        Parameters
        ----------
        shelf
            The run.
        tables
            Its tables, those that it has not are left out, and which of their columns (None: all).
        client_id
            Whose.

        Raises
        ------
        Unseen
            If the client may not be seen.
        """
        self._require_seen(client_id)
        told = {name: shelf.rows_of(name, client_id, which) for name, which in tables.items()}
        found = {name: rows for name, rows in told.items() if rows is not None}
        for row in found.get("prospects", ()):
            row.update({column: self._name_of(row[column]) for column in LIKE})
        if "successors" in found:
            seen = self.names()
            found["successors"] = [r for r in found["successors"] if r["successor"] in seen]
        return found

    def frames_of(
        self, shelf: Shelf, names: Collection[str], client_id: str
    ) -> dict[str, pd.DataFrame]:
        """The rows of one client in tables of a run; none of them of prospects.

        Raises
        ------
        Unseen
            If the client may not be seen.
        """
        self._require_seen(client_id)
        told = {name: shelf.of_client(name, client_id) for name in names}
        return {name: table for name, table in told.items() if table is not None}

    def path_of(self, client_id: str) -> tuple[Mapping[str, Any], ...]:
        """One client's row of every run that is held, the oldest first.

        Whoever may see the client today sees its past, whoever's it was then; who had it then
        and may not see it today does not.

        Raises
        ------
        Unseen
            If the client may not be seen.
        """
        self._require_seen(client_id)
        return self.held.timeline.rows(client_id)

    def reasons_of(self, client_ids: Sequence[str]) -> pd.DataFrame:
        """The published reasons of some clients that may be seen."""
        shelf = self.held.scores
        return pd.concat(
            [self.frames_of(shelf, ("reasons",), each)["reasons"] for each in client_ids]
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
        return bool(self.rows_of(self.held.losses, {"losses": ("client_id",)}, client_id)["losses"])

    def lost_among(self, client_ids: Sequence[str]) -> frozenset[str]:
        """Those of some clients that count as lost in the analysis held and may be seen."""
        if self.held.losses is None or not client_ids:
            return frozenset()
        lost = self.asked(self.held.losses, ("losses",))["losses"]
        rows = lost.rows(("client_id", "in", list(client_ids)), columns=("client_id",))
        return frozenset(row["client_id"] for row in rows)

    def back_among(self, client_ids: Sequence[str]) -> frozenset[str]:
        """Those of some clients that ordered after the day up to which the analysis looked."""
        days = (self.held.as_of - self.losses_span[1]).days if self.losses_span else 0
        if days <= 0 or not client_ids:
            return frozenset()
        features = self.asked(self.held.scores, ("features",))["features"]
        asked = ("client_id", "in", list(client_ids))
        rows = features.rows(asked, columns=("client_id", "silence_days"))
        silences = {row["client_id"]: row["silence_days"] for row in rows}
        return frozenset(each for each, n in silences.items() if n is not None and n <= days)

    def industry(self, industry: str) -> tuple[Industry | None, Industry | None]:
        """Figures of all active clients of an industry, now and at the run before: nobody's row."""
        former = self.held.former_roster
        then = None
        if former is not None:
            then = former.industry(industry)
            former.forget()
        return self.held.roster.industry(industry), then

    def names(self) -> Mapping[str, str]:
        """Client id to name, of those that may be seen."""
        return self.held.roster.names(self._scope)

    def recall(self, what: Hashable, work: Callable[[], Value]) -> Value:
        """What was worked out before for these runs and whoever sees the same clients."""
        return self._memory.recall((self.held.mark, self._scope, what), work)

    def _require_seen(self, client_id: str) -> None:
        """Refuse a client that may not be seen, whatever its row holds."""
        if client_id not in self._rows and self.held.roster.has(client_id, self._scope):
            return
        self.row(client_id)

    def _ids(self) -> pa.Array:
        return self.held.roster.ids(self._scope)

    def _name_of(self, client_id: str | None) -> str | None:
        """What a client is called, where it may be seen."""
        return None if client_id is None else self.names().get(client_id)
