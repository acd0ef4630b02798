"""Threads of this process and Spark's workers make the same of the same chunks."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from segml.bundle import Bundle, Packed, pack
from segml.features import snapshot
from segml.ledger import Asked, Ledger
from segml.ledger.engines import Work
from segml.ledger.spark import SparkTables
from segml.scoring import Scored, Subject, score, scored, take_change_apart, taking_apart
from segml.scoring.across import across, chunks_of
from segml.words.errors import BundleRefused

TABLES = ("scores", "reasons", "features", "clients", "roles", "levers", "prospects", "outlook")


@dataclasses.dataclass(frozen=True)
class WorkersAlone:
    """An engine whose snapshots are DuckDB's."""

    ledger: Ledger
    tables: SparkTables

    def past(self, as_of: int) -> Asked:
        return self.ledger.past(as_of)

    def each(
        self, work: Work, shared: Any, chunks: Iterable[pd.DataFrame]
    ) -> Iterator[pd.DataFrame]:
        return self.tables.each(work, shared, chunks)


@pytest.mark.slow
def test_spark_s_workers_score_to_the_byte_what_threads_score(
    bundle: Bundle,
    ledger: Ledger,
    as_of: int,
    spark: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scored, "chunks_of", partial(chunks_of, most=64))
    by_workers = dataclasses.replace(
        ledger, engine=WorkersAlone(ledger, SparkTables(spark, tmp_path))
    )
    made = []
    for each in (ledger, by_workers):
        run = score(bundle, each, as_of, version="v")
        made.append(dataclasses.replace(run, told=dataclasses.replace(run.told, chunk=70)))
    for name in TABLES:
        one, other = (getattr(run, name) for run in made)
        assert len(one)
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert made[0].summary == made[1].summary
    assert not any(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("subject", ["churn", "tier"])
def test_spark_s_workers_take_a_change_apart_to_the_byte_as_threads_do(
    bundle: Bundle,
    ledger: Ledger,
    as_of: int,
    spark: Any,
    subject: Subject,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, after = (snapshot(ledger.past(day), bundle.features) for day in (as_of - 150, as_of))
    held = bundle.tiers.assign(before.frame)["tier"].iloc[::2]
    apart = partial(take_change_apart, bundle, before, after, subject, held=held)
    alone = apart()
    monkeypatch.setattr(taking_apart, "chunks_of", partial(chunks_of, most=64))
    by_workers = apart(engine=WorkersAlone(ledger, SparkTables(spark, tmp_path)))
    assert len(alone.clients) > 128
    assert alone.values.any()
    for name in ("values", "base", "raw"):
        assert getattr(alone, name).tobytes() == getattr(by_workers, name).tobytes()
    assert alone.features == by_workers.features
    assert alone.clients.equals(by_workers.clients)
    pd.testing.assert_frame_equal(alone.data, by_workers.data)


class Changed:
    """An engine whose machines get other bytes than were sent."""

    def past(self, as_of: int) -> Asked:
        raise AssertionError(as_of)

    def each(
        self, work: Work, shared: Packed, chunks: Iterable[pd.DataFrame]
    ) -> Iterator[pd.DataFrame]:
        forest = next(name for name in shared.files if name.endswith(".lightgbm.txt"))
        files = {**shared.files, forest: shared.files[forest].replace(b"1", b"2", 1)}
        changed = dataclasses.replace(shared, files=files)
        return (work(changed, chunk) for chunk in chunks)


def test_bytes_that_changed_on_the_way_are_refused_before_a_parser_sees_them(
    bundle: Bundle, scored: Scored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segml.bundle.packed.decode", lambda *_, **__: pytest.fail("was parsed"))
    told = dataclasses.replace(scored.told, engine=Changed())
    with pytest.raises(BundleRefused, match="digest"):
        next(iter(told))


def rows(bundle: Bundle, chunk: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"rows": [len(chunk)], "as_of": [bundle.as_of]})


class Here:
    """An engine of one machine, this one."""

    past = Changed.past

    def each(
        self, work: Work, shared: Packed, chunks: Iterable[pd.DataFrame]
    ) -> Iterator[pd.DataFrame]:
        return (work(shared, chunk) for chunk in chunks)


def test_a_worker_takes_the_bundle_that_the_job_is_of(bundle: Bundle) -> None:
    other = dataclasses.replace(bundle, as_of=bundle.as_of + 1)
    assert pack(other).digest != pack(bundle).digest
    chunk = pd.DataFrame({"x": [1, 2]})
    made = [pd.concat(across(Here(), each, rows, [chunk])) for each in (bundle, other, bundle)]
    assert [one["as_of"].item() - bundle.as_of for one in made] == [0, 1, 0]
