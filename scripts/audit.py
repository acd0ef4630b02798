"""Hold what is installed against known vulnerabilities, where a service that knows them answers.

Run it in the environment that is to be looked at (with the development tools: `.[dev]`)::

    python scripts/audit.py            # the service that pip-audit asks by default
    python scripts/audit.py osv        # another that it knows

The distributions are those of `make_sbom.py`, development tools included. It ends with 0 where
nothing is known against them, 1 where something is, 3 where no service answered or none of it knew
these distributions: then nothing was looked at, and it says so.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from make_sbom import ROOT, needed

NOT_REACHED = 3
WAIT_SECONDS = "10"


def asked(pins: list[str], service: list[str]) -> tuple[list[dict[str, object]], str]:
    """What pip-audit says of some pins, one a distribution; nothing, and why, if it cannot ask."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "pins.txt"
        listed.write_text("\n".join(pins), encoding="utf-8")
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pip_audit", "-r", str(listed), "--no-deps"),
                *("--disable-pip", "--progress-spinner", "off", "--format", "json"),
                *("--timeout", WAIT_SECONDS, *service),
            ],
            check=False,
            capture_output=True,
            text=True,
        )
    try:
        return json.loads(done.stdout)["dependencies"], ""
    except ValueError:
        said = done.stderr.strip().splitlines() or ["no answer"]
        return [], said[-1].partition(":")[0]


def main() -> int:
    """Look, and say what was found."""
    service = ["--vulnerability-service", sys.argv[1]] if len(sys.argv) > 1 else []
    pins = [f"{name}=={metadata.version(name)}" for name in needed(["dev"]) if name != ROOT]
    for some in (pins[:1], pins):  # the first alone: whether anybody answers
        found, why = asked(some, service)
        known = [one for one in found if "vulns" in one]
        if not known:
            print(f"not reachable ({why or 'it knows none of them'}): nothing was looked at")
            return NOT_REACHED
    beaten = [one for one in known if one["vulns"]]
    for one in beaten:
        print(f"{one['name']} {one['version']}: {', '.join(v['id'] for v in one['vulns'])}")
    print(f"{len(known)} of {len(pins)} distributions looked at, {len(beaten)} with known holes")
    return 1 if beaten else 0


if __name__ == "__main__":
    raise SystemExit(main())
