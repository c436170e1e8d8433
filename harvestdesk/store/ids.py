"""Ids counted within a household file: a kind and a number, never given twice."""

from collections.abc import Mapping

ID_WIDTH = 6
"""Digits of a counted id, so that ids sort as text in the order they were given."""


def counted_id(prefix: str, number: int) -> str:
    """Return the id of a kind with a number, such as `lot-000012`."""
    return f"{prefix}-{number:0{ID_WIDTH}d}"


class IdCounters:
    """Gives the ids the next write of a file would give, without writing.

    Attributes:
        last: number given last, by kind.
    """

    def __init__(self, last: Mapping[str, int]) -> None:
        self.last = dict(last)

    def new_id(self, prefix: str) -> str:
        """Return the next id of a kind."""
        number = self.last[prefix] = self.last.get(prefix, 0) + 1
        return counted_id(prefix, number)
