"""The onsets of declines that are known to have happened, all at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from segml.losses.books import Books
from segml.losses.decline_evidence import evidence_of
from segml.losses.declines import Dated, learn_weights, log_chance
from segml.losses.history import of
from segml.losses.onset import MIN_BEFORE
from segml.losses.transitions import WINDOW_DAYS, Transition
from segml.losses.weeks import weekly_orders


def date_declines(
    lines: pd.DataFrame,
    books: Books,
    declined: Mapping[str, Transition],
    *,
    first_day: int,
    end: int,
) -> Dated:
    """The weeks in which declines began, with their probabilities.

    A decline began after the third order, and by the day of the loss; that of a client that stayed
    began at least a window before it.

    Parameters
    ----------
    lines
        Of at least the clients that declined, as `Past.lines` has them.
    books
        Histories, rhythm and clock.
    declined
        Who declined, and how. A client none of whose weeks is possible is left out.
    first_day, end
        Of the ledger, and the later date, in days.
    """
    clients = tuple(sorted(declined))
    lens = books.lens
    weeks = weekly_orders(lines, clients, lens.clock, first_day=first_day, end=end)
    evidence = evidence_of(weeks, lens.rhythm)
    days = weeks.starts[evidence.onsets]
    first = np.array([_third_order(books, each, end) for each in clients], dtype=np.int64)
    last = np.array([_latest(declined[each]) for each in clients], dtype=np.int64)
    possible = (days > first[:, None]) & (days <= last[:, None])
    chance = np.where(possible, log_chance(evidence, learn_weights(evidence)), -np.inf)
    known = np.isfinite(chance).any(axis=1)
    chance = chance[known]
    return Dated(
        clients=tuple(np.array(clients, dtype=object)[known]),
        days=days,
        chance=np.exp(chance - logsumexp(chance, axis=1, keepdims=True)),
    )


def _third_order(books: Books, client_id: str, end: int) -> int:
    days = of(books.orders, client_id).days
    return int(days[MIN_BEFORE - 1]) if len(days) >= MIN_BEFORE else end


def _latest(loss: Transition) -> int:
    return loss.lost_on if loss.kind == "left" else loss.lost_on - WINDOW_DAYS
