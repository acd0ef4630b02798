"""What an auditor asks of a model card: what money assumes, skill with its error, how to repeat."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from segml.bundle.record import OutcomeRecord
from segml.bundle.value import Bundle
from segml.ledger import date_of


def assumptions(bundle: Bundle, *, plain: Callable[[str], str]) -> Iterator[str]:
    """A sentence for each figure that profit rests on and the ledger does not hold.

    Parameters
    ----------
    bundle
        A fitted bundle; its plan has the figures.
    plain
        Makes the currency a text of the card.
    """
    rates = bundle.plan.economics
    if rates.currency is not None:
        yield f"Money is in {plain(rates.currency)}."
    yield (
        "Profit is what was sold less its cost, care, handling, overdue money and a share of what "
        "the client cost to win. These figures come from the configuration and are assumptions:"
    )
    if rates.margin_rate is None:
        yield "where a line has no cost, all of its amount counts as margin."
    else:
        yield f"where a line has no cost, a margin of {100 * rates.margin_rate:g} % of its amount."
    money = {
        "a minute of care": rates.minute,
        "an order": rates.order,
        "a return": rates.return_,
    }
    given = ", ".join(f"{what} {value:g}" for what, value in money.items() if value)
    yield f"costs each: {given}." if given else "no cost of care, orders or returns."
    yield (
        f"commission {100 * rates.commission_rate:g} % of the amount; overdue money costs "
        f"{100 * rates.overdue_yearly_rate:g} % a year and is written off after "
        f"{rates.write_off_days} days; what a client cost to win is spread over "
        f"{rates.acquisition_months} months."
    )
    yield "If one of them is wrong, tiers, expected profits and every sum of money move with it."


def skill_said(outcome: OutcomeRecord) -> tuple[str, ...]:
    """How much better than one common rate, how sure that is, and what simple rules are beside it.

    Parameters
    ----------
    outcome
        Of a training of churn; nothing is said of one that could not be validated.
    """
    skill = outcome.details.get("skill")
    if not skill:
        return ()
    low, high = (f"{100 * skill[end]:.0f}" for end in ("low", "high"))
    told = (
        "Of the squared error that one common rate for all would make, the probabilities save "
        f"{100 * skill['value']:.0f} % (in nine draws of ten of the {skill['clients']:,} "
        f"validated clients {low} to {high} %). Recency, recency over the own gap, a regression "
        "on recency, frequency and money, and BG/NBD are held against it on the same clients by "
        "`segml backtest` and before each promotion; without them none of these figures says that "
        "a model is needed."
    )
    return (told,)


def repeated(bundle: Bundle) -> Iterator[str]:
    """What gives the same bytes again.

    Parameters
    ----------
    bundle
        A fitted bundle.
    """
    yield (
        f"The rows before {date_of(bundle.as_of)} whose fingerprint is "
        f"`{bundle.record.fingerprint}`, the configuration this version keeps, seed "
        f"{bundle.plan.seed} and the libraries below give the same bytes and the same version: "
        f"`segml train CONFIG --as-of {date_of(bundle.as_of)}`."
    )
    yield "How published scores held once their horizon had passed: `segml realised CONFIG`."
    yield "Who made it champion, when and why: `segml models CONFIG`."
