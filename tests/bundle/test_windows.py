import dataclasses

import pytest

from segml.bundle import NO_SEASON, ONE_SEASON
from segml.bundle.windows import TWO_YEARS, YEAR, windows_for
from segml.ledger import Ledger, open_ledger
from segml.simulate import make_world
from segml.words.plan import LedgerPlan, Plan, SourcePlan


def test_a_level_without_a_season_is_told(ledger: Ledger, plan: Plan) -> None:
    assert ledger.last_day + 1 - ledger.first_day < TWO_YEARS
    for days, note in ((YEAR, ONE_SEASON), (YEAR - 1, NO_SEASON)):
        windows = windows_for(ledger, ledger.first_day + days, plan)
        assert {note} == {NO_SEASON, ONE_SEASON} & set(windows.notes)


@pytest.fixture(scope="module")
def long(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    path = tmp_path_factory.mktemp("long") / "lines.parquet"
    make_world(clients=30, months=26, seed=2).transactions.to_parquet(path)
    ledger = LedgerPlan(transactions=SourcePlan(path=str(path)))
    return dataclasses.replace(plan, ledger=ledger)


def test_two_years_before_the_as_of_date_are_counted_not_those_after(long: Plan) -> None:
    with open_ledger(long.ledger, long.economics) as opened:
        enough = opened.first_day + TWO_YEARS
        assert not {NO_SEASON, ONE_SEASON} & set(windows_for(opened, enough + 5, long).notes)
        assert ONE_SEASON in windows_for(opened, enough - 5, long).notes


def test_one_day_without_a_row_is_one_day(ledger: Ledger, plan: Plan) -> None:
    for late, told in ((1, "1 day before"), (2, "2 days before")):
        notes = windows_for(ledger, ledger.last_day + 1 + late, plan).notes
        assert any(told in note for note in notes)
