"""What a client is to us besides its tier, and what would move it: from the published tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from segml.report.outlook import OutlookAt, outlook_facts
from segml.report.records import records
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
    """Roles of the whole portfolio; `by_role_alone` counts key clients outside the key tiers."""

    roles: tuple[RoleFacts, ...]
    by_role_alone: int
    quiet_magnets: tuple[QuietMagnet, ...]


def standing_facts(
    tables: Mapping[str, pd.DataFrame | None], client_id: str
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
    roles, levers = tables.get("roles"), tables.get("levers")
    if roles is None or levers is None:
        return None
    mine = roles[roles["client_id"].eq(client_id)]
    moves = levers[levers["client_id"].eq(client_id)].sort_values("rank")
    return StandingFacts(
        roles=tuple(
            _role(name, mine[mine["role"].eq(name)]) for name in ROLES if name in {*mine["role"]}
        ),
        up=_move(moves[moves["direction"].eq("up")]),
        down=_move(moves[moves["direction"].eq("down")]),
        criteria=_criteria(tables.get("criteria"), client_id),
        outlook=outlook_facts(tables.get("outlook"), client_id),
    )


def roles_facts(
    scores: pd.DataFrame, roles: pd.DataFrame | None, names: Mapping[str, str]
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
    if roles is None or roles.empty:
        return None
    held = {name: scores[_holds(scores["roles"], name)] for name in ROLES}
    key_tiers = {rank for rank, rows in scores.groupby("tier_rank") if bool(rows["is_key"].all())}
    outside = ~scores["tier_rank"].isin(key_tiers)
    return RolesFacts(
        roles=tuple(
            RoleFacts(
                role=name,
                clients=len(rows),
                profit=float(rows["profit_365"].sum()),
                referral_profit=float(rows["referral_profit_365"].sum()),
            )
            for name, rows in held.items()
            if len(rows)
        ),
        by_role_alone=int((scores["is_key"] & outside).sum()),
        quiet_magnets=_quiet(scores[outside & _holds(scores["roles"], "magnet")], roles, names),
    )


def _holds(roles: pd.Series, name: str) -> pd.Series:
    """Whether each client's roles, with commas between them, hold one."""
    return roles.str.contains(rf"(?:^|,){name}(?:,|$)")


def _quiet(
    magnets: pd.DataFrame, roles: pd.DataFrame, names: Mapping[str, str]
) -> tuple[QuietMagnet, ...]:
    told = roles[roles["role"].eq("magnet") & roles["source"].eq("found")]
    brought = told.pivot_table(
        index="client_id", columns="measure", values="value", aggfunc="first"
    )
    if brought.empty:
        return ()
    counted = brought[["brought_profit_365", "referred_clients"]]
    rows = magnets.join(counted, on="client_id", how="inner").reset_index(drop=True)
    rows = rows.sort_values(["brought_profit_365", "client_id"], ascending=[False, True])
    return tuple(
        QuietMagnet(
            client_id=row["client_id"],
            name=names.get(row["client_id"], row["client_id"]),
            tier=row["tier"],
            profit=row["profit_365"],
            brought_clients=int(row["referred_clients"]),
            brought_profit=row["brought_profit_365"],
        )
        for row in records(rows.head(QUIET_SHOWN))
    )


def _role(name: str, rows: pd.DataFrame) -> RoleHeld:
    told = records(rows.sort_values("rank"))
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


def _move(rows: pd.DataFrame) -> Move | None:
    told = records(rows)
    if not told:
        return None
    return Move(
        to_tier=told[0]["to_tier"],
        levers=tuple(
            LeverMoved(**{name: row[name] for name in ("lever", "feature", "value", "target")})
            for row in told
        ),
    )


def _criteria(table: pd.DataFrame | None, client_id: str) -> tuple[CriterionTold, ...]:
    if table is None:
        return ()
    mine = table[table["client_id"].eq(client_id)]
    ordered = mine.sort_values(["of_points", "feature"], ascending=[False, True])
    names = ("feature", "value", "points", "of_points", "to_edge")
    return tuple(CriterionTold(**{name: row[name] for name in names}) for row in records(ordered))
