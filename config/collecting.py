"""How often Python looks for garbage in a process that serves: seldom."""

import gc

EVERY = 50_000
"""So many new objects, instead of two thousand, before the youngest are looked through."""


def collect_seldom() -> None:
    """To be called once all is loaded: that is never looked through again.

    What a request makes is freed as it goes, by counting references; only what refers to itself waits for this.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(EVERY, 10, 10)
