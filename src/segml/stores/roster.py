"""Every client of a published run, to be searched, filtered, sorted and paged without waiting.

The columns that a list needs are held in memory, so that a page of a million clients is a few looks
along columns. Whoever asks says whose clients they may see: `Scope` is part of every question, and
nothing here answers without one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from segml.stores.asked import Asked
from segml.stores.columns import Mask, Places
from segml.stores.memory import Memory
from segml.stores.question import SORTED_BY, Scope, Wanted, asked, seen
from segml.stores.register import Register
from segml.stores.shelf import Shelf

COLUMNS = (
    *("client_id", "status", "tier", "tier_rank", "previous_tier", "p_churn", "p_churn_low"),
    *("p_churn_high", "expected_profit", "profit_365", "revenue_365", "cost_to_serve_365"),
    *("referral_profit_365", "value_365", "roles", "is_key", "action", "currency"),
    *("name", "manager", "region", "industry", "called", "stake"),
)
"""The columns of the list."""
_PART = 20_000
"""Rows of a part."""
_LISTS, _ORDERS = 16, 8
"""How many lists, at a byte a client, and how many orders, at four, are kept."""
_VALUES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows of a list, how many it has in all, and their profit and stake together."""

    rows: list[dict[str, Any]]
    total: int
    profit: float
    stake: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Industry:
    """The active clients of an industry: how many, medians, and their sales together."""

    clients: int
    sales: float
    profit: float
    risk: float
    sales_sum: float


@dataclass(frozen=True, slots=True)
class _Found:
    """A list without an order: its rows, how many, their profit and stake."""

    mask: Mask
    total: int
    profit: float
    stake: float


class Roster:
    """The clients of one run in memory; each column is read when it is first asked for.

    Parameters
    ----------
    shelf
        A run with `scores` and `clients`.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf, self._is_lent = shelf, False
        self._register = Register(shelf)
        self._lists, self._orders, self._scopes = (Memory(n) for n in (_LISTS, _ORDERS, _LISTS))
        self._ordered_lists = Memory(_ORDERS)

    def open(self, columns: Sequence[str] = COLUMNS) -> None:
        """Read columns of the list now, side by side; else whoever asks first waits for each."""
        self._register.open(columns)

    def lent(self) -> Roster:
        """The same clients for who asks once in a while: that one forgets nothing."""
        other = copy(self)
        other._is_lent = True
        return other

    def apart(self) -> Roster:
        """The same clients with columns of its own, not read yet; what was counted stays known."""
        other = Roster(self._shelf)
        other._scopes = self._scopes
        return other

    def forget(self) -> None:
        """Hold no columns any more: of a run that is asked once in a while, for few of them."""
        if not self._is_lent:
            self._register.forget()

    def page(self, wanted: Wanted, scope: Scope) -> Page:
        """The part of a list that was asked for; sorted to the end, nulls last, ties by id."""
        found = self._found(wanted, scope)
        end = None if wanted.limit is None else wanted.offset + wanted.limit
        places = self._ordered(wanted, scope, found)[wanted.offset : end]
        return Page(
            rows=self._register.rows(places, COLUMNS),
            total=found.total,
            profit=found.profit,
            stake=found.stake,
        )

    def parts(self, wanted: Wanted, scope: Scope) -> Iterator[pd.DataFrame]:
        """The same list in parts of some ten thousand rows, so that no list is held whole."""
        places = self._ordered(wanted, scope, self._found(wanted, scope))
        for start in range(0, len(places), _PART):
            yield self._register.frame(places[start : start + _PART], COLUMNS)

    def client(self, client_id: str, scope: Scope) -> dict[str, Any] | None:
        """One client's row; None where there is none, or none that may be seen."""
        place = self._place(client_id, self._seen(scope))
        if place is None:
            return None
        return self._register.rows(np.array([place], dtype=np.int32), COLUMNS)[0]

    def has(self, client_id: str, scope: Scope) -> bool:
        """Whether there is such a client that may be seen."""
        return self._place(client_id, self._seen(scope)) is not None

    def frame(
        self,
        scope: Scope,
        columns: Sequence[str],
        *,
        only_key: bool = False,
        also: pa.Array | None = None,
    ) -> pd.DataFrame:
        """The clients that may be seen, by id; a text with few values is a category.

        What they are `called` has the id beside it where two that may be seen have one name.

        Parameters
        ----------
        scope
            Whose clients may be seen.
        columns
            Names of the list's columns.
        only_key, also
            Key clients alone, and with them those of these ids.
        """
        mask = self._seen(scope)
        if only_key:
            key = self._register.flags("is_key")
            mask = mask & (key if also is None else key | self._register.is_one_of(also))
        found = self._register.frame(_places(mask), columns)
        if {"called", "client_id"} <= {*columns}:
            beside = found["called"] + " (" + found["client_id"] + ")"
            found["called"] = found["called"].mask(self._namesakes(scope)[mask], beside)
        return found

    def table(self, scope: Scope) -> Asked:
        """The clients that may be seen, to be counted and summed."""
        places = None if scope.is_all else _places(self._seen(scope))
        return Asked(lambda columns: self._register.table(places, columns), COLUMNS)

    def ids(self, scope: Scope, *, only_key: bool = False) -> pa.Array:
        """The ids of the clients, or key clients, that may be seen, sorted."""
        ids = self._register.text("client_id")
        if scope.is_all and not only_key:
            return ids
        mask = self._seen(scope)
        return ids.filter(pa.array(mask & self._register.flags("is_key") if only_key else mask))

    def names(self, scope: Scope) -> Names:
        """What each client that may be seen is called, looked up when it is asked for."""
        return Names(self, scope)

    def names_of(self, client_ids: Sequence[str], scope: Scope) -> dict[str, str]:
        """What these clients are called, of those that may be seen; namesakes with their ids."""
        called, mask, alike = self._register.called, self._seen(scope), self._namesakes(scope)
        places = {each: self._place(each, mask) for each in client_ids}
        seen = {each: place for each, place in places.items() if place is not None}
        return {each: called(place, beside_id=alike[place]) for each, place in seen.items()}

    def industry(self, industry: str) -> Industry | None:
        """What the active clients of an industry are like; None where there are none."""
        every = self._scopes.recall("industries", lambda: _industries(self._register))
        return every.get(industry)

    def values(self, column: str, scope: Scope) -> tuple[str, ...]:
        """What a text column holds among those that may be seen, most frequent first."""
        coded = self._register.coded(column)
        codes = coded.codes[self._seen(scope)]
        counts = np.bincount(codes[codes >= 0], minlength=len(coded.words)).tolist()
        ranked = sorted(zip(coded.words, counts, strict=True), key=lambda each: (-each[1], each[0]))
        return tuple(word for word, count in ranked[:_VALUES] if count)

    def _seen(self, scope: Scope) -> Mask:
        return self._scopes.recall(scope, lambda: seen(self._register, scope))

    def _namesakes(self, scope: Scope) -> Mask:
        return self._scopes.recall(
            ("namesakes", scope), lambda: self._register.namesakes(self._seen(scope))
        )

    def _place(self, client_id: str, mask: Mask) -> int | None:
        """Where a client stands among all; None where it may not be seen."""
        place = self._register.place(client_id)
        return place if place is not None and mask[place] else None

    def _found(self, wanted: Wanted, scope: Scope) -> _Found:
        def work() -> _Found:
            mask = asked(self._register, wanted, scope)
            profit, stake = (self._register.figures(name) for name in ("profit_365", "stake"))
            return _Found(
                mask=mask,
                total=int(np.count_nonzero(mask)),
                profit=float(np.nansum(profit[mask])),
                stake=float(np.nansum(stake[mask])),
            )

        return self._lists.recall((wanted.filters, scope), work)

    def _ordered(self, wanted: Wanted, scope: Scope, found: _Found) -> Places:
        """The places of a list's rows in its order."""
        order = (SORTED_BY[wanted.sort], wanted.descending)
        every = self._orders.recall(
            order, lambda: self._register.order(order[0], descending=order[1])
        )
        if found.total == len(every):
            return every
        return self._ordered_lists.recall(
            (order, wanted.filters, scope), lambda: every[found.mask[every]]
        )


def _places(mask: Mask) -> Places:
    return np.flatnonzero(mask).astype(np.int32)


def _industries(register: Register) -> dict[str, Industry]:
    """The figures of every industry; of its clients together, nobody's row."""
    coded = register.coded("industry")
    active = register.coded("status").equals("active")
    order = np.argsort(coded.codes, kind="stable")
    order = order[active[order]]
    ends = np.searchsorted(coded.codes[order], np.arange(len(coded.words) + 1))
    groups = [(w, order[a:b]) for w, a, b in zip(coded.words, ends, ends[1:], strict=False)]
    sales, profit, risk = map(register.figures, ("revenue_365", "profit_365", "p_churn"))
    return {
        word: Industry(
            clients=len(rows),
            sales=_middle(sales[rows]),
            profit=_middle(profit[rows]),
            risk=_middle(risk[rows]),
            sales_sum=float(np.nansum(sales[rows])),
        )
        for word, rows in groups
        if len(rows)
    }


def _middle(values: npt.NDArray[Any]) -> float:
    """The median of what is known, nothing where nothing is."""
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else 0.0


class Names(Mapping[str, str]):
    """Client id to what it is called, of those that may be seen.

    Parameters
    ----------
    roster
        Where they are looked up.
    scope
        Whose clients may be seen.
    """

    def __init__(self, roster: Roster, scope: Scope) -> None:
        self._roster, self._scope = roster, scope

    def __getitem__(self, client_id: str) -> str:
        return self._roster.names_of([client_id], self._scope)[client_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._roster.ids(self._scope).to_pylist())

    def __len__(self) -> int:
        return self._roster.page(Wanted(limit=1), self._scope).total
