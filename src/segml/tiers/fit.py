"""Tiers learnt from one snapshot's clients, named after the last version's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.tiers.clusters import ClusterTiers
from segml.tiers.matching import default_names, match_tiers
from segml.tiers.model import TierModel
from segml.tiers.number import TriedNumber, none_holds, try_numbers, unsteady
from segml.tiers.ruled import fit_rule
from segml.tiers.scheme import RULE_SCHEMES
from segml.tiers.stability import shaky
from segml.tiers.value_space import learn_value_space
from segml.words.errors import DataRefused
from segml.words.plan import TierPlan, tiers_in

Array = npt.NDArray[np.float64]


def fit_tiers(
    frame: pd.DataFrame,
    status: pd.Series,
    *,
    plan: TierPlan,
    seed: int = 0,
    previous: TierModel | None = None,
) -> TierModel:
    """The tiers of a portfolio, learnt from its active and lapsed clients.

    Prospects have no value yet: they are placed by the same rule and shape nothing. Where few
    clients make clusters that do not come back when the clients are drawn anew, the tiers are a
    ranking by profit. Asked for as many tiers as the clients carry (`number: auto`) it tries some
    numbers (see `try_numbers`); where none holds, the tiers are a ranking too.

    A rule scheme has names of its own (see `fit_rule`).

    Parameters
    ----------
    frame
        One row a client, feature columns.
    status
        `active`, `lapsed` or `prospect` by client id.
    plan
        The scheme, and how many tiers.
    seed
        Of k-means.
    previous
        The last version, whose tiers' names are kept where a tier continues.

    Raises
    ------
    DataRefused
        If fewer than two clients differ in profit.
    """
    if plan.scheme in RULE_SCHEMES:
        return fit_rule(frame, status, plan=plan)
    buyers = frame.loc[(status.reindex(frame.index) != "prospect").to_numpy(bool)]
    space = learn_value_space(buyers)
    estimator = ClusterTiers(weights=space.weights, ending_columns=space.ending, random_state=seed)
    values = space.values(buyers).to_numpy(np.float64)
    try:
        tried = _clustered(estimator, values, plan=plan, seed=seed)
    except ValueError as cause:
        raise DataRefused(
            f"tiers cannot be made of {len(buyers)} clients: {cause}",
            allowed="at least two clients with different profit and finite features",
            next_step="widen the ledger's dates or the `where` of `ledger.transactions`",
        ) from cause
    said = "" if tried else unsteady(estimator, values, seed=seed)
    notes = tuple(note for note in (estimator.order_note_, said, *space.notes) if note)
    names = default_names(estimator.n_tiers_)
    model = TierModel(estimator, space, names, notes, tried)
    if previous is None or not isinstance(previous.estimator, ClusterTiers):
        return model  # the names of a rule's tiers are the rule's
    return TierModel(estimator, space, _continued(model, previous, buyers), notes, tried)


def _clustered(
    estimator: ClusterTiers, values: Array, *, plan: TierPlan, seed: int
) -> tuple[TriedNumber, ...]:
    """Fit the estimator on the plan's number of tiers; what was tried, if it was to be found."""
    if plan.number != "auto":
        estimator.set_params(n_tiers=plan.number).fit(values)
        because = shaky(estimator, values, seed=seed)
        if because:
            estimator.fit_ranking(values, because)
        return ()
    tried = try_numbers(estimator, values, seed=seed)
    chosen = next((one.number for one in tried if one.chosen), None)
    if chosen is None:
        usual = tiers_in("clusters")
        estimator.set_params(n_tiers=usual).fit_ranking(values, none_holds(tried))
    else:
        estimator.set_params(n_tiers=chosen).fit(values)
    return tried


def _continued(model: TierModel, previous: TierModel, buyers: pd.DataFrame) -> tuple[str, ...]:
    if set(previous.columns) <= set(buyers.columns):
        before = previous.assign(buyers)["tier"]
    else:  # the last version saw a table this ledger lacks: ranks are all that can be compared
        before = pd.Series([], index=buyers.index[:0], dtype="str")
    after = model.assign(buyers)["tier_rank"]
    return match_tiers(previous.names, before, after, number=len(model.names))
