"""A rule's estimator as JSON: criteria, weights and edges, exact to the last bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from segml.tiers import RULE_SCHEMES, Criterion, Rule, RuleTiers


def rule_to_json(estimator: RuleTiers) -> dict[str, Any]:
    """What a fitted rule scheme learnt, as plain values.

    Parameters
    ----------
    estimator
        Fitted; the training rows' own labels are left out, scoring does not need them.
    """
    rule = estimator.rule_
    return {
        "params": {name: _plain(value) for name, value in estimator.get_params(deep=False).items()},
        "criteria": [None if one is None else _criterion(one) for one in rule.criteria],
        "weights": rule.weights.tolist(),
        "edges": rule.edges.tolist(),
        "held": rule.held.tolist(),
        "sides": rule.sides.tolist(),
        "tier_names": list(estimator.names_),
    }


def rule_from_json(scheme: str, value: Mapping[str, Any]) -> RuleTiers:
    """The estimator read back; it assigns and explains as the written one, bit for bit.

    Parameters
    ----------
    scheme
        A name of `RULE_SCHEMES`.
    value
        What `rule_to_json` gave, with `background` and `order_note`.
    """
    params: dict[str, Any] = {
        name: tuple(one) if isinstance(one, list) else one for name, one in value["params"].items()
    }
    estimator = RULE_SCHEMES[scheme](**params)
    estimator.rule_ = Rule(
        criteria=tuple(
            None
            if one is None
            else Criterion(np.array(one["at"]), np.array(one["heights"]), one["falling"])
            for one in value["criteria"]
        ),
        weights=np.array(value["weights"], dtype=np.float64),
        edges=np.array(value["edges"], dtype=np.float64),
        held=np.array(value["held"], dtype=np.float64),
        sides=np.array(value["sides"], dtype=np.int64),
    )
    estimator.names_ = tuple(value["tier_names"])
    estimator.n_tiers_ = estimator.rule_.n_tiers
    estimator.background_ = np.array(value["background"], dtype=np.float64)
    estimator.order_note_ = value["order_note"]
    estimator.ranking_ = bool(estimator.order_note_)
    estimator.n_features_in_ = len(estimator.rule_.criteria)
    return estimator


def _criterion(one: Criterion) -> dict[str, Any]:
    return {"at": one.at.tolist(), "heights": one.heights.tolist(), "falling": one.falling}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else value
