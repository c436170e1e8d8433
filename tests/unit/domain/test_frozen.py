"""Values made in bulk are the values their own constructor makes."""

from dataclasses import FrozenInstanceError, dataclass, fields, replace

import pytest

from harvestdesk.domain.frozen import maker_of


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 2
    tags: tuple[str, ...] = ()


make = maker_of(Point)


def test_made__is_the_same_value() -> None:
    made = make(1, tags=("a",))
    assert made == Point(1, 2, ("a",))
    assert hash(made) == hash(Point(1, 2, ("a",)))
    assert type(made) is Point
    assert repr(made) == repr(Point(1, 2, ("a",)))
    assert replace(made, x=5) == Point(5, 2, ("a",))
    assert [f.name for f in fields(made)] == ["x", "y", "tags"]


def test_made__is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        make(1).x = 3  # type: ignore[misc]


def test_missing_values_are_refused() -> None:
    with pytest.raises(TypeError):
        make()  # type: ignore[call-arg]
