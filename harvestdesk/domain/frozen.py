"""Frozen values made in bulk."""

from collections.abc import Callable
from dataclasses import fields, make_dataclass
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def maker_of(cls: Callable[P, T]) -> Callable[P, T]:
    """Return a constructor of a frozen dataclass with slots, some five times as fast as its own.

    Frozen values set each field past their own guard. Here the fields are set on a twin without one, which
    then becomes a `cls`: both have the same slots, or the assignment raises a TypeError.
    """
    kind: Any = cls
    twin: Any = make_dataclass(
        f"_{kind.__name__}", [(f.name, f.type, f) for f in fields(kind)], slots=True, eq=False
    )

    def make(*args: P.args, **kwargs: P.kwargs) -> T:
        made = twin(*args, **kwargs)
        made.__class__ = kind
        result: T = made
        return result

    return make
