"""The scheduling examples call commands that exist, with options they have, and nothing else."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import typer
import yaml

from segml.cli import app

FOLDER = Path(__file__).parents[2] / "configs" / "scheduling"
DOCUMENT = FOLDER.parents[1] / "docs" / "operations.md"
EXAMPLES = sorted(path.name for path in FOLDER.iterdir() if path.is_file())
COMMANDS = typer.main.get_group(app.app).commands  # type: ignore[attr-defined]  # Typer's own Click


def called(text: str) -> list[list[str]]:
    """The words after `segml` in each call of a text, up to the end of the command."""
    text = text.replace("{SEGML}", "segml").replace("{CONFIG}", "segml.yaml")
    return [
        shlex.split(re.sub(r'"?\$\([^)]*\)"?', "2026-01-01", call.strip('"')))
        for call in re.findall(
            r"\bsegml (?=[a-z]+ )([^\n\"`>|]*(?:\"\$\([^)]*\)\"[^\n\"`>|]*)*)", text
        )
        if call.split()[0] in COMMANDS
    ]


def test_every_example_is_in_the_document_and_the_other_way_round() -> None:
    text = DOCUMENT.read_text("utf-8")
    named = set(
        re.findall(r"`([a-z_-]+(?:\.(?:service|timer|yaml|py))?)`", text.split("## Schedulers")[1])
    )
    assert set(EXAMPLES) <= named


@pytest.mark.parametrize("name", ["crontab", "segml-score.service", "airflow_dag.py"])
def test_an_example_calls_what_the_command_line_knows(name: str) -> None:
    calls = called((FOLDER / name).read_text("utf-8"))
    assert calls
    for command, *words in calls:
        known = {option for each in COMMANDS[command].params for option in each.opts}
        assert {word for word in words if word.startswith("--")} <= known


def test_the_job_of_kubernetes_retries_what_may_pass_and_nothing_else() -> None:
    job = yaml.safe_load((FOLDER / "kubernetes.yaml").read_text("utf-8"))
    inner = job["spec"]["jobTemplate"]["spec"]
    (container,) = inner["template"]["spec"]["containers"]
    assert container["command"][:2] == ["segml", "score"]
    (rule,) = inner["podFailurePolicy"]["rules"]
    assert rule["onExitCodes"] == {"containerName": "segml", "operator": "In", "values": [2, 3, 5]}
    mounted = {each["name"] for each in container["volumeMounts"]}
    assert mounted == {each["name"] for each in inner["template"]["spec"]["volumes"]}


@pytest.mark.parametrize("name", ["airflow_dag.py", "dagster_job.py"])
def test_a_scheduler_never_imports_segml(name: str) -> None:
    tree = ast.parse((FOLDER / name).read_text("utf-8"))
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in (
            [ast.alias(node.module or "")] if isinstance(node, ast.ImportFrom) else node.names
        )
    }
    assert "segml" not in imported


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_reads_the_timer() -> None:
    done = subprocess.run(
        ["systemd-analyze", "calendar", "*-*-* 02:15:00"], capture_output=True, check=False
    )
    assert done.returncode == 0
    text = (FOLDER / "segml-score.timer").read_text("utf-8")
    assert "OnCalendar=*-*-* 02:15:00" in text
