"""The facts of the losses are those of the published frames."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from segml.report import LossFacts, signs
from segml.report.lost import loss_facts

Published = tuple[dict[str, Any], dict[str, pd.DataFrame]]


KINDS = {"silence_days": "symptom", "spend_90": "symptom", "price_rise": "driver"}


@pytest.fixture
def losses(analysed: Published) -> LossFacts:
    return loss_facts(*analysed, names={"a": "A"}, kinds=KINDS)


def test_money_by_reason_sums_to_the_profit_lost(losses: LossFacts, analysed: Published) -> None:
    frame = analysed[1]["losses"]
    assert losses.profit_lost == frame["profit_lost"].sum() == 1600.0
    assert sum(value for _, value in losses.money_by_reason) == pytest.approx(1600.0)
    assert losses.money_by_reason == (("price", 490.0), ("unknown", 1110.0))
    assert losses.unknown_share == pytest.approx(1110 / 1600)


def test_the_dearest_loss_stands_first(losses: LossFacts) -> None:
    assert [client.client_id for client in losses.lost] == ["e", "a", "f"]
    assert losses.by_kind == {"left": 1, "shrunk": 1, "unprofitable": 1}


def test_drivers_have_a_share_and_symptoms_have_none(losses: LossFacts) -> None:
    client = losses.lost[1]
    assert [(move.feature, move.share, move.money) for move in client.drivers] == [
        ("price_rise", 0.7, 420.0)
    ]
    assert [move.feature for move in client.symptoms] == ["silence_days"]


def test_points_scale_the_score_to_the_change_of_the_risk(
    losses: LossFacts, analysed: Published
) -> None:
    rows = analysed[1]["loss_reasons"].query("client_id == 'a'")
    total = rows["contribution"].sum()
    client = losses.lost[1]
    assert total == 3.0
    assert client.symptoms[0].points == pytest.approx(30 * 1.5 / total)
    assert client.drivers[0].points == pytest.approx(30 * 0.5 / total)


def test_without_a_risk_on_both_days_there_are_no_points(analysed: Published) -> None:
    analysed[1]["path"]["p_churn_after"] = float("nan")
    client = loss_facts(*analysed, names={}, kinds=KINDS).lost[1]
    assert client.drivers[0].points is None
    assert client.symptoms == ()


def test_lines_of_one_order_are_one_piece_of_evidence_and_its_loss_stands_last(
    losses: LossFacts,
) -> None:
    told = [(row.text_code, row.row_key, row.amount) for row in losses.lost[1].evidence]
    assert told == [("unit_price_above_earlier", "O8", 7.0), ("last_order", "O9", 80.0)]


def test_pace_compares_whole_months_around_the_onset(
    losses: LossFacts, analysed: Published
) -> None:
    pace = losses.lost[1].pace
    assert (pace.revenue_before, pace.revenue_after) == (100.0, 10.0)
    assert (pace.profit_before, pace.profit_after) == (20.0, -5.0)
    course = analysed[1]["course"]
    course.loc[course["month"] == dt.date(2024, 7, 1), "revenue"] = 9999.0
    again = loss_facts(*analysed, names={}, kinds=KINDS).lost[1].pace
    assert again == pace


def test_of_a_client_without_a_year_before_no_month_before_its_first_order_counts(
    losses: LossFacts, analysed: Published
) -> None:
    client, course = losses.lost[1], analysed[1]["course"]
    assert client.new_in is None
    own = course["client_id"] == client.client_id
    months = sorted(course.loc[own, "month"])
    early = course[own & (course["month"] == months[0])]
    blank = {"orders": 0, "revenue": 0.0, "profit": 0.0}
    earlier = [early.assign(month=day, **blank) for day in (dt.date(2023, 1, 1), months[0])]
    kept = course[~(own & (course["month"] == months[0]))]
    analysed[1]["course"] = pd.concat([kept, *earlier])
    young = loss_facts(*analysed, names={}, kinds=KINDS).lost[1]
    assert young.new_in == months[1]
    assert young.pace is not None
    assert young.pace.revenue_before == 100.0  # of the months with orders alone


def test_a_client_without_a_path_still_has_its_dossier(losses: LossFacts) -> None:
    assert losses.lost[2].path is None
    assert losses.lost[2].reasons == (("price", 0.7), ("unknown", 0.3))


def test_nobody_lost_is_no_money_and_no_share(analysed: Published) -> None:
    run, tables = analysed
    empty = {name: frame.head(0) for name, frame in tables.items()}
    found = loss_facts(run, empty, names={}, kinds=KINDS)
    assert (found.lost, found.demoted, found.money_by_reason) == ((), (), ())
    assert (found.profit_lost, found.unknown_share) == (0.0, None)


def test_demoted_clients_stand_by_the_fall_of_their_value(analysed: Published) -> None:
    run, tables = analysed
    rows = tables["demoted"]
    tables["demoted"] = rows.loc[[0, 0, 0]].assign(
        client_id=["b", "c", "d"], value_after=[40.0, 10.0, None]
    )
    found = loss_facts(run, tables, names={"c": "C"}, kinds=KINDS)
    assert [(client.client_id, client.name) for client in found.demoted] == [
        ("c", "C"),
        ("b", "b"),
        ("d", "d"),
    ]


def test_who_fell_out_and_bought_nothing_for_a_year_is_told_as_open(analysed: Published) -> None:
    assert signs.silent_sentence(loss_facts(*analysed, names={}, kinds=KINDS)) == ""
    tables = analysed[1]
    tables["demoted"] = (
        tables["demoted"]
        .loc[[0, 0, 0]]
        .assign(client_id=["b", "c", "d"], value_after=[0.0, 0.0, 7.0])
    )
    said = signs.silent_sentence(loss_facts(*analysed, names={}, kinds=KINDS))
    assert said.startswith("2 of them brought nothing in the last year: too few orders")


def test_evidence_that_is_cut_is_counted(analysed: Published) -> None:
    rows = analysed[1]["evidence"]
    more = rows.loc[[0] * 20].assign(row_key=[f"r{n}" for n in range(20)])
    analysed[1]["evidence"] = pd.concat([rows, more], ignore_index=True)
    client = next(
        each
        for each in loss_facts(*analysed, names={}, kinds=KINDS).lost
        if each.client_id == rows.loc[0, "client_id"]
    )
    assert len(client.evidence) == 8
    assert client.evidence_count >= 20


def test_a_reason_with_many_rows_takes_no_other_ones_last(analysed: Published) -> None:
    rows = analysed[1]["evidence"]
    many = rows.loc[[1] * 20].assign(row_key=[f"r{n}" for n in range(20)])
    analysed[1]["evidence"] = pd.concat([rows, many], ignore_index=True)
    client = loss_facts(*analysed, names={}, kinds=KINDS).lost[1]
    assert client.client_id == "a"
    assert [fact.reason for fact in client.evidence] == [*["price"] * 7, "unknown"]


def test_a_share_that_reads_as_nothing_is_named_nowhere(analysed: Published) -> None:
    losses, reasons = analysed[1]["losses"], analysed[1]["loss_reasons"]
    who = losses["client_id"] == "a"
    losses.loc[who, ["share_1", "share_2"]] = [0.004, 0.996]
    reasons.loc[reasons["feature"] == "price_rise", "share"] = 0.004
    client = loss_facts(*analysed, names={}, kinds=KINDS).lost[1]
    assert client.reasons == (("unknown", 0.996),)
    assert client.drivers == ()
    assert [row.text_code for row in client.evidence] == ["last_order"]


def test_what_crossed_its_line_on_the_day_of_the_loss_was_no_warning(analysed: Published) -> None:
    frame = analysed[1]["losses"]
    frame["first_signal"] = frame["lost_on"]
    for client in loss_facts(*analysed, names={}, kinds=KINDS).lost:
        assert (client.first_signal, client.first_signal_by) == (None, None)
        assert signs.signal_sentence(client, {}).startswith("There was no early warning")
