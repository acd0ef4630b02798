"""The labels, read from a real ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from segml.ledger import Ledger, open_ledger
from segml.outcomes import churn, potential
from segml.words.plan import Economics, LedgerPlan, SourcePlan

LINES = """client_id,date,amount,order_id
buyer,2020-01-05,100,1
buyer,2020-04-01,70,2
buyer,2020-04-11,50,3
early,2020-01-05,100,4
early,2020-03-30,40,5
late,2020-01-05,100,6
late,2020-05-01,40,7
sender,2020-01-05,100,8
sender,2020-04-05,-30,9
silent,2020-01-05,100,10
silent,2020-06-30,100,11
"""
CLIENTS = pd.Index(["buyer", "early", "late", "sender", "silent"], name="client_id")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    (tmp_path / "lines.csv").write_text(LINES, "utf-8")
    plan = LedgerPlan(transactions=SourcePlan(path=str(tmp_path / "lines.csv")))
    with open_ledger(plan, Economics(order=5.0, return_=3.0)) as opened:
        yield opened


def test_lost_is_who_has_no_order_within_the_horizon_and_a_return_is_none(ledger: Ledger) -> None:
    future = ledger.future(dt.date(2020, 3, 31), gap_days=1, horizon_days=30)
    told = churn.label(future, CLIENTS)
    assert told.to_dict() == {"buyer": 0, "early": 1, "late": 1, "sender": 1, "silent": 1}


def test_the_last_day_of_the_horizon_counts_and_the_next_does_not(ledger: Ledger) -> None:
    day = dt.date(2020, 4, 1)
    for horizon, lost in ((30, 1), (31, 0)):
        future = ledger.future(day, gap_days=0, horizon_days=horizon)
        assert churn.label(future, CLIENTS)["late"] == lost


def test_potential_is_profit_of_the_horizon_with_losses_and_silence(ledger: Ledger) -> None:
    future = ledger.future(dt.date(2020, 3, 31), gap_days=1, horizon_days=30)
    told = potential.label(future, CLIENTS)
    assert told["buys"].tolist() == [1, 0, 0, 0, 0]
    assert told["profit"].tolist() == [70 + 50 - 10, 0, 0, -33, 0]
