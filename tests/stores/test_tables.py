"""Published runs: found by date, read as written, refused by name."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from segml.stores import (
    SchemaBroken,
    latest_run,
    list_losses,
    list_runs,
    losses_folder,
    publish,
    read_run,
    read_table,
    require_own,
    scores_folder,
)
from segml.words.errors import ConfigurationRefused

JUNE, JULY = dt.date(2011, 6, 1), dt.date(2011, 7, 1)
OURS = {"portfolio": "оптовый"}
THEIRS = {"portfolio": "retail"}


def clients(name: str = "Ромашка") -> pd.DataFrame:
    columns = ["client_id", "name", "manager", "region", "industry"]
    return pd.DataFrame([["2", name, None, None, None], ["1", "公司", None, None, "x"]]).set_axis(
        columns, axis=1
    )


def test_what_was_published_is_read_back_with_its_run(tmp_path: Path) -> None:
    folder = publish(
        scores_folder(tmp_path, JUNE),
        {"clients": clients()},
        OURS | {"counts": {"clients": 2}},
        files={"report.html": b"<p>"},
    )
    assert folder.name == "as_of=2011-06-01"
    assert read_run(folder) == OURS | {"counts": {"clients": 2}}
    back = read_table(folder, "clients")
    assert list(back["client_id"]) == ["1", "2"]
    assert list(back["name"]) == ["公司", "Ромашка"]
    assert back["industry"].isna().tolist() == [False, True]
    assert list(back.columns) == list(clients().columns)  # no `as_of` taken from the folder's name
    assert (folder / "report.html").read_bytes() == b"<p>"


def test_publishing_again_replaces_everything(tmp_path: Path) -> None:
    folder = scores_folder(tmp_path, JUNE)
    publish(folder, {"clients": clients()}, OURS, files={"report.html": b""})
    publish(folder, {"clients": clients("Neu")}, OURS | {"again": True})
    assert sorted(entry.name for entry in folder.iterdir()) == ["clients.parquet", "run.json"]
    assert list(read_table(folder, "clients")["name"]) == ["公司", "Neu"]
    assert [entry.name for entry in tmp_path.iterdir()] == [folder.name]


@pytest.mark.parametrize(
    ("tables", "run"),
    [
        ({"clients": clients().assign(zeal=1)}, OURS),
        ({"clients": clients()}, OURS | {"auc": float("nan")}),
        ({"clients": clients()}, {"auc": 0.5}),
        ({"clients": clients()}, {"portfolio": ""}),
    ],
)
def test_a_refused_publication_writes_nothing(
    tmp_path: Path, tables: dict[str, pd.DataFrame], run: dict[str, object]
) -> None:
    with pytest.raises((SchemaBroken, ValueError)):
        publish(scores_folder(tmp_path, JUNE), tables, run)
    assert list(tmp_path.iterdir()) == []


def test_what_the_run_says_is_asked_once_the_tables_are_written(tmp_path: Path) -> None:
    told: list[str] = []

    def chunks() -> Iterator[pd.DataFrame]:
        for place in (1, 0):
            told.append("chunk")
            yield clients().iloc[[place]]

    def run() -> dict[str, object]:
        return OURS | {"told": told}

    folder = publish(scores_folder(tmp_path, JUNE), {"clients": chunks()}, run)
    assert read_run(folder)["told"] == ["chunk", "chunk"]
    assert list(read_table(folder, "clients")["client_id"]) == ["1", "2"]


def test_a_chunk_that_breaks_its_schema_leaves_what_was_published(tmp_path: Path) -> None:
    folder = publish(scores_folder(tmp_path, JUNE), {"clients": clients()}, OURS)
    before = (folder / "clients.parquet").read_bytes()
    with pytest.raises(SchemaBroken):
        publish(folder, {"clients": iter([clients()])}, OURS)  # out of order
    assert (folder / "clients.parquet").read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == [folder.name]


def test_runs_are_listed_by_date_and_half_folders_are_none(tmp_path: Path) -> None:
    for day in (JULY, JUNE):
        publish(scores_folder(tmp_path, day), {}, OURS)
    (tmp_path / "as_of=2011-08-01").mkdir()
    (tmp_path / "as_of=someday").mkdir()
    (tmp_path / "as_of=someday" / "run.json").write_text("{}")
    assert [run.as_of for run in list_runs(tmp_path, portfolio="оптовый")] == [JUNE, JULY]
    assert latest_run(tmp_path, portfolio="оптовый").as_of == JULY
    assert latest_run(tmp_path, JUNE, portfolio="оптовый").folder == scores_folder(tmp_path, JUNE)


def test_loss_runs_are_listed_by_their_later_date(tmp_path: Path) -> None:
    for start, end in ((JUNE, JULY), (dt.date(2010, 1, 1), JUNE)):
        publish(losses_folder(tmp_path, start, end), {}, OURS)
    published = list_losses(tmp_path, portfolio="оптовый")
    assert [(run.start, run.end) for run in published] == [
        (dt.date(2010, 1, 1), JUNE),
        (JUNE, JULY),
    ]
    assert list_losses(tmp_path / "nowhere", portfolio="оптовый") == ()


def test_what_is_not_there_is_refused_with_what_is(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationRefused, match="none yet"):
        latest_run(tmp_path, portfolio="оптовый")
    folder = publish(scores_folder(tmp_path, JUNE), {"clients": clients()}, OURS)
    with pytest.raises(ConfigurationRefused, match="published dates: 2011-06-01"):
        latest_run(tmp_path, JULY, portfolio="оптовый")
    with pytest.raises(ConfigurationRefused, match="it holds clients"):
        read_table(folder, "scores")
    with pytest.raises(ConfigurationRefused, match="no published run"):
        read_run(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '"run"'])
def test_a_run_file_that_is_no_object_is_no_run(tmp_path: Path, text: str) -> None:
    folder = publish(scores_folder(tmp_path, JUNE), {}, OURS)
    (folder / "run.json").write_text(text)
    with pytest.raises(ConfigurationRefused, match="no published run"):
        read_run(folder)
    with pytest.raises(ConfigurationRefused, match="as_of=2011-06-01 is no published run"):
        list_runs(tmp_path, portfolio="оптовый")  # nobody knows whose it is
    publish(folder, {}, OURS)  # the remedy that the refusal names
    assert len(list_runs(tmp_path, portfolio="оптовый")) == 1


@pytest.mark.parametrize("folder", [scores_folder(Path(), JUNE), losses_folder(Path(), JUNE, JULY)])
def test_a_run_of_another_portfolio_is_not_replaced(tmp_path: Path, folder: Path) -> None:
    shared = tmp_path / folder
    publish(shared, {"clients": clients()}, THEIRS)
    before = {entry.name: entry.read_bytes() for entry in shared.iterdir()}
    with pytest.raises(ConfigurationRefused, match="a run of portfolio `retail`") as refused:
        publish(shared, {"clients": clients("Neu")}, OURS)
    assert "`output`" in refused.value.next_step
    assert {entry.name: entry.read_bytes() for entry in shared.iterdir()} == before
    assert [entry.name for entry in shared.parent.iterdir()] == [shared.name]


def test_whether_a_folder_is_ours_can_be_asked_before_the_work(tmp_path: Path) -> None:
    folder = scores_folder(tmp_path, JUNE)
    require_own(folder, portfolio="оптовый")
    publish(folder, {}, THEIRS)
    require_own(folder, portfolio="retail")
    with pytest.raises(ConfigurationRefused, match="a run of portfolio `retail`"):
        require_own(folder, portfolio="оптовый")


def test_readers_pass_over_the_runs_of_another_portfolio(tmp_path: Path) -> None:
    publish(scores_folder(tmp_path, JUNE), {}, OURS)
    publish(scores_folder(tmp_path, JULY), {}, THEIRS)
    publish(losses_folder(tmp_path, JUNE, JULY), {}, THEIRS)
    assert latest_run(tmp_path, portfolio="оптовый").as_of == JUNE
    assert latest_run(tmp_path, portfolio="retail").as_of == JULY
    assert list_losses(tmp_path, portfolio="оптовый") == ()
    with pytest.raises(ConfigurationRefused, match="published dates: 2011-06-01"):
        latest_run(tmp_path, JULY, portfolio="оптовый")
