"""One job on many chunks of clients: by threads of this process, or by the workers of an engine.

The same job on the same chunks either way, so what comes out is the same to the byte.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd

from segml.bundle import Bundle, Packed, pack, unpack
from segml.ledger import Engine

CHUNK = 16_384
"""Clients of a chunk, at most."""
AHEAD = 2
"""Chunks that are told while an earlier one is written."""

Job = Callable[[Bundle, pd.DataFrame], pd.DataFrame]
"""What is made of a chunk by a bundle: a function that is found by its name, or a partial of it."""


def chunks_of(clients: int, most: int = CHUNK) -> list[slice]:
    """The rows of some clients in the fewest chunks of at most so many, all about as large.

    Examples
    --------
    >>> chunks_of(5, most=4)
    [slice(0, 2, None), slice(2, 5, None)]
    """
    count = max(1, -(-clients // most))
    edges = np.linspace(0, clients, count + 1).astype(int).tolist()
    return [slice(first, end) for first, end in pairwise(edges)]


def under(prefix: str, chunk: pd.DataFrame) -> pd.DataFrame:
    """The columns of a chunk under a prefix, by their own names."""
    names = [name for name in chunk if str(name).startswith(prefix)]
    return chunk[names].rename(columns=lambda name: name.removeprefix(prefix))


def across(
    engine: Engine | None, bundle: Bundle, job: Job, chunks: Iterable[pd.DataFrame]
) -> Iterator[pd.DataFrame]:
    """What the job makes of each chunk, in their order.

    Parameters
    ----------
    engine
        Whose workers do it, each with the bundle's bytes held to their digest; None: threads do.
    bundle
        The trained value.
    job
        Called with the bundle and a chunk.
    chunks
        Frames; taken as they are needed.
    """
    if engine is None:
        return _by_threads(partial(job, bundle), chunks)
    packed = pack(bundle)
    return engine.each(partial(_elsewhere, job, packed.digest), packed, chunks)


def _elsewhere(job: Job, digest: str, packed: Packed, chunk: pd.DataFrame) -> pd.DataFrame:
    """The job on a machine that has the bundle's bytes alone."""
    if digest not in _UNPACKED:
        bundle = unpack(packed, digest=digest)
        _UNPACKED.clear()
        _UNPACKED[digest] = bundle
    return job(_UNPACKED[digest], chunk)


_UNPACKED: dict[str, Bundle] = {}
"""The bundle that this worker compared and parsed last; its next chunks take it as it is."""


def _by_threads(
    told: Callable[[pd.DataFrame], pd.DataFrame], chunks: Iterable[pd.DataFrame]
) -> Iterator[pd.DataFrame]:
    """Some are being told while one is looked at."""
    with ThreadPoolExecutor(max_workers=AHEAD) as pool:
        waiting: deque[Future[pd.DataFrame]] = deque()
        for chunk in chunks:
            waiting.append(pool.submit(told, chunk))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
