"""Write docs/features.md from the catalogue: every feature segml knows, in the order of columns.

    python scripts/make_docs.py

A test holds the file equal to what this makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from segml.features import BLANKS, CATALOGUE
from segml.words.feature import Feature

TARGET = Path(__file__).parents[1] / "docs" / "features.md"

HEAD = """\
# Features

<!-- Written by `python scripts/make_docs.py`. To change a row, change the feature's family. -->

Every feature of the catalogue, in the order of its columns. A feature is made of rows dated before
the as-of date alone. One whose table or column the ledger lacks is left out. `Last 90 days` means
the window [as-of − 90, as-of); where clients are billed on a day of the month, 30, 90 and 180 days
are one, three and six months ([method.md](method.md#features)).

- **Unit**: `share` is a part of one; `points` the difference of two shares, told in percentage
  points; `ratio` a quotient; `count` a number of things; `flag` 0 or 1; `category` text; `money` in
  the ledger's currency.
- **Kind**: a `driver` can cause a loss, a `symptom` shows it, `context` is neither.
- **Reason**: the reason code of a driver; symptoms and context have none.
- **Sign**: `+` more of it can only raise the risk of churn, `−` it can only lower it; the churn
  model is held to it. Empty: the data decide.
- **Harms by**: which way a driver moves when it leads to a loss; one that moved the other way is no
  reason.
- **Blank**: when the value is missing. Empty: it always has one.

| Name | Label | Unit | Kind | Reason | Harms by | Sign | Blank |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""

SIGNS = {1: "+", 0: "", -1: "−"}
HARMS = {1: "rising", -1: "falling"}


def feature_row(feature: Feature, blank: str) -> str:
    """One feature as a line of the table."""
    is_driver = feature.kind == "driver"
    cells = (
        f"`{feature.name}`",
        feature.label,
        feature.unit,
        feature.kind,
        feature.reason if is_driver else "",
        HARMS[feature.harm] if is_driver else "",
        SIGNS[feature.churn_sign],
        blank,
    )
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def features_page(catalogue: tuple[Feature, ...], blanks: Mapping[str, str]) -> str:
    """The page: what the columns mean, then one line a feature."""
    rows = [feature_row(feature, blanks[feature.name]) for feature in catalogue]
    return HEAD + "\n".join(rows) + "\n"


def main() -> None:
    """Write the page."""
    TARGET.write_text(features_page(CATALOGUE, BLANKS), encoding="utf-8")
    print(f"{TARGET.name}: {len(CATALOGUE)} features")


if __name__ == "__main__":
    main()
