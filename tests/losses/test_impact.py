"""A ledger by hand: a region that an outage emptied, and events of which nothing can be told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segml.ledger import Ledger, day_of, open_ledger
from segml.losses import COMPANY_EVENTS, EVENT_IMPACT
from segml.losses.books import open_books
from segml.losses.history import histories
from segml.losses.impact import Impact, event_impact
from segml.losses.impact_weeks import weeks_of
from segml.words.plan import Economics, LedgerPlan, SourcePlan

FIRST, END, AFTER = dt.date(2022, 1, 3), dt.date(2025, 1, 6), dt.date(2025, 3, 3)
CLIENTS = 420
OUTAGE = dt.date(2024, 1, 15)
REGIONS = ("east", "north", "south", "west")
PROFIT = 40.0
EVENTS = pd.DataFrame(
    [
        ("outage", OUTAGE, "service_outage", "region", "north", None),
        ("quiet", OUTAGE, "policy_change", "category", "tools", None),
        ("terms", OUTAGE, "policy_change", "all", None, None),
        ("few", OUTAGE, "manager_change", "manager", "boss-1", None),
        ("early", dt.date(2022, 3, 1), "service_outage", "region", "east", None),
        ("late", dt.date(2024, 11, 1), "service_outage", "region", "east", None),
        ("gone-1", dt.date(2023, 9, 4), "product_withdrawal", "product", "saw", None),
        ("gone-2", dt.date(2023, 9, 4), "product_withdrawal", "product", "axe", None),
        ("future", dt.date(2025, 1, 20), "service_outage", "region", "north", None),
    ],
    columns=["event_id", "date", "kind", "scope", "scope_value", "magnitude"],
)


def clients() -> pd.DataFrame:
    number = np.arange(CLIENTS)
    return pd.DataFrame(
        {
            "client_id": [f"c{n:03d}" for n in number],
            "region": [REGIONS[n % 4] for n in number],
            "industry": [("food", "metal", "wood")[n % 3] for n in number],
            "manager": [f"boss-{n % 21}" for n in number],
        }
    )


def whole() -> pd.DataFrame:
    """What each client would order were nobody lost, and from which day on it is."""
    draws = np.random.default_rng(8)
    parts = []
    for n in range(CLIENTS):
        gap, size = draws.integers(10, 33), PROFIT * np.exp(draws.normal(0, 0.5))
        days = np.cumsum(draws.gamma(4.0, gap / 4.0, 200)).astype(int)
        days = days[days < (AFTER - FIRST).days]
        goes = draws.random() < (0.4 if n % 4 == 1 else 0.05)
        parts.append(
            pd.DataFrame(
                {
                    "client_id": f"c{n:03d}",
                    "date": [FIRST + dt.timedelta(days=int(day)) for day in days],
                    "amount": np.round(size + 60 + draws.normal(0, 5, len(days)), 2),
                    "cost": 60.0,
                    "product": ("saw", "axe", "pen")[n // 24 % 3],
                    "category": "tools" if n // 12 % 2 else "desk",
                    "north": n % 4 == 1,
                    "gone_on": OUTAGE + dt.timedelta(days=20) if goes else dt.date.max,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def lines(until: dt.date = AFTER) -> pd.DataFrame:
    """Of the north two in five stop after the outage, of the others one in twenty."""
    table = whole()
    kept = (table["date"] < table["gone_on"]) & (table["date"] < until)
    return table[kept].drop(columns=["north", "gone_on"])


def opened(folder: Path, table: pd.DataFrame, events: pd.DataFrame = EVENTS) -> Ledger:
    paths = {"transactions": table, "clients": clients(), "events": events}
    for name, frame in paths.items():
        frame.to_parquet(folder / f"{name}.parquet")
    plan = LedgerPlan(**{name: SourcePlan(path=str(folder / f"{name}.parquet")) for name in paths})
    return open_ledger(plan, Economics(currency="EUR"))


def told(ledger: Ledger) -> Impact:
    about = clients().set_index("client_id")
    known, end = list(about.index), day_of(END)
    books = open_books(
        ledger, known, known=known, start=end - 365, end=end, shrunk_below=0.3, seed=1
    )
    return event_impact(ledger, books, about, known=known, end=end)


@pytest.fixture(scope="module")
def impact(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Impact]:
    with opened(tmp_path_factory.mktemp("ledger"), lines()) as ledger:
        yield told(ledger)


def row(impact: Impact, event: str, outcome: str = "lost") -> pd.Series:
    return impact.event_impact.set_index(["event_id", "outcome"]).loc[(event, outcome)]


def test_losses_after_an_event_are_found_with_their_size(impact: Impact) -> None:
    found = row(impact, "outage")
    goes = whole().groupby("client_id").agg(north=("north", "any"), day=("gone_on", "min"))
    share = (goes["day"] < AFTER).groupby(goes["north"]).mean()
    assert found["verdict"] == "worse"
    assert found["low"] < share[True] - share[False] < found["high"]
    assert found["effect"] == pytest.approx(share[True] - share[False], abs=0.07)
    assert found["exposed"] == pytest.approx(CLIENTS / 4, abs=20)
    assert found["compared"] == pytest.approx(CLIENTS * 3 / 4, abs=60)


def test_the_profit_that_is_gone_is_told_a_client_and_year(impact: Impact) -> None:
    found = row(impact, "outage", "profit")
    table = whole()
    until = OUTAGE + dt.timedelta(weeks=39)
    gone = table[(table["date"] >= table["gone_on"]) & (table["date"] < until)]
    missed = (gone["amount"] - gone["cost"]).groupby(gone["north"]).sum() * 52 / 39
    truth = -missed[True] / (CLIENTS / 4) + missed[False] / (CLIENTS * 3 / 4)
    assert found["verdict"] == "worse"
    assert found["low"] < truth < found["high"] < 0


def test_an_event_without_effect_is_not_called(impact: Impact) -> None:
    for outcome in ("lost", "profit"):
        found = row(impact, "quiet", outcome)
        assert found["verdict"] == "no_difference"
        assert found["p_adjusted"] > 0.05
        assert found["low"] < 0 < found["high"]


@pytest.mark.parametrize(
    ("event", "verdict"),
    [
        ("terms", "no_comparable"),
        ("few", "too_few_exposed"),
        ("early", "too_little_time"),
        ("late", "too_little_time"),
    ],
)
def test_what_cannot_be_told_says_why_and_has_no_effect(
    impact: Impact, event: str, verdict: str
) -> None:
    found = row(impact, event)
    assert found["verdict"] == verdict
    assert found[["effect", "low", "high", "p_adjusted", "pretrend_p"]].isna().all()


def test_withdrawals_of_one_day_are_one_happening(impact: Impact) -> None:
    one, other = row(impact, "gone-1"), row(impact, "gone-2")
    pd.testing.assert_series_equal(one, other, check_names=False)
    events = impact.company_events.set_index("event_id")
    assert events["together"]["gone-2"] == "gone-1" == events["together"]["gone-1"]


def test_every_event_before_the_later_date_has_a_row_an_outcome(impact: Impact) -> None:
    assert list(impact.event_impact.columns) == list(EVENT_IMPACT)
    assert list(impact.company_events.columns) == list(COMPANY_EVENTS)
    known = sorted(set(EVENTS["event_id"]) - {"future"})
    assert impact.company_events["event_id"].tolist() == known
    pairs = impact.event_impact[["event_id", "outcome"]].to_numpy().tolist()
    assert pairs == [[each, outcome] for each in known for outcome in ("lost", "profit")]


def test_rows_after_the_later_date_and_the_order_of_rows_change_nothing(
    impact: Impact, tmp_path: Path
) -> None:
    table = lines(END).sample(frac=1.0, random_state=2)
    events = EVENTS[EVENTS["event_id"] != "future"].sample(frac=1.0, random_state=3)
    with opened(tmp_path, table, events) as ledger:
        again = told(ledger)
    pd.testing.assert_frame_equal(again.event_impact, impact.event_impact)
    pd.testing.assert_frame_equal(again.company_events, impact.company_events)


def test_two_events_that_reached_the_same_clients_cannot_be_told_apart(tmp_path: Path) -> None:
    other = EVENTS[EVENTS["event_id"] == "outage"].assign(
        event_id="rival", date=OUTAGE + dt.timedelta(days=40), kind="competitor_entry"
    )
    with opened(tmp_path, lines(), pd.concat([EVENTS, other])) as ledger:
        found = told(ledger)
    assert row(found, "outage")["verdict"] == "overlapping"
    beside = found.company_events.set_index("event_id")["beside"]
    assert (beside["outage"], beside["rival"]) == ("rival", "outage")


def test_whom_the_same_round_of_prices_raised_too_is_no_comparison(tmp_path: Path) -> None:
    def compared(event: str, *events: tuple[str, int, str, float]) -> int:
        folder = tmp_path / f"{event}-{len(events)}-{events[-1][1]}"
        folder.mkdir()
        rows = [
            (name, OUTAGE + dt.timedelta(days), "price_change", "product", product, rise)
            for name, days, product, rise in events
        ]
        with opened(folder, lines(), pd.DataFrame(rows, columns=EVENTS.columns)) as ledger:
            found = row(told(ledger), event)
        return int(found["compared"])

    less, more = ("less", 0, "saw", 0.04), ("more", 9, "axe", 0.16)
    third, two_thirds = CLIENTS / 3, 2 * CLIENTS / 3
    assert compared("less", less) == pytest.approx(two_thirds, abs=40)
    assert compared("less", less, more) == pytest.approx(third, abs=30)
    assert compared("more", less, more) == pytest.approx(two_thirds, abs=40)
    assert compared("less", less, ("more", 40, "axe", 0.16)) == pytest.approx(two_thirds, abs=40)


def test_a_group_that_fared_otherwise_before_is_not_judged(tmp_path: Path) -> None:
    table = whole().drop(columns="gone_on")
    dear = table["north"] & (table["date"] >= OUTAGE - dt.timedelta(weeks=20))
    table["amount"] += np.where(dear, 12.0, 0.0)
    with opened(tmp_path, table.drop(columns="north")) as ledger:
        found = row(told(ledger), "outage", "profit")
    assert found["effect"] > 0
    assert found["pretrend_p"] < 0.05
    assert found["verdict"] == "differed_before"


def test_losses_after_it_are_not_called_of_clients_whose_profit_had_moved_before(
    tmp_path: Path,
) -> None:
    table = whole()
    table = table[table["date"] < table["gone_on"]]
    dear = table["north"] & (table["date"] >= OUTAGE - dt.timedelta(weeks=20))
    table["amount"] += np.where(dear, 12.0, 0.0)
    with opened(tmp_path, table.drop(columns=["north", "gone_on"])) as ledger:
        found = told(ledger)
    assert row(found, "outage", "profit")["pretrend_p"] < 0.05
    lost = row(found, "outage")
    assert lost["low"] > 0
    assert not lost["pretrend_p"] < 0.05
    assert lost["verdict"] == "differed_before"


def test_nothing_is_claimed_where_nobody_can_see_how_they_fared_before(
    impact: Impact, tmp_path: Path
) -> None:
    table = lines()
    with opened(tmp_path, table[table["date"] >= OUTAGE - dt.timedelta(weeks=60)]) as ledger:
        found = row(told(ledger), "outage")
    assert row(impact, "outage")["verdict"] == "worse"
    assert found["p_adjusted"] < 0.05
    assert found["low"] > 0
    assert found["verdict"] == "too_little_time"


def test_a_ledger_without_events_has_no_rows(tmp_path: Path) -> None:
    with opened(tmp_path, lines(), EVENTS.head(0)) as ledger:
        found = told(ledger)
    assert found.event_impact.empty
    assert list(found.event_impact.columns) == list(EVENT_IMPACT)
    assert found.company_events.empty


def test_contacts_older_than_any_order_are_no_week_of_it() -> None:
    table = pd.DataFrame(
        {
            "client_id": "a",
            "day": [100, 107],
            "amount": 9.0,
            "profit": 5.0,
            "is_return": False,
        }
    )
    charges = pd.DataFrame(
        {"client_id": ["a", "a"], "day": [98, 101], "care": [3.0, 1.0], "unpaid": [0.0, 0.0]}
    )
    weeks = weeks_of(["a"], histories(table, charges), first_day=100, end=114)
    assert weeks.earned(0, 1).tolist() == [4.0]
    assert weeks.earned(1, 2).tolist() == [5.0]
