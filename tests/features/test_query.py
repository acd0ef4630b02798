import dataclasses

import pytest

from segml.features import FeaturePlan
from segml.features.catalogue import FAMILIES, supported
from segml.features.family import Family
from segml.features.measures import count
from segml.features.query import Question, snapshot_question
from segml.ledger import Past

PLAN = FeaturePlan(horizon_days=90)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_family_stands_alone(family: Family, rich_past: Past) -> None:
    question = snapshot_question(rich_past, [family], PLAN)
    with question.prepared(rich_past) as ready:
        answer = ready.frame(question.sql)
    made = {column.feature.name for column in family.columns if column.sql}
    assert made <= set(answer)


def all_sql(question: Question) -> str:
    return "".join((*(one.sql for one in question.kept), question.sql))


def test_what_no_wanted_column_reads_is_not_measured(rich_past: Past) -> None:
    some = all_sql(snapshot_question(rich_past, supported(rich_past, ("spend_365",)), PLAN))
    assert "from shelf" not in some
    assert "from basket" not in some
    assert "{lines}" not in some
    assert "median" not in some
    assert "_in_purchases" not in some


def test_every_measure_is_read_by_a_column(rich_past: Past) -> None:
    sql = all_sql(snapshot_question(rich_past, FAMILIES, PLAN))
    declared = {measure.name for family in FAMILIES for measure in family.measures}
    assert all(f" as {name}" in sql for name in declared)


def test_what_is_of_all_clients_is_asked_for_once(rich_past: Past) -> None:
    question = snapshot_question(rich_past, supported(rich_past), PLAN)
    assert [one.name for one in question.kept] == ["sold", "retired", "whole", "brought"]
    assert all("{product_totals}" not in sql for sql in (question.sql, question.kept[2].sql))


def test_one_name_for_two_measures_is_refused(rich_past: Past) -> None:
    orders = next(family for family in FAMILIES if family.name == "orders")
    twisted = dataclasses.replace(
        orders, measures=(*orders.measures, count("daily", "orders_90", "orders", last=91))
    )
    with pytest.raises(ValueError, match="`orders_90` differently"):
        snapshot_question(rich_past, [twisted], PLAN)


def test_a_part_is_one_question(rich_past: Past) -> None:
    sql = snapshot_question(rich_past, supported(rich_past), PLAN).sql
    assert sql.startswith("with ")
    assert ";" not in sql
    assert sql.count("{lines}") == 1  # the ledger's rows are read once
    assert sql.count("{days}") == 1
