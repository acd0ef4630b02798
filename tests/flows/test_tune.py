"""A search from end to end: what is proposed, what is kept of a killed run, what is refused."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import segml
from segml.bundle import card
from segml.flows.searching import Searched
from segml.flows.study import Tried
from segml.flows.train import tracking_of
from segml.flows.tune import Tuned
from segml.stores.door import experiment_id, tracking_client
from segml.words.errors import ConfigurationRefused, HistoryTooShort

AS_OF = "2024-07-01"
TRIALS = 2
WILD = (
    "{learning_rate: 0.3, num_leaves: 32, max_depth: 6, lambda_l2: 0.1, leaf_share: 0.002, "
    "bagging_fraction: 0.3, feature_fraction: 0.2}"
)
SECTIONS = f"""\
churn: {{horizon_days: 90, cutoffs: 4, forest: {WILD}}}  # a quarter
potential:
  horizon_days: 90  # a quarter too
  forest: {WILD}  # it learns by heart
"""


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world whose configuration holds forests that learn by heart; nothing was run on it."""
    config = segml.write_world(
        tmp_path_factory.mktemp("wild"), clients=260, months=30, seed=20
    ).config
    lines = config.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(("churn:", "potential:"))]
    config.write_text("".join(kept) + SECTIONS, "utf-8")
    return config


@pytest.fixture
def copied(world: Path, tmp_path: Path) -> Path:
    """The world in a folder of its own."""
    shutil.copytree(world.parent, tmp_path / "world")
    return tmp_path / "world" / world.name


@pytest.fixture(scope="session")
def tuned(world: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tuned]:
    """The world's copy after a whole search, and what it found."""
    folder = tmp_path_factory.mktemp("tuned") / "world"
    shutil.copytree(world.parent, folder)
    config = folder / world.name
    return config, segml.tune(config, as_of=AS_OF, trials=TRIALS)


def of(found: Tuned, outcome: str) -> Searched:
    return next(one for one in found.searched if one.outcome == outcome)


def told(tried: tuple[Tried, ...]) -> list[tuple[object, ...]]:
    return [(one.forest, one.state, one.folds) for one in tried if one.state != "failed"]


def ended(path: Path) -> int:
    """Ended trials of all studies of a file that another process writes."""
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            found = database.execute(
                "select count(*) from trials where state in ('COMPLETE', 'PRUNED')"
            ).fetchone()
    except sqlite3.OperationalError:  # its tables are not made yet
        return 0
    return int(found[0])


def kill_when(config: Path, ready: Callable[[], bool]) -> None:
    """Start a search as a scheduler does and kill it, with all it started, when it is ready."""
    command = [sys.executable, "-m", "segml", "tune", str(config), "--as-of", AS_OF]
    process = subprocess.Popen(
        [*command, "--trials", "40"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while not ready():
            assert process.poll() is None
            time.sleep(0.02)
    finally:
        os.killpg(process.pid, 9)
        process.wait()


@pytest.mark.slow
def test_what_is_surely_better_is_proposed_and_the_file_is_left_alone(
    tuned: tuple[Path, Tuned], world: Path
) -> None:
    config, found = tuned
    churn = of(found, "churn")
    assert churn.compared is not None
    assert churn.compared.is_surely_better
    assert churn.best.forest is not None
    assert churn.changes == churn.best.forest.changed(churn.present)
    assert found.diff is not None
    assert (found.folder / "proposal.diff").read_text("utf-8") == found.diff
    assert "# it learns by heart" in found.diff
    lines = "\n".join(found.lines())
    assert found.diff.rstrip("\n") in lines
    assert "`--accept` writes this change into it" in lines
    assert config.read_bytes() == world.read_bytes()
    assert not found.accepted


@pytest.mark.slow
def test_what_is_not_surely_better_is_not_proposed(tuned: tuple[Path, Tuned]) -> None:
    _, found = tuned
    potential = of(found, "potential")
    assert potential.compared is not None
    assert potential.compared.high > 0
    assert potential.changes == {}
    assert "not surely better, nothing is proposed" in "\n".join(found.lines())


@pytest.mark.slow
def test_the_run_says_its_trials_and_what_mattered(tuned: tuple[Path, Tuned]) -> None:
    _, found = tuned
    said = json.loads((found.folder / "run.json").read_text("utf-8"))["outcomes"]["churn"]
    assert len(said["trials"]) == TRIALS == said["complete"] + said["pruned"]
    assert said["trials"][0]["forest"] == of(found, "churn").present.values
    assert said["trials"][0]["loss"] == said["present_loss"] >= said["best_loss"]
    assert said["folds"] == "time and client"
    assert said["labels_end_by"] < AS_OF
    page = (found.folder / "tuning.md").read_text("utf-8")
    assert "log loss, less is better" in page
    assert json.loads(json.dumps(found.summary))["ok"] is True


@pytest.mark.slow
def test_every_trial_is_a_run_inside_the_run_of_the_search(tuned: tuple[Path, Tuned]) -> None:
    config, found = tuned
    tracking = tracking_of(segml.read_settings(config))
    with tracking_client(tracking) as client:
        assert found.mlflow_run is not None
        parent = client.get_run(found.mlflow_run)
        inside = client.search_runs(
            [experiment_id(client, tracking)],
            f"tags.`mlflow.parentRunId` = '{found.mlflow_run}'",
        )
        files = {file.path for file in client.list_artifacts(found.mlflow_run)}
    assert (parent.data.tags["segml.kind"], parent.info.status) == ("tune", "FINISHED")
    assert files == {"proposal.diff", "run.json", "tuning.md"}
    assert {run.info.run_name for run in inside} == {
        f"{outcome} trial {number}"
        for outcome in ("churn", "potential")
        for number in range(TRIALS)
    }
    by_name = {run.info.run_name: run for run in inside}
    for trial in of(found, "churn").tried:
        run = by_name[f"churn trial {trial.number}"]
        assert trial.forest is not None
        assert run.data.params["num_leaves"] == str(trial.forest.num_leaves)
        assert run.data.tags["segml.state"] == trial.state
        folds = {k: v for k, v in run.data.metrics.items() if k.startswith("fold/")}
        assert folds == {f"fold/{k}": loss for k, loss in enumerate(trial.folds)}


@pytest.mark.slow
def test_an_accepted_change_keeps_the_rest_and_is_what_is_trained_next(
    tuned: tuple[Path, Tuned], tmp_path: Path
) -> None:
    done, first = tuned
    shutil.copytree(done.parent, tmp_path / "world")
    config = tmp_path / "world" / done.name
    before, plan = config.read_text("utf-8"), segml.read_settings(config).plan
    found = segml.tune(config, as_of=AS_OF, trials=TRIALS, accepting=True)
    assert found.accepted
    assert f"goes on behind {TRIALS} ended trials" in "\n".join(found.lines())
    assert [told(one.tried) for one in found.searched] == [
        told(one.tried) for one in first.searched
    ]
    after = config.read_text("utf-8")
    assert [line for line in after.splitlines() if "forest" not in line] == [
        line for line in before.splitlines() if "forest" not in line
    ]
    assert after.count("# it learns by heart") == 1
    now = segml.read_settings(config).plan
    best = of(found, "churn").best.forest
    assert (now.churn.forest, now.potential) == (best, plan.potential)
    trained = segml.train(config, as_of=AS_OF)
    assert trained.bundle.plan.churn.forest == best
    assert card(trained.bundle).count("Its forest is not grown as by default") == 2
    again = segml.tune(config, as_of=AS_OF, minutes=1e-6)
    assert of(again, "potential").study == of(found, "potential").study
    assert of(again, "churn").study != of(found, "churn").study
    notes = " ".join(again.summary["notes"])
    assert f"not those of {of(found, 'churn').study}: a new study" in notes
    _without_potential(config)
    forgotten = segml.tune(config, as_of=AS_OF, minutes=1e-6, fresh=True)
    assert len(of(forgotten, "churn").tried) == 1


@pytest.mark.slow
def test_a_killed_search_loses_no_ended_trial_and_asks_what_an_unbroken_one_asks(
    tuned: tuple[Path, Tuned], copied: Path
) -> None:
    path = copied.parent / "models" / "demo" / "tuning.db"
    kill_when(copied, lambda: ended(path) >= 1)
    kept = ended(path)
    kill_when(copied, lambda: ended(path) >= kept + 1)
    known = ended(path)
    assert known >= 2
    found = segml.tune(copied, as_of=AS_OF, minutes=1e-6)
    churn = of(found, "churn")
    assert f"goes on behind {known} ended trials" in " ".join(found.summary["notes"])
    whole = told(of(tuned[1], "churn").tried)
    assert told(churn.tried)[:TRIALS] == whole
    left = [one for one in churn.tried if one.state == "failed"]
    assert len(left) <= 2
    folds = len(churn.tried[0].folds)
    assert all(one.loss is None or len(one.folds) < folds for one in left)


def _without_potential(config: Path) -> None:
    """Give potential a horizon that the history does not hold, so that churn is tuned alone."""
    text = config.read_text("utf-8")
    assert "  horizon_days: 90  # a" in text
    config.write_text(text.replace("  horizon_days: 90  # a", "  horizon_days: 320  # a"), "utf-8")


@pytest.fixture(scope="module")
def alone(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Tuned:
    """A short search of one outcome, the other's horizon too long, its tracking server dead."""
    folder = tmp_path_factory.mktemp("alone") / "world"
    shutil.copytree(world.parent, folder)
    config = folder / world.name
    _without_potential(config)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
        return segml.tune(config, as_of=AS_OF, minutes=1e-6)


@pytest.mark.slow
def test_a_tracking_server_that_is_not_there_stops_nothing(alone: Tuned) -> None:
    assert alone.mlflow_run is None
    assert alone.lines()[-1].startswith("MLflow was not reached")
    assert [len(one.tried) for one in alone.searched] == [1]
    assert alone.diff is None
    assert "No trial was better" in "\n".join(alone.lines())
    assert not (alone.folder / "proposal.diff").exists()


@pytest.mark.slow
def test_an_outcome_with_too_little_history_is_left_out_and_named(alone: Tuned) -> None:
    assert [one.outcome for one in alone.searched] == ["churn"]
    (note,) = [one for one in alone.summary["notes"] if one.startswith("potential is not tuned")]
    assert "days of history" in note


def test_a_history_too_short_for_both_is_refused_with_what_it_needs(copied: Path) -> None:
    with pytest.raises(HistoryTooShort, match="judge by") as refused:
        segml.tune(copied, as_of="2023-04-01", trials=2)
    assert refused.value.exit_code == 3
    assert not (copied.parent / "out" / "tuning").exists()


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ({"trials": 1}, "a budget of 1 trials"),
        ({"trials": -3}, "2 trials or more"),
        ({"minutes": 0}, "minutes above zero"),
        ({"minutes": float("nan")}, "a budget of nan minutes"),
        ({"minutes": float("inf")}, "leave `--minutes` out"),
    ],
)
def test_a_budget_that_is_none_is_refused(world: Path, budget: dict[str, float], said: str) -> None:
    with pytest.raises(ConfigurationRefused, match=said) as refused:
        segml.tune(world, as_of=AS_OF, **budget)  # type: ignore[arg-type]  # a test case's keywords
    assert all(word in str(refused.value) for word in ("Found:", "Allowed:", "Next:"))
