"""Chances and risks by name: of what, and within how many days."""

from __future__ import annotations

from segml.report import phrases
from segml.report.language import _


def no_purchase(days: int | None) -> str:
    """The risk that an active client buys nothing; without its days where they are not known.

    Examples
    --------
    >>> no_purchase(120), no_purchase(None)
    ('Risk of no purchase within 120 days', 'Risk of no purchase')
    """
    if days is None:
        return _("Risk of no purchase")
    return _("Risk of no purchase within {days} days", days=days)


def loss_ahead(days: int) -> str:
    """The chance that a key client is lost: of any kind of loss, its beginning included.

    Examples
    --------
    >>> loss_ahead(180)
    'Chance of loss within 180 days'
    """
    return _("Chance of loss within {days} days", days=days)


def subject(code: str, churn_days: int | None, potential_days: int | None) -> str:
    """What one of a client's scores is, with its days where they are known.

    Examples
    --------
    >>> subject("buys", 120, 180), subject("tier", 120, 180), subject("churn", None, None)
    ('Chance of a purchase within 180 days', 'Place in its tier', 'Risk of no purchase')
    """
    if code == "churn":
        return no_purchase(churn_days)
    if code == "buys" and potential_days is not None:
        return _("Chance of a purchase within {days} days", days=potential_days)
    if code == "spends" and potential_days is not None:
        return _("Profit within {days} days if it buys", days=potential_days)
    return phrases.SUBJECTS[code]
