"""The curve of `benchmarks spark_curve` as a table and a chart of docs/spark.md: a script.

python -m benchmarks.spark_page FILE.json

FILE is what `--json` kept of one run. What stands between the two marks of the page is replaced,
and the chart beside the page is drawn anew; nothing else of the page is touched.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.spark_curve import BEYOND

PAGE = Path(__file__).parents[1] / "docs" / "spark.md"
CHART = "spark_curve.png"
BEGIN, END = "<!-- the curve -->", "<!-- the end of the curve -->"
ENGINES = {"duckdb": "DuckDB", "all_spark": "Spark"}
STEPS = ("reading and checking", "features")
HOURS = (1, 8)
"""How long a run may take whose cores are told."""
TICKS = (1e6, 1e7, 1e8)
_ROW = re.compile(
    rf"({'|'.join(ENGINES)}), ([\d.]+) million lines: ({'|'.join(STEPS)}), ([A-Za-z ]+)"
)
_BEYOND = re.compile(rf"({'|'.join(ENGINES)}): ({'|'.join(STEPS)}), .* billion lines, if so")


@dataclass(frozen=True, kw_only=True)
class Curve:
    """What one run measured.

    Parameters
    ----------
    sizes
        `clients, lines` of each size, smallest first.
    figures
        The value by (engine, step, place of the size, what was measured).
    beyond
        Core-hours of ten billion lines by (engine, step).
    """

    sizes: tuple[str, ...]
    figures: Mapping[tuple[str, str, int, str], float]
    beyond: Mapping[tuple[str, str], float]

    @classmethod
    def of(cls, results: Sequence[Mapping[str, Any]]) -> Curve:
        """The curve of the results of a run, as `--json` keeps them."""
        sizes: list[str] = []
        figures, beyond = {}, {}
        for one in results:
            if one["label"] == "clients, lines":
                sizes.append(one["value"])
            elif found := _ROW.fullmatch(one["label"]):
                engine, _, step, what = found.groups()
                figures[engine, step, len(sizes) - 1, what] = float(one["value"])
            elif found := _BEYOND.fullmatch(one["label"]):
                beyond[found[1], found[2]] = float(one["value"])
        return cls(sizes=tuple(sizes), figures=figures, beyond=beyond)

    def measured(self, engine: str, step: str, what: str) -> list[tuple[float, float]]:
        """(lines, value) of every size at which it was measured."""
        places = [place for place in range(len(self.sizes)) if (engine, step, place, what) in
                  self.figures]  # fmt: skip
        return [(lines_of(self.sizes[at]), self.figures[engine, step, at, what]) for at in places]


def lines_of(size: str) -> float:
    """The lines of a size.

    Examples
    --------
    >>> lines_of("12,600, 1,263,037")
    1263037.0
    """
    return float(size.split(", ")[1].replace(",", ""))


def table(curve: Curve) -> Iterator[str]:
    """The rows of what was measured, then those of what ten billion lines would take."""
    yield "| clients, lines | engine | step | wall | processors | peak memory | spilled |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for place, size in enumerate(curve.sizes):
        for engine, name in ENGINES.items():
            for step in STEPS:
                told = {what: curve.figures.get((engine, step, place, what)) for what in
                        ("wall", "CPU", "peak memory", "spilled")}  # fmt: skip
                if told["wall"] is None or told["CPU"] is None or told["peak memory"] is None:
                    continue
                spilled = f"{told['spilled']:,.0f} MiB" if told["spilled"] else "nothing"
                yield (
                    f"| {size} | {name} | {step} | {told['wall']:,.1f} s | {told['CPU']:,.1f} s "
                    f"| {told['peak memory'] / 1024:.1f} GiB | {spilled} |"
                )
    yield ""
    cores = " | ".join(f"cores for a run of {hours} h" for hours in HOURS)
    yield f"| {BEYOND / 1e9:.0f} billion lines, if so | core-hours | {cores} |"
    yield "| --- | --- |" + " --- |" * len(HOURS)
    for (engine, step), hours in curve.beyond.items():
        needed = " | ".join(f"{hours / each:.1f}" for each in HOURS)
        yield f"| {ENGINES[engine]}: {step} | {hours:.1f} | {needed} |"


def drawn(curve: Curve, target: Path) -> None:
    """Seconds of processors and peak memory against lines; but for memory, logarithmic."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 3.8), layout="constrained")
    times, memory = figure.subplots(1, 2)
    colours, marks = dict(zip(ENGINES, ("#1f5fa8", "#c4541a"), strict=True)), ("o-", "s--")
    for engine, name in ENGINES.items():
        for step, mark in zip(STEPS, marks, strict=True):
            for axes, what, unit in ((times, "CPU", 1.0), (memory, "peak memory", 1024.0)):
                points = curve.measured(engine, step, what)
                x, y = ([point[at] for point in points] for at in (0, 1))
                axes.plot(x, [value / unit for value in y], mark, color=colours[engine],
                          label=f"{name}, {step}")  # fmt: skip
    for axes, named in ((times, "seconds of processors"), (memory, "peak memory, GiB")):
        axes.set(xscale="log", xlabel="million lines", ylabel=named)
        axes.set_xticks(TICKS, [f"{each / 1e6:.0f}" for each in TICKS])
        axes.tick_params(which="minor", bottom=False)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#e3e6ea", linewidth=0.6)
    times.set(yscale="log")
    memory.set(ylim=(0, None))
    times.legend(frameon=False, fontsize=8)
    figure.savefig(target, dpi=110, metadata={"Software": None})


def replaced(text: str, part: str) -> str:
    """The page with the part between its two marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{PAGE.name} lacks one of the marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{part}\n\n{END}{after}"


def main(file: Path) -> None:
    kept = json.loads(file.read_text("utf-8"))
    curve = Curve.of(kept["benchmarks"]["spark_curve"])
    head = [f"    {kept['given']}python -m benchmarks spark_curve --json FILE.json",
            "    python -m benchmarks.spark_page FILE.json", "",
            *(f"    {line}" for line in kept["environment"]), "",
            f"![Seconds of processors and peak memory against lines]({CHART})", ""]  # fmt: skip
    part = "\n".join([*head, *table(curve)])
    PAGE.write_text(replaced(PAGE.read_text("utf-8"), part), "utf-8")
    drawn(curve, PAGE.with_name(CHART))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
