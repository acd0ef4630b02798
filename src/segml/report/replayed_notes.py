"""How the figures of a backtest are to be read, and what is assumed under its money."""

from __future__ import annotations

from segml.evaluation.empb import ACCEPTS, CONTACT, OFFER
from segml.report.figures import percent
from segml.report.language import _


def notes() -> tuple[str, ...]:
    """What the figures are."""
    return (
        _("AUC: the chance that a lost client stood above one that stayed, 0.5 by chance."),
        _("Average precision: how pure the top of the list is; by chance the share that was lost."),
        _("Lift: how much richer in lost clients the riskiest tenth is than the whole list."),
        _("Brier: the mean squared distance of a probability from what happened."),
        _(
            "Calibration error: the mean gap between stated and seen, over ten groups of equal "
            "size."
        ),
        _(
            "Slope: one where high risks are as high, and low ones as low, as what happened; below "
            "one the probabilities are too far apart."
        ),
        _("Gini: how well the order finds the profit that came, 1 for the perfect order."),
        _("Pinball loss: how good both ends of an interval are; narrow and covering is best."),
        _(
            "Grades: A and B ask for a lead that chance does not explain; docs/method.md has the "
            "rule."
        ),
    )


def campaign_sentence() -> str:
    """The assumptions under the money of a campaign."""
    return _(
        "It is assumed that an offer costs {offer} of a client's last year's profit; that "
        "{accepts} of those who would leave take it and stay; that all who would stay take it too; "
        "and that a contact costs {contact} of the mean profit.",
        offer=percent(OFFER),
        accepts=percent(ACCEPTS[0] / sum(ACCEPTS)),
        contact=percent(CONTACT, 1),
    )
