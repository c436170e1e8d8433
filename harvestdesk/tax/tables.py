"""Reads the year's figures and the states' rules from resources/tax; nothing here computes tax."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from harvestdesk.assets import resource
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import FilingStatus
from harvestdesk.domain.money import ZERO, parse_decimal
from harvestdesk.domain.tax_year import Bracket, Figure, StateRules, StatusTable, TaxYear

_STATES_FILE = "states.toml"
_FROM = "from_"
_RATES_OF_STATE = ("rate", "rate_long", "higher_rate", "rate_deduction")
"""Figures of a state that may be absent."""


def load_tax_year(year: int, folder: Path | None = None) -> TaxYear:
    """Return the federal figures of a year; of the nearest year known where it is not.

    Args:
        year: calendar year.
        folder: where the tables are; HarvestDesk's own unless told.

    Raises:
        BadInputError: naming the file and the field that can't be used.
    """
    where = folder or resource("tax")
    known = known_years(where)
    if not known:
        raise BadInputError(f"{where} holds no table of a tax year.", code="tax_table")
    nearest = min(max(year, known[0]), known[-1])
    of = max(y for y in known if y <= nearest)
    return replace(_read_year(where / f"{of}.toml"), year=year)


def known_years(folder: Path | None = None) -> tuple[int, ...]:
    """Return the years there are figures of, earliest first."""
    files = (folder or resource("tax")).glob("[0-9][0-9][0-9][0-9].toml")
    return tuple(sorted(int(path.stem) for path in files))


def load_states(year: int | None = None, folder: Path | None = None) -> Mapping[str, StateRules]:
    """Return the rules of the states that are known, by code; those of the newest year unless told.

    Raises:
        BadInputError: naming the file and the field that can't be used.
    """
    return _read_states((folder or resource("tax")) / _STATES_FILE, year)


def load_state(code: str, year: int | None = None) -> StateRules | None:
    """Return the rules of a state, or None where they are not known."""
    return load_states(year).get(code.strip().upper())


@dataclass(frozen=True, slots=True)
class _Reader:
    """One table of a file, and how to name its fields."""

    file: str
    path: str
    data: Mapping[str, Any]

    def wrong(self, key: str, expected: str) -> BadInputError:
        field = f"{self.path}.{key}" if self.path else key
        return BadInputError(f"{self.file}, field {field}: {expected}", code="tax_table")

    def table(self, key: str) -> "_Reader":
        found = self.data.get(key)
        if not isinstance(found, dict):
            raise self.wrong(key, "expected a table.")
        return _Reader(self.file, f"{self.path}.{key}" if self.path else key, found)

    def tables(self, key: str) -> list["_Reader"]:
        found = self.data.get(key)
        if not isinstance(found, list) or not all(isinstance(x, dict) for x in found):
            raise self.wrong(key, "expected a list of figures.")
        name = f"{self.path}.{key}" if self.path else key
        return [_Reader(self.file, f"{name}[{n}]", x) for n, x in enumerate(found)]

    def text(self, key: str, default: str | None = None) -> str:
        found = self.data.get(key, default)
        if not isinstance(found, str):
            raise self.wrong(key, f"expected a text, not {found!r}.")
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        found = self.data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(x, str) for x in found):
            raise self.wrong(key, "expected a list of texts.")
        return tuple(found)

    def flag(self, key: str, default: bool | None = None) -> bool:
        found = self.data.get(key, default)
        if not isinstance(found, bool):
            raise self.wrong(key, f"expected true or false, not {found!r}.")
        return found

    def year(self, key: str) -> int:
        found = self.data.get(key)
        if not isinstance(found, int) or isinstance(found, bool):
            raise self.wrong(key, f"expected a year, not {found!r}.")
        return found

    def amount(self, key: str, default: Decimal | None = None) -> Decimal:
        """Return a number of zero or more; text or a whole number, never a binary fraction."""
        found = self.data.get(key)
        if found is None and default is not None:
            return default
        value = parse_decimal(str(found))
        if value is None or value < 0 or isinstance(found, bool):
            raise self.wrong(key, f"expected a number of zero or more, not {found!r}.")
        return value


@cache
def _read_year(path: Path) -> TaxYear:
    top = _Reader(path.name, "", _parse(path))
    figures: list[Figure] = []
    sources = top.table("sources")
    figure = _Figures(sources, figures).add
    rates = top.table("rates")
    ordinary = [figure(r) for r in rates.tables("ordinary")]
    preferential = [figure(r) for r in rates.tables("preferential")]
    if len(preferential) != 3:
        raise rates.wrong("preferential", "expected three rates.")
    niit = figure(rates.table("niit"))
    senior = top.table("senior_deduction") if "senior_deduction" in top.data else None
    tables = {
        s: _status_table(top.table(s.value), s, ordinary, senior, figure) for s in FilingStatus
    }
    amount = figure(senior.table("amount")) if senior else ZERO
    phase_out = figure(senior.table("phase_out_rate")) if senior else ZERO
    if "not_used" in top.data:
        unused = top.table("not_used")
        for key in unused.data:
            figure(unused.table(key))
    year = top.year("year")
    return TaxYear(
        year,
        year,
        MappingProxyType(tables),
        niit,
        (preferential[0], preferential[1], preferential[2]),
        top.text("primary"),
        tuple(figures),
        amount,
        phase_out,
    )


@dataclass(frozen=True, slots=True)
class _Figures:
    """Collects figures with the plain words of their sources."""

    sources: _Reader
    found: list[Figure]

    def add(self, reader: _Reader) -> Decimal:
        value = reader.amount("value")
        names = tuple(self.sources.text(key) for key in reader.texts("sources"))
        self.found.append(
            Figure(reader.path, value, reader.text("primary"), names, reader.flag("confirmed"))
        )
        return value


def _status_table(
    reader: _Reader,
    status: FilingStatus,
    rates: list[Decimal],
    senior: _Reader | None,
    figure: Any,
) -> StatusTable:
    tops = [figure(r) for r in reader.tables("bracket_tops")]
    if len(tops) != len(rates) - 1 or tops != sorted(set(tops)):
        raise reader.wrong("bracket_tops", f"expected {len(rates) - 1} amounts, rising.")
    edges = [ZERO, *tops, None]
    brackets = tuple(Bracket(edges[n] or ZERO, edges[n + 1], rate) for n, rate in enumerate(rates))
    key = f"phase_out_start_{status.value}"
    start = figure(senior.table(key)) if senior and key in senior.data else None
    return StatusTable(
        brackets,
        zero_rate_max=figure(reader.table("zero_rate_max")),
        fifteen_rate_max=figure(reader.table("fifteen_rate_max")),
        standard_deduction=figure(reader.table("standard_deduction")),
        aged_or_blind=figure(reader.table("aged_or_blind")),
        niit_threshold=figure(reader.table("niit_threshold")),
        loss_limit=figure(reader.table("loss_limit")),
        senior_start=start,
    )


@cache
def _read_states(path: Path, year: int | None) -> Mapping[str, StateRules]:
    top = _Reader(path.name, "", _parse(path))
    return MappingProxyType({code: _state(top.table(code), code, year) for code in top.data})


def _state(reader: _Reader, code: str, year: int | None) -> StateRules:
    """Return a state's rules with its changes up to a year laid over them."""
    data = {k: v for k, v in reader.data.items() if not k.startswith(_FROM)}
    figures_of = reader.year("figures_of") if "figures_of" in data else 0
    for key in sorted(k for k in reader.data if k.startswith(_FROM)):
        since = key.removeprefix(_FROM)
        if not since.isdigit():
            raise reader.wrong(key, "expected from_ and a year.")
        if year is None or int(since) <= year:
            data |= reader.table(key).data
            figures_of = int(since)
    r = _Reader(reader.file, reader.path, data)
    rates = {key: r.amount(key) if key in data else None for key in _RATES_OF_STATE}
    return StateRules(
        code,
        r.text("name"),
        rates["rate"],
        rates["rate_long"],
        long_exempt=r.amount("long_exempt", ZERO),
        exempt_above=r.amount("exempt_above") if "exempt_above" in data else None,
        long_deduction=r.amount("long_deduction", ZERO),
        loss_deduction=r.flag("loss_deduction", default=True),
        carries_losses=r.flag("carries_losses", default=True),
        follows_wash_sales=r.flag("follows_wash_sales", default=True),
        surtax=r.amount("surtax", ZERO),
        surtax_over=r.amount("surtax_over", ZERO),
        long_only=r.flag("long_only", default=False),
        higher_rate=rates["higher_rate"],
        higher_over=r.amount("higher_over", ZERO),
        special=r.text("special", ""),
        confirmed=r.flag("confirmed"),
        unconfirmed=r.texts("unconfirmed"),
        sources=r.texts("sources"),
        long_deduction_instead=r.amount("long_deduction_instead", ZERO),
        loss_limit=r.amount("loss_limit") if "loss_limit" in data else None,
        loss_of_interest=r.flag("loss_of_interest", default=False),
        rate_deduction=rates["rate_deduction"],
        surtax_whole=r.flag("surtax_whole", default=False),
        figures_of=figures_of,
        primary=r.text("primary", ""),
    )


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise BadInputError(f"{path} can't be read: {error.strerror}.", code="tax_table") from None
    except UnicodeDecodeError:
        raise BadInputError(f"{path.name} is not UTF-8 text.", code="tax_table") from None
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(f"{path.name} is not TOML: {error}.", code="tax_table") from None
