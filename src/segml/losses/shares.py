"""From exact contributions to shares of reasons, with `unknown` as an honest competitor.

A reason's weight is what its drivers, taken together, moved the score towards the loss, in units of
what counts as unknown. One such unit is the larger of

- what all drivers together move for 19 of 20 key clients that stayed (95 % point): movement that
  leads to no loss proves nothing;
- a tenth of what the symptoms moved for this client: drivers that explain next to nothing of the
  fall are no explanation, whatever their noise.

A driver speaks only when it moved the way that harms (`Feature.harm`, by rising above zero alone),
and had a value on both dates. After ninety silent days there is no discount rate of the last
ninety days, and who buys less sends less back: what such drivers moved is part of the symptoms'
course.

With fewer than twenty stayers there is nothing to compare with, and the unit is all that the
symptoms moved. `unknown` itself weighs one unit, so a reason is named before it only if its drivers
moved more than the unit. Weights of several scores (churn, tier margin) add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.losses.history import Numbers
from segml.words.feature import REASONS, Feature

DRIVEN: tuple[str, ...] = tuple(reason for reason in REASONS if reason != "unknown")
STAYED_LEVEL = 0.95
COURSE_SHARE = 0.1
LEAST_STAYERS = 20
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Weights:
    """How much speaks for each reason, in units of what is unknown.

    Parameters
    ----------
    reasons
        (n, 7) one column a reason of `DRIVEN`.
    features
        (n, p) the same by feature: the columns of a reason's drivers sum to the reason's.
    """

    reasons: Numbers
    features: Numbers

    @property
    def unknown_share(self) -> Numbers:
        """(n,) share of `unknown`."""
        return np.asarray(1.0 / (1.0 + self.reasons.sum(axis=1)))

    @property
    def feature_shares(self) -> Numbers:
        """(n, p) share of each feature; with `unknown_share` they sum to one."""
        return np.asarray(self.features * self.unknown_share[:, None])

    @property
    def reason_shares(self) -> Numbers:
        """(n, 8) share of each reason, in the order of `REASONS` (`unknown` last)."""
        unknown = self.unknown_share[:, None]
        return np.concatenate([self.reasons * unknown, unknown], axis=1)


@dataclass(frozen=True, slots=True)
class Moved:
    """What every feature moved a score by between two dates.

    Parameters
    ----------
    values
        (n, p) exact contributions, positive towards the loss.
    harmed
        (n, p) whether the feature had a value on both dates and moved the way that harms.
    """

    values: Numbers
    harmed: npt.NDArray[np.bool_]

    def course(self, features: Sequence[Feature]) -> Numbers:
        """(n,) what symptoms, context and drivers that did not harm moved towards the loss."""
        is_driver = np.array([feature.kind == "driver" for feature in features], dtype=bool)
        unsaid = np.where(self.harmed & is_driver, 0.0, self.values)
        return np.asarray(np.maximum(unsaid.sum(axis=1), 0.0))

    @property
    def told(self) -> Numbers:
        """(n, p) the contributions of features that harmed, else zero."""
        return np.where(self.harmed, self.values, 0.0)


def harmed(
    before: pd.DataFrame, after: pd.DataFrame, features: Sequence[Feature]
) -> npt.NDArray[np.bool_]:
    """Whether each feature had a value on both dates and moved the way that harms, shape (n, p).

    What harms by rising harms above zero alone: prices that fell by 3 % and now fall by 2 %, or
    bills paid three days early and now two, rose and are no harm.

    Parameters
    ----------
    before, after
        Values of the features, of the same clients.
    features
        The p features; text never harms.
    """
    columns = []
    for feature in features:
        if feature.is_categorical:
            columns.append(np.zeros(len(before), dtype=bool))
        else:
            then, now = (frame[feature.name].to_numpy(np.float64) for frame in (before, after))
            moved = feature.harm * (now - then) > 0
            columns.append(moved & ((now > 0) | (feature.harm < 0)))
    return np.stack(columns, axis=1)


def weigh(lost: Moved, stayed: Moved, features: Sequence[Feature]) -> Weights:
    """The weights of the reasons of lost clients, from one score.

    Parameters
    ----------
    lost
        Of the n lost clients.
    stayed
        Of key clients that stayed.
    features
        The p features: kinds and reason codes.
    """
    pushed = _by_reason(lost.told, features)
    course = lost.course(features)
    unit = course
    if len(stayed.values) >= LEAST_STAYERS:
        usual = np.quantile(_by_reason(stayed.told, features).sum(axis=1), STAYED_LEVEL)
        unit = np.maximum(float(usual), COURSE_SHARE * course)
    # drivers that moved by rounding alone are nothing, not infinitely more than nothing
    unit = np.maximum(unit, _NOTHING)[:, None]
    return Weights(pushed / unit, _by_feature(lost.told, pushed, features) / unit)


def _where(features: Sequence[Feature], reason: str) -> list[int]:
    return [place for place, feature in enumerate(features) if feature.reason == reason]


def _by_reason(values: Numbers, features: Sequence[Feature]) -> Numbers:
    net = [values[:, _where(features, reason)].sum(axis=1) for reason in DRIVEN]
    return np.asarray(np.maximum(np.stack(net, axis=1), 0.0))


def _by_feature(values: Numbers, pushed: Numbers, features: Sequence[Feature]) -> Numbers:
    """Each reason's push over its drivers, by what each of them pushed."""
    spread = np.zeros_like(values)
    for place, reason in enumerate(DRIVEN):
        columns = _where(features, reason)
        positive = np.maximum(values[:, columns], 0.0)
        whole = positive.sum(axis=1, keepdims=True)
        part = np.divide(positive, whole, out=np.zeros_like(positive), where=whole > 0)
        spread[:, columns] = part * pushed[:, place : place + 1]
    return spread


def together(first: Weights, second: Weights, places: Sequence[int]) -> Weights:
    """The weights of two scores added up.

    Parameters
    ----------
    first
        Weights with the wider set of features.
    second
        Weights of the same clients from another score.
    places
        For each feature of `second`, its column in `first`.
    """
    features = first.features.copy()
    for column, place in enumerate(places):
        features[:, place] += second.features[:, column]
    return Weights(first.reasons + second.reasons, features)
