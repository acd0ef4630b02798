"""`publish:` of the configuration: what the folders hold, the database holds, and no run before."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pytest

import segml
from segml.flows.settings import read_settings
from segml.ledger import open_ledger
from segml.stores import (
    Warehouse,
    publish_to_warehouse,
    read_run,
    read_table,
    require_warehouse,
)
from segml.words.errors import ConfigurationRefused, PublicationFailed

Ask = Callable[[str], list[list[str]]]
VARIABLE = "SEGML_TEST_WAREHOUSE"


@pytest.fixture
def config(chain: Any, tmp_path: Path) -> Path:
    """The chain's world with its models, nothing published yet, a database in its configuration."""
    source = chain.config.parent
    shutil.copytree(source, tmp_path / "world", ignore=shutil.ignore_patterns("out", "truth"))
    path: Path = tmp_path / "world" / chain.config.name
    told = f"publish: {{connection: 'env:{VARIABLE}', schema: marts}}\n"
    path.write_text(path.read_text("utf-8") + told, "utf-8")
    return path


def in_database(url: str, name: str, columns: list[str]) -> pd.DataFrame:
    named = ", ".join(f'"{column}"' for column in columns)
    with psycopg.connect(url) as reader:
        rows = reader.execute(f"SELECT {named} FROM marts.{name}").fetchall()
    return pd.DataFrame(rows, columns=columns)


def assert_held(url: str, folder: Path) -> None:
    """Every table of a folder, row for row."""
    for path in sorted(folder.glob("*.parquet")):
        if path.stem == "quarantine":
            continue
        frame = read_table(folder, path.stem)
        found = in_database(url, path.stem, list(frame.columns))
        kinds = {name: kind for name, kind in frame.dtypes.items() if kind.kind == "f"}
        assert texts(found.astype(kinds)) == texts(frame), path.stem


def texts(frame: pd.DataFrame) -> list[str]:
    """Its rows, in an order of their own."""
    return sorted(map(repr, frame.astype(object).where(frame.notna(), None).values.tolist()))


def test_scores_and_losses_are_in_the_database_row_for_row_and_sent_again_where_it_lacks_them(
    chain: Any, config: Path, database: str, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, database)
    monkeypatch.setattr("segml.flows.losses.analyse", lambda *_, **__: chain.lost.analysis)
    day, start = chain.scored.summary["as_of"], chain.lost.summary["from"]
    warehouse = Warehouse(url=database, schema="marts")
    require_warehouse(warehouse, portfolio="demo", command="segml score demo")
    ask("INSERT INTO marts.runs (portfolio, as_of, tables) VALUES ('demo', '2020-01-01', '{}')")
    config.write_text(config.read_text("utf-8") + "retention: {scores_days: 35}\n", "utf-8")
    scored = segml.score(config, as_of=day)
    lost = segml.analyse_losses(config, start=start, end=day)
    for run in (scored, lost):
        assert_held(database, run.folder)
        assert run.summary["database"]["tables"] == len(list(run.folder.glob("*.parquet")))
        assert "schema `marts`" in run.told[-1]
    identity = [day, read_run(scored.folder)["run_id"], scored.version.version]
    listed = "SELECT as_of, run_id, model_version FROM marts.runs"
    assert ask(listed) == [identity]  # the old day went as its folder would have
    assert ask("SELECT from_date, to_date FROM marts.loss_runs") == [[start, day]]
    ask("DELETE FROM marts.scores; DELETE FROM marts.runs")
    again = segml.backfill(config, start=day, end=day, resume=True)
    assert again.folders == (scored.folder,)
    assert ask(listed) == [identity]
    assert_held(database, scored.folder)


def test_a_database_that_refuses_is_told_before_the_work_and_after_it_costs_no_folder(
    chain: Any, config: Path, database: str, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = chain.scored.summary["as_of"]
    settings = read_settings(config)  # without the variable: only who publishes needs it
    with pytest.raises(ConfigurationRefused, match=VARIABLE):
        segml.score(settings, as_of=day)
    monkeypatch.setenv(VARIABLE, database.replace("hunter2", "swordfish"))
    monkeypatch.setattr("segml.flows.session.open_ledger", None)  # nothing is begun
    with pytest.raises(PublicationFailed, match="password authentication failed") as refused:
        segml.score(settings, as_of=day)
    assert "swordfish" not in str(refused.value)
    assert not list(settings.output.glob("as_of=*"))
    monkeypatch.setattr("segml.flows.session.open_ledger", open_ledger)
    monkeypatch.setenv(VARIABLE, database)
    ask("CREATE SCHEMA marts")
    ask("CREATE VIEW marts.scores AS SELECT 1")
    with pytest.raises(PublicationFailed, match="the run in the output folder stands"):
        segml.score(settings, as_of=day)
    assert (settings.output / f"as_of={day}" / "run.json").is_file()
    assert ask("SELECT count(*) FROM marts.runs") == [["0"]]


def test_a_forgotten_client_is_gone_from_the_database_also_where_it_refused_at_first(
    chain: Any, config: Path, database: str, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, database)
    output = chain.config.parent / "out"
    shutil.copytree(output, config.parent / "out")
    folders = [config.parent / "out" / each.relative_to(output) for each in _published(chain)]
    for folder in folders:
        publish_to_warehouse(
            Warehouse(url=database, schema="marts"), folder, command="segml score demo"
        )
    who = str(read_table(folders[1], "losses")["client_id"].iloc[0])

    def refuses(*_: object) -> None:
        raise PublicationFailed("no room", allowed="room", next_step="make room")

    monkeypatch.setattr("segml.flows.forget.send", refuses)
    with pytest.raises(PublicationFailed):
        segml.forget(config, who)
    monkeypatch.undo()
    monkeypatch.setenv(VARIABLE, database)
    held = f"SELECT count(*) FROM marts.scores WHERE client_id = '{who}'"
    assert ask(held) == [["1"]]
    segml.forget(config, who)
    assert ask(held) == [["0"]]
    for folder in folders:
        assert_held(database, folder)


def _published(chain: Any) -> tuple[Path, Path]:
    return chain.scored.folder, chain.lost.folder
