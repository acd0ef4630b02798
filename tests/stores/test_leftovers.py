"""What a killed run leaves in the output folder is gone when the next run has its lock."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from segml.flows.session import session
from segml.flows.settings import read_settings
from segml.stores import publish_file

CONFIG = "portfolio: wholesale\nledger: {transactions: {path: lines.csv}}\noutput: results\n"
RUN = "{'portfolio': 'wholesale'}"

# Publishes one thing and kills itself at the moment before it would be in place.
KILLED = """
import datetime as dt, os, signal, sys
from pathlib import Path
from segml.stores import folder, losses_folder, publish, publish_file, scores_folder
dies = lambda *args: os.kill(os.getpid(), signal.SIGKILL)
Path.rename = Path.replace = dies
output, day = Path(sys.argv[1]), dt.date(2011, 6, 1)
"""
WRITERS = [
    ("", f"publish(scores_folder(output, day), {{}}, {RUN})"),
    ("", f"publish(output / 'check', {{}}, {RUN})"),
    ("", "publish_file(output / 'report-2011-06-01.html', b'<p>')"),
    ("losses", f"publish(losses_folder(output, day, day), {{}}, {RUN})"),
]


@pytest.mark.parametrize(("below", "writes"), WRITERS)
def test_the_next_run_clears_away_what_a_killed_one_left_beside_its_results(
    tmp_path: Path, below: str, writes: str
) -> None:
    (tmp_path / "segml.yaml").write_text(CONFIG)
    output = tmp_path / "results"
    kept = publish_file(output / below / "notes.txt", b"of a person")
    killed = subprocess.run([sys.executable, "-c", KILLED + writes, str(output)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(kept.parent.iterdir())) == 2
    with session(read_settings(tmp_path / "segml.yaml"), "segml train", create=True):
        found = {path.name for path in kept.parent.iterdir()}
        assert found - {"heartbeat-wholesale.json"} == {kept.name}
