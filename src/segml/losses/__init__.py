"""Losses: which key clients were lost between two dates, when it began, why, what it costs.

`analyse` asks ledger and bundle and gives a `LossAnalysis`; the files are its steps, in order:
`scene` and `key_clients` (who counted), `books` (`history`, `clock`, `rhythm`), `fates`
(`transitions`: `silence`, `onset`, `confidence`), `money` (`yearly`), `profit_parts`,
`attribution`, `causes` (`exposures` and the files named after them, `onset_months`, `signatures`,
`aftermath`), `shares` and `accounted` (reasons), `evidence`, `course`, `signal`, `dossiers`,
`outlook` (`foretold` of `recent`, `who_next` of `pressure`, `lookalikes` and `days_left`,
`winback` of `returns`, `levers`), `summary`.
"""

from segml.losses.analysis import LossAnalysis, analyse
from segml.losses.evidence import TEXT_CODES
from segml.losses.levers import LEVERS
from segml.losses.profit_parts import PARTS
from segml.losses.reasons import UNKNOWN
from segml.losses.tables import (
    COURSE,
    DEMOTED,
    EVIDENCE,
    LOOKALIKES,
    LOSS_REASONS,
    LOSSES,
    MARGINS,
    NEXT_LOST,
    PATH,
    PROFIT_PARTS,
    WINBACK,
)
from segml.losses.winback import VERDICTS

__all__ = [
    "COURSE",
    "DEMOTED",
    "EVIDENCE",
    "LEVERS",
    "LOOKALIKES",
    "LOSSES",
    "LOSS_REASONS",
    "MARGINS",
    "NEXT_LOST",
    "PARTS",
    "PATH",
    "PROFIT_PARTS",
    "TEXT_CODES",
    "UNKNOWN",
    "VERDICTS",
    "WINBACK",
    "LossAnalysis",
    "analyse",
]
