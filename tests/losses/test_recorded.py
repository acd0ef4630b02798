"""What a person recorded, in a whole analysis; and departures that are a relief."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pandas as pd
import pytest

from segml.bundle import Bundle
from segml.ledger import Ledger, open_ledger
from segml.losses import LossAnalysis, analyse
from segml.losses.matched import beside
from segml.losses.scene import Scene
from segml.words.plan import LedgerPlan, SourcePlan

GONE_ON = dt.date(2024, 5, 20)
LAST = dt.date(2024, 5, 14)
"""Of `big03`: it buys every fourteen days, and is recorded as left six days after this order."""

Ends = dict[str, tuple[dt.date, str | None]]
Analysed = Callable[..., LossAnalysis]


def burden(until: dt.date | None) -> pd.DataFrame:
    """A client whose every order costs more than it brings."""
    first = dt.date(2022, 1, 3)
    days = [first + dt.timedelta(days=day) for day in range(0, 920, 14)]
    days = [day for day in days if until is None or day < until]
    return pd.DataFrame(
        {"client_id": "stays" if until is None else "burden", "date": days, "amount": 30.0}
        | {"cost": 45.0, "discount": 0.0, "product": "p", "category": "cp", "quantity": 10.0}
    )


@pytest.fixture(scope="module")
def analysed(
    ledger: Ledger,
    bundle: Bundle,
    dates: tuple[int, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Analysed]:
    """The analysis of the ledger written by hand with other lines and recorded ends."""
    with ExitStack() as opened:

        def analysed(*more: pd.DataFrame, ends: Ends) -> LossAnalysis:
            plan = rewritten(ledger, bundle, tmp_path_factory.mktemp("recorded"), more, ends)
            told = opened.enter_context(open_ledger(plan, bundle.plan.economics))
            return analyse(told, bundle, start=dates[0], end=dates[1])

        yield analysed


@pytest.fixture(scope="module")
def certain(analysed: Analysed) -> LossAnalysis:
    """The end of `big03` is recorded between the dates."""
    return analysed(ends={"big03": (GONE_ON, "<b>too dear</b>")})


@pytest.fixture(scope="module")
def uncounted(analysed: Analysed) -> LossAnalysis:
    """Three recorded ends of which none is a loss between the dates."""
    return analysed(
        ends={
            "big03": (dt.date(2024, 6, 1), "rumour"),
            "gone": (dt.date(2023, 10, 1), None),
            "big05": (dt.date(2024, 2, 1), "wrote to us"),
        }
    )


def rewritten(
    ledger: Ledger,
    bundle: Bundle,
    folder: Path,
    more: tuple[pd.DataFrame, ...],
    ends: Ends,
) -> LedgerPlan:
    table = ledger.past(10**5).frame(
        "select client_id, date '1970-01-01' + day as date, amount, cost, discount, product, "
        "category, quantity from {lines} join {clients} using (client)"
    )
    table["date"] = pd.to_datetime(table["date"]).dt.date
    table = table[~((table["client_id"] == "big03") & (table["date"] > LAST))]
    pd.concat([table, *more]).to_parquet(folder / "lines.parquet")
    told = [(who, day, why) for who, (day, why) in ends.items()]
    clients = pd.DataFrame(told, columns=["client_id", "left_on", "left_reason"])
    clients.to_parquet(folder / "clients.parquet")
    return dataclasses.replace(
        bundle.plan.ledger,
        transactions=SourcePlan(path=str(folder / "lines.parquet")),
        clients=SourcePlan(path=str(folder / "clients.parquet")),
    )


def test_a_recorded_end_between_the_dates_is_a_certain_loss_with_its_reason_beside_ours(
    certain: LossAnalysis, analysis: LossAnalysis
) -> None:
    assert "big03" not in set(analysis.losses["client_id"])
    row = certain.losses.set_index("client_id").loc["big03"]
    assert (row["kind"], row["certainty"], row["lost_on"]) == ("left", "certain", GONE_ON)
    assert (row["left_on"], row["left_reason"]) == (GONE_ON, "<b>too dear</b>")
    assert row["onset"] <= GONE_ON
    assert row["reason_1"] == "unknown"
    assert certain.summary["recorded_ends"] == 1
    others = certain.losses[certain.losses["client_id"] != "big03"]
    assert others["left_on"].isna().all()
    assert set(others["client_id"]) == set(analysis.losses["client_id"])


def test_an_end_recorded_on_or_after_the_later_date_is_unknown(uncounted: LossAnalysis) -> None:
    assert "big03" not in set(uncounted.losses["client_id"])
    assert uncounted.summary["recorded_ends"] == 0


def test_an_end_recorded_before_the_earlier_date_is_not_counted_again(
    uncounted: LossAnalysis,
) -> None:
    assert uncounted.summary["lost_before"] == 1
    assert "gone" not in set(uncounted.losses["client_id"])


def test_an_end_that_orders_contradict_is_told_and_does_not_count(uncounted: LossAnalysis) -> None:
    assert "big05" not in set(uncounted.losses["client_id"])
    told = [note for note in uncounted.summary["notes"] if "recorded as left" in note]
    assert len(told) == 1
    assert "1 key client is recorded as left" in told[0]


def test_what_a_person_wrote_as_the_reason_changes_no_figure(
    analysed: Analysed, certain: LossAnalysis
) -> None:
    other = analysed(ends={"big03": (GONE_ON, None)})
    pd.testing.assert_frame_equal(
        certain.losses.drop(columns="left_reason"), other.losses.drop(columns="left_reason")
    )
    for name in ("loss_reasons", "evidence", "losses_by", "loss_faults", "loss_trend"):
        pd.testing.assert_frame_equal(getattr(certain, name), getattr(other, name))


def test_the_departure_of_a_client_that_cost_more_than_it_brought_is_a_relief(
    analysed: Analysed,
) -> None:
    found = analysed(burden(dt.date(2024, 2, 1)), burden(None), ends={})
    assert found.relief["client_id"].tolist() == ["burden"]
    row = found.relief.iloc[0]
    # twenty-six orders in the year before, each at a loss of fifteen
    assert row["profit_forgone"] == pytest.approx(-15.0 * 26, abs=15.0)
    assert row["lost_on"] > dt.date(2024, 2, 1)
    assert "burden" not in set(found.losses["client_id"])
    assert found.summary["relief"]["clients"] == 1


def test_a_loss_is_no_relief_and_a_relief_no_loss(analysed: Analysed) -> None:
    found = analysed(burden(dt.date(2024, 2, 1)), ends={"burden": (dt.date(2024, 3, 1), "gone")})
    assert not {*found.relief["client_id"]} & {*found.losses["client_id"]}
    row = found.relief.iloc[0]
    assert (row["lost_on"], row["certainty"]) == (dt.date(2024, 3, 1), "certain")
    assert row["left_reason"] == "gone"


def test_beside_a_lost_client_stand_only_key_clients_that_stayed(
    ledger: Ledger, bundle: Bundle, dates: tuple[int, int], analysis: LossAnalysis
) -> None:
    from segml.losses.attribution import Span
    from segml.losses.books import open_books
    from segml.losses.fates import fates

    scene = Scene(ledger=ledger, bundle=bundle, start=dates[0], end=dates[1])
    books = open_books(
        ledger,
        scene.key,
        known=list(scene.after.index),
        start=dates[0],
        end=dates[1],
        shrunk_below=0.3,
        seed=1,
    )
    became = fates(books, scene.key, start=dates[0], end=dates[1])
    lost = sorted(analysis.losses["client_id"])
    spans = {each: Span(client_id=each, before=dates[0], after=dates[1]) for each in lost}
    drivers = [each for each in bundle.encoder.features if each.kind == "driver"]
    seen = beside(scene, books, spans, became.stayed, drivers)
    pool = sorted(became.stayed)
    assert seen.lost.shape == (len(lost), len(drivers))
    named = {pool[each] for each in seen.who.ravel() if each >= 0}
    assert named
    assert not named & set(lost)
    for row in seen.who:
        known = [each for each in row if each >= 0]
        assert len(known) == len(set(known)) == min(10, len(pool))
