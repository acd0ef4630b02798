import dataclasses
from typing import Any

import pandas as pd
import pytest

from segml import outcomes
from segml.scoring import REASONS, Scored, conform


def told(scored: Scored, **changes: Any) -> pd.DataFrame:
    reasons = dataclasses.replace(scored.told, **changes)
    frame = pd.concat([conform(chunk, REASONS) for chunk in reasons], ignore_index=True)
    assert reasons.error == pytest.approx(scored.told.error, abs=1e-12)
    return frame


@pytest.mark.parametrize("rows", [4096, 1], ids=["few rows", "in bulk"])
def test_the_size_of_the_chunks_changes_nothing(
    scored: Scored, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes.score, "BULK_ROWS", rows)
    monkeypatch.setattr("segml.boosting.forest.BULK_ROWS", rows)
    whole = told(scored)
    for chunk in (7, 64):
        pd.testing.assert_frame_equal(told(scored, chunk=chunk), whole, check_exact=True)
    pd.testing.assert_frame_equal(whole, scored.reasons, rtol=0, atol=1e-9)


def test_progress_is_told_chunk_by_chunk(scored: Scored) -> None:
    steps: list[tuple[str, int, int]] = []
    told(scored, chunk=100, progress=lambda *step: steps.append(step))
    count = -(-len(scored.scores) // 100)
    assert steps == [("reasons", done, count) for done in range(1, count + 1)]


def test_whoever_stops_early_leaves_no_work_behind(scored: Scored) -> None:
    import threading

    before = threading.active_count()
    chunks = iter(dataclasses.replace(scored.told, chunk=10))
    next(chunks)
    chunks.close()  # type: ignore[attr-defined]  # an iterator that is a generator
    assert threading.active_count() == before


def test_the_error_is_known_without_looking_at_the_reasons(scored: Scored) -> None:
    assert 0 < dataclasses.replace(scored.told).error < 1e-6
