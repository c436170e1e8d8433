"""Exact sales and purchases of a household plan: Decimal from here on, to the cent and to the broker's step."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np

from harvestdesk.domain.conflict import RuleKind
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import CENT, ZERO, cents, decimal_text, money_text
from harvestdesk.domain.proposal import KeptLot, LotSale, Purchase, Reason
from harvestdesk.optimize.engine.explain import Explanations
from harvestdesk.optimize.engine.problem import EngineProblem
from harvestdesk.optimize.engine.trades import Buy, Sale, Trades, as_dollars
from harvestdesk.optimize.household.after_tax import even_out
from harvestdesk.optimize.household.build import BuiltHousehold
from harvestdesk.optimize.trades import NAMED_AT_MOST, booked
from harvestdesk.optimize.unspent import share_step
from harvestdesk.tax.holding_period import lot_term

SAME_TAX = Decimal(1)
"""Dollars by which a sale's share of the tax and its tax at the margin may differ without a word."""


@dataclass(frozen=True)
class ExactTrades:
    """A plan's trades as they are booked."""

    sales: tuple[LotSale, ...]
    purchases: tuple[Purchase, ...]


def in_steps(built: BuiltHousehold, trades: Trades) -> Trades:
    """Return trades, as they are, in the brokers' steps, none of which cash does not pay for to the cent.

    What is sold of a lot is rounded up and what is bought down, so that no account falls short; a purchase of
    the smallest size is rounded up too, and the largest of its account pays for it.
    """
    snapshot = built.snapshot
    lots, accounts = snapshot.lots, snapshot.accounts
    least = as_dollars(built.problem, built.problem.limits.min_trade)
    sales = []
    for sale in trades.sales:
        lot = lots[sale.lot]
        step = share_step(snapshot.account_by_id[lot.account_id])
        shares = (sale.shares / step).to_integral_value(ROUND_CEILING) * step
        sales.append(Sale(sale.lot, min(shares, lot.shares)))
    buys = {}
    for buy in trades.buys:
        step = share_step(accounts[buy.account])
        shares = (buy.shares / step).to_integral_value(ROUND_FLOOR) * step
        smallest = least / built.view.parts[buy.account]
        if shares * built.problem.exact.prices[buy.security] < smallest <= _dollars(built, buy):
            shares += step
        if shares > 0:
            buys[buy.account, buy.security] = shares
    _spend_the_rest(built, trades, sales, buys)
    _pay_to_the_cent(built, sales, buys)
    kept = tuple(Buy(a, j, shares) for (a, j), shares in sorted(buys.items()) if shares > 0)
    return Trades(tuple(sales), kept)


def _spend_the_rest(
    built: BuiltHousehold,
    trades: Trades,
    sales: list[Sale],
    buys: dict[tuple[int, int], Decimal],
) -> None:
    """Spend, or don't raise, what whole shares leave over where the engine dealt with parts of them, in place."""
    prices, of_lot = built.problem.exact.prices, built.problem.lot_security
    for a, account in enumerate(built.snapshot.accounts):
        wanted = {(a, b.security): b.shares for b in trades.buys if b.account == a}
        if account.fractional or built.view.parts[a] == 1:
            continue
        smallest = as_dollars(built.problem, built.problem.limits.min_trade) / built.view.parts[a]
        mine = [n for n, s in enumerate(sales) if int(built.problem.lot_account[s.lot]) == a]
        idle = sum(
            (
                (sales[n].shares - trades.sales[n].shares) * prices[int(of_lot[sales[n].lot])]
                for n in mine
            ),
            ZERO,
        )
        idle += sum(
            (n * prices[j] - buys.get((a, j), ZERO) * prices[j] for (_, j), n in wanted.items()),
            ZERO,
        )
        idle = even_out(wanted, buys, prices, idle)
        for n in mine:
            shares, price = sales[n].shares - 1, prices[int(of_lot[sales[n].lot])]
            whole = shares == shares.to_integral_value()  # or else all of a lot, which has parts
            if price <= idle and shares > 0 and whole and shares * price >= smallest:
                sales[n] = Sale(sales[n].lot, shares)
                idle -= price


def _dollars(built: BuiltHousehold, buy: Buy) -> Decimal:
    return buy.shares * built.problem.exact.prices[buy.security]


def _pay_to_the_cent(
    built: BuiltHousehold, sales: Sequence[Sale], buys: dict[tuple[int, int], Decimal]
) -> None:
    """Take a step off the largest purchase where an account's cash would fall below its least, in place."""
    snapshot, prices = built.snapshot, built.problem.exact.prices
    for a, state in enumerate(built.cash):
        left = state.before
        for sale in sales:
            lot = snapshot.lots[sale.lot]
            if lot.account_id == state.account_id:
                left += cents(sale.shares * prices[int(built.problem.lot_security[sale.lot])])
        mine = [key for key in buys if key[0] == a]
        floor = min(state.least, state.before)
        while mine and left - _spent(buys, mine, prices) < floor:
            largest = max(mine, key=lambda key: (buys[key] * prices[key[1]], -key[1]))
            buys[largest] -= share_step(snapshot.accounts[a])
            mine = [key for key in mine if buys[key] > 0]


def _spent(
    buys: Mapping[tuple[int, int], Decimal],
    mine: Sequence[tuple[int, int]],
    prices: Sequence[Decimal],
) -> Decimal:
    return sum((cents(buys[key] * prices[key[1]]) for key in mine), ZERO)


def with_room(built: BuiltHousehold, problem: EngineProblem, trades: Trades) -> EngineProblem:
    """Return the problem with the room that the brokers' steps need in its totals: a step of each trade.

    The engine deals in finer parts of a share than brokers do.
    """
    prices = problem.exact.prices
    room = np.zeros(len(built.snapshot.accounts))
    for sale in trades.sales:
        a, j = int(problem.lot_account[sale.lot]), int(problem.lot_security[sale.lot])
        room[a] += float(_step(built, a) * prices[j]) * problem.in_parts[a]
    for buy in trades.buys:
        step = float(_step(built, buy.account) * prices[buy.security])
        room[buy.account] += step * problem.in_parts[buy.account]
    room = np.where(room > 0, room + float(CENT), room) / built.value
    limits = problem.limits
    return replace(
        problem,
        limits=replace(
            limits,
            cash=limits.cash + room,
            turnover=limits.turnover + float(room.sum()),
            tax=limits.tax + float(room.sum()),
            gain=limits.gain + float(room.sum()),
            groups=tuple(
                replace(g, least=g.least - float(room.sum()), most=g.most + float(room.sum()))
                for g in limits.groups
            ),
        ),
    )


def _step(built: BuiltHousehold, account: int) -> Decimal:
    """Return what the smallest part of a share an account's broker trades counts."""
    return share_step(built.snapshot.accounts[account]) * built.view.parts[account]


def exact_trades(built: BuiltHousehold, trades: Trades, why: Explanations) -> ExactTrades:
    """Return trades as they are booked, the largest first; tax values are still zero."""
    reasons = {e.lot: Reason(e.code, e.facts) for e in why.sales}
    sales = [_sale(built, sale, reasons[sale.lot]) for sale in trades.sales]
    sales.sort(key=lambda s: (-s.proceeds, s.lot_id))
    bought = {(e.account, e.security): Reason(e.code, e.facts) for e in why.buys}
    paid: dict[AccountId, dict[SecurityId, Decimal]] = defaultdict(dict)
    for sale in sales:
        held = paid[sale.account_id]
        held[sale.security_id] = held.get(sale.security_id, ZERO) + sale.proceeds
    purchases = [
        _purchase(built, buy, bought[buy.account, buy.security], paid) for buy in trades.buys
    ]
    purchases.sort(key=lambda p: (-p.amount, p.account_id, p.security_id))
    return ExactTrades(tuple(sales), tuple(purchases))


def _sale(built: BuiltHousehold, sale: Sale, reason: Reason) -> LotSale:
    snapshot = built.snapshot
    lot = snapshot.lots[sale.lot]
    price = snapshot.prices.prices[lot.security_id]
    reason = built.view.real_reason(reason, lot.account_id)
    proceeds, basis = booked(lot, sale.shares, price.value)
    acquired = lot.acquired_on or snapshot.as_of
    return LotSale(
        lot.id,
        lot.account_id,
        lot.security_id,
        sale.shares,
        price.value,
        price.on,
        proceeds,
        basis,
        proceeds - basis,
        lot_term(lot, snapshot.as_of) or Term.SHORT,
        acquired,
        ZERO,
        named(built, reason, {"acquired_on": acquired.isoformat()}),
        lot.shares,
        taxed=snapshot.account_by_id[lot.account_id].type.is_taxable,
    )


def _purchase(
    built: BuiltHousehold,
    buy: Buy,
    reason: Reason,
    paid: Mapping[AccountId, Mapping[SecurityId, Decimal]],
) -> Purchase:
    account_id, security_id = built.account_ids[buy.account], built.security_ids[buy.security]
    price = built.snapshot.prices.prices[security_id]
    reason = built.view.real_reason(reason, account_id)
    sold = paid.get(account_id, {})
    names = sorted((s for s in sold if s != security_id), key=lambda s: (-sold[s], s))
    return Purchase(
        account_id,
        security_id,
        buy.shares,
        price.value,
        price.on,
        cents(buy.shares * price.value),
        tuple(names[:NAMED_AT_MOST]),
        named(built, reason, {}),
    )


def named(built: BuiltHousehold, reason: Reason, more: Mapping[str, str]) -> Reason:
    """Return a reason of the engine's with the names people know, and what the engine does not know."""
    facts = dict(reason.facts)
    if "account" in facts:
        facts["account"] = _account_name(built, facts["account"])
    if "rule_name" in facts:
        facts["rule_name"] = _rule_name(built, facts.get("rule", ""), facts["rule_name"])
    facts.update({name: text for name, text in more.items() if name in facts})
    return Reason(reason.code, facts)


def _account_name(built: BuiltHousehold, account_id: str) -> str:
    account = built.snapshot.account_by_id.get(AccountId(account_id))
    return account.name if account else account_id


def _rule_name(built: BuiltHousehold, code: str, name: str) -> str:
    if code in {RuleKind.CASH, "cash_invested"}:
        return _account_name(built, name)
    if code == RuleKind.SECURITY:
        security = built.snapshot.security_by_id.get(SecurityId(name))
        return security.symbol if security else name
    return name


def with_tax_shares(
    built: BuiltHousehold, sales: Sequence[LotSale], saved: Decimal
) -> tuple[LotSale, ...]:
    """Share the tax saved (negative: owed) this year among the taxed sales, by result and rate of their term.

    Netting makes the whole differ from the sum of its parts; the difference is borne in proportion.
    """
    worth = [-s.recognized * built.rates.of(s.term) for s in sales]
    size = sum((abs(w) for w in worth), ZERO)
    rest = saved - sum(worth, ZERO)
    parts = [w + rest * abs(w) / size if size else ZERO for w in worth]
    shares = to_the_cent(parts, saved)
    return tuple(_told(s, part) for s, part in zip(sales, shares, strict=True))


def _told(sale: LotSale, saved: Decimal) -> LotSale:
    """Return a sale with its share of the tax, which its reason tells beside what holds at the margin."""
    facts = dict(sale.reason.facts)
    at_margin = _figure(facts.get("saved_at_margin")) - _figure(facts.get("tax_at_margin"))
    if abs(at_margin - saved) < SAME_TAX:
        facts.update({"tax_at_margin": "", "saved_at_margin": ""})
    facts["tax"] = money_text(-saved) if saved < 0 else ""
    facts["tax_value"] = money_text(saved) if saved > 0 else ""
    return replace(sale, tax_value=saved, reason=Reason(sale.reason.code, facts))


def _figure(text: str | None) -> Decimal:
    return Decimal(text) if text else ZERO


def to_the_cent(parts: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """Return parts in cents that add up to the total; the first that is not nothing bears what is left."""
    rounded = [cents(p) for p in parts]
    first = next((i for i, part in enumerate(parts) if part), None)
    if first is not None:
        rounded[first] += cents(total) - sum(rounded, ZERO)
    return rounded


def shared_by(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Return a total in parts as large as their weights are, to the cent."""
    size = sum(weights, ZERO)
    return to_the_cent([total * w / size if size else ZERO for w in weights], total)


def kept_lots(
    built: BuiltHousehold,
    sales: Sequence[LotSale],
    why: Explanations,
    *,
    within_bands: bool = False,
) -> tuple[KeptLot, ...]:
    """Return every lot, or part of one, the plan leaves alone, in the order of the household's lots."""
    otherwise = "zone_holds" if within_bands else "left_by_rounding"
    sold = {s.lot_id: s.shares for s in sales}
    reasons = {e.lot: Reason(e.code, e.facts) for e in why.kept}
    kept = []
    for number, lot in enumerate(built.snapshot.lots):
        left = lot.shares - sold.get(lot.id, ZERO)
        if left <= 0:
            continue
        if lot.id in built.left_alone:
            kept.append(built.left_alone[lot.id])
            continue
        price = built.snapshot.prices.get(lot.security_id)
        gain = None if price is None else lot.gain_at(price.value)
        part = None if gain is None else cents(gain * left / lot.shares)
        told = reasons.get(number)
        reason = (
            _rest(built, number, left, otherwise)
            if told is None
            else built.view.real_reason(told, lot.account_id)
        )
        kept.append(KeptLot(lot.id, left, part, named(built, reason, {})))
    return tuple(kept)


def _rest(built: BuiltHousehold, number: int, left: Decimal, code: str) -> Reason:
    lot = built.snapshot.lots[number]
    symbol = built.problem.symbols[int(built.problem.lot_security[number])]
    facts = {"symbol": symbol, "account": lot.account_id, "gain": "", "shares": decimal_text(left)}
    return Reason(code, facts)
