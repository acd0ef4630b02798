from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segml.scoring.parts import Parts


def parts(values: tuple[int, int], data: tuple[int, int]) -> Parts:
    """Of two clients and three features."""
    return Parts(
        subject="churn",
        clients=pd.Index(["a", "b"]),
        features=("x", "y", "z"),
        values=np.full(values, 0.5),
        base=np.array([1.0, 2.0]),
        raw=np.array([2.5, 3.25]),
        data=pd.DataFrame(np.zeros(data)),
    )


def test_the_error_is_the_greatest_distance_from_the_raw_score() -> None:
    assert parts((2, 3), (2, 3)).error == 0.25


@pytest.mark.parametrize(
    ("values", "data"), [((2, 2), (2, 3)), ((2, 3), (2, 4)), ((1, 3), (2, 3)), ((3, 2), (3, 2))]
)
def test_parts_of_another_shape_are_refused(values: tuple[int, int], data: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"expected \(2, 3\)"):
        parts(values, data)
