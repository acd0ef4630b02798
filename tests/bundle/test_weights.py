import numpy as np
import pandas as pd
import pytest

from segml.bundle import Bundle, churn_weights
from segml.bundle.weights import weights_by_day
from segml.features import Snapshot, snapshot
from segml.ledger import Ledger


def _active(day: Snapshot) -> pd.DataFrame:
    return day.frame[day.status.eq("active").to_numpy()]


def test_days_told_together_weigh_as_each_alone(bundle: Bundle, ledger: Ledger) -> None:
    days = [bundle.as_of - 60, bundle.as_of - 30, bundle.as_of]
    frames = {day: _active(snapshot(ledger.past(day), bundle.features)) for day in days}
    asked = {day: (frame, np.full(len(frame), "a", object)) for day, frame in frames.items()}
    asked[0] = (frames[days[0]].iloc[:0], np.zeros(0, object))
    told = weights_by_day(bundle.churn, bundle.encoder, asked)
    assert list(told) == [*days, 0]
    assert told[0] == {}
    for day in days:
        alone = churn_weights(bundle.churn, bundle.encoder, *asked[day])
        assert told[day].keys() == alone.keys() == {"a"}
        assert told[day]["a"] == pytest.approx(alone["a"], abs=1e-12)
