"""The one way in which names and values become SQL text."""

from __future__ import annotations


def identifier(name: str) -> str:
    """Return a name as a quoted SQL identifier.

    Parameters
    ----------
    name
        A table's or column's name, of any characters.

    Returns
    -------
    str
        The name in double quotes, inner quotes doubled.

    Examples
    --------
    >>> identifier('6" nails')
    '"6"" nails"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return a text as a quoted SQL string.

    Parameters
    ----------
    value
        Any text.

    Returns
    -------
    str
        The text in single quotes, inner quotes doubled.

    Examples
    --------
    >>> literal("O'Hara")
    "'O''Hara'"
    """
    return "'" + value.replace("'", "''") + "'"


def literals(values: tuple[str, ...]) -> str:
    """Return texts as a SQL list of quoted strings.

    Parameters
    ----------
    values
        Any texts.

    Returns
    -------
    str
        A DuckDB list literal.
    """
    return "[" + ", ".join(literal(value) for value in values) + "]"
