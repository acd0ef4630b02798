"""A night of segml on Apache Airflow: the command line in its own environment, nothing imported.

`ds` is the day the run speaks of, so that a run repeated later gives the same bytes. Exit code 99
makes Airflow skip a task; segml never returns it, so each refusal is a failure and alerts.
"""

from __future__ import annotations

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

SEGML = "/srv/segml/.venv/bin/segml"
CONFIG = "/etc/segml/wholesale.yaml"

with DAG(
    dag_id="segml_wholesale",
    schedule="15 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 1, "retry_delay": pendulum.duration(minutes=10)},
):
    check = BashOperator(task_id="check", bash_command=f"{SEGML} check {CONFIG} --json")
    score = BashOperator(
        task_id="score", bash_command=f"{SEGML} score {CONFIG} --as-of {{{{ ds }}}} --json"
    )
    report = BashOperator(
        task_id="report", bash_command=f"{SEGML} report {CONFIG} --as-of {{{{ ds }}}} --json"
    )
    check >> score >> report
