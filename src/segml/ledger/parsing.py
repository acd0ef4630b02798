"""How the values of a source become ids, texts, numbers, days and flags, in SQL.

Nothing is guessed: a date such as 03/04/2011 and a number such as 12,50 are no values here; they
become findings, and the configuration says how to read them.
"""

from __future__ import annotations

from segml.ledger.contract import Kind
from segml.ledger.quoting import literal, literals

BLANKS = " \t\r\n\u00a0\u200b\ufeff"
"""Signs that are trimmed off both ends of a text."""

AMBIGUOUS_DATE = r"\d{1,2}[/\-]\d{1,2}[/\-]\d{2,4}.*"
"""Day first or month first: only the configuration can say."""

_NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"
_GROUPED = r"[-+]?\d{1,3}([,'’ \x{00A0}\x{202F}]\d{3})+(\.\d+)?"
_ISO = r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?"
_ISO_ZONE = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)? ?(Z|z|[+-]\d{2}(:?\d{2})?)"
_FORMS = (
    "%Y%m%d",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y.%m.%d",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d %b %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%Y%m%dT%H%M%S",
)
_NUMERIC = ("DOUBLE", "FLOAT", "DECIMAL")
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_YES = ("true", "t", "yes", "y", "1", "1.0")
_NO = ("false", "f", "no", "n", "0", "0.0")


def is_fractional(sql_type: str) -> bool:
    """Return whether a DuckDB type holds numbers with a fraction.

    Parameters
    ----------
    sql_type
        A DuckDB type's name.

    Returns
    -------
    bool
        True for DOUBLE, FLOAT and DECIMAL.
    """
    return sql_type.startswith(_NUMERIC)


def _is_whole(sql_type: str) -> bool:
    return sql_type.removeprefix("U").startswith(_WHOLE)


def trimmed(expression: str) -> str:
    """Return the SQL of a value as trimmed text, null where nothing is left.

    Parameters
    ----------
    expression
        A SQL expression.

    Returns
    -------
    str
        A SQL expression of type VARCHAR.
    """
    text = f"CAST({expression} AS VARCHAR)"
    # looking at both ends of a text costs a quarter of what trimming it does; reversing it is the
    # cheapest way to its last sign, which stands at the front with whatever is combined with it
    bare = f"{text} BETWEEN '!' AND '~' AND reverse({text}) BETWEEN '!' AND '~'"
    # nullif stands outside, or DuckDB would trim every text before it looks
    return f"nullif(CASE WHEN {bare} THEN {text} ELSE trim({text}, {literal(BLANKS)}) END, '')"


def number_from_text(expression: str) -> str:
    """Return the SQL of a text as a number; "1,234.50" is one, "12,50" is not.

    Parameters
    ----------
    expression
        A SQL expression of type VARCHAR.

    Returns
    -------
    str
        A SQL expression of type DOUBLE, null where the text is no number.
    """
    text = trimmed(expression)
    bare = f"regexp_replace({text}, '[,''’ \\x{{00A0}}\\x{{202F}}]', '', 'g')"
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(_NUMBER)}) THEN TRY_CAST({text} AS DOUBLE) "
        f"WHEN regexp_full_match({text}, {literal(_GROUPED)}) THEN TRY_CAST({bare} AS DOUBLE) END"
    )


def given(expression: str, sql_type: str) -> str:
    """Return the SQL condition that a source value is there at all.

    Parameters
    ----------
    expression
        A SQL expression.
    sql_type
        Its DuckDB type.

    Returns
    -------
    str
        A SQL condition; NaN counts as absent, as pandas writes it.
    """
    if sql_type in ("DOUBLE", "FLOAT"):
        return f"({expression} IS NOT NULL AND NOT isnan({expression}))"
    if sql_type != "VARCHAR":
        return f"({expression} IS NOT NULL)"
    return f"({trimmed(expression)} IS NOT NULL)"


def parsed(expression: str, sql_type: str, kind: Kind, *, zone: str, strip_zero: bool) -> str:
    """Return the SQL of a source value as a value of the contract.

    Parameters
    ----------
    expression
        A SQL expression.
    sql_type
        Its DuckDB type.
    kind
        What it shall become.
    zone
        The IANA zone in which an instant is a day.
    strip_zero
        For ids in text: whether ".0" at the end comes from a float column.

    Returns
    -------
    str
        A SQL expression of the kind's type, null where the value cannot become one.
    """
    if kind == "id":
        return _id(expression, sql_type, strip_zero=strip_zero)
    if kind == "number":
        return _number(expression, sql_type)
    if kind == "day":
        return _day(expression, sql_type, zone)
    if kind == "flag":
        return _flag(expression, sql_type)
    return trimmed(expression)


def _id(expression: str, sql_type: str, *, strip_zero: bool) -> str:
    text = trimmed(expression)
    if is_fractional(sql_type):
        whole = f"CAST(TRY_CAST({expression} AS BIGINT) AS VARCHAR)"
        return (
            f"CASE WHEN NOT isfinite(CAST({expression} AS DOUBLE)) THEN NULL "
            f"WHEN {expression} = trunc({expression}) THEN coalesce({whole}, {text}) "
            f"ELSE {text} END"
        )
    if strip_zero:
        return f"regexp_replace({text}, '\\.0+$', '')"
    return text


def _number(expression: str, sql_type: str) -> str:
    if sql_type in ("DOUBLE", "FLOAT"):
        return f"CASE WHEN NOT isnan({expression}) THEN CAST({expression} AS DOUBLE) END"
    if is_fractional(sql_type) or _is_whole(sql_type):
        return f"CAST({expression} AS DOUBLE)"
    return number_from_text(expression)


def _flag(expression: str, sql_type: str) -> str:
    if sql_type == "BOOLEAN":
        return expression
    text = f"lower({trimmed(expression)})"
    return (
        f"CASE WHEN list_contains({literals(_YES)}, {text}) THEN true "
        f"WHEN list_contains({literals(_NO)}, {text}) THEN false END"
    )


def _since_epoch(date: str) -> str:
    return f"CAST({date} - DATE '1970-01-01' AS INTEGER)"


def _day(expression: str, sql_type: str, zone: str) -> str:
    if sql_type == "DATE":
        finite = expression
    elif sql_type.startswith("TIMESTAMP") and ("ZONE" in sql_type or "TZ" in sql_type):
        finite = f"(CAST({expression} AS TIMESTAMPTZ) AT TIME ZONE {literal(zone)})"
    elif sql_type.startswith("TIMESTAMP"):
        finite = f"CAST({expression} AS TIMESTAMP)"
    else:
        return _day_of_text(expression, zone)
    return f"CASE WHEN isfinite({finite}) THEN {_since_epoch(f'CAST({finite} AS DATE)')} END"


def _day_of_text(expression: str, zone: str) -> str:
    text = trimmed(expression)
    instant = f"TRY_CAST(upper({text}) AS TIMESTAMPTZ) AT TIME ZONE {literal(zone)}"
    stamp = (
        f"CASE WHEN regexp_full_match({text}, {literal(_ISO)}) THEN TRY_CAST({text} AS TIMESTAMP) "
        f"WHEN regexp_full_match({text}, {literal(_ISO_ZONE)}) THEN {instant} "
        f"ELSE try_strptime({text}, {literals(_FORMS)}) END"
    )
    return _since_epoch(f"CAST({stamp} AS DATE)")
