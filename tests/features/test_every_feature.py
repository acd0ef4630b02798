"""What every feature of the catalogue must hold, one check a rule."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from segml.features import BLANKS, CATALOGUE, FeaturePlan, Snapshot, available, snapshot
from segml.features.catalogue import FAMILIES
from segml.features.own_season import PACES
from segml.ledger import Past
from segml.words.feature import REASONS, Feature

PLAN = FeaturePlan(horizon_days=90)
COLUMNS = {column.feature.name: column for family in FAMILIES for column in family.columns}

every_feature = pytest.mark.parametrize("feature", CATALOGUE, ids=lambda one: one.name)


def _same_bytes(one: pd.Series, other: pd.Series) -> bool:
    if one.dtype == object:
        return one.index.equals(other.index) and list(one) == list(other)
    return one.index.equals(other.index) and one.to_numpy().tobytes() == other.to_numpy().tobytes()


@pytest.fixture(scope="module")
def without_future(rich: Any) -> Snapshot:
    """The snapshot of the same ledger without any row or fact of the cut-off and after."""
    return snapshot(rich.past(**rich.as_known()), PLAN)


@pytest.fixture(scope="module")
def shuffled(rich: Any) -> Snapshot:
    """The snapshot of the same rows in another order."""
    mixed = {name: rows.sample(frac=1, random_state=1) for name, rows in rich.tables.items()}
    return snapshot(rich.past(**mixed), PLAN)


@pytest.fixture(scope="module")
def again(rich_past: Past) -> Snapshot:
    return snapshot(rich_past, PLAN)


@every_feature
def test_rows_after_the_cutoff_change_nothing(
    feature: Feature, rich_snapshot: Snapshot, without_future: Snapshot
) -> None:
    assert _same_bytes(rich_snapshot.frame[feature.name], without_future.frame[feature.name])


@every_feature
def test_row_order_changes_nothing(
    feature: Feature, rich_snapshot: Snapshot, shuffled: Snapshot
) -> None:
    assert _same_bytes(rich_snapshot.frame[feature.name], shuffled.frame[feature.name])


@every_feature
def test_the_same_input_gives_the_same_bytes(
    feature: Feature, rich_snapshot: Snapshot, again: Snapshot
) -> None:
    assert _same_bytes(rich_snapshot.frame[feature.name], again.frame[feature.name])


@every_feature
def test_a_client_without_rows_gets_a_defined_value(
    feature: Feature, rich_snapshot: Snapshot
) -> None:
    prospects = rich_snapshot.frame.loc[rich_snapshot.status == "prospect", feature.name]
    assert len(prospects) == 2
    if not BLANKS[feature.name]:
        assert prospects.notna().all()
    if feature.unit in ("count", "money") and not BLANKS[feature.name]:
        expected = {"referred_clients", "referral_profit_365", "profit_90", "profit_365"}
        assert feature.name in expected | {"profit_prev_365"} or (prospects == 0).all()


@every_feature
def test_a_value_is_missing_only_where_the_catalogue_says_so(
    feature: Feature, rich_snapshot: Snapshot
) -> None:
    values = rich_snapshot.frame[feature.name]
    assert BLANKS[feature.name] or values.notna().all()


@every_feature
def test_numbers_are_float32_and_finite_and_text_is_text(
    feature: Feature, rich_snapshot: Snapshot
) -> None:
    values = rich_snapshot.frame[feature.name]
    if feature.is_categorical:
        assert {type(value) for value in values} <= {str, type(None)}
    else:
        assert values.dtype == np.float32
        assert not np.isinf(values).any()


@every_feature
def test_the_rich_ledger_moves_it(feature: Feature, rich_snapshot: Snapshot) -> None:
    same_for_all = {"portfolio_season", "portfolio_growth_90"}
    same_for_all |= {f"own_pace_{days}" for days in PACES}  # too short a ledger: test_own_season
    assert rich_snapshot.frame[feature.name].nunique() > (feature.name not in same_for_all)


@every_feature
def test_kind_reason_and_sign_agree(feature: Feature) -> None:
    assert feature.reason in REASONS
    assert (feature.kind == "driver") == (feature.reason != "unknown")
    # a sign is claimed of symptoms alone: what causes a loss is for the data to say
    assert feature.churn_sign == 0 or feature.kind == "symptom"
    assert not (feature.is_categorical and feature.churn_sign)
    # drivers are measured so that more is worse; a rate of what is earned and the days since a
    # change are the exceptions
    falling = {"margin_rate_365", "manager_change_days"}
    assert (feature.harm == -1) == (feature.name in falling)


@every_feature
def test_it_has_a_label_for_people_and_a_family_file(feature: Feature) -> None:
    assert feature.label
    assert feature.label[0].islower()
    assert not feature.label.endswith(".")
    assert COLUMNS[feature.name].feature is feature


def test_no_feature_stands_twice() -> None:
    names = [feature.name for feature in CATALOGUE]
    labels = [feature.label for feature in CATALOGUE]
    assert len(set(names)) == len(names)
    assert len(set(labels)) == len(labels)


def test_the_frame_has_what_is_available_in_catalogue_order(
    rich_snapshot: Snapshot, rich_past: Past
) -> None:
    assert available(rich_past) == CATALOGUE
    assert list(rich_snapshot.frame.columns) == [feature.name for feature in CATALOGUE]


def test_money_state_and_status_do_not_depend_on_row_order_or_the_future(
    rich_snapshot: Snapshot, shuffled: Snapshot, without_future: Snapshot
) -> None:
    for other in (shuffled, without_future):
        assert dict(other.state) == dict(rich_snapshot.state)
        pd.testing.assert_series_equal(other.status, rich_snapshot.status)
        for name in rich_snapshot.money:
            assert _same_bytes(rich_snapshot.money[name], other.money[name])
