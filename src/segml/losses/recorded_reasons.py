"""What people recorded when clients left, beside the reasons that are told without reading it.

A recorded reason is a text like any other: nobody translates it, and it may be vague, polite or
wrong. But it was not read to tell the reasons, so where both go together, each speaks for the
other; and where a text goes with another reason than a reader of it would think, one of both errs.

Of all clients with a dated decline and a recorded reason it is asked what shares of each reason are
told where a text stands, and what they are on an average of all with any text. Were it chance, any
text could stand beside any of these clients: the texts are reshuffled, and the greatest difference
of any text and reason in a reshuffling, in standard errors, is what chance gives to so many looks
(Westfall and Young 1993).

References
----------
Westfall and Young (1993), Resampling-Based Multiple Testing, 2.3; Cochran (1977), Sampling
Techniques, 2.6: the error of the mean of a sample without replacement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segml.losses.causes import Learnt
from segml.losses.ends import End
from segml.losses.history import Days, Numbers
from segml.losses.tables import RECORDED_REASONS, framed
from segml.words.feature import REASONS

LEAST_CLIENTS = 10
"""A text that stands beside fewer clients says nothing of what is told beside it, and may name
somebody."""
SHUFFLES = 2_000
LEVEL = 0.05
"""The chance below which a text and a reason go together."""


def recorded_reasons(learnt: Learnt | None, ends: Mapping[str, End], *, seed: int) -> pd.DataFrame:
    """What is told, on an average, of the clients beside whom each text was recorded.

    Parameters
    ----------
    learnt
        The reasons of all declines; None where none were learnt.
    ends
        The recorded ends.
    seed
        Of the reshuffling.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.RECORDED_REASONS`: each text with every reason, the commonest text first;
        no rows where nothing was learnt or no text stands beside enough clients.
    """
    if learnt is None:
        return framed([], RECORDED_REASONS)
    beside = _beside(learnt, ends)
    if not beside.texts:
        return framed([], RECORDED_REASONS)
    means, usual = beside.means(beside.shares), beside.shares.mean(axis=0)
    chance = _by_chance(beside, np.random.default_rng(seed))
    more = (1.0 + (chance >= beside.apart(means)[..., None]).sum(axis=2)) / (1.0 + len(chance))
    return framed(
        [
            {
                "left_reason": text,
                "reason": reason,
                "clients": beside.clients[row],
                "share": means[row, place],
                "usual_share": usual[place],
                "p_adjusted": more[row, place],
                "goes_together": more[row, place] < LEVEL,
            }
            for row, text in enumerate(beside.texts)
            for place, reason in enumerate(REASONS)
        ],
        RECORDED_REASONS,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Beside:
    """The clients with a recorded reason, those of one text together, and what is told of them.

    Parameters
    ----------
    texts
        The k texts of enough clients, the commonest first.
    clients
        (k,) how many clients each stands beside.
    shares
        (n, reasons) what is told of each client; clients of the k texts first, in their order.
    """

    texts: tuple[str, ...]
    clients: Days
    shares: Numbers

    def means(self, shares: Numbers) -> Numbers:
        """(k, reasons) the means over the clients of each text, were these (n, reasons) theirs."""
        first = np.cumsum(self.clients) - self.clients
        told = shares[: self.clients.sum()]
        return np.asarray(np.add.reduceat(told, first, axis=0) / self.clients[:, None])

    def apart(self, means: Numbers) -> Numbers:
        """(k, reasons) how far such means lie above those of all, in standard errors by chance."""
        count, whole = self.clients[:, None], len(self.shares)
        of_all = self.shares.var(axis=0)
        error = np.sqrt(of_all * (whole - count) / (count * max(whole - 1, 1)))
        above = means - self.shares.mean(axis=0)
        return np.asarray(np.divide(above, error, out=np.zeros_like(above), where=error > 0.0))


def _beside(learnt: Learnt, ends: Mapping[str, End]) -> _Beside:
    written = {each: ends[each].reason for each in learnt.declined if each in ends}
    spelled: dict[str, Counter[str]] = {}
    for text in filter(None, written.values()):
        spelled.setdefault(_same(text), Counter())[text] += 1
    common = sorted(
        (each for each, texts in spelled.items() if texts.total() >= LEAST_CLIENTS),
        key=lambda each: (-spelled[each].total(), each),
    )
    place = {text: number for number, text in enumerate(common)}
    rows = [row for row, each in enumerate(learnt.declined) if written.get(each)]
    at = [place.get(_same(str(written[learnt.declined[row]])), len(common)) for row in rows]
    order = np.argsort(np.array(at, dtype=np.int64), kind="stable")
    return _Beside(
        texts=tuple(_commonest(spelled[each]) for each in common),
        clients=np.array([spelled[each].total() for each in common], dtype=np.int64),
        shares=learnt.reasons[np.array(rows, dtype=np.int64)[order]],
    )


def _same(text: str) -> str:
    """What two spellings of a text have in common."""
    return " ".join(text.split()).casefold()


def _commonest(texts: Counter[str]) -> str:
    return min(texts, key=lambda text: (-texts[text], text))


def _by_chance(beside: _Beside, draws: np.random.Generator) -> Numbers:
    """(shuffles,) how far the farthest text and reason lie above the usual in each reshuffling."""
    return np.array(
        [
            beside.apart(beside.means(draws.permutation(beside.shares))).max()
            for _ in range(SHUFFLES)
        ]
    )
