"""What clients are judged by: everything they bought, and what of it can still be bought."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest

from segml.ledger import open_ledger
from segml.losses.books import Books, client_of, open_books
from segml.losses.transitions import transition
from segml.losses.withdrawn import through_withdrawals, without_withdrawn
from segml.words.plan import Economics, LedgerPlan, SourcePlan

FIRST, TURN, END = 19_000, 19_700, 19_860


def bought(client_id: str, product: str, amount: float, *, days: range) -> pd.DataFrame:
    """Orders of one product, half of their amount profit."""
    dates = [dt.date(1970, 1, 1) + dt.timedelta(days=day) for day in days]
    return pd.DataFrame(
        {"client_id": client_id, "date": dates, "product": product, "amount": amount}
    )


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Until the turn all buy much of `old`, which is then withdrawn, and some of `new`.

    `steady` buys `new` on, `fallen` a tenth of it, and `only` had bought nothing but `old`.
    """
    before, after, ever = (range(*ends, 14) for ends in ((FIRST, TURN), (TURN, END), (FIRST, END)))
    lost = ("fallen", "only", "steady")
    parts = [
        *(bought(client, "old", 1000.0, days=before) for client in lost),
        *(bought(f"other{place}", "old", 10.0, days=before) for place in range(8)),
        *(bought(f"other{place}", "new", 90.0, days=ever) for place in range(8)),
        bought("steady", "new", 100.0, days=ever),
        bought("fallen", "new", 100.0, days=before),
        bought("fallen", "new", 10.0, days=after),
    ]
    path = tmp_path_factory.mktemp("withdrawn") / "lines.parquet"
    pd.concat(parts, ignore_index=True).to_parquet(path)
    plan = LedgerPlan(transactions=SourcePlan(path=str(path)))
    with open_ledger(plan, Economics(currency="EUR", margin_rate=0.5)) as ledger:
        return open_books(
            ledger,
            lost,
            known=sorted({str(part["client_id"].iloc[0]) for part in parts}),
            start=END - 180,
            end=END,
            shrunk_below=0.3,
            seed=1,
        )


def kind_of(books: Books, client_id: str) -> str | None:
    found = transition(client_of(books, client_id), books.lens, end=END)
    return None if found is None else found.kind


def test_who_buys_no_more_of_what_is_withdrawn_has_not_shrunk(books: Books) -> None:
    assert books.withdrawn == {"old"}
    money = books.orders["steady"]
    before = money.profit_between(TURN - 140, TURN)
    assert money.profit_between(TURN, TURN + 140) < 0.1 * before
    assert kind_of(books, "steady") is None


def test_who_buys_less_of_the_rest_too_has_shrunk(books: Books) -> None:
    assert kind_of(books, "fallen") == "shrunk"


def test_who_is_silent_has_left_whatever_was_withdrawn(books: Books) -> None:
    assert kind_of(books, "only") == "left"


def test_the_histories_of_goods_on_sale_hold_no_other(books: Books) -> None:
    assert "only" not in books.on_sale
    assert books.on_sale["steady"].revenue.max() == 100.0
    assert books.orders["steady"].revenue.max() == 1100.0
    assert books.on_sale["steady"].days.tolist() == books.orders["steady"].days.tolist()


def test_who_shrank_through_withdrawn_goods_alone_is_told_with_the_money(books: Books) -> None:
    told = through_withdrawals(books, ["only", "other0", "steady"], start=TURN, end=END)
    assert told.clients == ("steady",)
    assert told.profit == pytest.approx(26 * 500.0, abs=1000.0)
    assert told.note("EUR")[0].startswith("1 key client shrank only because goods")
    assert through_withdrawals(books, ["other0"], start=TURN, end=END).note("EUR") == []


def test_who_had_shrunk_by_the_earlier_date_is_not_told_again(books: Books) -> None:
    assert through_withdrawals(books, ["steady"], start=END - 1, end=END).clients == ()


@pytest.fixture(scope="module")
def seasonal(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Shops buy weekly, camps in the first half of every year alone; it is October of the last."""
    first, end = 18_000, 18_000 + 2 * 364 + 280
    parts, rows = [], []
    for place in range(60):
        parts.append(bought(f"shop{place:02d}", "tea", 50.0, days=range(first + place % 7, end, 7)))
        rows.append((f"shop{place:02d}", "shops"))
    for place in range(12):
        # the last one is new, and has no season of its own yet
        for year in range(2 if place == 11 else 0, 3):
            opens = first + 364 * year + place % 7
            last = end if place else first + 364 * 2 + 90
            days = range(opens, min(opens + 182, last), 7)
            parts.append(bought(f"camp{place:02d}", "tea", 50.0, days=days))
        rows.append((f"camp{place:02d}", "camps"))
    folder = tmp_path_factory.mktemp("seasonal")
    pd.concat(parts, ignore_index=True).to_parquet(folder / "lines.parquet")
    clients = pd.DataFrame([*rows, ("new", None)], columns=["client_id", "industry"])
    clients.to_parquet(folder / "clients.parquet")
    plan = LedgerPlan(
        transactions=SourcePlan(path=str(folder / "lines.parquet")),
        clients=SourcePlan(path=str(folder / "clients.parquet")),
    )
    known = [each for each, _ in rows]
    with open_ledger(plan, Economics(currency="EUR", margin_rate=0.5)) as ledger:
        return open_books(
            ledger, known, known=known, start=end - 180, end=end, shrunk_below=0.3, seed=1
        )


def left_by(books: Books, client_id: str, end: int) -> bool:
    found = transition(client_of(books, client_id), books.lens, end=end)
    return found is not None and found.kind == "left"


def test_a_client_is_counted_by_the_clock_of_its_industry(seasonal: Books) -> None:
    end, lens = 18_000 + 2 * 364 + 280, seasonal.lens
    assert lens.is_seasonal
    assert lens.clock_of("camp03") is not lens.clock_of("shop03")
    assert lens.clock_of("camp03") is lens.clock_of("camp04")
    assert lens.clock_of("new") is lens.clock
    alike = dataclasses.replace(seasonal, lens=dataclasses.replace(lens, own_clocks={}))
    assert left_by(alike, "camp11", end)
    assert not left_by(seasonal, "camp11", end)
    assert not left_by(alike, "camp03", end)


def test_who_stops_within_its_season_is_lost_on_the_clock_of_its_industry(seasonal: Books) -> None:
    assert left_by(seasonal, "camp00", 18_000 + 2 * 364 + 180)
    assert not left_by(seasonal, "camp03", 18_000 + 2 * 364 + 180)


def test_who_bought_withdrawn_goods_alone_keeps_the_lines_that_tell_of_its_decline() -> None:
    rows = [
        *[("only", day, "gone", 10.0) for day in range(0, 600, 30)],
        ("only", 5, "kept", 10.0),  # long ago
        *[("both", day, name, 10.0) for day in range(0, 600, 30) for name in ("gone", "kept")],
        ("back", 590, "gone", -3.0),
        ("back", 500, "kept", 9.0),
    ]
    lines = pd.DataFrame(rows, columns=["client_id", "day", "product", "amount"])
    left = without_withdrawn(lines, {"gone"})
    assert left["client_id"].value_counts().to_dict() == {"only": 21, "both": 20, "back": 1}
    assert set(left.loc[left["client_id"] != "only", "product"]) == {"kept"}
    assert without_withdrawn(lines, set()).equals(lines)
