"""What a worker of Spark's does with rows: DuckDB in memory answers what one machine asks.

A worker gets the rows of a part batch by batch, or the lines of some clients at once. There is no
second text of a check, an expression of the configuration or the order of lines: it is DuckDB's,
sent as it is.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb

from segml.ledger.lines import Part, lines_sql, spread_orders
from segml.ledger.quoting import literal
from segml.ledger.scratch import confine
from segml.words.plan import Economics, LedgerPlan

MEMORY = "1GiB"
"""What DuckDB may hold in one worker; the rest spills."""
ROWS = 131_072
"""Rows that are handed on at a time."""
MOST_CLIENTS = 2_147_483_647
NO_SPREAD = (
    "CREATE TABLE spread (client_id VARCHAR, order_id VARCHAR, number BIGINT, sale_day INTEGER)"
)
"""What `spread_orders` makes, where it is the workers that make it."""
_KEYS_A_PART = 1_000_000_000_000
"""Orders of a part have numbers of their own."""
_FAILED = re.compile(r"<<segml (\{.*?\}) segml>>")

Batches = Iterator[Any]


@contextmanager
def worker_database(folder: Path, *allowed: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory, set up as the one that reads; one thread, for a worker has one core.

    What it spills lies in the scratch folder, and goes with it if the worker is killed.
    """
    with (
        tempfile.TemporaryDirectory(prefix="spill_", dir=folder) as spill,
        duckdb.connect() as connection,
    ):
        confine(connection, Path(spill), allowed)
        connection.execute("SET threads = 1")
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        connection.execute("SET enable_progress_bar = false")
        yield connection


def asked_by_batch(name: str, sql: str, schema: Any, folder: Path) -> Callable[[Batches], Batches]:
    """The work of asking each batch, under a name, a question whose answer has a schema."""

    def answers(batches: Batches) -> Batches:
        import pyarrow as pa

        with worker_database(folder) as connection:
            for batch in batches:
                connection.register(name, pa.Table.from_batches([batch]))
                try:
                    answer = connection.sql(sql).to_arrow_table()
                except duckdb.Error as error:
                    raise failed(error) from None
                yield from answer.cast(schema).to_batches()
                connection.unregister(name)

    return answers


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesWork:
    """How the lines of some clients are made: what `lines_sql` takes, and the file of the codes."""

    plan: LedgerPlan
    economics: Economics
    currency: str | None
    codes: Path

    def __call__(self, batches: Batches) -> Batches:
        """The lines of the clients whose checked rows come, in their order."""
        import pyarrow as pa
        from pyspark import TaskContext

        first = next(batches, None)
        if first is None:
            return
        task = TaskContext.get()
        base = (task.partitionId() if task else 0) * _KEYS_A_PART
        with worker_database(self.codes.parents[1], self.codes.parent) as connection:
            rows = pa.RecordBatchReader.from_batches(first.schema, chain([first], batches))
            connection.register("given", rows)
            connection.execute("CREATE TABLE checked_transactions AS SELECT * FROM given")
            low, high = connection.execute(
                "SELECT min(client_id), max(client_id) FROM checked_transactions"
            ).fetchone() or (None, None)
            if low is None or high is None:
                return
            connection.execute(
                f"CREATE TABLE codes AS SELECT * FROM read_parquet({literal(str(self.codes))}) "
                f"WHERE client_id BETWEEN {literal(low)} AND {literal(high)}"
            )
            spread_orders(connection)
            yield from connection.sql(self.sql(base)).to_arrow_reader(ROWS)

    def sql(self, base: int) -> str:
        """The lines of all clients that are there; numbers of their orders begin after the base."""
        part = Part(range(MOST_CLIENTS), "true", base)
        return lines_sql(self.plan, self.economics, self.currency, part, spread=True)


def failed(error: duckdb.Error) -> RuntimeError:
    """An error of DuckDB as one that a worker can send; `failure_in` takes it out again."""
    told = json.dumps({"kind": type(error).__name__, "text": str(error)})
    return RuntimeError(f"<<segml {told} segml>>")


def failure_in(error: Exception) -> duckdb.Error | None:
    """DuckDB's error that a worker met, out of Spark's; None where it is another.

    Examples
    --------
    >>> failure_in(failed(duckdb.ConversionException("no number")))
    ConversionException('no number')
    """
    found = _FAILED.search(str(error))
    if found is None:
        return None
    told = json.loads(found[1])
    kind: type[duckdb.Error] = getattr(duckdb, told["kind"], duckdb.Error)
    return kind(told["text"])
