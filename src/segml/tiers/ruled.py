"""Rule tiers fitted on one snapshot: which criteria the ledger carries, and what is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from segml.tiers.criteria import RuleCriterion
from segml.tiers.model import TierModel
from segml.tiers.rules import RuleTiers
from segml.tiers.scheme import RULE_SCHEMES, TierEstimator
from segml.tiers.strategic import EXPECTED_CLIENTS, EXPECTED_PROFIT, StrategicTiers
from segml.tiers.value_space import PROFIT, ValueSpace
from segml.words.errors import DataRefused
from segml.words.plan import TierPlan

_KNOWN_ENOUGH = 0.5


def fit_rule(frame: pd.DataFrame, status: pd.Series, *, plan: TierPlan) -> TierModel:
    """The tiers of a rule scheme, learnt from a portfolio's active clients.

    What a rule holds against the portfolio (a vip's profit, typical care, the expected shares) is
    meant of the clients one has: lapsed clients and prospects are placed by the same rule. With
    too few active clients for it, all that have bought shape it.

    Parameters
    ----------
    frame
        One row a client, feature columns.
    status
        `active`, `lapsed` or `prospect` by client id.
    plan
        The scheme, and the spend bands of `strategic`.

    Raises
    ------
    DataRefused
        If tiers have to be a ranking and fewer than two clients differ in profit.
    """
    known = status.reindex(frame.index)
    shaping = frame.loc[(known == "active").to_numpy(bool)]
    scheme = RULE_SCHEMES[plan.scheme]
    if len(shaping) < scheme().min_per_tier * len(scheme.tier_names):
        shaping = frame.loc[(known != "prospect").to_numpy(bool)]
    space = rule_space(shaping, scheme.criteria)
    estimator = scheme(columns=space.columns)
    if isinstance(estimator, StrategicTiers):
        estimator.set_params(bands=plan.bands)
    values = space.values(shaping).to_numpy(np.float64)
    try:
        estimator.fit(values)
    except ValueError as cause:
        raise DataRefused(
            f"tiers cannot be made of {len(shaping)} clients: {cause}",
            allowed="at least two clients with different profit and finite features",
            next_step="widen the ledger's dates or the `where` of `ledger.transactions`",
        ) from cause
    said = [estimator.order_note_, *space.notes, *_constant(estimator, space)]
    if isinstance(estimator, StrategicTiers):
        said += expected_against_found(estimator.names_, estimator.labels_, values[:, 0])
    notes = tuple(note for note in said if note)
    return TierModel(estimator, space, estimator.names_, notes)


def rule_space(frame: pd.DataFrame, criteria: Sequence[RuleCriterion]) -> ValueSpace:
    """The columns of a rule that this frame carries, profit first, and what fills their gaps.

    Parameters
    ----------
    frame
        One row a training client, feature columns.
    criteria
        The scheme's; the first feature of each that the frame has is read. One whose gaps are
        filled by the median must be known for half of the clients.
    """
    chosen: dict[str, float] = {PROFIT: 0.0}
    notes = []
    for line in criteria:
        name = next((name for name in line.features if _readable(name, line, frame)), None)
        if name is None:
            listed = " or ".join(f"`{feature}`" for feature in line.features)
            notes.append(f"the rule does without {listed}: the ledger does not tell it")
        elif name != PROFIT:
            chosen[name] = float(frame[name].median()) if line.fill is None else line.fill
    weights = {name: line.weight for line in criteria for name in line.features}
    return ValueSpace(
        columns=tuple(chosen),
        fills=tuple(chosen.values()),
        weights=tuple(weights.get(name, 0.0) for name in chosen),
        notes=tuple(notes),
    )


def expected_against_found(
    names: Sequence[str], labels: np.ndarray, profit: np.ndarray
) -> tuple[str, ...]:
    """What `strategic` expects of each tier's share of clients and profit, and what was found.

    Parameters
    ----------
    names
        The tiers, top first.
    labels, profit
        Shape (n,), each client's tier and its profit of 365 days.

    Examples
    --------
    >>> expected_against_found(("vip", "small"), np.array([0, 1, 1, 1]), np.array([6.0, 2, 1, 1]))
    ... # doctest: +NORMALIZE_WHITESPACE
    ('vip: 25 % of the clients (5 to 10 expected), 60 % of the profit (50 or more expected)',
     'potential or small: 75 % of the clients (20 to 30 expected), 40 % of the profit')
    """
    total = float(profit.sum())
    said = []
    for tiers, clients in EXPECTED_CLIENTS.items():
        places = [names.index(name) for name in tiers if name in names]
        if not places:
            continue
        inside = np.isin(labels, places)
        share = f"{100 * inside.mean():.0f} % of the clients ({_range(clients)} expected)"
        text = f"{' or '.join(tiers)}: {share}"
        if total > 0:
            text += f", {100 * float(profit[inside].sum()) / total:.0f} % of the profit"
            if tiers in EXPECTED_PROFIT:
                text += f" ({_range(EXPECTED_PROFIT[tiers])} expected)"
        said.append(text)
    return tuple(said)


def expected_shares(estimator: TierEstimator) -> list[dict[str, Any]]:
    """The ranges that a fitted scheme expects of its tiers' shares; empty where it expects none.

    Parameters
    ----------
    estimator
        Of any scheme; a ranking under the names of `strategic` expects nothing.

    Returns
    -------
    list of dict
        Top first: `tiers` (several are taken together), the lowest and highest share of `clients`
        and of `profit` (None where the scheme says nothing of it).
    """
    if not isinstance(estimator, StrategicTiers) or estimator.ranking_:
        return []
    return [
        {
            "tiers": list(tiers),
            "clients": list(clients),
            "profit": list(EXPECTED_PROFIT[tiers]) if tiers in EXPECTED_PROFIT else None,
        }
        for tiers, clients in EXPECTED_CLIENTS.items()
    ]


def _range(share: tuple[float, float]) -> str:
    low, high = (100 * end for end in share)
    return f"{low:.0f} or more" if high >= 100 else f"{low:.0f} to {high:.0f}"


def _readable(name: str, line: RuleCriterion, frame: pd.DataFrame) -> bool:
    if name not in frame.columns:
        return False
    known = float(frame[name].notna().mean()) if len(frame) else 0.0
    return known > 0 and (line.fill is not None or known >= _KNOWN_ENOUGH)


def _constant(estimator: RuleTiers, space: ValueSpace) -> tuple[str, ...]:
    """The criteria that stand for nothing, since all clients are alike in them."""
    if estimator.ranking_:
        return ()
    alike = [
        f"`{name}`"
        for name, weight, criterion in zip(
            space.columns, space.weights, estimator.rule_.criteria, strict=True
        )
        if weight > 0 and criterion is None
    ]
    return (f"the rule does without {', '.join(alike)}: the same for all clients",) if alike else ()
