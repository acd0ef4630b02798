"""The reasons of losses, learnt from the declines of all clients, not of those lost alone.

::

    sample of clients ─┬─ onsets of their declines
                       └─ exposures by month ── columns ─┐
    after each onset ── signatures ──────────────────────┴─ additive hazard ── shares of reasons

Who stayed tells as much as who declined: an exposure that most live through weighs little. No loss
is explained by a hazard it was fitted to: each fold of the declines is told by what the others
taught (cross-fitting). Whether drivers explain anything at all is asked beside a baseline that
knows the calendar, so that they are paid for whom declines befell and not for when they were; and
what they gain as well on the same onsets laid on clients drawn by chance is no explanation. Where
the rest is not sure, the declines were asked and said nothing: every reason is `unknown`. Only
where there are too few declines to ask do the scores speak alone (`attribution`).

References
----------
Chernozhukov and others (2018), Double/debiased machine learning, Econometrics Journal 21.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np
import pandas as pd

from segml.features import CATALOGUE
from segml.ledger import Ledger, Past, discontinued
from segml.losses.asked import Asked
from segml.losses.attribution import Decomposition
from segml.losses.believed_events import believed_events
from segml.losses.courses import WEEK
from segml.losses.dating import Declines
from segml.losses.declines import Dated
from segml.losses.events_behind import Behind, events_behind
from segml.losses.exposed_risk import ACTIVE_DAYS
from segml.losses.exposures import Column, Records, Risk, calendar_of, columns_of, risk_of
from segml.losses.fates import Fates
from segml.losses.hazards import Hazards, hazards_of, with_asked
from segml.losses.history import Days, Numbers
from segml.losses.known_by import known_by
from segml.losses.onset import Onset
from segml.losses.onset_months import MIDWEEK, beside, by_chance, onset_months
from segml.losses.shares import DRIVEN, Weights
from segml.losses.shortages import shortages
from segml.losses.signatures import Sign, signatures
from segml.losses.taught import FOLDS, crossed, gain_of, met_by, shares_of, tempered
from segml.outcomes.onset_signs import Kinds, Signs
from segml.words.feature import REASONS

LEAST_ONSETS = 30
"""With fewer declines nothing is learnt from them."""
CHANCES = 5
"""How often the onsets are laid on clients drawn by chance."""
SEEN_FROM = (0.5, 0.75, 0.95)
"""Chances that a decline had begun by the days from which what came after it is seen: seen from
before it began, a sign tells of the years in which nothing was wrong."""
_LEAST_UNKNOWN = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Learnt:
    """What the declines of a sample taught.

    Parameters
    ----------
    clients
        The lost clients, sorted.
    features
        Feature to (n,) the probability that what it shows was the reason; what they leave of one is
        `unknown`.
    events
        Client to the company events that are behind its loss, each with its probability.
    explained
        How surely drivers explain onsets that they were not fitted to, from 0, where they explain
        nothing, to 1.
    onsets
        How many declines it was learnt from.
    gain, error
        What drivers gained over the calendar an onset, less what they gained on onsets laid by
        chance, and its standard error were it chance: in units of log likelihood.
    declined
        The ids of all whose declines it was learnt from; none where drivers explain nothing.
    reasons
        (declined, reasons) the probability of each of `REASONS`, of each of them.
    hazards
        How likely a decline is to begin, of the clients and days asked about; None where drivers
        explain nothing, or nothing was asked.
    short
        Goods that nobody could buy for a while, as `shortages` gives them.
    """

    clients: tuple[str, ...]
    features: Mapping[str, Numbers]
    events: Mapping[str, tuple[Behind, ...]]
    explained: float
    onsets: int
    gain: float
    error: float
    declined: tuple[str, ...] = ()
    reasons: Numbers = field(default_factory=lambda: np.empty((0, len(REASONS))))
    hazards: Hazards | None = None
    short: pd.DataFrame | None = None


def learn_reasons(
    ledger: Ledger,
    fates: Fates,
    declines: Declines,
    *,
    seed: int,
    end: int,
    active_days: int = ACTIVE_DAYS,
    asked: Asked | None = None,
) -> Learnt | None:
    """The reasons of the losses; None where too few declines are known to ask.

    Parameters
    ----------
    ledger
        Asked for what was known at `end`.
    fates
        Who was lost.
    declines
        Of them and of a sample of the others, dated.
    seed
        Of the folds.
    end
        The later date, in days; no row on or after it is read.
    active_days
        Days since its last order for which a client still could begin to decline.
    asked
        Clients, of those of `declines`, and days whose hazards are told; None: of none.
    """
    clients = declines.clients
    records = _records(ledger.past(end), clients)
    onsets = declines.onsets
    latest = _latest(onsets, records.orders, end, active_days)
    risk = risk_of(
        records.orders,
        latest,
        clients=clients,
        first_day=ledger.first_day,
        end=end,
        active_days=active_days,
    )
    began = onset_months(replace(risk, known=_known(risk, declines, end)), declines.dated)
    if len(began.clients) < LEAST_ONSETS:
        return None
    draws = np.random.default_rng(seed)
    every = [began, *(by_chance(began, draws) for _ in range(CHANCES))]
    all_of_them = with_asked(beside(every), asked)
    columns = columns_of(records, all_of_them)
    calendar = calendar_of(all_of_them, began.by_month)
    fold = draws.permutation(len(began.clients)) % FOLDS
    met = met_by(every, [*columns, *calendar])
    gain = gain_of(met, [*columns, *calendar], fold)
    lost = tuple(each for each in began.clients if each in fates.lost)
    if gain.explained == 0.0:
        return Learnt(clients=lost, features={}, events={}, onsets=len(fold), **asdict(gain))
    declined = began.clients
    signs = _signs(records, declines.dated, declined, end)
    taught = tempered(crossed(met[0][:, : len(columns)], columns, fold, signs), fold, signs)
    shares = shares_of(taught, fold, signs)
    rows = [row for row, each in enumerate(declined) if each in fates.lost]
    of_lost = shares[rows]
    return Learnt(
        clients=lost,
        features=_by_feature(of_lost, columns),
        events=dict(zip(lost, events_behind(columns, of_lost), strict=True)),
        declined=declined,
        reasons=_by_reason(shares, columns),
        short=records.short,
        hazards=hazards_of(taught, columns, dict(zip(declined, fold, strict=True)), asked)
        if asked
        else None,
        onsets=len(fold),
        **asdict(gain),
    )


def _records(past: Past, clients: Sequence[str]) -> Records:
    lines = past.lines(clients)
    return Records(
        orders=past.orders(clients),
        lines=lines,
        contacts=past.contacts(clients),
        bills=past.bills(clients),
        events=believed_events(past, clients),
        withdrawn=discontinued(past),
        short=shortages(lines),
    )


def _latest(
    onsets: Mapping[str, Onset], orders: pd.DataFrame, end: int, active_days: int
) -> dict[str, int]:
    """The last day on which each decline may have begun, of a client still at risk on it."""
    bought = orders[~orders["is_return"].astype(bool)].groupby("client_id")["day"].max()
    return {
        each: int(min(onset.high, end - 1, bought.get(each, end) + active_days))
        for each, onset in onsets.items()
    }


def _known(risk: Risk, declines: Declines, end: int) -> Numbers:
    """(m,) the share of the declines of each month that are known by the end."""
    dated = declines.dated
    told_on = np.array([declines.told_on[each] for each in dated.clients], dtype=np.int64)
    share = known_by(dated.days, dated.chance, told_on, end=end)
    middle = (risk.starts + np.append(risk.starts[1:], end)) // 2
    known: Numbers = share[np.clip((end - middle) // WEEK, 0, len(share) - 1)]
    return known


def _signs(records: Records, dated: Dated, clients: Sequence[str], end: int) -> list[Signs | Kinds]:
    """What was seen after each decline, and of what kind it is."""
    seen = [signatures(records, clients, days, end=end) for days in _seen_from(dated, clients, end)]
    return [*(_sign(each) for each in zip(*seen, strict=True)), _kinds(dated, clients)]


def _seen_from(dated: Dated, clients: Sequence[str], end: int) -> Days:
    """(days, n) the days from which what came after each decline is seen: by then it had begun."""
    rows = pd.Index(dated.clients).get_indexer(pd.Index(clients))
    days = np.stack([dated.begun_by(chance)[rows] for chance in SEEN_FROM])
    return np.minimum(days + MIDWEEK, end - 1)


def _sign(seen: Sequence[Sign]) -> Signs:
    """One sign, seen from several days."""
    return Signs(
        level=np.stack([each.level for each in seen]),
        speaks_for=tuple(REASONS.index(reason) for reason in seen[0].reasons),
        has_unseen=seen[0].has_unseen,
        lasts=seen[0].lasts,
    )


def _kinds(dated: Dated, clients: Sequence[str]) -> Kinds:
    """What kinds of declines they were: a stop speaks for other reasons than a leak or a drift."""
    return Kinds(chance=dated.kinds[pd.Index(dated.clients).get_indexer(pd.Index(clients))])


def _by_feature(by_column: Numbers, columns: Sequence[Column]) -> dict[str, Numbers]:
    """(n, p) shares by feature, but for `unknown`."""
    features: dict[str, Numbers] = {}
    for number, column in enumerate(columns):
        if column.reason != "unknown":
            before = features.get(column.feature, np.zeros(len(by_column)))
            features[column.feature] = before + by_column[:, number]
    return features


def _by_reason(by_column: Numbers, columns: Sequence[Column]) -> Numbers:
    """(n, reasons) shares of shape (n, p), by reason."""
    of = np.array([[each.reason == reason for reason in REASONS] for each in columns])
    return np.asarray(by_column @ of.astype(np.float64))


def as_weights(learnt: Learnt, lost: Decomposition) -> Weights:
    """What was learnt, in units of what is unknown, by the features of a decomposition.

    Parameters
    ----------
    learnt
        Of all lost clients; one of whom nothing was learnt is all unknown.
    lost
        Their decomposition. A feature that its model does not know leaves its share to the first of
        the same reason that it knows, and to `unknown` where there is none.
    """
    names = lost.churn.features
    reason = {feature.name: feature.reason for feature in CATALOGUE}
    shares = np.zeros((len(lost.churn.clients), len(names)))
    rows = lost.churn.clients.get_indexer(pd.Index(learnt.clients))
    for name, values in learnt.features.items():
        same = [each for each in names if reason[each] == reason[name]]
        if same:
            shares[rows, names.index(name if name in same else same[0])] += values
    unknown = np.maximum(1.0 - shares.sum(axis=1, keepdims=True), _LEAST_UNKNOWN)
    of = np.array([[reason[name] == one for one in DRIVEN] for name in names], dtype=np.float64)
    return Weights((shares @ of) / unknown, shares / unknown)
