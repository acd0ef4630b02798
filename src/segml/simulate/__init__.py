"""Worlds with known causes of loss: a ledger as a company has it, and the truth apart."""

from segml.simulate.courses import COURSES
from segml.simulate.draws import CAUSES, WorldConfig
from segml.simulate.ranges import RANGES, Range
from segml.simulate.rates import RATES, Rates
from segml.simulate.scene import Scene, draw_scene
from segml.simulate.tables import events as events_table
from segml.simulate.truth import Toll
from segml.simulate.truth import events as events_truth
from segml.simulate.truth import toll as toll_of
from segml.simulate.world import Part, World, make_parts, make_world

__all__ = [
    "CAUSES",
    "COURSES",
    "RANGES",
    "RATES",
    "Part",
    "Range",
    "Rates",
    "Scene",
    "Toll",
    "World",
    "WorldConfig",
    "draw_scene",
    "events_table",
    "events_truth",
    "make_parts",
    "make_world",
    "toll_of",
]
