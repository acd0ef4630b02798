"""Write constraints.txt: every package this project installs, by name and version, no address.

Run it in any environment that has `uv` (a development dependency)::

    python scripts/make_constraints.py

The versions hold for Python 3.11 to 3.14 (environment markers where they differ). The file names
no index, so it works with whatever index the machine is set up for.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "constraints.txt"


def compile_pins() -> str:
    """Versions of everything the package and its extras install, one requirement a line."""
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "--universal", "--all-extras"),
        *("--python-version", "3.11", "--no-header", "--no-annotate", "--quiet"),
        *("--no-emit-index-url", "--no-emit-find-links", "pyproject.toml"),
    ]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout


def main() -> None:
    """Write the file, refusing anything that looks like an address."""
    pins = compile_pins()
    if "://" in pins or "@" in pins:
        raise SystemExit("a pin holds an address; nothing was written")
    TARGET.write_text(pins, encoding="utf-8")
    print(f"{TARGET.name}: {len(pins.splitlines())} pins")


if __name__ == "__main__":
    main()
