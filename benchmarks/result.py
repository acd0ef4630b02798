"""One figure of a benchmark: what it is, its value, and the bound it has to keep, if any."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """A labelled figure; `least` or `most` is the bound."""

    label: str
    value: float | str
    unit: str = ""
    least: float | None = None
    most: float | None = None

    @property
    def text(self) -> str:
        """The value with its unit."""
        if isinstance(self.value, str):
            return self.value
        return f"{_short(self.value)} {self.unit}".rstrip()

    @property
    def bound(self) -> str:
        """The bound as text, and whether it was kept; empty where there is none."""
        if isinstance(self.value, str) or (self.least is None and self.most is None):
            return ""
        if self.least is not None:
            return f"≥ {_short(self.least)}: {'kept' if self.value >= self.least else 'MISSED'}"
        assert self.most is not None
        return f"≤ {_short(self.most)}: {'kept' if self.value <= self.most else 'MISSED'}"


def _short(value: float) -> str:
    """Three figures with commas; two where the value is below a tenth."""
    if abs(value) < 0.1:
        return f"{value:.2g}"
    digits = max(0, 3 - len(str(int(abs(value)))))
    return f"{value:,.{digits}f}"
