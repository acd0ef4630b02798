"""What one reader may see of the runs that are held: the only way from a route to a client's row.

Every question goes through the reader's scope here. A client that the reader may not see and one
that there is not give the same: `Unseen`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import Any, TypeVar

import pandas as pd

from segml.report import LossFacts, ReportFacts
from segml.report.pages import (
    LEAST_PEERS,
    OF_ALL,
    OF_ALL_LOSSES,
    OF_CLIENT,
    OF_LOSSES,
    OF_SCORES,
    MondayFacts,
    PeerFacts,
    ProfileFacts,
    lost_facts,
    monday_facts,
    profile_facts,
    whole_facts,
)
from segml.service.access import Viewer
from segml.service.memory import Memory
from segml.stores import Held, Page, Shelf, Wanted
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

    def choices(self, column: str) -> tuple[str, ...]:
        """What a column of the list holds, to choose from."""
        return self._recall(
            ("choices", column), lambda: self.held.roster.values(column, self._scope)
        )

    def row(self, client_id: str) -> Mapping[str, Any]:
        """One client's row of the list.

        Raises
        ------
        Unseen
            If there is none that may be seen.
        """
        found = self.held.roster.client(client_id, self._scope)
        if found is None:
            raise Unseen(client_id)
        return found

    def monday(self) -> MondayFacts:
        """What is new."""
        return self._recall("monday", self._monday)

    def whole(self) -> ReportFacts:
        """The portfolio."""
        return self._recall("whole", self._whole)

    def losses(self, part: slice) -> LossFacts | None:
        """The losses, some of them told one by one; None where none were published."""
        if self.held.losses is None:
            return None
        return self._recall(("losses", part.start, part.stop), lambda: self._losses(part))

    def profile(self, client_id: str) -> ProfileFacts:
        """One client.

        Raises
        ------
        Unseen
            If there is none that may be seen.
        """
        row = self.row(client_id)
        tables = self._rows_of(self.held.scores, OF_CLIENT, client_id)
        if "prospects" in tables:
            tables["prospects"] = self._without_foreign(tables["prospects"])
        past = None
        if self.held.former is not None and self.held.former_as_of is not None:
            then = self.held.former.of_client("features", client_id)
            past = None if then is None else (self.held.former_as_of, then)
        return profile_facts(row, tables, past, peers=self._peers(row["industry"]))

    def loss(self, client_id: str) -> LossFacts:
        """The loss of one client, as a page of losses with it alone.

        Raises
        ------
        Unseen
            If it was not lost, or may not be seen.
        """
        row = self.row(client_id)
        if self.held.losses is None or not self.is_lost(client_id):
            raise Unseen(client_id)
        tables = self._rows_of(self.held.losses, OF_LOSSES, client_id)
        company = self.held.losses.holds(COMPANY)
        return lost_facts(
            self.held.losses.run,
            tables | company | self._roads(client_id),
            {**self._names(), client_id: row["called"]},
            features=self.site.features,
            part=slice(None),
        )

    def is_lost(self, client_id: str) -> bool:
        """Whether a client counts as lost in the analysis that is held."""
        if self.held.losses is None:
            return False
        found = self.held.losses.of_client("losses", client_id)
        return found is not None and not found.empty

    def _monday(self) -> MondayFacts:
        held = self.held
        span = self.losses_span
        former = held.former_roster
        tables = self._tables(held.scores, ("attention", "decisions"))
        if held.losses is not None:
            tables |= self._tables(held.losses, ("losses", "winback"))
        return monday_facts(
            held.roster.frame(self._scope),
            None if former is None else former.frame(self._scope),
            tables,
            days=(
                held.as_of,
                held.former_as_of,
                span[1] if span else None,
            ),
            reasons_of=self._reasons_of,
        )

    def _whole(self) -> ReportFacts:
        names = (*OF_SCORES, *(OF_ALL if self.sees_all else ()))
        tables = self._tables(self.held.scores, names)
        if self.held.losses is not None:
            tables |= self._tables(self.held.losses, ("losses",))
        if "support" in self.held.scores.run:
            tables |= self._tables(self.held.scores, ("features",))
        return whole_facts(
            self.held.scores.run,
            self.held.roster.frame(self._scope),
            tables,
            features=self.site.features,
            reasons_of=self._reasons_of,
        )

    def _losses(self, part: slice) -> LossFacts:
        shelf = self.held.losses
        assert shelf is not None
        names = (*OF_LOSSES, *(OF_ALL_LOSSES if self.sees_all else ()))
        tables = self._tables(shelf, names) | shelf.holds(COMPANY)
        run = shelf.run
        if not self.sees_all and "next" in run and "next_lost" in tables:
            mine = float(tables["next_lost"]["profit_at_risk"].sum())
            run = {**run, "next": {**run["next"], "profit_at_risk": mine}}
        return lost_facts(run, tables, self._names(), features=self.site.features, part=part)

    def _tables(self, shelf: Shelf, names: Sequence[str]) -> dict[str, pd.DataFrame]:
        """The rows of tables that may be seen; of tables about all clients, all or nothing."""
        found = shelf.holds(names)
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
        return seen

    def _without_foreign(self, prospects: pd.DataFrame) -> pd.DataFrame:
        """Prospects whose look-alikes are told by name where they may be seen, and else not."""
        names = self._names()
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

    def _rows_of(
        self, shelf: Shelf, names: Collection[str], client_id: str
    ) -> dict[str, pd.DataFrame]:
        """The rows of one client, whom the caller has asked `row` for."""
        told = {name: shelf.of_client(name, client_id) for name in names}
        return {name: table for name, table in told.items() if table is not None}

    def _reasons_of(self, client_ids: Sequence[str]) -> pd.DataFrame:
        ids = [self.row(each)["client_id"] for each in client_ids]
        found = [self.held.scores.of_client("reasons", each) for each in ids]
        return pd.concat([each for each in found if each is not None])

    def _roads(self, client_id: str) -> dict[str, pd.DataFrame]:
        """Who is on the road of a lost client, of those that may be seen."""
        shelf = self.held.losses
        assert shelf is not None
        found = self._tables(shelf, ("lookalikes", "next_lost"))
        if "lookalikes" in found:
            pairs = found["lookalikes"]
            found["lookalikes"] = pairs[pairs["like"] == client_id]
        return found

    def _peers(self, industry: str | None) -> PeerFacts | None:
        """The client's industry: figures of all clients, told where there are enough of them."""
        if not isinstance(industry, str):
            return None

        def work() -> PeerFacts | None:
            now = self.held.roster.industry(industry)
            former = self.held.former_roster
            then = former.industry(industry) if former else None
            if now.clients < LEAST_PEERS:
                return None
            change = None
            if then is not None and then.sales_sum > 0:
                change = now.sales_sum / then.sales_sum - 1
            return PeerFacts(
                industry=industry,
                clients=now.clients,
                sales=now.sales,
                profit=now.profit,
                risk=now.risk,
                sales_change=change,
            )

        return self._recall(("peers", industry), work)

    def _ids(self) -> frozenset[str]:
        def work() -> frozenset[str]:
            return frozenset(self.held.roster.frame(self._scope, ("client_id",))["client_id"])

        return self._recall("ids", work)

    def _names(self) -> Mapping[str, str]:
        """Client id to name, of those that may be seen."""

        def work() -> Mapping[str, str]:
            frame = self.held.roster.frame(self._scope, ("client_id", "called"))
            return dict(zip(frame["client_id"], frame["called"], strict=True))

        return self._recall("names", work)

    def _recall(self, what: Hashable, work: Callable[[], Value]) -> Value:
        return self._memory.recall((self.held.mark, self._scope, what), work)
