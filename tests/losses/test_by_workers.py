"""A loss analysis hands the parts of a change to the workers of the ledger's engine."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from segml.bundle import Bundle
from segml.ledger import Asked, Ledger
from segml.ledger.engines import Work
from segml.losses import LossAnalysis, analyse


@dataclasses.dataclass(frozen=True)
class OneMachine:
    """An engine whose snapshots are DuckDB's and whose only worker is this process."""

    ledger: Ledger
    handed: list[int]

    def past(self, as_of: int) -> Asked:
        return self.ledger.past(as_of)

    def each(
        self, work: Work, shared: Any, chunks: Iterable[pd.DataFrame]
    ) -> Iterator[pd.DataFrame]:
        for chunk in chunks:
            self.handed.append(len(chunk))
            yield work(shared, chunk)


def test_what_workers_take_apart_is_the_same_loss(
    ledger: Ledger, bundle: Bundle, dates: tuple[int, int], analysis: LossAnalysis
) -> None:
    engine = OneMachine(ledger, [])
    again = analyse(
        dataclasses.replace(ledger, engine=engine), bundle, start=dates[0], end=dates[1]
    )
    assert len(analysis.losses) in engine.handed
    for name in ("losses", "loss_reasons", "evidence"):
        one, other = (getattr(each, name) for each in (analysis, again))
        assert len(one)
        pd.testing.assert_frame_equal(one, other, check_exact=True)
