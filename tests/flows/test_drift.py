"""The gate before scores are published, on the chain's world with a source that stopped."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import segml
from segml.flows.drift import IF_A_FAULT
from segml.words.errors import DriftRefused

DAY = "2024-04-01"


def stopped(chain: Any, folder: Path, more: str = "") -> Path:
    """The chain's world whose contacts end six weeks before the day."""
    source = chain.config.parent
    shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("out"))
    config = folder / chain.config.name
    text = config.read_text("utf-8")
    kept = "interactions/*.parquet, where: \"date < DATE '2024-02-20'\"}"
    assert "interactions/*.parquet}" in text
    config.write_text(text.replace("interactions/*.parquet}", kept) + more, "utf-8")
    return config


def test_a_quiet_day_is_published_with_what_was_looked_at(chain: Any) -> None:
    found = pd.read_parquet(chain.scored.folder / "drift.parquet")
    assert chain.scored.summary["drift"] == {"looked_at": len(found), "beyond": 0}
    assert {"feature", "score", "reason", "move", "volume", "worth", "model"} == set(
        found["subject"]
    )
    reasons = found[found["subject"] == "reason"]
    assert set(reasons["name"]) <= set(chain.scored.scored.scores["tier"])
    assert reasons["value"].between(0.95, 1.0).all()  # the same model, half a year later
    assert found.loc[found["subject"] == "move", "value"].between(0.0, 0.2).all()
    assert {"raw_churn", "tier"} == set(found.loc[found["subject"] == "score", "name"])


def test_a_source_that_stopped_is_a_note(chain: Any, tmp_path: Path) -> None:
    done = segml.score(stopped(chain, tmp_path), as_of=DAY)
    assert done.summary["drift"]["beyond"] > 0
    assert any("interactions: visit: 0 rows" in note for note in done.summary["notes"])


def test_where_the_configuration_refuses_nothing_is_published(chain: Any, tmp_path: Path) -> None:
    config = stopped(chain, tmp_path, "drift: {volume: refuse}\n")
    with pytest.raises(DriftRefused, match=r"visit: 0 rows.*drift\.volume: warn"):
        segml.score(config, as_of=DAY)
    assert not list((tmp_path / "out").glob("as_of=*"))


def test_losses_are_told_with_what_moved_in_the_sources_or_refused(
    chain: Any, tmp_path: Path
) -> None:
    config = stopped(chain, tmp_path)
    asked = {"start": "2023-10-01", "end": DAY}
    done = segml.analyse_losses(config, **asked)
    said = next(note for note in done.summary["notes"] if "interactions: visit: 0 rows" in note)
    assert f"Note: {said}" in done.told
    assert not any("interactions: visit" in note for note in chain.lost.summary["notes"])
    config.write_text(config.read_text("utf-8") + "drift: {volume: refuse}\n")
    before = sorted(path.name for path in (tmp_path / "out" / "losses").iterdir())
    with pytest.raises(DriftRefused, match=r"visit: 0 rows.*drift\.volume: warn"):
        segml.analyse_losses(config, start="2023-11-01", end=DAY)
    assert sorted(path.name for path in (tmp_path / "out" / "losses").iterdir()) == before


def test_a_training_notes_what_moved_in_its_sources(tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    days = pd.date_range("2022-01-01", "2024-01-31", freq="D")
    bought = np.argwhere(rng.random((150, len(days))) < 1 / 20)
    lines = pd.DataFrame(
        {
            "client_id": [f"C{client:03}" for client in bought[:, 0]],
            "date": days[bought[:, 1]],
            "amount": rng.lognormal(4, 0.5, len(bought)),
        }
    )
    lines.to_parquet(tmp_path / "lines.parquet")
    config = tmp_path / "small.yaml"
    config.write_text(
        "portfolio: small\n"
        "ledger: {transactions: {path: lines.parquet}}\n"
        "economics: {margin_rate: 0.3}\n"
        "churn: {horizon_days: 60, cutoffs: 4}\n"
        "potential: {horizon_days: 60}\n"
        "drift: {volume: refuse}\n",
        "utf-8",
    )
    quiet = segml.train(config, as_of="2024-01-01")
    assert not [note for note in quiet.summary["notes"] if note.endswith(IF_A_FAULT)]
    is_lost = lines["date"].between("2023-12-10", "2023-12-31") & (lines.index % 4 > 0)
    lines[~is_lost].to_parquet(tmp_path / "lines.parquet")
    broken = segml.train(config, as_of="2024-01-02")
    (said,) = [note for note in broken.summary["notes"] if note.endswith(IF_A_FAULT)]
    assert said.startswith("transactions: ")
    assert f"Note: {said}" in broken.told


def test_warnings_of_the_ledger_are_told_with_their_counts(chain: Any, tmp_path: Path) -> None:
    config = stopped(chain, tmp_path)
    text = config.read_text("utf-8")
    end, kind = "'2024-02-20'\"}", "CASE WHEN hash(client_id) % 97 = 0 THEN NULL ELSE kind END"
    assert end in text
    config.write_text(text.replace(end, f'{end[:-1]}, columns: {{kind: "sql: {kind}"}}}}'), "utf-8")
    events = config.parent / "ledger" / "events" / "part-00000.parquet"
    pd.read_parquet(events).assign(colour="red").to_parquet(events)
    done = segml.score(config, as_of=DAY)
    assert "unknown_columns" in done.summary["data"]["warnings"]
    assert not [line for line in done.told if "unknown_columns" in line]
    (found,) = (one for one in done.summary["data"]["findings"] if one["column"] == "kind")
    assert found["count"] > 0
    assert f"Warning: {found['code']}: {found['message']}" in done.told
    figures = (tmp_path / "out" / "metrics" / "demo-score.prom").read_text("utf-8")
    assert f'segml_warnings{{code="{found["code"]}",' in figures
    assert 'segml_drift_beyond{command="score",portfolio="demo",subject="volume"}' in figures


def test_a_past_that_lost_half_of_the_clients_is_told(chain: Any, tmp_path: Path) -> None:
    config = stopped(chain, tmp_path)
    text = config.read_text("utf-8")
    assert "transactions/*.parquet}" in text
    half = 'transactions/*.parquet, where: "hash(client_id) % 2 = 0"}'
    config.write_text(text.replace("transactions/*.parquet}", half), "utf-8")
    notes = segml.score(config, as_of=DAY).summary["notes"]
    (said,) = (note for note in notes if note.startswith("transactions: ") and "the past" in note)
    assert "rows from before 2023-10-01, the training saw" in said


def test_a_table_that_came_empty_is_a_source_that_stopped(chain: Any, tmp_path: Path) -> None:
    config = stopped(chain, tmp_path)
    config.write_text(config.read_text("utf-8").replace("DATE '2024-02-20'", "DATE '1970-01-01'"))
    done = segml.score(config, as_of=DAY)
    assert any("interactions: no rows at all, " in line for line in done.lines())
    config.write_text(config.read_text("utf-8") + "drift: {volume: refuse}\n")
    with pytest.raises(DriftRefused, match="interactions: no rows at all"):
        segml.score(config, as_of=DAY)


def test_what_is_off_is_not_looked_at(chain: Any, tmp_path: Path) -> None:
    silent = ("volume", "worth", "model", "reason", "move")
    section = ", ".join(f"{subject}: 'off'" for subject in silent)
    config = stopped(chain, tmp_path, f"drift: {{{section}}}\n")
    assert set(
        pd.read_parquet(segml.score(config, as_of=DAY).folder / "drift.parquet")["subject"]
    ) == {
        "feature",
        "score",
    }
