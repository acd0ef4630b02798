"""Which currency all money is in, and what becomes of lines in another one."""

from __future__ import annotations

from dataclasses import dataclass

from segml.ledger.findings import Finding, Severity
from segml.ledger.mapping import Mapping
from segml.ledger.outer_rules import no_rate_rule
from segml.ledger.parsing import trimmed
from segml.ledger.quoting import literal
from segml.ledger.rows import Rows, summed
from segml.ledger.rules import Rule
from segml.words.plan import Economics, LedgerPlan

SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """The base currency with the rules and findings that follow from it."""

    currency: str | None
    rules: tuple[Rule, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def settle_currency(
    source: Rows, mapping: Mapping, plan: LedgerPlan, economics: Economics
) -> Money:
    """Return the currency of a ledger and what has to be said about it.

    Parameters
    ----------
    source
        The rows of the transactions, before any rule.
    mapping
        How the transactions' columns come from the source.
    plan
        With the rates: one unit of a currency in the base one.
    economics
        With the base currency, if the configuration names it.

    Returns
    -------
    Money
        The only currency of the column is the base where the configuration names none.
    """
    base = economics.currency
    if "currency" not in mapping.expressions:
        return Money(currency=base)
    code = f"upper({trimmed(mapping.expressions['currency'])})"
    asked = (
        f"SELECT {code} AS code, count(*) FROM {mapping.view} AS s WHERE {mapping.where} "
        "GROUP BY code ORDER BY count(*) DESC, code LIMIT 1000"
    )
    counts = {name: count for (name,), (count,) in summed(source.ask(asked), keys=1).items()}
    blank = counts.pop(None, 0)
    lines = dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
    total = sum(lines.values()) + blank
    findings = _blanks(blank, total)
    if base is None and len(lines) > 1:
        return Money(currency=None, findings=(*findings, _undecided(lines, total)))
    if base is None:
        return Money(currency=next(iter(lines), None), findings=findings)
    rates = {name: rate for name, rate in plan.rates.items() if name.upper() != base.upper()}
    rule = no_rate_rule(base.upper(), tuple(sorted(name.upper() for name in rates)))
    # of the rates, not of the rows: what is noted of a past must not depend on later rows
    notes = tuple(
        f"lines in {name.upper()} are converted to {base} at {rate}"
        for name, rate in sorted(rates.items())
    )
    return Money(currency=base, rules=(rule,), findings=findings, notes=notes)


def rate_sql(plan: LedgerPlan, base: str | None) -> str:
    """Return the SQL of what one unit of a line's currency is worth in the base one.

    Parameters
    ----------
    plan
        With the rates.
    base
        The base currency; None where none is known.

    Returns
    -------
    str
        A SQL expression over the column `currency`; "1.0" where there is nothing to convert.
    """
    if not plan.rates or base is None:
        return "1.0"
    cases = " ".join(
        f"WHEN {literal(code.upper())} THEN {float(rate)!r}"
        for code, rate in sorted(plan.rates.items())
        if code.upper() != base.upper()
    )
    return f"(CASE upper(currency) {cases} ELSE 1.0 END)" if cases else "1.0"


def _finding(code: str, severity: Severity, count: int, total: int, message: str) -> Finding:
    return Finding(
        code=code,
        severity=severity,
        table="transactions",
        column="currency",
        count=count,
        total=total,
        message=message,
    )


def _blanks(blank: int, total: int) -> tuple[Finding, ...]:
    if not blank:
        return ()
    text = f"{blank:,} of {total:,} lines name no currency; they are taken to be in the base one."
    return (_finding("currency_blank", "info", blank, total, text),)


def _undecided(lines: dict[str, int], total: int) -> Finding:
    listed = ", ".join(f"{name} ({count:,})" for name, count in list(lines.items())[:SHOWN])
    text = (
        f"`transactions.currency` holds {len(lines)} currencies: {listed}. Allowed: one, or a base "
        "in `economics.currency`. Next: set it, and `ledger.rates` for the others."
    )
    return _finding("currency_undecided", "error", total, total, text)
