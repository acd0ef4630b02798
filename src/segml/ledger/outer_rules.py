"""Rules of the contract that need more than the row: the day of the run, rates, other rows."""

from __future__ import annotations

from segml.ledger.contract import Table
from segml.ledger.days import date_of
from segml.ledger.quoting import literal
from segml.ledger.rules import LAST_DAY, Rule


def future_date_rules(table: Table, present: frozenset[str], today: int) -> tuple[Rule, ...]:
    """Return the rule that no row is dated after today; tomorrow may be today in another zone.

    Parameters
    ----------
    table
        The contract's table; one whose date may be announced has no such rule.
    present
        The contract columns that the source gives.
    today
        The day number of today in the ledger's zone, read once at the door of the run.

    Returns
    -------
    tuple of Rule
        One with the code `<dated>_in_future`, or none.
    """
    dated = [c for c in table.columns if c.name == table.dated and not c.announced]
    return tuple(
        Rule(
            code=f"{column.name}_in_future",
            column=column.name,
            condition=f"{column.name} BETWEEN {today + 2} AND {LAST_DAY}",
            what="dates in the future",
            allowed=f"dates up to {date_of(today + 1)}",
            next_step="mend them, or leave such rows out with `where`",
        )
        for column in dated
        if column.name in present
    )


def no_rate_rule(base: str, rates: tuple[str, ...]) -> Rule:
    """Return the rule that every line's currency is the base one or has a rate.

    Parameters
    ----------
    base
        The currency of the run.
    rates
        Currencies with a rate, in order.

    Returns
    -------
    Rule
        With the code `no_rate`.
    """
    known = ", ".join(literal(code) for code in (base, *rates))
    return Rule(
        code="no_rate",
        column="currency",
        condition=f"currency IS NOT NULL AND upper(currency) NOT IN ({known})",
        what="lines in a currency without a rate",
        allowed=", ".join((base, *rates)),
        next_step="give its rate in `ledger.rates`",
    )


def duplicate_id_rules(table: Table, present: frozenset[str]) -> tuple[Rule, ...]:
    """Return the rule that an id names one row of `clients` or `events`.

    Parameters
    ----------
    table
        The contract's table; the others have no such id.
    present
        The contract columns that the source gives.

    Returns
    -------
    tuple of Rule
        `duplicate_client_id`, always an error, or `duplicate_event_id`; or none.
    """
    name = {"clients": "client_id", "events": "event_id"}.get(table.name)
    if name not in present:
        return ()
    thing = table.name.removesuffix("s")
    return (
        Rule(
            code=f"duplicate_{name}",
            column=str(name),
            condition=f"{name} IS NOT NULL AND count(*) OVER (PARTITION BY {name}) > 1",
            what=f"rows that share their {thing} with another row",
            allowed=f"one row for each {thing}",
            next_step=f"keep one row for each {thing}",
            always_error=table.name == "clients",
            beside_others=True,
        ),
    )
