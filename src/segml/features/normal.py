"""The client's own normal: its contacts and events in the 365 days before the last 180.

The normal is a rate over the days that were *observed*: since the table's first row, and since the
client is known (its first order or contact, or its acquisition; for events, which reach buyers, its
first order). With fewer than 90 of them there is no normal, and what would be compared with it is
missing: neither zero nor infinite.

Two ways to compare, both steady where events are few:

- **rise**: the yearly rate of the last 180 days less the normal one. A difference and no quotient,
  so that one event after none is a rise by 2 a year, whatever came before.
- **drop**: (expected − recent) / (expected + prior), where `expected` is the normal of 180 days. It
  is damped as if `prior` more were expected and came: with nothing expected nothing drops.
"""

from __future__ import annotations

from segml.features.family import Measure
from segml.features.measures import fact
from segml.features.windows import window

RECENT, BEFORE = window(180), window(545, 180)
"""The two windows, as conditions on ages."""

BLANK = "fewer than 90 days of own history on record before the last 180"
"""When there is no normal."""

MEASURES: tuple[Measure, ...] = (
    fact("gap", "first_age", "max(age)"),
    fact("contact", "first_contact_age", "max(age)"),
    fact("contact_log", "contact_log_age", "max(age)"),
)
"""What `rise` and `drop` of contacts read, besides the counts."""

EVENT_MEASURES: tuple[Measure, ...] = (
    fact("gap", "first_age", "max(age)"),
    fact("event_log", "event_log_age", "max(age)"),
)
"""What `rise` of events reads, besides the sums."""

_FEWEST_DAYS = 90
_CONTACTS_SINCE = (
    "least(coalesce(contact_log_age, 0), greatest(coalesce(first_age, 0), "
    "coalesce(acquired_age, 0), coalesce(first_contact_age, 0)))"
)
_EVENTS_SINCE = "least(coalesce(event_log_age, 0), coalesce(first_age, 0))"


def rise(recent: str, before: str) -> str:
    """The SQL of the yearly rate of contacts in the last 180 days less the client's normal one.

    Parameters
    ----------
    recent, before
        Counts over the windows `RECENT` and `BEFORE`; the family takes `MEASURES`.
    """
    return _rise(recent, before, _observed(_CONTACTS_SINCE))


def event_rise(recent: str, before: str) -> str:
    """The SQL of the same of events; the family takes `EVENT_MEASURES`."""
    return _rise(recent, before, _observed(_EVENTS_SINCE))


def drop(recent: str, before: str, prior: float) -> str:
    """The SQL of the share by which contacts of the last 180 days fell short, within [-1, 1].

    Parameters
    ----------
    recent, before
        Sums over the windows `RECENT` and `BEFORE`; the family takes `MEASURES`.
    prior
        How much more is taken to be expected and to have come.
    """
    observed = _observed(_CONTACTS_SINCE)
    expected = f"(cast({before} as double) * 180 / {observed})"
    return (
        f"case when {observed} >= {_FEWEST_DAYS} then "
        f"greatest(({expected} - {recent}) / ({expected} + {float(prior)!r}), -1) end"
    )


def _rise(recent: str, before: str, observed: str) -> str:
    return (
        f"case when {observed} >= {_FEWEST_DAYS} then cast({recent} as double) * 365 / 180 "
        f"- cast({before} as double) * 365 / {observed} end"
    )


def _observed(since: str) -> str:
    return f"least({since} - 180, 365)"
