"""Runs the benchmarks named on the command line, or all of them.

python -m benchmarks            all
python -m benchmarks start      how long `segml --help` and the heavy imports take
python -m benchmarks demo       `segml demo` in an empty folder: time, memory, stages
python -m benchmarks causes     how often the true cause of a loss is named, on ten made worlds
"""

from __future__ import annotations

import sys

from benchmarks.causes import causes
from benchmarks.demo import demo
from benchmarks.environment import environment
from benchmarks.start import start

ALL = {"start": start, "demo": demo, "causes": causes}


def main() -> None:
    names = sys.argv[1:] or list(ALL)
    unknown = [name for name in names if name not in ALL]
    if unknown:
        raise SystemExit(f"no benchmark {', '.join(unknown)}; there are {', '.join(ALL)}")
    print(environment())
    for name in names:
        print(f"\n{name}")
        for label, value in ALL[name]():
            print(f"  {label:<42} {value}")


if __name__ == "__main__":
    main()
