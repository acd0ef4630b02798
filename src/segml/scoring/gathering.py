"""The reasons of a whole portfolio, told chunk by chunk so that memory stays bounded."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from segml.bundle import Bundle
from segml.features import CATALOGUE, Snapshot
from segml.ledger import Engine, date_of
from segml.scoring.across import CHUNK, across, chunks_of, under
from segml.scoring.parts import SUBJECTS, LeadingParts, Subject, Values
from segml.scoring.progress import Progress, silent
from segml.scoring.reasons import TOP_REASONS, Chances, Told, reason_rows
from segml.scoring.taking_apart import take_leading_apart

_MODEL: Mapping[Subject, str] = {
    "tier": "tiers",
    "churn": "churn",
    "buys": "potential",
    "spends": "potential",
}
_TIER, _RAW, _CHANCE = "(tier) ", "(raw) ", "(chance) "
"""What stands before the columns of a chunk that are no features."""
_ERROR = "additive_error"


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
    engine
        Whose workers tell the chunks; None: threads of this process do.
    """

    bundle: Bundle
    now: Snapshot
    raw: Mapping[Subject, Values]
    assignment: pd.DataFrame
    currency: str | None
    chunk: int = CHUNK
    progress: Progress = silent
    engine: Engine | None = None
    _error: float | None = field(default=None, init=False)

    @property
    def error(self) -> float:
        """The greatest distance of base + parts from a raw score; tells all if nobody has yet."""
        if self._error is None:
            deque(self, maxlen=0)
        return self._error or 0.0

    def __iter__(self) -> Iterator[pd.DataFrame]:
        error, count = 0.0, len(chunks_of(len(self.now.frame), self.chunk))
        tell = partial(
            told_of,
            as_of=date_of(self.now.as_of),
            currency=self.currency,
            clients=len(self.now.frame),
        )
        told = across(self.engine, self.bundle, tell, self._chunks())
        for done, frame in enumerate(told, start=1):
            error = max(error, frame.attrs.pop(_ERROR))
            self.progress("reasons", done, count)
            yield frame
        self._error = error

    def _chunks(self) -> Iterator[pd.DataFrame]:
        """What is known of the clients of each chunk: features, tiers, raw scores and chances."""
        clients = self.now.frame.index
        known = (
            self.now.frame,
            self.assignment.add_prefix(_TIER),
            pd.DataFrame(self.raw, index=clients).add_prefix(_RAW),
            pd.DataFrame(self._chances(), index=clients).add_prefix(_CHANCE),
        )
        for rows in chunks_of(len(clients), self.chunk):
            yield pd.concat([one.iloc[rows] for one in known], axis=1)

    def _chances(self) -> dict[Subject, Values]:
        """The probability of each client where one is published: churn's of active clients."""
        churn, buys = self.bundle.churn.calibration, self.bundle.potential.calibration
        active = self.now.status.eq("active").to_numpy(dtype=bool)
        at_raw = np.where(active, churn.probability(self.raw["churn"]), np.nan)
        return {"churn": at_raw, "buys": buys.probability(self.raw["buys"])}


def told_of(
    bundle: Bundle, chunk: pd.DataFrame, *, as_of: dt.date, currency: str | None, clients: int
) -> pd.DataFrame:
    """The reasons of the clients of one chunk, their additive error among the frame's attributes.

    Parameters
    ----------
    bundle
        The trained value.
    chunk
        Features, and under the prefixes of this file tiers, raw scores and chances.
    as_of, currency
        Of all.
    clients
        How many clients are told of in all.
    """
    raw = under(_RAW, chunk)
    parts = take_leading_apart(
        bundle,
        chunk[[name for name in chunk if not str(name).startswith("(")]],
        {subject: raw[subject].to_numpy(np.float64) for subject in SUBJECTS if subject in raw},
        under(_TIER, chunk),
        top=TOP_REASONS,
        clients=clients,
    )
    features = {one.name: one for one in (*CATALOGUE, *bundle.encoder.features)}
    told = [_told(bundle, one, chunk) for one in sorted(parts, key=lambda one: one.subject)]
    frame = reason_rows(told, features, currency=currency)
    frame.insert(0, "as_of", _repeated(as_of, len(frame)))
    frame.attrs[_ERROR] = max(one.error for one in parts)
    return frame


def _told(bundle: Bundle, parts: LeadingParts, chunk: pd.DataFrame) -> Told:
    references = bundle.references[_MODEL[parts.subject]]
    calibrations = {"churn": bundle.churn.calibration, "buys": bundle.potential.calibration}
    if parts.subject not in calibrations:
        return Told(parts=parts, references=references)
    at_base = calibrations[parts.subject].probability(parts.base)
    at_raw = chunk[_CHANCE + parts.subject].to_numpy(np.float64)
    return Told(parts=parts, references=references, chances=Chances(at_raw=at_raw, at_base=at_base))


def _repeated(day: dt.date, rows: int) -> pd.Series:
    """A date for every row, kept once."""
    codes = np.zeros(rows, dtype=np.int8)
    return pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index([day], dtype=object)))
