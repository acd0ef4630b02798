#!/bin/sh
# A night's scores on the Spark that MASTER names, `engine: spark` in the configuration.
# Usage: MASTER=spark://host:7077 submit.sh CONFIG [--as-of DAY]
# segml is installed in the Python of every worker, under the path of PYSPARK_PYTHON; TMPDIR is a
# folder that the driver and all workers see under one name (a volume that is mounted everywhere).
set -eu
exec spark-submit \
    --master "${MASTER:-local[*]}" \
    --deploy-mode client \
    --name segml-score \
    --driver-memory "${DRIVER_MEMORY:-4g}" \
    --executor-memory "${EXECUTOR_MEMORY:-4g}" \
    --conf spark.speculation=false \
    "$(dirname "$0")/run.py" score "$@" --json
