"""Signs of life of a run: whoever watches sees what it does, how it ended, and no more."""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from segml.stores import Pulse, beating, pulse
from segml.words.errors import NoModel


def pulse_in(folder: Path) -> Pulse:
    started = dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC)
    return Pulse(folder=folder, portfolio="shop", command="score", run_id="abc", started=started)


def figures(folder: Path) -> dict[tuple[str, str], float]:
    """The gauges by name and the label beside the portfolio and the command, or the command."""
    text = (folder / "metrics" / "shop-score.prom").read_text("utf-8")
    return {
        (sample.name, label_of(sample.labels)): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def label_of(labels: dict[str, str]) -> str:
    own = [value for name, value in labels.items() if name not in ("portfolio", "command")]
    return own[0] if own else labels["command"]


def heartbeat(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "heartbeat-shop.json").read_bytes())
    return found


def refused(folder: Path) -> None:
    with pytest.raises(NoModel), beating(pulse_in(folder), {}):
        raise NoModel("none", allowed="one", next_step="train")


def test_a_run_says_that_it_works_and_then_that_it_is_done(tmp_path: Path) -> None:
    with beating(pulse_in(tmp_path), timings := {}) as run:
        assert heartbeat(tmp_path)["state"] == "running"
        assert heartbeat(tmp_path)["pid"] == os.getpid()
        timings["ledger"] = 1.5
        run.counts["clients", "status", "active"] = 7
    assert (heartbeat(tmp_path)["state"], heartbeat(tmp_path)["exit_code"]) == ("done", 0)
    found = figures(tmp_path)
    assert found["segml_stage_seconds", "ledger"] == 1.5
    assert found["segml_clients", "active"] == 7
    assert found["segml_run_exit_code", "score"] == 0
    assert found["segml_last_success_timestamp_seconds", "score"] == pytest.approx(
        found["segml_run_ended_timestamp_seconds", "score"]
    )


def test_a_refusal_is_told_with_its_exit_code_and_the_last_success_is_kept(tmp_path: Path) -> None:
    with beating(pulse_in(tmp_path), {}):
        pass
    success = figures(tmp_path)["segml_last_success_timestamp_seconds", "score"]
    refused(tmp_path)
    assert (heartbeat(tmp_path)["state"], heartbeat(tmp_path)["exit_code"]) == ("refused", 5)
    assert figures(tmp_path)["segml_run_exit_code", "score"] == 5
    assert figures(tmp_path)["segml_last_success_timestamp_seconds", "score"] == success


def test_before_any_success_none_is_told(tmp_path: Path) -> None:
    refused(tmp_path)
    assert ("segml_last_success_timestamp_seconds", "score") not in figures(tmp_path)


@pytest.mark.parametrize(
    ("error", "code", "state"),
    [(KeyError("x"), 1, "failed"), (KeyboardInterrupt(), 130, "interrupted")],
)
def test_a_fault_and_an_interruption_are_told_apart(
    tmp_path: Path, error: BaseException, code: int, state: str
) -> None:
    with pytest.raises(type(error)), beating(pulse_in(tmp_path), {}):
        raise error
    assert (heartbeat(tmp_path)["state"], heartbeat(tmp_path)["exit_code"]) == (state, code)


def test_the_heart_beats_while_the_run_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "BEAT_SECONDS", 0.01)
    with beating(pulse_in(tmp_path), {}) as run:
        run.stage = "reasons"
        until = time.monotonic() + 10
        while heartbeat(tmp_path)["stage"] != "reasons":
            assert time.monotonic() < until
            time.sleep(0.01)
    assert not list(tmp_path.rglob(".*"))


def test_a_folder_that_cannot_be_written_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "out").write_text("a file", "utf-8")
    with beating(pulse_in(tmp_path / "out"), {}):
        worked = True
    assert worked
    assert "no heartbeat" in caplog.text
