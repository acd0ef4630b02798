from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import product
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from segml.ledger import Ledger, day_of, open_ledger
from segml.ledger.intake import FIRST_ROWS
from segml.ledger.parsing import BLANKS, trimmed
from segml.words.plan import Economics, LedgerPlan, SourcePlan

IDS = "SELECT client_id FROM {clients} ORDER BY client_id"


def days(ledger: Ledger) -> list[str]:
    frame = ledger.past(99_999).frame("SELECT day FROM {lines} ORDER BY day")
    return [str(dt.date(1970, 1, 1) + dt.timedelta(int(day))) for day in frame["day"]]


@pytest.mark.parametrize(
    "text",
    [
        "2011-03-31",
        "2011-3-31",
        "2011-03-31 23:59",
        "2011-03-31T23:59:59",
        "2011-03-31 23:59:59.123",
        "20110331",
        "2011/03/31",
        "2011/03/31 10:00",
        "31.03.2011",
        "31.03.2011 08:15",
        "31 Mar 2011",
        "31-Mar-2011",
        '"Mar 31, 2011"',
        " 2011-03-31 ",
    ],
)
def test_common_forms_of_a_date_are_its_day(opened: Callable[..., Ledger], text: str) -> None:
    assert days(opened(f"client_id,date,amount\na,{text},1\n")) == ["2011-03-31"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2011-03-31T23:30:00Z", "2011-04-01"),
        ("2011-03-31 23:30Z", "2011-04-01"),
        ("2011-03-31T23:30:00+03:00", "2011-03-31"),
        ("2011-03-31 23:30:00-0500", "2011-04-01"),
        ("2011-01-31T23:30:00Z", "2011-01-31"),
    ],
)
def test_an_instant_becomes_the_day_in_the_ledgers_zone(
    opened: Callable[..., Ledger], text: str, day: str
) -> None:
    assert days(opened(f"client_id,date,amount\na,{text},1\n", timezone="Europe/London")) == [day]


def parquet(folder: Path, frame: pd.DataFrame, zone: str = "UTC") -> Ledger:
    frame.to_parquet(folder / "t.parquet")
    source = SourcePlan(path=str(folder / "t.parquet"))
    return open_ledger(LedgerPlan(transactions=source, timezone=zone), Economics())


def test_typed_stamps_are_local_when_naive_and_converted_when_not(tmp_path: Path) -> None:
    naive = pd.DataFrame(
        {"client_id": ["a"], "date": pd.to_datetime(["2011-03-31 23:30"]), "amount": [1.0]}
    )
    naive["date"] = naive["date"].astype("datetime64[ns]")
    with parquet(tmp_path, naive, "Asia/Tokyo") as ledger:
        assert days(ledger) == ["2011-03-31"]
    aware = naive.assign(date=naive["date"].dt.tz_localize("UTC"))
    with parquet(tmp_path, aware, "Asia/Tokyo") as ledger:
        assert days(ledger) == ["2011-04-01"]
    dates = naive.assign(date=[dt.date(2011, 3, 31)])
    with parquet(tmp_path, dates) as ledger:
        assert (ledger.first_day, days(ledger)) == (day_of(dt.date(2011, 3, 31)), ["2011-03-31"])


def test_ids_of_a_float_column_lose_their_fraction_and_nan_is_no_id(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "client_id": [12345.0, 12346.0, float("nan")],
            "date": ["2011-01-01"] * 3,
            "amount": [1.0, 2.0, 3.0],
        }
    )
    frame.to_parquet(tmp_path / "t.parquet")
    source = SourcePlan(path=str(tmp_path / "t.parquet"))
    with open_ledger(LedgerPlan(transactions=source, max_bad_share=0.5), Economics()) as ledger:
        assert ledger.past(99_999).frame(IDS)["client_id"].tolist() == ["12345", "12346"]
        assert ledger.quarantine()["code"].tolist() == ["missing_client_id"]
        assert ledger.findings.of("float_ids")[0].count == 2


def test_text_ids_lose_a_zero_fraction_only_if_every_id_is_a_number(
    opened: Callable[..., Ledger],
) -> None:
    floats = opened("client_id,date,amount\n12.0,2011-01-01,1\n13,2011-01-01,1\n")
    assert floats.past(99_999).frame(IDS)["client_id"].tolist() == ["12", "13"]
    mixed = opened("client_id,date,amount\n12.0,2011-01-01,1\nx,2011-01-01,1\n")
    assert mixed.past(99_999).frame(IDS)["client_id"].tolist() == ["12.0", "x"]


@pytest.mark.parametrize(
    ("last", "kept"), [("13", ["12"]), ("13.0", ["12"]), ("B7", ["12", "12.0"])]
)
def test_an_id_tells_what_all_are_however_late_it_comes(
    opened: Callable[..., Ledger], last: str, kept: list[str]
) -> None:
    rows = ["12,2011-01-01,1"] * (FIRST_ROWS + 100) + ["12.0,2011-01-01,1"]
    text = "\n".join(["client_id,date,amount", *rows, f"{last},2011-01-01,1", ""])
    ids = opened(text).past(99_999).frame(IDS)["client_id"]
    assert sorted({*ids} - {last, "13"}) == kept


SIGNS = ("a", "~", "!", "Ж", "中", "\u0301", "\u200d", "🏭", "\x7f", "\x1f", "\x0b", *BLANKS)


def test_a_text_loses_the_blanks_at_its_ends_and_no_other_sign() -> None:
    texts = [before + "mid" + after for before in ("", *SIGNS) for after in ("", *SIGNS)]
    texts += [one + other + "\r\n" for one in SIGNS for other in SIGNS]
    texts += ["".join(pair) for pair in product(SIGNS, ("", *SIGNS))]
    with duckdb.connect() as connection:
        told = [
            connection.execute(f"SELECT {trimmed('t')} FROM (SELECT ? AS t)", [text]).fetchone()
            for text in texts
        ]
    assert [one for (one,) in told] == [text.strip(BLANKS) or None for text in texts]


def test_ids_keep_leading_zeros_and_lose_blanks_around(opened: Callable[..., Ledger]) -> None:
    ledger = opened("client_id,date,amount\n 007 ,2011-01-01,1\n\u00a0007,2011-01-01,1\n")
    assert ledger.past(99_999).frame(IDS)["client_id"].tolist() == ["007"]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ('"1,234.50"', 1234.5),
        ('"-1,234,567"', -1234567.0),
        ("1 234.50", 1234.5),
        ("1\u00a0234", 1234.0),
        ("1'234.5", 1234.5),
        ("+5", 5.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        (" 7 ", 7.0),
    ],
)
def test_thousands_separators_are_read(
    opened: Callable[..., Ledger], text: str, amount: float
) -> None:
    ledger = opened(f"client_id;date;amount\na;2011-01-01;{text}\n")
    assert ledger.past(99_999).frame("SELECT amount FROM {lines}")["amount"].tolist() == [amount]


def test_without_is_return_a_negative_amount_is_one(opened: Callable[..., Ledger]) -> None:
    ledger = opened("client_id,date,amount\na,2011-01-01,1\na,2011-01-02,-1\n")
    frame = ledger.past(99_999).frame("SELECT is_return FROM {lines} ORDER BY day")
    assert frame["is_return"].tolist() == [False, True]


def test_is_return_wins_over_the_sign(opened: Callable[..., Ledger]) -> None:
    rows = "client_id,date,amount,is_return\na,2011-01-01,-1,no\na,2011-01-02,1,YES\n"
    frame = opened(rows).past(99_999).frame("SELECT is_return FROM {lines} ORDER BY day")
    assert frame["is_return"].tolist() == [False, True]
