from __future__ import annotations

import dataclasses

import pandas as pd

from segml.bundle import Bundle
from segml.ledger import Ledger
from segml.losses.scene import Scene
from segml.scoring import replay, score
from segml.words.role import ROLES


def test_each_day_is_taken_once(ledger: Ledger, bundle: Bundle, dates: tuple[int, int]) -> None:
    scene = Scene(ledger=ledger, bundle=bundle, start=dates[0], end=dates[1])
    whole = scene.snapshot(dates[0])
    assert scene.snapshot(dates[0]) is whole


def test_standing_holds_the_tiers_of_the_replay(
    ledger: Ledger, bundle: Bundle, dates: tuple[int, int]
) -> None:
    scene = Scene(ledger=ledger, bundle=bundle, start=dates[0], end=dates[1])
    held = replay(bundle, ledger, dates[0])
    alone = bundle.tiers.assign(scene.snapshot(dates[0]).frame, held)["tier"]
    pd.testing.assert_series_equal(scene.before["tier"], alone)


def test_key_clients_are_those_that_scoring_publishes(
    ledger: Ledger, bundle: Bundle, dates: tuple[int, int]
) -> None:
    """With every role a key role, by tier and by role alike."""
    tiers = dataclasses.replace(bundle.plan.tiers, key_roles=ROLES)
    ruled = dataclasses.replace(bundle, plan=dataclasses.replace(bundle.plan, tiers=tiers))
    scene = Scene(ledger=ledger, bundle=ruled, start=dates[0], end=dates[1])
    published = score(ruled, ledger, dates[0], version="v").scores.set_index("client_id")
    assert published["is_key"].any()
    assert not published["is_key"].all()
    pd.testing.assert_series_equal(
        scene.before["is_key"], published["is_key"], check_index_type=False
    )
