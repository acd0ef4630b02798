"""Worlds with known causes of loss: a ledger as a company has it, and the truth apart."""

from segml.simulate.courses import COURSES
from segml.simulate.draws import CAUSES, RANGES, WorldConfig
from segml.simulate.happenings import Happenings
from segml.simulate.world import World, make_world

__all__ = ["CAUSES", "COURSES", "RANGES", "Happenings", "World", "WorldConfig", "make_world"]
