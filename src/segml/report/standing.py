"""What a client is to us besides its tier, and what would move it: from the published tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from segml.report.outlook import OutlookAt, outlook_facts
from segml.report.records import Rows, of_client
from segml.report.table import Table, as_table
from segml.words.role import ROLES

TABLES = ("roles", "levers", "criteria", "outlook")
"""The published tables that this is read from."""
QUIET_SHOWN = 5
"""Magnets outside the key tiers that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleHeld:
    """One role of a client: what it was found by, and what a person said of it.

    `measures` maps each piece of evidence to its value and what it is held against (None where
    there is nothing); `is_declared` says that a person declared it, `note` why.
    """

    role: str
    measures: Mapping[str, tuple[float, float | None]]
    is_declared: bool
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverMoved:
    """One lever of a move: the feature it stands on, today's value, and what it has to reach."""

    lever: str
    feature: str
    value: float
    target: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move out of a client's tier: where to, and by which levers together."""

    to_tier: str
    levers: tuple[LeverMoved, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionTold:
    """What one criterion of a rule gives a client, of how much at most.

    `to_edge` is what its value lacks to the edge of the nearest tier; None where none gets there.
    """

    feature: str
    value: float
    points: float
    of_points: float
    to_edge: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingFacts:
    """A client's roles, and the least that would lift it or let it fall (None: nothing would).

    `criteria` are those of a rule, the weightiest first; empty where tiers are no rule.
    `outlook` is empty for a client that is not active, and where the run published none.
    """

    roles: tuple[RoleHeld, ...]
    up: Move | None
    down: Move | None
    criteria: tuple[CriterionTold, ...] = ()
    outlook: tuple[OutlookAt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleFacts:
    """All clients of a role: how many, their profit, and that of those they brought (weighted)."""

    role: str
    clients: int
    profit: float
    referral_profit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietMagnet:
    """A magnet outside the key tiers: its own profit, and that of the clients it brought."""

    client_id: str
    name: str
    tier: str
    profit: float
    brought_clients: int
    brought_profit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RolesFacts:
    """Roles of the whole portfolio; `by_role_alone` counts key clients outside the key tiers.

    Of `quiet_count` magnets outside these tiers the first are `quiet_magnets`.
    """

    roles: tuple[RoleFacts, ...]
    by_role_alone: int
    quiet_magnets: tuple[QuietMagnet, ...]
    quiet_count: int = 0


_MAGNETS = (("role", "=", "magnet"), ("source", "=", "found"))
_BROUGHT = (*_MAGNETS, ("measure", "=", "brought_profit_365"))


def standing_facts(
    tables: Mapping[str, pd.DataFrame | Rows | None], client_id: str
) -> StandingFacts | None:
    """The roles, moves and criteria of one client, and what lies ahead of it.

    Parameters
    ----------
    tables
        Those of `TABLES` that the run published.
    client_id
        Whose.

    Returns
    -------
    StandingFacts
        None without roles and levers.
    """
    roles, levers = (of_client(tables.get(name), client_id) for name in ("roles", "levers"))
    if roles is None or levers is None:
        return None
    held = {name: [row for row in roles if row["role"] == name] for name in ROLES}
    moves = sorted(levers, key=lambda row: row["rank"])
    return StandingFacts(
        roles=tuple(_role(name, rows) for name, rows in held.items() if rows),
        up=_move([row for row in moves if row["direction"] == "up"]),
        down=_move([row for row in moves if row["direction"] == "down"]),
        criteria=_criteria(tables.get("criteria"), client_id),
        outlook=outlook_facts(tables.get("outlook"), client_id),
    )


def roles_facts(
    scores: pd.DataFrame | Table, roles: pd.DataFrame | Table | None, names: Mapping[str, str]
) -> RolesFacts | None:
    """The roles of a portfolio; None for a run that published none, or where nobody holds one.

    Parameters
    ----------
    scores
        One row a client.
    roles
        The published table, or None.
    names
        Each client's name by id.
    """
    if roles is None or not as_table(roles).count():
        return None
    asked = as_table(scores)
    groups = asked.groups(("roles",), ("profit_365", "referral_profit_365"))
    held = {name: [row for row in groups if name in row["roles"].split(",")] for name in ROLES}
    ranks = asked.groups(("tier_rank", "is_key"), ())
    plain = {row["tier_rank"] for row in ranks if not row["is_key"]}
    outside = ("tier_rank", "in", sorted(plain))
    magnets = ("roles", "in", [row["roles"] for row in held["magnet"]])
    quiet = asked.rows(outside, magnets, columns=("client_id", "tier", "profit_365"))
    return RolesFacts(
        roles=tuple(
            RoleFacts(
                role=name,
                clients=sum(row["count"] for row in rows),
                profit=math.fsum(row["profit_365"] for row in rows),
                referral_profit=math.fsum(row["referral_profit_365"] for row in rows),
            )
            for name, rows in held.items()
            if rows
        ),
        by_role_alone=asked.count(outside, ("is_key", "=", True)),
        quiet_magnets=_quiet(quiet, as_table(roles), names),
        quiet_count=as_table(roles).count(
            *_BROUGHT, ("client_id", "in", [row["client_id"] for row in quiet])
        ),
    )


def _quiet(magnets: Rows, roles: Table, names: Mapping[str, str]) -> tuple[QuietMagnet, ...]:
    known = {row["client_id"]: row for row in magnets}
    first = roles.rows(
        *_BROUGHT,
        ("client_id", "in", list(known)),
        order=(("value", True), ("client_id", False)),
        most=QUIET_SHOWN,
        columns=("client_id", "value"),
    )
    ids = ("client_id", "in", [row["client_id"] for row in first])
    counted = roles.rows(*_MAGNETS, ("measure", "=", "referred_clients"), ids)
    brought = {row["client_id"]: int(row["value"]) for row in counted}
    return tuple(
        QuietMagnet(
            client_id=row["client_id"],
            name=names.get(row["client_id"], row["client_id"]),
            tier=known[row["client_id"]]["tier"],
            profit=known[row["client_id"]]["profit_365"],
            brought_clients=brought[row["client_id"]],
            brought_profit=row["value"],
        )
        for row in first
        if row["client_id"] in brought
    )


def _role(name: str, rows: Rows) -> RoleHeld:
    told = sorted(rows, key=lambda row: row["rank"])
    declared = [row for row in told if row["source"] == "declared"]
    return RoleHeld(
        role=name,
        measures={
            row["measure"]: (row["value"], row["reference"])
            for row in told
            if row["source"] == "found"
        },
        is_declared=bool(declared),
        note=next((row["note"] for row in declared if row["note"]), None),
    )


def _move(told: Rows) -> Move | None:
    if not told:
        return None
    return Move(
        to_tier=told[0]["to_tier"],
        levers=tuple(
            LeverMoved(**{name: row[name] for name in ("lever", "feature", "value", "target")})
            for row in told
        ),
    )


def _criteria(table: pd.DataFrame | Rows | None, client_id: str) -> tuple[CriterionTold, ...]:
    mine = of_client(table, client_id) or []
    ordered = sorted(mine, key=lambda row: (-row["of_points"], row["feature"]))
    names = ("feature", "value", "points", "of_points", "to_edge")
    return tuple(CriterionTold(**{name: row[name] for name in names}) for row in ordered)
