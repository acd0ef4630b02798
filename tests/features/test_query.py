import dataclasses

import pytest

from segml.features import FeaturePlan
from segml.features.catalogue import FAMILIES, supported
from segml.features.family import Family
from segml.features.measures import count
from segml.features.query import snapshot_sql
from segml.ledger import Past

PLAN = FeaturePlan(horizon_days=90)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_family_stands_alone(family: Family, rich_past: Past) -> None:
    answer = rich_past.frame(snapshot_sql(rich_past, [family], PLAN))
    made = {column.feature.name for column in family.columns if column.sql}
    assert made <= set(answer)


def test_what_no_wanted_column_reads_is_not_measured(rich_past: Past) -> None:
    some = snapshot_sql(rich_past, supported(rich_past, ("spend_365",)), PLAN)
    assert "from shelf" not in some
    assert "from basket" not in some
    assert "median" not in some
    assert "_in_purchases" not in some


def test_every_measure_is_read_by_a_column(rich_past: Past) -> None:
    sql = snapshot_sql(rich_past, FAMILIES, PLAN)
    declared = {measure.name for family in FAMILIES for measure in family.measures}
    assert all(f" as {name}" in sql for name in declared)


def test_one_name_for_two_measures_is_refused(rich_past: Past) -> None:
    orders = next(family for family in FAMILIES if family.name == "orders")
    twisted = dataclasses.replace(
        orders, measures=(*orders.measures, count("daily", "orders_90", "orders", last=91))
    )
    with pytest.raises(ValueError, match="`orders_90` differently"):
        snapshot_sql(rich_past, [twisted], PLAN)


def test_a_snapshot_is_one_question(rich_past: Past) -> None:
    sql = snapshot_sql(rich_past, supported(rich_past), PLAN)
    assert sql.startswith("with ")
    assert ";" not in sql
    assert sql.count("{lines}") == 1  # the ledger's rows are read once
