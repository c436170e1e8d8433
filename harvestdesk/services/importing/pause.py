"""Large imports make millions of values at once; looking through them for cycles again and again finds none."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collections() -> Iterator[None]:
    """Keep Python's cycle collector from running; the window, which runs it itself, is not disturbed."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
