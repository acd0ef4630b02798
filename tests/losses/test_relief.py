"""Whose departure is a relief: the tier that a rule marks, or who cost more than it brought."""

from __future__ import annotations

import dataclasses

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
    before = scene.before
    lowest = scene.bundle.tiers.names[-1]
    marked = before[(before["tier"] == lowest) & before["is_active"]]
    assert candidates(scene) == sorted(marked.index)
    held = set(before["tier"])
    if lowest not in held:
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
