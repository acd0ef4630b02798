"""Old runs go by policy: by their date, of their portfolio, the newest never."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from segml.stores import list_runs, retire, scores_folder


def published(output: Path, day: dt.date, portfolio: str = "shop") -> None:
    folder = scores_folder(output, day)
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps({"portfolio": portfolio}), "utf-8")


def days(output: Path, portfolio: str = "shop") -> list[dt.date]:
    return [run.as_of for run in list_runs(output, portfolio=portfolio)]


def test_runs_older_than_so_many_days_before_the_newest_go(tmp_path: Path) -> None:
    first, second, newest = dt.date(2024, 1, 1), dt.date(2024, 2, 1), dt.date(2024, 3, 2)
    for day in (first, second, newest):
        published(tmp_path, day)
    gone = retire(tmp_path, portfolio="shop", days=30)
    assert [run.as_of for run in gone] == [first]
    assert days(tmp_path) == [second, newest]
    assert not list(tmp_path.glob(".*"))


def test_the_newest_stays_and_so_do_other_portfolios(tmp_path: Path) -> None:
    published(tmp_path, dt.date(2020, 1, 1))
    published(tmp_path, dt.date(2010, 1, 1), "other")
    assert retire(tmp_path, portfolio="shop", days=1) == ()
    assert retire(tmp_path, portfolio="absent", days=1) == ()
    assert days(tmp_path) == [dt.date(2020, 1, 1)]
    assert days(tmp_path, "other") == [dt.date(2010, 1, 1)]
