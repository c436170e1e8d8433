"""How a code is told: which facts come with it, and what it means."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CodeSpec:
    """One code: which facts come with it, and what it means."""

    code: str
    facts: tuple[str, ...]
    meaning: str


def table(*specs: CodeSpec) -> Mapping[str, CodeSpec]:
    """Return codes by their names."""
    return {spec.code: spec for spec in specs}
