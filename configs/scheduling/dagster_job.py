"""A night of segml on Dagster: the command line in its own environment, its summary as metadata."""

from __future__ import annotations

import json
import subprocess

from dagster import (
    AssetExecutionContext,
    DailyPartitionsDefinition,
    Definitions,
    Failure,
    MaterializeResult,
    asset,
    build_schedule_from_partitioned_job,
    define_asset_job,
)

SEGML = "/srv/segml/.venv/bin/segml"
CONFIG = "/etc/segml/wholesale.yaml"
DAYS = DailyPartitionsDefinition(start_date="2026-01-01", end_offset=1)


@asset(partitions_def=DAYS)
def scores(context: AssetExecutionContext) -> MaterializeResult:
    """Every client's scores of a day."""
    command = [SEGML, "score", CONFIG, "--as-of", context.partition_key, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    said = json.loads(done.stdout or "{}")  # one that was killed says nothing
    if done.returncode:
        message = said.get("message", "the run was killed; start it again")
        raise Failure(message, metadata={"exit_code": done.returncode})
    return MaterializeResult(metadata={"version": said["model_version"]})


night = define_asset_job("night", [scores], partitions_def=DAYS)
definitions = Definitions(
    assets=[scores],
    jobs=[night],
    schedules=[build_schedule_from_partitioned_job(night, hour_of_day=2, minute_of_hour=15)],
)
