"""A question asked of the scratch database: SQL in, a frame out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing

import duckdb
import pandas as pd


def ask(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    named: Mapping[str, str],
    values: Sequence[object] = (),
) -> pd.DataFrame:
    """Return the answer, asked through a cursor of its own.

    Parameters
    ----------
    connection
        The scratch database.
    sql
        DuckDB SQL; a name in braces stands for the SQL of that name.
    named
        What the names stand for.
    values
        Bound to the placeholders ``?``.
    """
    with closing(connection.cursor()) as cursor:
        frame: pd.DataFrame = cursor.execute(written(sql, named), list(values)).df()
    return frame


def written(sql: str, named: Mapping[str, str]) -> str:
    """Return the SQL with every name in braces replaced by what it stands for."""
    for name, value in named.items():
        sql = sql.replace("{" + name + "}", value)
    return sql
