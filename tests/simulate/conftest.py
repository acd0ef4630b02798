"""One scene, the life of four thousand clients in it, a block and a world, made once."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from segml.simulate import World, make_world
from segml.simulate.arrays import BLOCK, streams
from segml.simulate.block import Block, Plans, draw_block, draw_plans
from segml.simulate.orders import monthly_pace
from segml.simulate.scene import Life, Scene, draw_life, draw_scene

CLIENTS = 4000


@pytest.fixture(scope="session")
def scene() -> Scene:
    return draw_scene(clients=CLIENTS, months=36, seed=12, start=date(2022, 1, 1))


@pytest.fixture(scope="session")
def block(scene: Scene) -> Block:
    return draw_block(scene, number=0, first=0, buyers=CLIENTS, prospects=200)


@pytest.fixture(scope="session")
def life(block: Block) -> Life:
    return block.life


@pytest.fixture(scope="session")
def plans(scene: Scene, block: Block) -> Plans:
    """What the block's clients would do if nobody were lost, from the block's own streams."""
    own = streams(scene.config.seed, BLOCK, 0, count=14)
    life = draw_life(scene, own[:3], buyers=CLIENTS, prospects=200)
    pace = monthly_pace(own[7], scene.config, life.clients)
    return draw_plans(own[8:11], scene, life, pace, block.onsets)


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(clients=1200, months=36, seed=4)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)
