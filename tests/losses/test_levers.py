"""Every driver can be acted on: none is left without something that could be tried."""

from __future__ import annotations

from segml.features import CATALOGUE
from segml.losses.levers import LEVER_OF, LEVERS


def test_every_driver_of_the_catalogue_has_a_lever_and_nothing_else_has_one() -> None:
    drivers = {feature.name for feature in CATALOGUE if feature.kind == "driver"}
    assert drivers == set(LEVER_OF)


def test_every_lever_is_told_and_every_told_lever_is_used() -> None:
    assert set(LEVER_OF.values()) == set(LEVERS)
