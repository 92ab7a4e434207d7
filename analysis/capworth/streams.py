"""Random numbers with names."""

from hashlib import sha256

import numpy as np


def stream(seed: int, name: str, chunk: int = 0) -> np.random.Generator:
    """Give `name` a random stream of its own, one for each chunk of draws.

    The same seed, name and chunk give the same numbers on every run and in any order of work. A
    new name never moves the numbers of an old one, so an added input cannot change last month's
    report by chance.

    >>> stream(0, "weights").random() == stream(0, "weights").random()
    True
    >>> keys = (0, "weights", 0), (0, "costs", 0), (1, "weights", 0), (0, "weights", 1)
    >>> len({stream(*key).random() for key in keys})
    4
    """
    key = int.from_bytes(sha256(name.encode()).digest()[:8], "big")
    return np.random.Generator(np.random.PCG64DXSM(np.random.SeedSequence([seed, key, chunk])))
