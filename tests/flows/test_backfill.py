"""A backfill goes on where it was killed, and old scores go by the policy of the configuration."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import MONTHS, Filled
from tests.flows.worlds import copied, digest

import segml
from segml.flows.backfill import month_starts
from segml.flows.session import session
from segml.flows.settings import read_settings
from segml.stores import list_runs, read_run
from segml.words.errors import ConfigurationRefused


def run_ids(folders: tuple[Path, ...]) -> list[str]:
    return [read_run(folder)["run_id"] for folder in folders]


@pytest.fixture
def filled(filled_months: Filled, tmp_path: Path) -> Filled:
    """The world with its months scored, in a folder of its own."""
    shutil.copytree(filled_months.config.parent, tmp_path, dirs_exist_ok=True)
    return Filled(tmp_path / filled_months.config.name)


@pytest.mark.parametrize(
    ("start", "end", "next_step"),
    [
        (dt.date(2024, 3, 1), dt.date(2023, 12, 15), "the other way round"),
        (dt.date(2024, 3, 2), dt.date(2024, 3, 31), "widen the span"),
    ],
)
def test_a_span_without_a_month_start_is_refused(
    start: dt.date, end: dt.date, next_step: str
) -> None:
    with pytest.raises(ConfigurationRefused, match=next_step):
        month_starts(start, end)


def test_a_resumed_backfill_makes_the_missing_dates_alone_and_any_order_the_same_bytes(
    filled: Filled,
) -> None:
    config, first = filled.config, filled.folders
    before, whole = run_ids(first), [digest(folder) for folder in first]
    shutil.rmtree(first[1])
    again = segml.backfill(config, **MONTHS, resume=True)
    assert again.folders == first
    resumed = run_ids(again.folders)
    assert (resumed[0], resumed[2]) == (before[0], before[2])
    assert resumed[1] != before[1]
    assert [digest(folder) for folder in first] == whole
    for folder in reversed(first):
        shutil.rmtree(folder)
    last, *earlier = [folder.name.removeprefix("as_of=") for folder in reversed(first)]
    segml.score(config, as_of=last)
    for day in earlier:
        segml.backfill(config, start=day, end=day)
    assert set(run_ids(first)).isdisjoint(resumed)
    assert [digest(folder) for folder in first] == whole


def test_a_date_scored_from_other_rows_is_not_left_as_it_is(filled: Filled) -> None:
    config = filled.config
    month = {"start": "2024-02-01", "end": "2024-02-01", "resume": True}
    (before,) = run_ids(segml.backfill(config, **month).folders)
    assert before == run_ids(filled.folders)[1]
    text = config.read_text("utf-8")
    source, fewer = "parquet}", 'parquet, where: "amount > 1"}'
    assert source in text
    config.write_text(text.replace(source, fewer, 1), "utf-8")
    (after,) = run_ids(segml.backfill(config, **month).folders)
    assert after != before


def test_scores_of_old_dates_go_after_a_scoring_run(filled: Filled) -> None:
    config = filled.config
    config.write_text(config.read_text("utf-8") + "retention: {scores_days: 35}\n", "utf-8")
    segml.score(config, as_of="2024-04-01")
    settings = read_settings(config)
    found = [
        str(run.as_of) for run in list_runs(settings.output, portfolio=settings.plan.portfolio)
    ]
    assert found == ["2024-03-01", "2024-04-01"]


def test_a_run_tells_its_stages_and_counts(chain: Any, tmp_path: Path) -> None:
    config = copied(chain, tmp_path)
    done = segml.score(config, as_of="2024-04-01")
    settings = read_settings(config)
    text = (settings.output / "metrics" / f"{settings.plan.portfolio}-score.prom").read_text(
        "utf-8"
    )
    told = done.summary["by_status"]
    assert f'status="active"}} {float(told["active"])}' in text
    assert 'stage="reasons"' in text
    with session(settings, "segml check") as run:
        assert run.pulse.command == "check"
