"""Who holds what role on a date, and who is a key client: one definition for scores and losses."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from segml.bundle import Bundle
from segml.features import Snapshot
from segml.scoring.parts import Values
from segml.tiers import Portfolio, Roles, find_roles
from segml.words.role import ROLES

YEAR = 365


def roles_of(
    bundle: Bundle,
    now: Snapshot,
    tier_rank: pd.Series,
    *,
    expected: Values | None = None,
    names: Collection[str] = ROLES,
) -> Roles:
    """The roles of every client of a snapshot.

    Parameters
    ----------
    bundle
        The trained value; it expects the profit that a rising client is known by.
    now
        The clients, with all their features.
    tier_rank
        The rank of each client's tier, 1 = top, same index.
    expected
        Shape (n,), profit expected over the bundle's potential horizon, where it is known already;
        None: predicted, if a role that is looked for needs it.
    names
        The roles that are looked for.
    """
    plan = bundle.plan
    if expected is None and "rising" in names:
        expected = bundle.potential.expected(bundle.encoder.matrix(now.frame))
    yearly = pd.Series(expected, index=now.frame.index, dtype="float64")
    known = Portfolio(
        frame=now.frame,
        money=now.money,
        status=now.status,
        in_key_tier=tier_rank.isin(plan.tiers.key),
        expected=yearly * (YEAR / plan.potential.horizon_days),
        referral_weight=plan.economics.referral_weight,
    )
    return find_roles(known, now.clients[["role", "role_note"]], names=names)


def is_key(bundle: Bundle, tier_rank: pd.Series, roles: Roles) -> pd.Series:
    """Whether each client is a key client: by its tier, or by one of its roles.

    Parameters
    ----------
    bundle
        Its plan names the key ranks and the key roles.
    tier_rank
        The rank of each client's tier, 1 = top.
    roles
        Their roles, of the same index.
    """
    plan = bundle.plan.tiers
    return (tier_rank.isin(plan.key) | roles.any_of(plan.key_roles)).rename("is_key")


def key_at(bundle: Bundle, now: Snapshot, tier_rank: pd.Series) -> pd.Series:
    """The same for a snapshot of which nothing else is asked: only the key roles are looked for.

    Parameters
    ----------
    bundle, tier_rank
        As for `is_key`.
    now
        The clients, with all their features.
    """
    names = bundle.plan.tiers.key_roles
    return is_key(bundle, tier_rank, roles_of(bundle, now, tier_rank, names=names))
