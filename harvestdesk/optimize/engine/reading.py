"""Strict reading of JSON: every field has a path, a type and a range, and nothing unknown is let through."""

import math
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.money import parse_decimal

LARGEST = Decimal(10) ** 13
"""Dollars or shares beyond this are a mistake of units."""


def refuse(path: str, found: str) -> NoReturn:
    """Raise the error of one field."""
    raise BadInputError(f"field {path}: {found}", code="problem.field", field=path)


def shown(value: object) -> str:
    """Return a value as JSON says it, cut short."""
    names = {True: "true", False: "false", None: "null"}
    text = names[value] if value is None or isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


class Fields:
    """One JSON object and where it stands.

    Every getter takes the field's name; `default` given means that the field may be absent or null.
    """

    def __init__(self, value: object, path: str, known: tuple[str, ...]) -> None:
        if not isinstance(value, dict):
            refuse(path or "(document)", f"expected an object, found {shown(value)}.")
        self.path = path
        self._value: Mapping[str, Any] = value
        for key in value:
            if key not in known:
                refuse(self.at(key), f"not known. Expected {', '.join(known)}.")

    def at(self, name: str) -> str:
        """Return the path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        """Return True where the field is there and not null."""
        return self._value.get(name) is not None

    def raw(self, name: str) -> Any:
        """Return what the field holds; it must be there."""
        if self._value.get(name) is None:
            refuse(self.at(name), "missing." if name not in self._value else "null is no value.")
        return self._value[name]

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text that is not empty."""
        if default is not None and not self.has(name):
            return default
        value = self.raw(name)
        if not isinstance(value, str) or not value.strip():
            refuse(self.at(name), f"expected a text, found {shown(value)}.")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Return true or false."""
        if not self.has(name):
            return default
        value = self.raw(name)
        if not isinstance(value, bool):
            refuse(self.at(name), f"expected true or false, found {shown(value)}.")
        return value

    def day(self, name: str) -> date:
        """Return an ISO date."""
        value = self.raw(name)
        try:
            found = (
                date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
            )
        except ValueError:
            found = None
        if found is None:
            refuse(self.at(name), f"expected a date such as 2025-12-05, found {shown(value)}.")
        return found

    def number(self, name: str, low: float, high: float, default: float | None = None) -> float:
        """Return a JSON number from `low` to `high`."""
        if default is not None and not self.has(name):
            return default
        return number_at(self.raw(name), self.at(name), low, high)

    def count(self, name: str, most: int) -> int:
        """Return a whole number from 0 to `most`."""
        value = self.raw(name)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            refuse(self.at(name), f"expected a whole number, 0 or more, found {shown(value)}.")
        return value

    def money(self, name: str, *, signed: bool = False, default: Decimal | None = None) -> Decimal:
        """Return exact dollars or shares: a text such as "12.5"; a JSON number will do."""
        if default is not None and not self.has(name):
            return default
        return money_at(self.raw(name), self.at(name), signed=signed)

    def items(self, name: str, default: list[Any] | None = None) -> list[Any]:
        """Return a list."""
        if default is not None and not self.has(name):
            return default
        value = self.raw(name)
        if not isinstance(value, list):
            refuse(self.at(name), f"expected a list, found {shown(value)}.")
        return value

    def texts(self, name: str) -> list[str]:
        """Return a list of texts; empty where absent."""
        found = self.items(name, [])
        for number, value in enumerate(found):
            if not isinstance(value, str):
                refuse(f"{self.at(name)}[{number}]", f"expected a text, found {shown(value)}.")
        return found

    def object(self, name: str, known: tuple[str, ...], *, optional: bool = False) -> "Fields":
        """Return an object inside this one; empty where it may be absent."""
        value = {} if optional and not self.has(name) else self.raw(name)
        return Fields(value, self.at(name), known)

    def rows(self, name: str, known: tuple[str, ...]) -> "Iterator[Fields]":
        """Return the objects of a list."""
        for number, value in enumerate(self.items(name)):
            yield Fields(value, f"{self.at(name)}[{number}]", known)


def number_at(value: object, path: str, low: float, high: float) -> float:
    """Return a finite number within a range."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        refuse(path, f"expected a number, found {shown(value)}.")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        refuse(path, f"{shown(value)} is not a finite number.")
    if not low <= found <= high:
        wanted = f"from {low:g} to {high:g}" if math.isfinite(high) else f"of {low:g} or more"
        refuse(path, f"{shown(value)} is out of range. Expected a number {wanted}.")
    return found


def money_at(value: object, path: str, *, signed: bool = False) -> Decimal:
    """Return exact dollars or shares."""
    found = None
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        found = parse_decimal(str(value).strip())
    if found is None:
        refuse(path, f'expected an amount such as "12.5", found {shown(value)}.')
    if found < 0 and not signed:
        refuse(path, f"{shown(value)} is negative.")
    if abs(found) > LARGEST:
        refuse(path, f"{shown(value)} is larger than {LARGEST:,.0f}.")
    return found
