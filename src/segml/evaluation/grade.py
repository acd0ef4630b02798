"""The grade of a churn model, A to D: what it adds to the best simple rule, and what is shown.

A grade rests on bounds, not on means: few clients earn no good grade by luck.

| grade | all clients | key clients | calibration |
| --- | --- | --- | --- |
| A | ahead of the best baseline, shown | ahead, shown | within 0.03 |
| B | ahead of the best baseline, shown | not shown to be behind | within 0.05 |
| C | not shown to be behind, and better than chance, shown | - | within 0.10 |
| D | anything else | | |

*Shown* is an interval of 90 % that leaves zero out. The calibration error counts as far as it is
beyond what a perfect probability would show among as many clients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from segml.evaluation.lead import Lead, auc_lead, known

Values = npt.NDArray[np.float64]
Grade = Literal["A", "B", "C", "D"]
GRADES: tuple[Grade, ...] = ("A", "B", "C", "D")
"""Best first."""
CALIBRATION = {"A": 0.03, "B": 0.05, "C": 0.10}
"""The calibration error beyond chance up to which each grade is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a grade rests on.

    Parameters
    ----------
    baseline, key_baseline
        The best baseline of all clients, and of key clients.
    over_all, over_key
        The model's lead over each.
    signal
        Its lead over chance, of all clients.
    calibration
        The calibration error beyond chance, of all clients.
    """

    baseline: str
    key_baseline: str
    over_all: Lead
    over_key: Lead
    signal: Lead
    calibration: float

    @property
    def grade(self) -> Grade:
        """A to D.

        Examples
        --------
        >>> ahead = Lead(own=0.8, other=0.7, low=0.05, high=0.15)
        >>> behind = Lead(own=0.7, other=0.8, low=-0.15, high=-0.05)
        >>> same = {"baseline": "recency", "key_baseline": "recency", "signal": ahead}
        >>> Standing(over_all=ahead, over_key=ahead, calibration=0.01, **same).grade
        'A'
        >>> Standing(over_all=behind, over_key=ahead, calibration=0.01, **same).grade
        'D'
        """
        reached = {
            "A": self.over_all.low > 0 and self.over_key.low > 0,
            "B": self.over_all.low > 0 and not self.over_key.high < 0,
            "C": self.over_all.high >= 0 and self.signal.low > 0,
        }
        for grade in GRADES[:-1]:
            if reached[grade] and self.calibration <= CALIBRATION[grade]:
                return grade
        return "D"

    @property
    def figures(self) -> dict[str, float | str | None]:
        """The grade and what it rests on, as plain values; None where undefined."""
        return {
            "grade": self.grade,
            "auc": known(self.signal.own),
            "baseline": self.baseline,
            **self.over_all.figures("lead"),
            "key_auc": known(self.over_key.own),
            "key_baseline": self.key_baseline,
            **self.over_key.figures("key_lead"),
            "calibration": known(self.calibration),
        }


def best_lead(lost: Values, risk: Values, others: Mapping[str, Values]) -> tuple[str, Lead]:
    """The baseline with the highest AUC, by name, and the model's lead over it.

    Parameters
    ----------
    lost
        0/1 labels of shape (n,).
    risk
        The model's risks, shape (n,).
    others
        Baselines' risks by name, at least one; the first of equals is taken.
    """
    leads = {name: auc_lead(lost, risk, other) for name, other in others.items()}
    best = max(leads, key=lambda name: np.nan_to_num(leads[name].other, nan=-1.0))
    return best, leads[best]
