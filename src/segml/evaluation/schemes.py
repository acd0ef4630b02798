"""The tier schemes beside each other on one portfolio: which holds, which parts, which moves.

For each scheme, and for `clusters` each number of tiers:

- *stability*: clients are drawn anew with replacement and the scheme is fitted on them. `kept` is
  the share of clients that keep their tier, `rand` the adjusted Rand index of both (Hubert, Arabie
  1985, Comparing partitions, Journal of Classification 2), both means over the redraws;
- *separation*: the mean silhouette (Rousseeuw 1987, Silhouettes, Journal of Computational and
  Applied Mathematics 20) of a sample, in the coordinates that the scheme reads;
- *concentration*: the shares of clients and of profit that each tier holds;
- *movement*: the share of active clients that change tier from one month start to the next,
  hysteresis included; `calm_moves` is that of clients whose value of a year hardly changed;
- *agreement*: the adjusted Rand index with every other scheme;
- `fidelity`: how many clients it had not seen a forest gives their own tier (`TierSurrogate`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import adjusted_rand_score, silhouette_score

from segml.features import Snapshot
from segml.tiers import NUMBERS, SEPARATED_ON, TierModel, fit_surrogate, fit_tiers
from segml.words.errors import DataRefused
from segml.words.plan import TierPlan, tiers_in

REDRAWS = 5
DRAWN_FROM = 20_000
"""Clients, at most, that are drawn anew: of more, redraws agree rather better."""
CALM = 0.05
"""A client is calm whose value of a year changed by at most so much of itself in the month."""
RULES: tuple[Literal["profitability", "levels", "strategic"], ...] = (
    "profitability",
    "levels",
    "strategic",
)
SCHEMES = (
    *("scheme", "number", "kept", "rand", "separation", "moves", "calm_moves"),
    *("top_clients", "top_profit", "fidelity", "note"),
)
TIERS = ("scheme", "tier_rank", "tier", "clients", "share_clients", "share_profit")
AGREEMENT = ("scheme", "other", "rand")


@dataclass(frozen=True, kw_only=True, eq=False)
class SchemeComparison:
    """The schemes beside each other.

    Parameters
    ----------
    schemes
        One row a scheme, columns `SCHEMES`; figures are NaN where it cannot be made, and `note`
        says why, or what its fit left out.
    tiers
        One row a scheme and tier, top first, columns `TIERS`.
    agreement
        One row a pair of schemes, columns `AGREEMENT`.
    """

    schemes: pd.DataFrame
    tiers: pd.DataFrame
    agreement: pd.DataFrame


def plans_to_compare(plan: TierPlan) -> dict[str, TierPlan]:
    """Every scheme by the name it is shown under, clusters by their number.

    Parameters
    ----------
    plan
        The portfolio's own: its bands of `strategic` are used.
    """
    clusters = {f"clusters {number}": TierPlan(number=number) for number in NUMBERS}
    rules: dict[str, TierPlan] = {
        name: TierPlan(scheme=name, number=tiers_in(name)) for name in RULES
    }
    rules["strategic"] = replace(rules["strategic"], bands=plan.bands)
    return {**clusters, **rules}


def compare_schemes(
    months: Sequence[Snapshot], plans: Mapping[str, TierPlan], *, seed: int = 0
) -> SchemeComparison:
    """The schemes of one portfolio beside each other.

    Parameters
    ----------
    months
        Snapshots of at least two dates, earliest first; the schemes are fitted on the last.
    plans
        What is compared, by name.
    seed
        Of fits, redraws and samples; the same gives the same figures.

    Raises
    ------
    ValueError
        If there are fewer than two dates.
    """
    if len(months) < 2:
        raise ValueError("movement needs two dates at least")
    now = months[-1]
    bought = now.status.ne("prospect").to_numpy(bool)
    labels: dict[str, npt.NDArray[np.int64]] = {}
    rows: list[dict[str, object]] = []
    tiers: list[dict[str, object]] = []
    for name, plan in plans.items():
        try:
            model = fit_tiers(now.frame, now.status, plan=plan, seed=seed)
        except DataRefused as refusal:
            rows.append({"scheme": name, "note": refusal.found})
            continue
        found = model.assign(now.frame)["tier_rank"].to_numpy(np.int64)[bought]
        labels[name] = found
        shares = _shares(name, model, found, now.money["profit_365"].to_numpy(np.float64)[bought])
        tiers += shares
        kept, rand = _redrawn(now, plan, found, bought, seed)
        moves, calm = _moves(model, months)
        rows.append(
            {
                "scheme": name,
                "number": len(model.names),
                "kept": kept,
                "rand": rand,
                "separation": _separation(model, now.frame.loc[bought], found, seed),
                "moves": moves,
                "calm_moves": calm,
                "top_clients": shares[0]["share_clients"],
                "top_profit": shares[0]["share_profit"],
                "fidelity": _fidelity(model, now, seed),
                "note": "; ".join(model.notes),
            }
        )
    return SchemeComparison(
        schemes=pd.DataFrame(rows, columns=list(SCHEMES)).astype({"number": "Int64"}),
        tiers=pd.DataFrame(tiers, columns=list(TIERS)),
        agreement=pd.DataFrame(
            [
                (one, other, float(adjusted_rand_score(labels[one], labels[other])))
                for one, other in combinations(labels, 2)
            ],
            columns=list(AGREEMENT),
        ),
    )


def _shares(
    name: str, model: TierModel, found: npt.NDArray[np.int64], profit: npt.NDArray[np.float64]
) -> list[dict[str, object]]:
    whole = float(profit.sum())
    return [
        {
            "scheme": name,
            "tier_rank": rank,
            "tier": tier,
            "clients": int((found == rank).sum()),
            "share_clients": float((found == rank).mean()),
            "share_profit": float(profit[found == rank].sum()) / whole if whole > 0 else np.nan,
        }
        for rank, tier in enumerate(model.names, start=1)
    ]


def _redrawn(
    now: Snapshot,
    plan: TierPlan,
    found: npt.NDArray[np.int64],
    bought: npt.NDArray[np.bool_],
    seed: int,
) -> tuple[float, float]:
    """The share of clients whose tier a fit on redrawn clients keeps, and the adjusted Rand."""
    rng = np.random.default_rng(seed)
    frame, status = now.frame.loc[bought], now.status.loc[bought]
    some = np.arange(len(frame))
    if len(some) > DRAWN_FROM:
        some = np.sort(rng.choice(len(frame), DRAWN_FROM, replace=False))
    kept, rand = [], []
    for _ in range(REDRAWS):
        rows = some[rng.integers(0, len(some), len(some))]
        names = pd.Index([f"{place:09}" for place in range(len(rows))], name="client_id")
        try:
            again = fit_tiers(
                frame.iloc[rows].set_axis(names),
                status.iloc[rows].set_axis(names),
                plan=plan,
                seed=seed,
            )
        except DataRefused:  # what was drawn can carry no tiers
            kept.append(0.0)
            rand.append(0.0)
            continue
        other = again.assign(frame.iloc[some])["tier_rank"].to_numpy(np.int64)
        kept.append(float((other == found[some]).mean()))
        rand.append(float(adjusted_rand_score(found[some], other)))
    return float(np.mean(kept)), float(np.mean(rand))


def _separation(
    model: TierModel, frame: pd.DataFrame, found: npt.NDArray[np.int64], seed: int
) -> float:
    """The mean silhouette of a sample; NaN where it holds one tier alone."""
    some = np.arange(len(frame))
    if len(some) > SEPARATED_ON:
        drawn = np.random.default_rng(seed).choice(len(frame), SEPARATED_ON, replace=False)
        some = np.sort(drawn)
    labels = found[some]
    if not 1 < len(np.unique(labels)) < len(labels):
        return float("nan")
    seen = model.estimator.transform(model.values(frame.iloc[some]).to_numpy(np.float64))
    return float(silhouette_score(seen, labels))


def _fidelity(model: TierModel, now: Snapshot, seed: int) -> float:
    """The hold-out fidelity of the second view; NaN where a tier has too few clients."""
    try:
        return fit_surrogate(model, now.frame, now.status, seed=seed).fidelity
    except DataRefused:
        return float("nan")


def _moves(model: TierModel, months: Sequence[Snapshot]) -> tuple[float, float]:
    """The share of active clients that change tier in a month, of all and of calm ones."""
    held, moved, calm = None, [], []
    for before, now in pairwise(months):
        held = model.assign(before.frame, held)["tier"]
        active = before.frame.index[before.status.eq("active")].intersection(now.frame.index)
        later = model.assign(now.frame, held)["tier"].loc[active]
        changed = later.ne(held.loc[active]).to_numpy(bool)
        then, today = (
            one.money["value_365"].loc[active].to_numpy(np.float64) for one in (before, now)
        )
        is_calm = np.abs(today - then) <= CALM * np.abs(then)
        moved.append(changed.mean() if len(changed) else np.nan)
        calm.append(changed[is_calm].mean() if is_calm.any() else np.nan)
    return _mean(moved), _mean(calm)


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")
