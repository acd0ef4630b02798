"""Whom each company event reached, and what else reached the same clients at the time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segml.losses.exposed_months import numbers_of
from segml.losses.history import Days, Numbers
from segml.losses.impact_contrast import Flags

EXPOSED, SPARED = 0.1, 0.02
"""Shares of what a client buys: from the one on it was exposed, up to the other it is compared."""
MIXED = ("category", "product")
"""Scopes that reach a client by a share of what it buys; others reach it whole or not at all."""
NEAR_BEFORE, NEAR_AFTER = 182, 273
"""Days before and after an event in which another one may have moved what is compared: what comes
within the watch, and what came within the half year before it and is still felt."""
SAME = 0.5
"""From this correlation of who was exposed on, two events cannot be told apart."""
NOTED, MOST = 0.03, 12
"""Other things that events were about are covariates from this correlation on, so many at most."""
ROUND_DAYS = 31
"""Price changes so near to each other are of one round."""
SMALLER = 0.5
"""A price change of less than this part of another's size is not taken for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Events of one kind and day about one thing; those about products of one day are one.

    Parameters
    ----------
    event_ids
        Sorted.
    kind, day, scope, values, magnitude
        As in the ledger; `values` are the scope's, sorted; a magnitude of 0 where none is told.
    """

    event_ids: tuple[str, ...]
    kind: str
    day: int
    scope: str
    values: tuple[str, ...]
    magnitude: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reach:
    """How much of each client every happening touched.

    Parameters
    ----------
    happenings
        By day, then kind and scope.
    borders, rows, shares
        Happening h touched clients `rows[borders[h]:borders[h + 1]]` by these shares, in (0, 1].
    clients
        How many there are.
    """

    happenings: tuple[Happening, ...]
    borders: Days
    rows: Days
    shares: Numbers
    clients: int

    def dose(self, number: int) -> Numbers:
        """(c,) the share of what each client bought that a happening touched."""
        part = slice(self.borders[number], self.borders[number + 1])
        found = np.bincount(self.rows[part], self.shares[part], self.clients)
        return np.asarray(np.minimum(found, 1.0), dtype=np.float64)

    def near(self, number: int) -> Iterator[int]:
        """Other happenings at the time of one, whatever they were."""
        own = self.happenings[number]
        for other, each in enumerate(self.happenings):
            if other != number and -NEAR_BEFORE <= each.day - own.day < NEAR_AFTER:
                yield other

    def also_raised(self, number: int) -> Flags:
        """(c,) whom another price change of the round reached that is not much smaller than one.

        Price lists are changed in rounds: who is spared by one change and reached by another is no
        client without a rise.
        """
        own, raised = self.happenings[number], np.zeros(self.clients, dtype=bool)
        for other in self.near(number) if own.kind == "price_change" else ():
            each = self.happenings[other]
            is_of_round = each.kind == own.kind and abs(each.day - own.day) <= ROUND_DAYS
            if is_of_round and not _is_minor(each, own):
                raised |= self.dose(other) >= EXPOSED
        return raised


def reach_of(events: pd.DataFrame, touched: pd.DataFrame, clients: Sequence[str]) -> Reach:
    """Whom the events reached.

    Parameters
    ----------
    events
        As `Past.company_events` has them.
    touched
        As `Past.events` has them of the clients.
    clients
        Ids, sorted.
    """
    happenings = _happenings(events)
    place = {each: number for number, of in enumerate(happenings) for each in of.event_ids}
    number = touched["event_id"].map(place).to_numpy(dtype=np.int64)
    rows = pd.Index(clients).get_indexer(pd.Index(touched["client_id"]))
    by_mix = touched["scope"].isin(MIXED).to_numpy()
    shares = np.where(by_mix, np.nan_to_num(numbers_of(touched["share"])), 1.0)
    kept = np.flatnonzero((rows >= 0) & (shares > 0))
    # equal sums whatever the order of the rows
    kept = kept[np.lexsort((shares[kept], rows[kept], number[kept]))]
    return Reach(
        happenings=happenings,
        borders=np.searchsorted(number[kept], np.arange(len(happenings) + 1)),
        rows=rows[kept],
        shares=shares[kept],
        clients=len(clients),
    )


def _happenings(events: pd.DataFrame) -> tuple[Happening, ...]:
    """The happenings that the events are."""
    found: dict[tuple[int, str, str, str, float], list[tuple[str, str]]] = {}
    told = events.assign(
        scope_value=events["scope_value"].astype(object).where(events["scope_value"].notna(), ""),
        size=numbers_of(events["magnitude"]),
    )
    names = ("event_id", "kind", "day", "scope", "scope_value", "size")
    for event_id, kind, day, scope, value, size in zip(*(told[n] for n in names), strict=True):
        apart = "" if scope == "product" else str(value)
        # a magnitude that is missing equals itself here, as NaN does not
        key = (int(day), str(kind), str(scope), apart, float(np.nan_to_num(size)))
        found.setdefault(key, []).append((str(event_id), str(value)))
    return tuple(
        Happening(
            event_ids=tuple(sorted(each for each, _ in members)),
            kind=kind,
            day=day,
            scope=scope,
            values=tuple(sorted({value for _, value in members})),
            magnitude=size,
        )
        for (day, kind, scope, _, size), members in sorted(found.items())
    )


def beside(reach: Reach, number: int, among: Flags) -> tuple[int | None, list[int]]:
    """What else reached the clients of a happening at the time.

    Parameters
    ----------
    reach
        Of all happenings.
    number
        The happening.
    among
        (c,) the clients that are looked at.

    Returns
    -------
    tuple
        The happening that reached the same clients, so that the two cannot be told apart (the
        nearest in whom it reached; None where there is none), and all others.
    """
    own = reach.happenings[number]
    exposed = reach.dose(number)[among] >= EXPOSED
    alike: dict[int, float] = {}
    others = []
    for other in reach.near(number):
        agreement = _correlation(exposed, reach.dose(other)[among] >= EXPOSED)
        if agreement < SAME:
            others.append(other)
        elif not _is_minor(reach.happenings[other], own):
            alike[other] = agreement
    same = max(alike, key=lambda each: (alike[each], -each)) if alike else None
    return same, others


def _is_minor(other: Happening, own: Happening) -> bool:
    """Whether another price change is much smaller than an event that is one, too."""
    both = other.kind == own.kind == "price_change"
    return both and abs(other.magnitude) < SMALLER * abs(own.magnitude)


def _correlation(one: Numbers | Flags, other: Numbers | Flags) -> float:
    """Pearson's; 0 where one does not vary."""
    one, other = one - one.mean(), other - other.mean()
    spread = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / spread if spread > 0 else 0.0


def company(
    reach: Reach, others: Sequence[int], own: Happening, exposed: Flags, among: Flags
) -> tuple[list[Numbers], Flags]:
    """What the others did to the same clients, as covariates; and whom to leave out.

    Parameters
    ----------
    reach, others
        Of which happenings; those that cannot be told apart from the own one are not among them.
    own
        The happening whose effect is asked for.
    exposed, among
        (c,) who it reached, and who is looked at.

    Returns
    -------
    tuple
        (c,) doses, one a thing that events were about, of the most alike first; and (c,) clients
        whom another event of the same whole scope reached: no calm comparison.
    """
    doses: dict[tuple[str, tuple[str, ...]], Numbers] = {}
    reached = np.zeros(reach.clients, dtype=bool)
    for other in others:
        each = reach.happenings[other]
        if each.scope == own.scope and each.scope not in MIXED:
            reached |= reach.dose(other) > 0
        elif each.scope in MIXED:
            doses.setdefault((each.scope, each.values), reach.dose(other))
        elif each.scope == "manager":
            before = doses.get((each.scope, ()), np.zeros(reach.clients))
            doses[each.scope, ()] = before + reach.dose(other)
    told = {key: abs(_correlation(exposed[among], dose[among])) for key, dose in doses.items()}
    chosen = sorted((key for key in told if told[key] > NOTED), key=lambda key: (-told[key], key))
    return [doses[key] for key in chosen[:MOST]], reached


def groups(values: pd.Series, exposed: Flags, among: Flags) -> tuple[list[Numbers], Flags]:
    """Indicators of a column's values, and which clients have one that both sides have.

    Parameters
    ----------
    values
        (c,) text or missing, which is a value like any other.
    exposed, among
        (c,) who was exposed; who is looked at, exposed or compared.
    """
    codes, found = pd.factorize(values.astype(object).where(values.notna(), ""), sort=True)
    both = np.bincount(codes[among & exposed], minlength=len(found)) > 0
    both &= np.bincount(codes[among & ~exposed], minlength=len(found)) > 0
    return [np.asarray(codes == code, dtype=np.float64) for code in np.flatnonzero(both)], both[
        codes
    ]
