"""Losses: which key clients were lost between two dates, when it began, why, what it costs.

`analyse` asks ledger and bundle and gives a `LossAnalysis`; the files are its steps, in order:
`scene` and `key_clients` (who counted), `books` (`history`, `clock`, `seasons`, `season_groups`,
`rhythm`), `fates` (`transitions`: `silence`, `paid_ahead`, `onset`, `by_year`, `confidence`),
`dating` (`own_pace`, `weeks`, `courses`, `decline_evidence` of `decline_orders`, `decline_kinds`,
`declines`), `money` (`yearly`, `order_level`), `profit_parts`, `attribution`, `causes` (`exposures`
and the files named after them, `onset_months`, `signatures`, `aftermath`, `events_behind`),
`shares` and `accounted` (reasons), `evidence`, `course`, `missed` (`signal`), `dossiers`; then what
comes: `outlook` (`foretold` of `recent` and `underway`, and of the `hazards` of who is `asked`
about, `who_next` of `pressure`, `lookalikes` and `days_left`, `winback` of `returns`, `levers`);
then all of them together: `together` (`mix`, `behind`), `compared`, `trend`, `relief`, `impact`
(`impact_reach`, `impact_weeks`, `impact_study`, `impact_contrast`), `summary`.
What a person recorded of a leaving is `ends`.
"""

from segml.losses.analysis import LossAnalysis, analyse
from segml.losses.evidence import TEXT_CODES
from segml.losses.levers import LEVERS
from segml.losses.profit_parts import PARTS
from segml.losses.reasons import UNKNOWN
from segml.losses.tables import (
    COMPANY_EVENTS,
    COURSE,
    DEMOTED,
    EVENT_IMPACT,
    EVIDENCE,
    LOSS_DRIVERS,
    LOSS_EVENTS,
    LOSS_FAULTS,
    LOSS_REASONS,
    LOSS_TREND,
    LOSSES,
    LOSSES_BY,
    MARGINS,
    PATH,
    PROFIT_PARTS,
    RECORDED_REASONS,
    RELIEF,
)
from segml.losses.tables_ahead import LOOKALIKES, NEXT_LOST, WINBACK
from segml.losses.winback import VERDICTS

__all__ = [
    "COMPANY_EVENTS",
    "COURSE",
    "DEMOTED",
    "EVENT_IMPACT",
    "EVIDENCE",
    "LEVERS",
    "LOOKALIKES",
    "LOSSES",
    "LOSSES_BY",
    "LOSS_DRIVERS",
    "LOSS_EVENTS",
    "LOSS_FAULTS",
    "LOSS_REASONS",
    "LOSS_TREND",
    "MARGINS",
    "NEXT_LOST",
    "PARTS",
    "PATH",
    "PROFIT_PARTS",
    "RECORDED_REASONS",
    "RELIEF",
    "TEXT_CODES",
    "UNKNOWN",
    "VERDICTS",
    "WINBACK",
    "LossAnalysis",
    "analyse",
]
