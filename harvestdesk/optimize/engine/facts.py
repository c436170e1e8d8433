"""A problem of the contract's `solve` from JSON: checked field by field, answered with the field's path."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from harvestdesk.optimize.engine.holding_facts import (
    Accounts,
    Lots,
    known_symbols,
    read_accounts,
    read_lots,
)
from harvestdesk.optimize.engine.limit_facts import read_limits
from harvestdesk.optimize.engine.problem import EngineProblem, Exact, Mode, total_by
from harvestdesk.optimize.engine.profile_facts import situation_at
from harvestdesk.optimize.engine.reading import Fields, refuse
from harvestdesk.optimize.engine.universe_facts import MOST_RISK, Universe, read_universe

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
    universe = read_universe(top)
    accounts = read_accounts(top, universe, fractional=top.flag("fractional", default=True))
    lots = read_lots(top, universe, accounts, as_of)
    return _household(_assembled(top, as_of, mode, universe, accounts, lots), universe, accounts)


def _mode(top: Fields) -> Mode:
    text = top.text("mode")
    if text not in list(Mode):
        refuse("mode", f"{text!r} is not known. Expected {', '.join(Mode)}.")
    return Mode(text)


def _assembled(
    top: Fields,
    as_of: date,
    mode: Mode,
    universe: Universe,
    accounts: Accounts,
    lots: Lots,
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
    taxed = accounts.taxable[account]
    weight = np.array([float(d / value) for d in dollars])
    held = total_by(security, weight, len(universe.number))
    objective = top.object(
        "objective", ("risk_aversion", "cost_rate"), optional=mode is Mode.HARVEST
    )
    set_of = _numbered(universe.sets)
    locks = top.object("locks", ("buy", "loss_sale"), optional=True)
    given = read_limits(top, value, universe, accounts)
    return EngineProblem(
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
        taxable=accounts.taxable,
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
        limits=given.limits,
        exact=Exact(value, universe.prices, accounts.cash, lots.shares, lots.basis),
        fractional=top.flag("fractional", default=True),
        rates=(short, long),
        situation=situation,
        most_sold=given.most_traded,
        most_bought=given.most_traded,
    )


def _household(problem: EngineProblem, universe: Universe, accounts: Accounts) -> EngineProblem:
    """Return the problem with what the accounts offer, and what is held elsewhere."""
    left_alone = accounts.never[problem.lot_account]
    parts = accounts.fractional
    return replace(
        problem,
        may_buy=accounts.may_buy,
        left_alone=left_alone if left_alone.any() else None,
        outside=universe.outside if universe.outside.any() else None,
        account_fractional=None if (parts == problem.fractional).all() else parts,
    )


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


def _locked(locks: Fields, name: str, universe: Universe, set_of: Any) -> Any:
    """Return [security] True for the whole identical set of every symbol locked."""
    sets = {int(set_of[j]) for j, _ in known_symbols(locks, name, universe)}
    return np.isin(set_of, sorted(sets))
