"""Whose departure is a relief: the tier that a rule marks, or who cost more than it brought."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from segml.bundle import Bundle
from segml.ledger import Ledger
from segml.losses.relief import candidates
from segml.losses.scene import Scene
from segml.tiers import fit_tiers
from segml.words.plan import RULE_TIERS, TierPlan


def _scene(
    ledger: Ledger, bundle: Bundle, dates: tuple[int, int], plan: TierPlan, least: int
) -> Scene:
    """The scene with tiers of another scheme, its rule made for as few clients as there are."""
    scene = Scene(ledger=ledger, bundle=bundle, start=dates[0], end=dates[1])
    now = scene.snapshot(dates[0])
    tiers = fit_tiers(now.frame, now.status, plan=plan)
    buyers = now.frame[now.status.ne("prospect").to_numpy()]
    estimator = tiers.estimator
    estimator.set_params(min_per_tier=least).fit(tiers.values(buyers).to_numpy())
    tiers = dataclasses.replace(tiers, names=estimator.names_)
    ruled = dataclasses.replace(
        bundle, tiers=tiers, plan=dataclasses.replace(bundle.plan, tiers=plan)
    )
    return Scene(ledger=ledger, bundle=ruled, start=dates[0], end=dates[1])


@pytest.mark.parametrize("scheme", ["profitability", "levels"])
def test_the_lowest_tier_of_these_rules_is_a_relief_and_no_other(
    ledger: Ledger, bundle: Bundle, dates: tuple[int, int], scheme: str
) -> None:
    scene = _scene(ledger, bundle, dates, TierPlan(scheme=scheme, number=3), least=1)
    tiers, now = scene.bundle.tiers, scene.snapshot(dates[0])
    score = tiers.estimator.score_points(tiers.values(now.frame).to_numpy())
    edges = np.quantile(score, [0.9, 0.4])  # so that there are some below the lowest edge
    tiers.estimator.rule_ = dataclasses.replace(tiers.estimator.rule_, edges=edges)
    before = scene.before
    marked = before[(before["tier"] == tiers.names[-1]) & before["is_active"]]
    assert 0 < len(marked) < before["is_active"].sum()
    assert candidates(scene) == sorted(marked.index)


def test_where_nobody_is_in_the_lowest_tier_no_other_tier_stands_for_it(
    ledger: Ledger, bundle: Bundle, dates: tuple[int, int]
) -> None:
    scene = _scene(ledger, bundle, dates, TierPlan(scheme="profitability", number=3), least=1)
    assert "problem" not in set(scene.before["tier"])
    assert {"vip", "regular"} <= set(scene.before["tier"])
    assert candidates(scene) == []


@pytest.mark.parametrize(("scheme", "least"), [("strategic", 1), ("levels", 10**6)])
def test_a_rule_that_marks_none_or_is_a_ranking_asks_who_cost_more_than_it_brought(
    ledger: Ledger, bundle: Bundle, dates: tuple[int, int], scheme: str, least: int
) -> None:
    plan = TierPlan(scheme=scheme, number=RULE_TIERS[scheme])
    scene = _scene(ledger, bundle, dates, plan, least)
    profit = scene.snapshot(dates[0]).money["profit_365"]
    before = scene.before
    costly = before.index[(profit < 0) & before["is_active"] & ~before["is_key"]]
    assert candidates(scene) == sorted(costly)
