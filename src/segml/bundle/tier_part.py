"""The fitted tiers as JSON: every number of the estimator by name, exact to the last bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from segml.bundle.rule_part import rule_from_json, rule_to_json
from segml.tiers import (
    ClusterTiers,
    Ladder,
    RuleTiers,
    TierModel,
    TriedNumber,
    ValueSpace,
    scheme_of,
)
from segml.tiers.centroids import Centroids
from segml.tiers.monotone import MonotoneMap

_MAP = ("scale", "centre", "spread", "weight")


def tiers_to_json(model: TierModel) -> dict[str, Any]:
    """The tier model as plain values.

    Parameters
    ----------
    model
        Fitted; the training rows' own labels are left out, scoring does not need them.
    """
    estimator = model.estimator
    if isinstance(estimator, RuleTiers):
        learnt = rule_to_json(estimator)
    elif isinstance(estimator, ClusterTiers):
        learnt = _clusters_to_json(estimator)
    else:
        raise TypeError(f"no scheme is known whose estimator is a {type(estimator).__name__}")
    return {
        **learnt,
        "scheme": scheme_of(estimator),
        "background": estimator.background_.tolist(),
        "order_note": estimator.order_note_,
        "space": {
            **{name: list(getattr(model.space, name)) for name in _SPACE},
            "ladders": {
                name: {"rungs": list(each.rungs), "usual": list(each.usual)}
                for name, each in model.space.ladders.items()
            },
        },
        "names": list(model.names),
        "notes": list(model.notes),
        "tried": [one.to_json() for one in model.tried],
    }


def tiers_from_json(value: Mapping[str, Any]) -> TierModel:
    """The tier model read back; it assigns and explains as the written one, bit for bit."""
    space = ValueSpace(
        **{name: tuple(value["space"][name]) for name in _SPACE},
        ladders={  # up to protocol 8 there were none
            name: Ladder(rungs=tuple(each["rungs"]), usual=tuple(each["usual"]))
            for name, each in value["space"].get("ladders", {}).items()
        },
    )
    scheme = value.get("scheme", "clusters")  # protocols 1 and 2 knew no other
    estimator = _clusters(value) if scheme == "clusters" else rule_from_json(scheme, value)
    tried = tuple(map(TriedNumber.from_json, value.get("tried", ())))
    return TierModel(estimator, space, tuple(value["names"]), tuple(value["notes"]), tried)


_SPACE = ("columns", "fills", "weights", "notes")


def _clusters_to_json(estimator: ClusterTiers) -> dict[str, Any]:
    params = estimator.get_params(deep=False)
    del params["ending_columns"]  # asked at fit alone
    params["weights"] = None if params["weights"] is None else list(params["weights"])
    return {
        "params": params,
        "map": {name: getattr(estimator.map_, name).tolist() for name in _MAP},
        "centroids": {
            "points": estimator.centroids_.points.tolist(),
            "tier": estimator.centroids_.tier.tolist(),
            "held": _held(estimator.centroids_),
        },
    }


def _clusters(value: Mapping[str, Any]) -> ClusterTiers:
    params = dict(value["params"])
    if params["weights"] is not None:
        params["weights"] = tuple(params["weights"])
    estimator = ClusterTiers(**params)
    points = np.array(value["centroids"]["points"], dtype=np.float64)
    tier = np.array(value["centroids"]["tier"], dtype=np.int64)
    estimator.map_ = MonotoneMap(
        **{name: np.array(value["map"][name], dtype=np.float64) for name in _MAP}
    )
    estimator.centroids_ = Centroids(
        points, tier, _added(int(tier[-1]) + 1, value["centroids"]["held"])
    )
    estimator.centers_, estimator.center_tiers_ = points, tier
    estimator.n_tiers_ = estimator.centroids_.n_tiers
    estimator.background_ = np.array(value["background"], dtype=np.float64)
    estimator.order_note_ = value["order_note"]
    estimator.ranking_ = estimator.order_note_.startswith("ranking")
    estimator.n_features_in_ = points.shape[1]
    return estimator


def _held(centroids: Centroids) -> list[list[float]] | None:
    return None if centroids.held is None else centroids.held.tolist()


def _added(tiers: int, held: Any) -> npt.NDArray[np.float64] | None:
    """What hysteresis adds, by two tiers; up to protocol 5 one constant was taken off instead."""
    if isinstance(held, float):
        return np.asarray(-held * np.eye(tiers))
    return None if held is None else np.array(held, dtype=np.float64)
