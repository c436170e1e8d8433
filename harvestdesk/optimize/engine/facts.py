"""A problem of the contract's `solve` from JSON: checked field by field, answered with the field's path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from harvestdesk.domain.account import AccountType
from harvestdesk.domain.lot import Term
from harvestdesk.optimize.engine.problem import (
    NO_LIMIT,
    EngineProblem,
    Exact,
    FloatArray,
    Limits,
    Mode,
    total_by,
)
from harvestdesk.optimize.engine.profile_facts import situation_at
from harvestdesk.optimize.engine.reading import Fields, money_at, number_at, refuse
from harvestdesk.tax.holding_period import term_of

SCHEMA = "harvestdesk.problem/1"
_FIELDS = (
    "schema",
    "as_of",
    "mode",
    "securities",
    "accounts",
    "lots",
    "tax",
    "objective",
    "locks",
    "limits",
    "fractional",
)
_SECURITY = (
    "symbol",
    "price",
    "identical_set",
    "target_weight",
    "max_weight",
    "specific_variance",
    "loadings",
    "sector",
)
_LOT = ("id", "account", "symbol", "shares", "basis_per_share", "acquired")
_LIMITS = (
    "tracking_error",
    "turnover",
    "tax_budget",
    "gain_budget",
    "sectors",
    "min_trade",
    "max_cash",
)
_ACCOUNT_TYPES = {t.value: t for t in AccountType} | {
    "traditional_ira": AccountType.TRADITIONAL_IRA,
}
MOST_RISK = 1e9
"""Risk aversion, variances and loadings beyond this are a mistake of units."""
ROUNDING = 1e-9
"""Weights typed with few digits may add up to this much more than one."""


def read_problem(document: object) -> EngineProblem:
    """Return the problem of a JSON document.

    Raises:
        BadInputError: naming the field that can't be used, and what was expected.
    """
    top = Fields(document, "", _FIELDS)
    if top.text("schema") != SCHEMA:
        refuse("schema", f"{top.text('schema')!r} is not known. Expected {SCHEMA!r}.")
    as_of = top.day("as_of")
    mode = _mode(top)
    universe = _universe(top)
    accounts = _accounts(top)
    lots = _lots(top, universe, accounts, as_of)
    return _assembled(top, as_of, mode, universe, accounts, lots)


def _mode(top: Fields) -> Mode:
    text = top.text("mode")
    if text not in list(Mode):
        refuse("mode", f"{text!r} is not known. Expected {', '.join(Mode)}.")
    return Mode(text)


@dataclass(frozen=True)
class _Universe:
    """Securities as read: columns in the order of the document."""

    number: dict[str, int]
    prices: tuple[Decimal, ...]
    target: FloatArray
    cap: FloatArray
    specific: FloatArray
    loadings: FloatArray
    sets: tuple[str, ...]
    sectors: tuple[str, ...]


def _universe(top: Fields) -> _Universe:
    number: dict[str, int] = {}
    prices, target, cap, specific, sets, sectors = [], [], [], [], [], []
    loadings: list[list[float]] = []
    for row in top.rows("securities", _SECURITY):
        symbol = row.text("symbol")
        if symbol in number:
            refuse(row.at("symbol"), f"{symbol!r} is there twice.")
        number[symbol] = len(number)
        price = row.money("price")
        if price <= 0:
            refuse(row.at("price"), "expected a price above zero.")
        prices.append(price)
        target.append(row.number("target_weight", 0.0, 1.0))
        cap.append(row.number("max_weight", 0.0, 1.0, default=1.0))
        specific.append(row.number("specific_variance", 0.0, MOST_RISK))
        loadings.append(_loadings(row, len(loadings[0]) if loadings else None))
        sets.append(row.text("identical_set", symbol))
        sectors.append(row.text("sector", " ").strip())
    if not number:
        refuse("securities", "expected at least one security.")
    if sum(target) > 1.0 + ROUNDING:
        refuse("securities", f"target weights add up to {sum(target):g}, more than 1.")
    return _Universe(
        number,
        tuple(prices),
        np.array(target),
        np.array(cap),
        np.array(specific),
        np.array(loadings, dtype=np.float64).reshape(len(number), -1),
        tuple(sets),
        tuple(sectors),
    )


def _loadings(row: Fields, factors: int | None) -> list[float]:
    given = row.items("loadings")
    if factors is not None and len(given) != factors:
        refuse(row.at("loadings"), f"{len(given)} numbers, where the first security has {factors}.")
    return [
        number_at(value, f"{row.at('loadings')}[{k}]", -MOST_RISK, MOST_RISK)
        for k, value in enumerate(given)
    ]


@dataclass(frozen=True)
class _Accounts:
    number: dict[str, int]
    cash: tuple[Decimal, ...]
    taxable: tuple[bool, ...]


def _accounts(top: Fields) -> _Accounts:
    number: dict[str, int] = {}
    cash, taxable = [], []
    for row in top.rows("accounts", ("id", "type", "cash")):
        name = row.text("id")
        if name in number:
            refuse(row.at("id"), f"{name!r} is there twice.")
        number[name] = len(number)
        kind = row.text("type")
        if kind not in _ACCOUNT_TYPES:
            refuse(row.at("type"), f"{kind!r} is not known. Expected {', '.join(_ACCOUNT_TYPES)}.")
        taxable.append(_ACCOUNT_TYPES[kind].is_taxable)
        cash.append(row.money("cash"))
    if not number:
        refuse("accounts", "expected at least one account.")
    return _Accounts(number, tuple(cash), tuple(taxable))


@dataclass(frozen=True)
class _Lots:
    ids: tuple[str, ...]
    security: tuple[int, ...]
    account: tuple[int, ...]
    shares: tuple[Decimal, ...]
    basis: tuple[Decimal, ...]
    long: tuple[bool, ...]


def _lots(top: Fields, universe: _Universe, accounts: _Accounts, as_of: date) -> _Lots:
    seen: set[str] = set()
    columns: list[tuple[str, int, int, Decimal, Decimal, bool]] = []
    for row in top.rows("lots", _LOT):
        name = row.text("id")
        if name in seen:
            refuse(row.at("id"), f"{name!r} is there twice.")
        seen.add(name)
        acquired = row.day("acquired")
        if acquired > as_of:
            refuse(row.at("acquired"), f"{acquired} is after as_of.")
        columns.append(
            (
                name,
                _known(row, "symbol", universe.number, "securities"),
                _known(row, "account", accounts.number, "accounts"),
                row.money("shares"),
                row.money("basis_per_share"),
                term_of(acquired, as_of) is Term.LONG,
            )
        )
    ids, security, account, shares, basis, long = (
        zip(*columns, strict=True) if columns else ((),) * 6
    )
    return _Lots(ids, security, account, shares, basis, long)


def _known(row: Fields, name: str, numbers: Mapping[str, int], where: str) -> int:
    text = row.text(name)
    if text not in numbers:
        refuse(row.at(name), f"{text!r} is not among {where}.")
    return numbers[text]


def _assembled(
    top: Fields,
    as_of: date,
    mode: Mode,
    universe: _Universe,
    accounts: _Accounts,
    lots: _Lots,
) -> EngineProblem:
    dollars = [n * universe.prices[j] for n, j in zip(lots.shares, lots.security, strict=True)]
    value = sum(dollars, sum(accounts.cash, Decimal(0)))
    if value <= 0:
        refuse("lots", "the household is worth nothing: no lots and no cash.")
    cash = np.array([float(c / value) for c in accounts.cash])
    prices = [universe.prices[j] for j in lots.security]
    gain = [float(1 - b / p) for b, p in zip(lots.basis, prices, strict=True)]
    short, long, situation = _tax(top, as_of)
    security = np.array(lots.security, dtype=np.intp)
    account = np.array(lots.account, dtype=np.intp)
    taxed = np.array(accounts.taxable, dtype=np.bool_)[account]
    weight = np.array([float(d / value) for d in dollars])
    held = total_by(security, weight, len(universe.number))
    objective = top.object(
        "objective", ("risk_aversion", "cost_rate"), optional=mode is Mode.HARVEST
    )
    set_of = _numbered(universe.sets)
    locks = top.object("locks", ("buy", "loss_sale"), optional=True)
    limits = _limits(top, value, cash, universe)
    problem = EngineProblem(
        as_of=as_of,
        mode=mode,
        symbols=tuple(universe.number),
        target=universe.target,
        cap=np.maximum(universe.cap, held),
        specific=universe.specific,
        loadings=universe.loadings,
        set_of=set_of,
        sectors=universe.sectors,
        account_ids=tuple(accounts.number),
        cash=cash,
        taxable=np.array(accounts.taxable, dtype=np.bool_),
        lot_ids=lots.ids,
        lot_security=security,
        lot_account=account,
        lot_weight=weight,
        lot_gain=np.array(gain, dtype=np.float64),
        lot_rate=np.where(taxed, np.where(np.array(lots.long, dtype=np.bool_), long, short), 0.0),
        lot_long=np.array(lots.long, dtype=np.bool_),
        buy_locked=_locked(locks, "buy", universe, set_of),
        loss_locked=_locked(locks, "loss_sale", universe, set_of),
        risk_aversion=objective.number("risk_aversion", 0.0, MOST_RISK, _optional(mode)),
        cost_rate=objective.number("cost_rate", 0.0, 1.0, default=0.0),
        limits=limits,
        exact=Exact(value, universe.prices, accounts.cash, lots.shares, lots.basis),
        fractional=top.flag("fractional", default=True),
        rates=(short, long),
    )
    return problem if situation is None else replace(problem, situation=situation)


def _optional(mode: Mode) -> float | None:
    return 0.0 if mode is Mode.HARVEST else None


def _tax(top: Fields, as_of: date) -> tuple[float, float, Any]:
    """Return the typed rates and, with a profile, the situation the year is netted through."""
    tax = top.object("tax", ("rate_short", "rate_long", "profile"))
    situation = situation_at(tax, as_of.year) if tax.has("profile") else None
    default = None if situation is None else 0.0
    return (
        tax.number("rate_short", 0.0, 1.0, default),
        tax.number("rate_long", 0.0, 1.0, default),
        situation,
    )


def _numbered(keys: Sequence[str]) -> Any:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(k, len(numbers)) for k in keys], dtype=np.intp)


def _locked(locks: Fields, name: str, universe: _Universe, set_of: Any) -> Any:
    """Return [security] True for the whole identical set of every symbol locked."""
    sets = set()
    for number, symbol in enumerate(locks.texts(name)):
        if symbol not in universe.number:
            refuse(f"{locks.at(name)}[{number}]", f"{symbol!r} is not among securities.")
        sets.add(int(set_of[universe.number[symbol]]))
    return np.isin(set_of, sorted(sets))


def _limits(top: Fields, value: Decimal, cash: FloatArray, universe: _Universe) -> Limits:
    given = top.object("limits", _LIMITS, optional=True)
    most_cash = cash
    if given.has("max_cash"):
        most_cash = np.full(len(cash), _share(given, "max_cash", value))
    return Limits(
        cash=most_cash,
        tracking_error=given.number("tracking_error", 0.0, MOST_RISK, NO_LIMIT),
        turnover=given.number("turnover", 0.0, MOST_RISK, NO_LIMIT),
        tax=_share(given, "tax_budget", value, signed=True),
        gain=_share(given, "gain_budget", value, signed=True),
        sectors=_sectors(given, universe),
        min_trade=_share(given, "min_trade", value) if given.has("min_trade") else 0.0,
    )


def _share(given: Fields, name: str, value: Decimal, *, signed: bool = False) -> float:
    """Return a limit as a fraction of value: a text is dollars, a number is the fraction itself."""
    if not given.has(name):
        return NO_LIMIT
    raw = given.raw(name)
    if isinstance(raw, str):
        return float(money_at(raw, given.at(name), signed=signed) / value)
    return number_at(raw, given.at(name), -MOST_RISK if signed else 0.0, MOST_RISK)


def _sectors(given: Fields, universe: _Universe) -> tuple[tuple[str, float, float], ...]:
    known = tuple(dict.fromkeys(s for s in universe.sectors if s))
    wanted = given.object("sectors", known, optional=True)
    found = []
    for name in known:
        if not wanted.has(name):
            continue
        pair = wanted.items(name)
        path = wanted.at(name)
        if len(pair) != 2:
            refuse(path, "expected two weights, the least and the most.")
        least = number_at(pair[0], f"{path}[0]", 0.0, 1.0)
        most = number_at(pair[1], f"{path}[1]", 0.0, 1.0)
        if least > most:
            refuse(path, f"the least, {least:g}, is more than the most, {most:g}.")
        found.append((name, least, most))
    return tuple(found)
