"""A run held open is one run: whole tables, rows of a client, and nothing of its successor."""

import datetime as dt
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from segml.stores import (
    Held,
    Newest,
    Roster,
    Scope,
    Shelf,
    Wanted,
    losses_folder,
    publish,
    scores_folder,
)
from segml.stores import open_table as open_table_module
from segml.stores import parquet as parquet_module
from segml.stores import shelf as shelf_module
from segml.stores.newest import Prepare
from segml.words.errors import ConfigurationRefused, TableRefused

JUNE, JULY = dt.date(2011, 6, 1), dt.date(2011, 7, 1)
MANAGERS, REGIONS = ("Anna", "Ben", None), ("North", "South")


def tables(
    count: int = 60, *, profit: float = 100.0, day: dt.date = JUNE
) -> dict[str, pd.DataFrame]:
    """A run of some clients, every figure told by the client's number."""
    number = np.arange(count)
    ids = [f"c{n:05d}" for n in number]
    same = {
        "as_of": day,
        "status": "active",
        "tier_rival": None,
        "raw_churn": 0.0,
        "tier_margin": 0.0,
        "raw_potential": 0.0,
        "expected_profit": 1.0,
        "expected_profit_low": 0.0,
        "expected_profit_high": 2.0,
        "median_profit": 1.0,
        "cost_to_serve_365": 1.0,
        "referral_profit_365": 0.0,
        "roles": "",
        "model_version": "v",
        "currency": "EUR",
        "previous_tier": None,
        "p_churn_low": 0.0,
        "p_churn_high": 1.0,
    }
    scores = pd.DataFrame({"client_id": ids, **same}).assign(
        tier=[f"tier {1 + n % 3}" for n in number],
        tier_rank=1 + number % 3,
        is_key=number % 3 == 0,
        action=["remind" if n % 11 == 0 else "keep" for n in number],  # recorded as gone
        p_churn=(number % 10) / 10,
        profit_365=profit * (number - 5),
        revenue_365=10.0 * number,
        value_365=1.0,
    )
    clients = pd.DataFrame({"client_id": ids}).assign(
        name=[None if n % 7 == 0 else f"Firma {n} ÄÖ" for n in number],
        manager=[MANAGERS[n % 3] for n in number],
        region=[REGIONS[n % 2] for n in number],
        industry=["food" if n % 4 else "wood" for n in number],
    )
    reasons = pd.DataFrame({"client_id": np.repeat(ids, 4), "rank": np.tile(range(4), count)})
    reasons = reasons.assign(
        as_of=day,
        subject="churn",
        feature="a",
        kind=None,
        reason=None,
        value=1.0,
        value_text="1",
        reference=1.0,
        points=1.0,
        contribution=np.repeat(number.astype(float), 4),
    )
    return {"scores": scores, "clients": clients, "reasons": reasons}


def run(day: dt.date = JUNE, **more: object) -> dict[str, object]:
    """A run.json."""
    return {"portfolio": "shop", "as_of": day.isoformat(), "model_version": "v", **more}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(parquet_module, "ROW_GROUP", 16)
    monkeypatch.setattr(shelf_module, "LARGE", 0)
    return publish(scores_folder(tmp_path, JUNE), tables(), run())


def test_the_rows_of_a_client_are_those_of_the_whole_table(folder: Path) -> None:
    shelf = Shelf(folder)
    for name in ("reasons", "scores", "clients"):
        whole = shelf.table(name)
        assert whole is not None
        for who in ("c00000", "c00003", "c00004", "c00031", "c00059"):
            mine = shelf.of_client(name, who)
            assert mine is not None
            pd.testing.assert_frame_equal(
                mine.reset_index(drop=True),
                whole[whole["client_id"] == who].reset_index(drop=True),
            )
    for absent in ("", "a", "c00003x", "zzz"):
        found = shelf.of_client("reasons", absent)
        assert found is not None
        assert found.empty


def test_columns_read_one_by_one_are_those_of_the_table(folder: Path) -> None:
    shelf = Shelf(folder)
    for name in ("scores", "clients"):
        whole = shelf.table(name)
        assert whole is not None
        with shelf.column_by_column((name,)):
            beside = {column: shelf.column(name, column) for column in shelf.columns(name)}
            coded = shelf.column(name, "client_id", is_coded=True)
        for column, values in beside.items():
            assert values.equals(shelf.column(name, column)), column
        assert coded.to_pylist() == list(whole["client_id"])


def test_a_table_gone_through_in_parts_is_the_table(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_table_module, "GROUPS", 3)
    shelf = Shelf(folder)
    columns = ("profit_365", "client_id", "tier")
    parts = [*shelf.batches("scores", columns)]
    assert len(parts) > 2
    whole = shelf.table("scores", columns)
    assert whole is not None
    assert pa.Table.from_batches(parts).to_pylist() == whole[[*columns]].to_dict("records")


def test_what_readers_will_ask_is_read_before_they_get_a_new_run(folder: Path) -> None:
    newest = Newest(folder.parent, portfolio="shop")
    publish(scores_folder(folder.parent, JULY), tables(day=JULY), {"portfolio": "shop"})
    held = newest.look(lambda found: None)
    for shelf in (held.scores, held.former):
        assert shelf is not None
        for table in shelf._tables.values():
            assert vars(table)["foot"]._told is None
    assert "runs" in vars(held.timeline)


def test_the_run_of_before_is_not_read_once_more_for_the_next(folder: Path) -> None:
    newest = Newest(folder.parent, portfolio="shop")
    first = newest.held
    publish(scores_folder(folder.parent, JULY), tables(day=JULY), {"portfolio": "shop"})
    asked = []

    def prepare(found: Held) -> None:
        assert found.former_roster is not None
        assert found.former_roster._register is first.roster._register
        asked.append(found.former_roster.industry("food"))
        found.former_roster.forget()

    second = newest.look(prepare)
    assert first.roster._register._held  # its readers still ask
    assert second.former_roster is not None
    assert second.former_roster._register is not first.roster._register
    assert [second.former_roster.industry("food")] == asked
    assert not second.former_roster._register._held


def test_a_run_that_is_replaced_or_removed_stays_as_it_was(folder: Path) -> None:
    shelf = Shelf(folder)
    publish(folder, tables(30, profit=7.0), run(again=True))
    scores, reasons = shelf.table("scores"), shelf.of_client("reasons", "c00055")
    assert scores is not None
    assert reasons is not None
    assert len(scores) == 60
    assert len(reasons) == 4
    assert "again" not in shelf.run
    assert Shelf(folder).run["again"] is True
    assert Shelf(folder).stamp != shelf.stamp


def test_a_table_that_was_not_published_is_none(folder: Path) -> None:
    shelf = Shelf(folder)
    assert shelf.table("drift") is None
    assert shelf.of_client("drift", "c00001") is None
    assert set(shelf.holds(["scores", "drift"])) == {"scores"}
    assert set(shelf.tables) == {"scores", "clients", "reasons"}


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationRefused, match="no published run"):
        Shelf(tmp_path)


@pytest.fixture
def roster(folder: Path) -> Roster:
    return Roster(Shelf(folder))


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(sort="profit", limit=7),
        Wanted(sort="profit", descending=False, offset=10, limit=7),
        Wanted(tier="tier 2", sort="name", descending=False),
        Wanted(only_key=True, manager="Anna", region="South", limit=None),
        Wanted(text="FIRMA 1", limit=None),
        Wanted(text="äö", sort="risk", limit=None),
        Wanted(text="c0001", limit=None),
        Wanted(text="100%_'", limit=None),
        Wanted(status="lapsed"),
    ],
)
def test_a_page_is_what_pandas_would_give(roster: Roster, wanted: Wanted) -> None:
    found = roster.page(wanted, Scope())
    rows = tables()["scores"].merge(tables()["clients"], on="client_id")
    rows["called"] = rows["name"].where(rows["name"].notna(), rows["client_id"])
    rows["stake"] = rows["p_churn"] * rows["profit_365"].clip(lower=0) * (rows["action"] == "keep")
    for column in ("tier", "status", "manager", "region"):
        if getattr(wanted, column) is not None:
            rows = rows[rows[column] == getattr(wanted, column)]
    if wanted.only_key:
        rows = rows[rows["is_key"]]
    if wanted.text:
        text = wanted.text.lower()
        fits = rows["called"].str.lower().str.contains(text, regex=False)
        rows = rows[fits | rows["client_id"].str.startswith(wanted.text)]
    key = {"profit": "profit_365", "risk": "p_churn", "name": "called"}.get(wanted.sort, "stake")
    ordered = rows.sort_values([key, "client_id"], ascending=[not wanted.descending, True])
    end = None if wanted.limit is None else wanted.offset + wanted.limit
    shown = ordered.iloc[wanted.offset : end]
    assert [row["client_id"] for row in found.rows] == list(shown["client_id"])
    assert found.total == len(rows)
    parts = pd.concat([*roster.parts(wanted, Scope()), rows.head(0)])
    assert list(parts["client_id"]) == list(ordered["client_id"])
    assert found.profit == pytest.approx(rows["profit_365"].sum())
    assert found.stake == pytest.approx(rows["stake"].sum())


def test_namesakes_that_may_be_seen_have_their_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_module, "LARGE", 0)
    told = tables()
    alike = {"c00001": "Firma 4 ÄÖ", "c00009": "Firma 3 ÄÖ"}  # of 4 Ben's too, of 3 Anna's too
    names = told["clients"].set_index("client_id")["name"]
    told["clients"]["name"] = names.where(~names.index.isin([*alike]), names.index.map(alike)).array
    roster = Roster(Shelf(publish(scores_folder(tmp_path, JUNE), told, run())))
    asked = ["c00001", "c00002", "c00004", "c00007"]
    of_all = {
        "c00001": "Firma 4 ÄÖ (c00001)",
        "c00002": "Firma 2 ÄÖ",
        "c00004": "Firma 4 ÄÖ (c00004)",
        "c00007": "c00007",
    }
    assert roster.names_of(asked, Scope()) == of_all
    shown = roster.frame(Scope(), ("client_id", "called")).set_index("client_id")["called"]
    assert shown[asked].to_dict() == of_all
    south = Scope(regions=("South",))  # of both pairs it sees one, or both
    assert roster.names_of(["c00001", "c00003"], south) == {
        "c00001": "Firma 4 ÄÖ",
        "c00003": "Firma 3 ÄÖ (c00003)",
    }


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope(), lambda n: True),
        (Scope(managers=("Anna",)), lambda n: n % 3 == 0),
        (Scope(managers=("Anna", "Ben")), lambda n: n % 3 < 2),
        (Scope(regions=("South",)), lambda n: n % 2 == 1),
        (Scope(managers=("Anna",), regions=("South",)), lambda n: n % 6 == 3),
        (Scope(managers=()), lambda n: False),
        (Scope(managers=("Anna' or true --",)), lambda n: False),
    ],
)
def test_nothing_answers_beyond_the_scope(roster: Roster, scope: Scope, seen: object) -> None:
    assert callable(seen)
    mine = [f"c{n:05d}" for n in range(60) if seen(n)]
    assert list(roster.frame(scope, ("client_id",))["client_id"]) == mine
    assert list(roster.names(scope)) == mine
    assert len(roster.names(scope)) == len(mine)
    assert roster.page(Wanted(limit=None), scope).total == len(mine)
    for n in range(60):
        assert (roster.client(f"c{n:05d}", scope) is not None) == seen(n)
    told = {*roster.values("manager", scope)}
    assert told == {MANAGERS[n % 3] for n in range(60) if seen(n)} - {None}


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(ValueError, match="sorted by"):
        Wanted(sort="name; drop table roster")
    with pytest.raises(ValueError, match="offset"):
        Wanted(offset=-1)


def test_the_newest_runs_are_held_together(folder: Path) -> None:
    output = folder.parent
    newest = Newest(output, portfolio="shop")
    first = newest.held
    assert (first.as_of, first.former, first.losses) == (JUNE, None, None)
    assert newest.look().scores is first.scores

    publish(scores_folder(output, JULY), tables(day=JULY), run(JULY))
    losses = {"demoted": pd.DataFrame({c: [] for c in ("client_id", "tier_before", "tier_after")})}
    losses["demoted"] = losses["demoted"].assign(value_before=[], value_after=[]).astype(str)
    losses["demoted"] = losses["demoted"].astype({"value_before": float, "value_after": float})
    for end in (JULY, dt.date(2011, 8, 1)):
        told = {"portfolio": "shop", "from": JUNE.isoformat(), "to": end.isoformat()}
        publish(losses_folder(output, JUNE, end), losses, told)
    publish(scores_folder(output, dt.date(2011, 9, 1)), tables(), run() | {"portfolio": "other"})
    while_prepared: list[tuple[dt.date, dt.date]] = []
    second = newest.look(lambda found: while_prepared.append((found.as_of, newest.held.as_of)))
    assert while_prepared == [(JULY, JUNE)]  # readers keep the run of before meanwhile
    assert (second.as_of, second.former_as_of) == (JULY, JUNE)
    assert second.former is first.scores
    assert second.former_roster is not first.roster  # whoever reads the first still needs that one
    assert second.losses is not None
    assert second.losses.run["to"] == JULY.isoformat()
    assert second.mark != first.mark
    assert first.as_of == JUNE


def test_nothing_published_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationRefused, match="no published scores"):
        Newest(tmp_path, portfolio="shop")


@pytest.mark.parametrize("harm", [b"", b"PAR1 not a table", None])
def test_a_harmed_run_is_refused_by_who_begins_and_passed_over_by_who_serves(
    folder: Path, harm: bytes | None
) -> None:
    newest = Newest(folder.parent, portfolio="shop")
    publish(scores_folder(folder.parent, JULY), tables(day=JULY), run(JULY))
    path = scores_folder(folder.parent, JULY) / "scores.parquet"
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2] if harm is None else harm)
    with pytest.raises(ConfigurationRefused, match="cannot be read"):
        Newest(folder.parent, portfolio="shop")
    with pytest.raises(TableRefused, match=r"scores\.parquet"):
        newest.look()
    assert newest.held.as_of == JUNE


def test_who_watches_goes_on_after_a_harmed_run_and_takes_it_once_it_is_mended(
    folder: Path,
) -> None:
    newest = Newest(folder.parent, portfolio="shop")
    publish(scores_folder(folder.parent, JULY), tables(day=JULY), run(JULY))
    path = scores_folder(folder.parent, JULY) / "scores.parquet"
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])
    looked = threading.Semaphore(0)
    original = newest.look

    def look(prepare: Prepare | None = None) -> Held:
        looked.release()
        return original(prepare)

    newest.look = look  # type: ignore[method-assign]  # counts the looks of the thread
    newest.watch(0.02)
    for _ in range(3):  # the second look comes after the first was refused
        assert looked.acquire(timeout=30)
    assert newest.held.as_of == JUNE
    path.write_bytes(raw)
    until = time.monotonic() + 30
    while newest.held.as_of != JULY and time.monotonic() < until:
        time.sleep(0.02)
    newest.end()
    assert newest.held.as_of == JULY


def test_a_run_whose_record_is_harmed_is_nobodys(folder: Path) -> None:
    publish(scores_folder(folder.parent, JULY), tables(day=JULY), run(JULY))
    record = scores_folder(folder.parent, JULY) / "run.json"
    record.write_bytes(record.read_bytes()[:40])
    assert Newest(folder.parent, portfolio="shop").held.as_of == JUNE


def test_readers_see_one_run_while_others_take_its_place(folder: Path) -> None:
    newest = Newest(folder.parent, portfolio="shop")
    mixed: list[object] = []
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            try:
                mixed.extend(_mixed(newest.held))
            except Exception as error:
                mixed.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for place in range(25):
        publish(
            folder, tables(40 + place, profit=float(place)), run(count=40 + place, factor=place)
        )
        newest.look()
    ended.set()
    for reader in readers:
        reader.join()
    assert not mixed
    assert newest.held.scores.run["factor"] == 24


def _mixed(held: Held) -> list[object]:
    """What of a run does not belong to it."""
    told = held.scores.run
    count, factor = told.get("count", 60), told.get("factor", 100.0)
    page = held.roster.page(Wanted(sort="name"), Scope())
    whole = held.scores.table("scores")
    last = held.scores.of_client("reasons", f"c{count - 1:05d}")
    assert whole is not None
    assert last is not None
    profit = factor * sum(n - 5 for n in range(count))
    wrong = [page.total != count, len(whole) != count, len(last) != 4]
    wrong.append(abs(page.profit - profit) > 1e-6 * max(1.0, abs(profit)))
    return [(count, wrong)] if any(wrong) else []
