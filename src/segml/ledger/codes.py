"""Codes unlike the rest: products that may be no products, orders that may be no orders."""

from __future__ import annotations

import duckdb

from segml.ledger.findings import Finding
from segml.ledger.mapping import Mapping
from segml.ledger.traps import left_out_text, noted, share_text

NAMES_SHOWN = 12
USUAL_SHARE = 0.8
"""What most lines look like: at least this share of them."""


def odd_products(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> tuple[Finding, ...]:
    """Return the finding that some product codes have less than half the usual digits.

    Parameters
    ----------
    connection
        The scratch database with the view `profiled`.
    mapping
        Says whether there is a product.

    Returns
    -------
    tuple of Finding
        One that names the codes with most lines, or none.
    """
    if "product" not in mapping.expressions:
        return ()
    connection.execute(
        "CREATE TEMP TABLE codes_seen AS SELECT product, count(*) AS lines, "
        "count(*) FILTER (WHERE NOT wanted) AS left_out, "
        "length(regexp_replace(product, '[^0-9]', '', 'g')) AS digits FROM profiled "
        "WHERE product IS NOT NULL GROUP BY product"
    )
    try:
        return _odd_codes(connection)
    finally:
        connection.execute("DROP TABLE codes_seen")


def _odd_codes(connection: duckdb.DuckDBPyConnection) -> tuple[Finding, ...]:
    (usual,) = connection.execute(
        "SELECT coalesce(quantile_disc(digits, 0.5 ORDER BY digits), 0) FROM codes_seen"
    ).fetchone() or (0,)
    is_odd = f"2 * digits < {usual}"
    total, odd, codes, left = connection.execute(
        f"SELECT sum(lines), sum(lines) FILTER (WHERE {is_odd}), count(*) FILTER (WHERE {is_odd}), "
        f"sum(left_out) FILTER (WHERE {is_odd}) FROM codes_seen"
    ).fetchone() or (0, 0, 0, 0)
    if not odd or usual < 2 or odd > (1 - USUAL_SHARE) * total:
        return ()
    rows = connection.execute(
        f"SELECT product, lines FROM codes_seen WHERE {is_odd} "
        f"ORDER BY lines DESC, product LIMIT {NAMES_SHOWN}"
    ).fetchall()
    names = ", ".join(f"{name} ({lines:,})" for name, lines in rows)
    more = f" and {codes - len(rows)} more" if codes > len(rows) else ""
    text = (
        f"{odd:,} of {total:,} lines have one of {codes:,} product codes unlike the rest, which "
        f"have about {usual} digits: {names}{more}. They may be no products (postage, fees, manual "
        f"entries). Next: leave them out with `where` if they are no sales."
        f"{left_out_text(int(odd), int(left))}"
    )
    return (
        noted(
            "odd_products", "product", text, count=int(odd), total=int(total), severity="warning"
        ),
    )


def order_prefixes(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> tuple[Finding, ...]:
    """Return a finding for each beginning of order ids that is not the usual one.

    Parameters
    ----------
    connection
        The scratch database with the view `profiled`.
    mapping
        Says whether there are order ids and quantities.

    Returns
    -------
    tuple of Finding
        The signs before the first digit, with the share of negative lines; none if ids have no
        usual beginning.
    """
    if "order_id" not in mapping.expressions:
        return ()
    rows = connection.execute(
        "SELECT regexp_extract(order_id, '^[^0-9]*') AS prefix, count(*) AS lines, "
        "count(*) FILTER (WHERE amount < 0), count(*) FILTER (WHERE quantity < 0), "
        "count(*) FILTER (WHERE NOT wanted) FROM profiled WHERE order_id IS NOT NULL "
        "GROUP BY prefix ORDER BY lines DESC, prefix LIMIT 1000"
    ).fetchall()
    total = sum(int(row[1]) for row in rows)
    if len(rows) < 2 or rows[0][1] < USUAL_SHARE * total:
        return ()
    usual = f"`{rows[0][0]}`" if rows[0][0] else "a digit"
    found = []
    for prefix, lines, negative, back, left in rows[1 : NAMES_SHOWN + 1]:
        quantity = f", {share_text(back, lines)} a negative quantity"
        text = (
            f"{lines:,} of {total:,} lines have an order id that starts with "
            f"{f'`{prefix}`' if prefix else 'a digit'} where {usual} is usual; "
            f"{share_text(negative, lines)} of them have a negative amount"
            f"{quantity if 'quantity' in mapping.expressions else ''}."
            f"{left_out_text(int(lines), int(left))}"
        )
        found.append(noted("order_prefix", "order_id", text, count=int(lines), total=total))
    return tuple(found)
