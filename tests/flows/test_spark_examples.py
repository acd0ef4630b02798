"""The examples of Spark parse, call commands that exist, and the one that can be run here runs."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from tests import spark as small_spark

import segml
from segml.cli import app

FOLDER = Path(__file__).parents[2] / "configs" / "spark"
DOCUMENT = FOLDER.parents[1] / "docs" / "spark.md"
COMMANDS = typer.main.get_group(app.app).commands  # type: ignore[attr-defined]  # Typer's own Click


def job() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((FOLDER / "databricks.yaml").read_text("utf-8"))
    return parsed["resources"]["jobs"]["segml_score"]


def application() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((FOLDER / "kubernetes.yaml").read_text("utf-8"))
    return parsed["spec"]["template"]


def submitted() -> list[str]:
    """The words after run.py in the script."""
    (after,) = re.findall(r'run\.py" (.*)', (FOLDER / "submit.sh").read_text("utf-8"))
    return shlex.split(after.replace('"$@"', "segml.yaml"))


def test_every_example_is_in_the_document() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert {path.name for path in FOLDER.iterdir() if path.is_file()} <= set(
        re.findall(r"`([a-z]+\.(?:py|sh|yaml))`", text)
    )


@pytest.mark.parametrize(
    "words",
    [submitted(), job()["tasks"][0]["spark_python_task"]["parameters"], application()["arguments"]],
    ids=["submit.sh", "databricks.yaml", "kubernetes.yaml"],
)
def test_an_example_calls_what_the_command_line_knows(words: list[str]) -> None:
    known = {option for each in COMMANDS[words[0]].params for option in each.opts}
    assert {word for word in words if word.startswith("--")} <= known
    assert "--json" in words


def test_the_file_that_is_submitted_stands_beside_the_examples() -> None:
    file = job()["tasks"][0]["spark_python_task"]["python_file"]
    assert (FOLDER / file).is_file()
    assert application()["mainApplicationFile"].endswith("/run.py")


def test_every_pod_and_machine_has_one_scratch_folder() -> None:
    seen = application()
    there = {each["name"] for each in seen["volumes"]}
    for pod in (seen["driver"], seen["executor"]):
        (scratch,) = (each["value"] for each in pod["env"] if each["name"] == "TMPDIR")
        mounted = {each["mountPath"]: each["name"] for each in pod["volumeMounts"]}
        assert mounted[scratch] == "scratch"
        assert set(mounted.values()) <= there
    (cluster,) = job()["job_clusters"]
    assert cluster["job_cluster_key"] == job()["tasks"][0]["job_cluster_key"]
    assert "TMPDIR" in cluster["new_cluster"]["spark_env_vars"]


def submit(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the script with a small Spark of this machine."""
    sql = small_spark.pyspark()
    home = Path(sql.__file__).parents[1]
    known = {
        "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "SPARK_HOME": str(home),
        "MASTER": "local[2]",
        "DRIVER_MEMORY": "2g",
        "PYSPARK_PYTHON": sys.executable,
    }
    command = [str(FOLDER / "submit.sh"), *words]
    return subprocess.run(
        command, env={**os.environ, **known}, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_spark_submit_passes_a_refusal_s_exit_code_on(tmp_path: Path) -> None:
    config = tmp_path / "segml.yaml"
    config.write_text("portfolio: a\nledger: {transactions: {path: x.parquet}}\nengin: spark\n")
    done = submit(str(config))
    assert done.returncode == 2, done.stderr
    assert "engine" in done.stderr + done.stdout


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("SEGML_SPARK_LEDGERS"), reason="SEGML_SPARK_LEDGERS is not set"
)
def test_spark_submit_scores_as_one_machine_does(tmp_path: Path) -> None:
    world = segml.write_world(tmp_path, clients=260, months=27, seed=4).config
    text = world.read_text("utf-8").replace("cutoffs: 12", "cutoffs: 3")
    world.write_text(text, "utf-8")
    segml.train(world, as_of="2023-10-01")
    alone = segml.score(world, as_of="2023-11-01").folder
    other = world.with_name("spark.yaml")
    other.write_text(f"{text.rstrip()}\nengine: spark\noutput: by_spark\n", "utf-8")
    done = submit(str(other), "--as-of", "2023-11-01")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    tables = sorted(file.name for file in alone.glob("*.parquet"))
    assert len(tables) >= 20
    for name in tables:
        assert (Path(told["folder"]) / name).read_bytes() == (alone / name).read_bytes(), name
