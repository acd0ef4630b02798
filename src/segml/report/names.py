"""What clients are called on a page."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from segml.report.records import records


def client_names(clients: pd.DataFrame) -> dict[str, str]:
    """Each client's name, its id beside it where several have one name; the id without a name."""
    names = {row["client_id"]: (row["name"] or "").strip() for row in records(clients)}
    bearers = Counter(names.values())
    return {
        client_id: client_id
        if not name
        else name
        if bearers[name] == 1
        else f"{name} ({client_id})"
        for client_id, name in names.items()
    }
