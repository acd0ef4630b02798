"""The reasons of a whole portfolio, told chunk by chunk so that memory stays bounded."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from segml.bundle import Bundle
from segml.features import CATALOGUE, Snapshot
from segml.ledger import date_of
from segml.outcomes import Calibration
from segml.scoring.parts import LeadingParts, Subject, Values
from segml.scoring.progress import Progress, silent
from segml.scoring.reasons import TOP_REASONS, Chances, Told, reason_rows
from segml.scoring.taking_apart import take_leading_apart

CHUNK = 16_384
"""Clients, at most, whose reasons are one chunk."""

AHEAD = 2
"""Chunks that are told while an earlier one is written."""

Chunk = tuple[pd.DataFrame, float]
"""The rows of some clients, and the greatest distance of base + parts from a raw score."""

Calibrated = Mapping[Subject, tuple[Values, Calibration]]
"""The probability of each client, and how a base becomes one, of subjects that stand for one."""

_MODEL: Mapping[Subject, str] = {
    "tier": "tiers",
    "churn": "churn",
    "buys": "potential",
    "spends": "potential",
}


@dataclass(kw_only=True, eq=False)
class Reasons:
    """The reasons of every client of a date: iterated over, they are told anew, chunk by chunk.

    A chunk is a frame with the columns of `schema.REASONS`, texts and date as categories. Chunks,
    clients, subjects and ranks come in the order of the published table; what they say does not
    depend on the chunks' size.

    Parameters
    ----------
    bundle
        The trained value.
    now
        The clients.
    raw
        Their raw scores by subject (but the tier's), each shape (n,).
    assignment
        Their tiers.
    currency
        Put after money.
    chunk
        The most clients of a chunk.
    progress
        Called after each chunk.
    """

    bundle: Bundle
    now: Snapshot
    raw: Mapping[Subject, Values]
    assignment: pd.DataFrame
    currency: str | None
    chunk: int = CHUNK
    progress: Progress = silent
    _error: float | None = field(default=None, init=False)

    @property
    def error(self) -> float:
        """The greatest distance of base + parts from a raw score; tells all if nobody has yet."""
        if self._error is None:
            deque(self, maxlen=0)
        return self._error or 0.0

    def __iter__(self) -> Iterator[pd.DataFrame]:
        error, chunks = 0.0, chunks_of(len(self.now.frame), self.chunk)
        features = {one.name: one for one in (*CATALOGUE, *self.bundle.encoder.features)}
        chances = self._chances()

        def tell(rows: slice) -> Chunk:
            parts = sorted(self._parts(rows), key=lambda one: one.subject)
            told = [self._told(one, chances, rows) for one in parts]
            frame = reason_rows(told, features, currency=self.currency)
            frame.insert(0, "as_of", _repeated(date_of(self.now.as_of), len(frame)))
            return frame, max(one.error for one in parts)

        for done, (frame, one) in enumerate(_in_order(tell, chunks), start=1):
            error = max(error, one)
            self.progress("reasons", done, len(chunks))
            yield frame
        self._error = error

    def _parts(self, rows: slice) -> tuple[LeadingParts, ...]:
        return take_leading_apart(
            self.bundle,
            self.now.frame.iloc[rows],
            {subject: raw[rows] for subject, raw in self.raw.items()},
            self.assignment.iloc[rows],
            top=TOP_REASONS,
            clients=len(self.now.frame),
        )

    def _told(
        self,
        parts: LeadingParts,
        chances: Mapping[Subject, tuple[Values, Calibration]],
        rows: slice,
    ) -> Told:
        references = self.bundle.references[_MODEL[parts.subject]]
        if parts.subject not in chances:
            return Told(parts=parts, references=references)
        at_raw, calibration = chances[parts.subject]
        at_base = calibration.probability(parts.base)
        both = Chances(at_raw=at_raw[rows], at_base=at_base)
        return Told(parts=parts, references=references, chances=both)

    def _chances(self) -> Calibrated:
        """What is a probability, and its calibration; churn's is published for active clients."""
        churn, buys = self.bundle.churn.calibration, self.bundle.potential.calibration
        active = self.now.status.eq("active").to_numpy(dtype=bool)
        at_raw = np.where(active, churn.probability(self.raw["churn"]), np.nan)
        return {"churn": (at_raw, churn), "buys": (buys.probability(self.raw["buys"]), buys)}


def chunks_of(clients: int, most: int = CHUNK) -> list[slice]:
    """The rows of some clients in the fewest chunks of at most so many, all about as large.

    Examples
    --------
    >>> chunks_of(5, most=4)
    [slice(0, 2, None), slice(2, 5, None)]
    """
    count = max(1, -(-clients // most))
    edges = np.linspace(0, clients, count + 1).astype(int).tolist()
    return [slice(first, end) for first, end in pairwise(edges)]


def _repeated(day: dt.date, rows: int) -> pd.Series:
    """A date for every row, kept once."""
    codes = np.zeros(rows, dtype=np.int8)
    return pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index([day], dtype=object)))


def _in_order(tell: Callable[[slice], Chunk], chunks: Iterable[slice]) -> Iterator[Chunk]:
    """What each chunk tells, in their order; some are being told while one is looked at."""
    with ThreadPoolExecutor(max_workers=AHEAD) as pool:
        waiting: deque[Future[Chunk]] = deque()
        for rows in chunks:
            waiting.append(pool.submit(tell, rows))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
