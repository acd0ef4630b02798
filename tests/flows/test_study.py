"""A study of forests: the same seed the same trials, broken off or not; what a file may be."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from segml.flows.study import Search, Tried, opened_study
from segml.words.errors import ConfigurationRefused
from segml.words.forest import ForestPlan

HERE = ForestPlan(learning_rate=0.0312)


class BrokenOffError(Exception):
    """Stands for a run that ended in the middle of a trial."""


def judge(forest: ForestPlan) -> Iterator[float]:
    """Four folds that like eight leaves and a learning rate of a tenth."""
    for fold in range(4):
        off = abs(math.log(forest.learning_rate / 0.1))
        yield 0.1 * fold + abs(forest.num_leaves - 8) / 10 + off


def broken(forest: ForestPlan) -> Iterator[float]:
    yield from list(judge(forest))[:2]
    raise BrokenOffError


def run(search: Search, trials: int, seed: int = 0) -> None:
    while search.ended < trials:
        search.run_next(HERE, judge, seed=seed)


def told(tried: tuple[Tried, ...]) -> list[tuple[object, ...]]:
    return [(one.forest, one.state, one.folds) for one in tried if one.state != "failed"]


def test_the_first_trial_is_the_plan_as_it_stands(tmp_path: Path) -> None:
    with opened_study(tmp_path / "a.db", "churn-1") as search:
        run(search, 1)
        (first,) = search.tried
    assert first == Tried(number=0, forest=HERE, state="complete", folds=tuple(judge(HERE)))


def test_the_same_seed_asks_the_same_and_another_asks_otherwise(tmp_path: Path) -> None:
    found = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        with opened_study(tmp_path / f"{name}.db", "churn-1") as search:
            run(search, 14, seed)
            found.append(told(search.tried))
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize("at", [1, 4, 13])
def test_a_study_that_broke_off_goes_on_as_if_it_had_not(tmp_path: Path, at: int) -> None:
    with opened_study(tmp_path / "whole.db", "churn-1") as search:
        run(search, 18)
        whole = told(search.tried)
    path = tmp_path / "broken.db"
    with opened_study(path, "churn-1") as search:
        run(search, at)
        with pytest.raises(BrokenOffError):
            search.run_next(HERE, broken, seed=0)
    with opened_study(path, "churn-1") as search:
        assert search.left_behind == 1
        assert (search.ended, search.tried[-1].state) == (at, "failed")
        run(search, 18)
        assert told(search.tried) == whole
    with opened_study(path, "churn-1") as search:
        assert search.left_behind == 0


def test_hopeless_trials_are_given_up_before_their_last_fold(tmp_path: Path) -> None:
    with opened_study(tmp_path / "a.db", "churn-1") as search:
        run(search, 25)
        given_up = [one for one in search.tried if one.state == "pruned"]
        whole = [one for one in search.tried if one.state == "complete"]
        best = search.best
    assert given_up
    assert all(2 <= len(one.folds) < 4 for one in given_up)
    assert all(len(one.folds) == 4 for one in whole)
    assert best.loss == min(one.loss for one in whole if one.loss is not None)
    assert (best.loss or 0) < sum(judge(HERE)) / 4


def test_what_mattered_is_told_alike_each_time_and_not_of_few_trials(tmp_path: Path) -> None:
    with opened_study(tmp_path / "a.db", "churn-1") as search:
        run(search, 3)
        assert search.importances(seed=0) == {}
        run(search, 30)
        first = search.importances(seed=0)
        assert first == search.importances(seed=0)
    assert set(list(first)[:2]) == {"num_leaves", "learning_rate"}
    assert sum(first.values()) == pytest.approx(1.0)


def test_studies_of_one_file_know_of_each_other_and_fresh_forgets_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with opened_study(path, "churn-1") as search:
        run(search, 2)
        assert search.others == ()
    with opened_study(path, "churn-2") as search:
        assert (search.others, search.ended) == (("churn-1",), 0)
    with opened_study(path, "churn-1") as search:
        assert (search.others, search.ended) == (("churn-2",), 2)
    with opened_study(path, "churn-1", fresh=True) as search:
        assert (search.others, search.ended) == (("churn-2",), 0)


@pytest.mark.parametrize("content", [b"my notes", b"SQLite format 3\x00" + 200 * b"junk"])
def test_a_file_that_is_no_study_is_refused_and_left_as_it_was(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "tuning.db"
    path.write_bytes(content)
    with (
        pytest.raises(ConfigurationRefused, match="no study of this Optuna") as refused,
        opened_study(path, "churn-1"),
    ):
        pass
    assert "move it elsewhere" in str(refused.value)
    assert path.read_bytes() == content


def test_a_study_of_another_optuna_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tuning.db"
    with opened_study(path, "churn-1"):
        pass
    with sqlite3.connect(path) as database:
        database.execute("update alembic_version set version_num = 'v99'")
    database.close()
    with (
        pytest.raises(ConfigurationRefused, match="no study of this Optuna"),
        opened_study(path, "churn-1"),
    ):
        pass
