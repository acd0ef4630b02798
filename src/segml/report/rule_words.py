"""Sentences about a rule: what each criterion gives a client, and what it would have to become."""

from __future__ import annotations

import math
from collections.abc import Mapping

from segml.report.figures import label, number, value
from segml.report.language import _
from segml.report.standing import CriterionTold
from segml.words.feature import Feature


def criteria_lines(
    criteria: tuple[CriterionTold, ...], features: Mapping[str, Feature], currency: str | None
) -> list[str]:
    """The points of a client under a rule, and what each criterion gives; none without a rule.

    Parameters
    ----------
    criteria
        Those of the client.
    features
        Feature name to the feature, for labels and units.
    currency
        Put after money where known.
    """
    if not criteria:
        return []
    got, whole = (sum(of) for of in zip(*((c.points, c.of_points) for c in criteria), strict=True))
    given = {"points": number(got, 1), "whole": number(whole)}
    if any(each.to_edge is not None for each in criteria):
        said = _(
            "The rule of its tier gives it {points} of {whole} points; at an edge told below it "
            "would stand on that of the nearest tier, all else equal.",
            **given,
        )
    else:
        said = _("The rule of its tier gives it {points} of {whole} points.", **given)
    return [said, *(_criterion(each, features, currency) for each in criteria)]


def _criterion(told: CriterionTold, features: Mapping[str, Feature], currency: str | None) -> str:
    name = label(told.feature, features)
    now = value(told.value, told.feature, features, currency)
    edge = _("it alone leads to no other tier")
    if told.to_edge is not None:
        edge = _edge(told, told.to_edge, now, features, currency)
    return _(
        "{criterion}: {value}, {points} of {whole} points; {edge}.",
        criterion=f"{name[:1].upper()}{name[1:]}",
        value=now,
        points=number(told.points, 1),
        whole=number(told.of_points, 1),
        edge=edge,
    )


def _edge(
    told: CriterionTold,
    to_edge: float,
    now: str,
    features: Mapping[str, Feature],
    currency: str | None,
) -> str:
    """Where the edge is; what is counted goes on to the next whole number."""
    asked = told.value + to_edge
    if told.feature in features and features[told.feature].unit in {"count", "days"}:
        asked = math.ceil(asked) if to_edge > 0 else math.floor(asked)
    text = value(asked, told.feature, features, currency)
    if text == now:  # nearer than the figures are told
        return _("edge a little above") if to_edge > 0 else _("edge a little below")
    return _("edge at {value}", value=text)
