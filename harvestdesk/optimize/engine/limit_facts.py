"""Limits of the contract's `solve` from JSON."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from harvestdesk.domain.conflict import RuleKind
from harvestdesk.optimize.engine.holding_facts import Accounts, known_symbols
from harvestdesk.optimize.engine.problem import (
    NO_LIMIT,
    FloatArray,
    Group,
    Limits,
    PayoutAsked,
)
from harvestdesk.optimize.engine.reading import Fields, money_at, number_at, refuse
from harvestdesk.optimize.engine.universe_facts import MOST_RISK, Universe

_LIMITS = (
    "tracking_error",
    "turnover",
    "tax_budget",
    "gain_budget",
    "sectors",
    "groups",
    "min_trade",
    "max_cash",
    "loss_at_least",
    "loss_short_only",
    "payout",
    "ticket_cost",
    "max_trades",
    "max_share_of_volume",
)
MOST_ORDERS = 1_000_000


@dataclass(frozen=True)
class LimitFacts:
    """Limits as read; most_traded: [security] weight in the whole household, None without a limit."""

    limits: Limits
    most_traded: FloatArray | None


def read_limits(top: Fields, value: Decimal, universe: Universe, accounts: Accounts) -> LimitFacts:
    """Return the limits of a problem worth `value` dollars."""
    given = top.object("limits", _LIMITS, optional=True)
    cash = np.array([float(c / value) for c in accounts.cash])
    most_cash = cash
    if given.has("max_cash"):
        most_cash = np.where(accounts.never, cash, _share(given, "max_cash", value))
    least = np.array([float(c / value) for c in accounts.least])
    limits = Limits(
        cash=most_cash,
        tracking_error=given.number("tracking_error", 0.0, MOST_RISK, NO_LIMIT),
        turnover=given.number("turnover", 0.0, MOST_RISK, NO_LIMIT),
        tax=_share(given, "tax_budget", value, signed=True),
        gain=_share(given, "gain_budget", value, signed=True),
        sectors=_sectors(given, universe),
        min_trade=_share(given, "min_trade", value, none=0.0),
        cash_least=least if any(accounts.least) else None,
        groups=(*_groups(given, universe), *_least_weights(universe)),
        loss_least=_share(given, "loss_at_least", value, none=0.0),
        loss_short_only=given.flag("loss_short_only", default=False),
        payout=_payout(given, value, accounts),
        ticket_cost=_share(given, "ticket_cost", value, none=0.0),
        max_trades=given.count("max_trades", MOST_ORDERS) if given.has("max_trades") else None,
    )
    return LimitFacts(limits, _most_traded(given, value, universe))


def _share(
    given: Fields, name: str, value: Decimal, *, signed: bool = False, none: float = NO_LIMIT
) -> float:
    """Return a limit as a fraction of value: a text is dollars, a number is the fraction itself."""
    if not given.has(name):
        return none
    raw = given.raw(name)
    if isinstance(raw, str):
        return float(money_at(raw, given.at(name), signed=signed) / value)
    return number_at(raw, given.at(name), -MOST_RISK if signed else 0.0, MOST_RISK)


def _sectors(given: Fields, universe: Universe) -> tuple[tuple[str, float, float], ...]:
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


def _groups(given: Fields, universe: Universe) -> list[Group]:
    found: dict[str, Group] = {}
    if not given.has("groups"):
        return []
    for row in given.rows("groups", ("name", "symbols", "weights", "least", "most")):
        name = row.text("name")
        if name in found:
            refuse(row.at("name"), f"{name!r} is there twice.")
        least, most = row.number("least", 0.0, 1.0, 0.0), row.number("most", 0.0, 1.0, 1.0)
        if least > most:
            refuse(row.at("least"), f"{least:g} is more than the most, {most:g}.")
        found[name] = Group(RuleKind.ASSET_CLASS, name, _members(row, universe), least, most)
    return list(found.values())


def _members(row: Fields, universe: Universe) -> FloatArray:
    """Return [security] how much of it counts in a group: of a list all of each, or the weights given."""
    members = np.zeros(len(universe.number))
    if row.has("symbols") == row.has("weights"):
        refuse(row.path, "expected either symbols or weights.")
    if row.has("symbols"):
        members[[j for j, _ in known_symbols(row, "symbols", universe)]] = 1.0
        return members
    given = row.object("weights", tuple(universe.number))
    for symbol, j in universe.number.items():
        members[j] = given.number(symbol, 0.0, 1.0, 0.0)
    return members


def _least_weights(universe: Universe) -> list[Group]:
    one = np.eye(len(universe.number))
    return [
        Group(RuleKind.SECURITY, symbol, one[j], float(universe.least[j]), NO_LIMIT)
        for symbol, j in universe.number.items()
        if universe.least[j] > 0
    ]


def _payout(given: Fields, value: Decimal, accounts: Accounts) -> PayoutAsked | None:
    """Return the payout asked for; where no accounts are named, any taxable one may pay."""
    if not given.has("payout"):
        return None
    asked = given.object("payout", ("amount", "accounts"))
    asked.raw("amount")
    amount = _share(asked, "amount", value)
    if amount <= 0:
        refuse(asked.at("amount"), "expected an amount above zero.")
    payers = accounts.taxable
    if asked.has("accounts"):
        names = asked.texts("accounts")
        for place, name in enumerate(names):
            if name not in accounts.number:
                path = f"{asked.at('accounts')}[{place}]"
                refuse(path, f"{name!r} is not among accounts.")
        payers = np.array([name in names for name in accounts.number])
    if not payers.any():
        refuse(asked.at("accounts"), "expected an account that may pay.")
    return PayoutAsked(amount, payers, np.zeros(len(payers)))


def _most_traded(given: Fields, value: Decimal, universe: Universe) -> FloatArray | None:
    """Return [security] the weight of the share of a day's volume that may be traded."""
    name = "max_share_of_volume"
    if not given.has(name):
        return None
    share = given.number(name, 0.0, 1.0)
    if not any(volume is not None for volume in universe.volumes):
        refuse(given.at(name), "no security has a volume.")
    return share * np.array(
        [
            NO_LIMIT if volume is None else float(volume * price / value)
            for volume, price in zip(universe.volumes, universe.prices, strict=True)
        ]
    )
