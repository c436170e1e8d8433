"""The exact recheck of a household plan, from its booked trades: a failed check forbids export.

Nothing here knows how the trades were found. Limits hold to a cent for each order, since orders are booked to
the cent, and weights to one share where shares are whole.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.money import CENT, ZERO, cents, decimal_text, money_text
from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.domain.proposal import Check, LotSale, PlanFigures, PlanMeasures, Purchase
from harvestdesk.optimize.engine.evaluate import Figures
from harvestdesk.optimize.exact_checks import (
    concerned,
    net_cash,
    not_buy_locked,
    one_side_per_set,
    shares_available,
    symbols_text,
    tracking_error_within,
)
from harvestdesk.optimize.household.build import BuiltHousehold
from harvestdesk.optimize.household.limits import BP
from harvestdesk.optimize.unspent import share_step
from harvestdesk.washsale.check_plan import check_trades
from harvestdesk.washsale.identical import SetIndex


@dataclass(frozen=True)
class Planned:
    """A finished plan, as far as checks look at it.

    Attributes:
        figures: the engine's own look at the trades.
        reached: dollars of loss asked of the plan, where it aims at an amount.
        payout_tax: dollars of tax on payouts from traditional accounts, part of the tax after the plan.
    """

    built: BuiltHousehold
    sales: tuple[LotSale, ...]
    purchases: tuple[Purchase, ...]
    figures: Figures
    before: PlanFigures
    after: PlanFigures
    measures: PlanMeasures
    reached: Decimal = ZERO
    payout_tax: Decimal = ZERO

    @property
    def orders(self) -> dict[tuple[AccountId, SecurityId, bool], Decimal]:
        """Dollars of each order: account, security, and True where it sells."""
        found: Counter[tuple[AccountId, SecurityId, bool]] = Counter()
        amounts: dict[tuple[AccountId, SecurityId, bool], Decimal] = {}
        for sale in self.sales:
            key = (sale.account_id, sale.security_id, True)
            found[key] += 1
            amounts[key] = amounts.get(key, ZERO) + sale.proceeds
        for bought in self.purchases:
            amounts[bought.account_id, bought.security_id, False] = bought.amount
        return amounts

    @property
    def loss(self) -> Decimal:
        """Dollars of loss that count towards an amount asked for."""
        short = self.built.settings.short_only
        counted = [s for s in self.sales if not short or s.term.value == "short"]
        return -sum((s.recognized for s in counted), ZERO)

    @property
    def room(self) -> Decimal:
        """Dollars by which sums may be off: a cent for each trade."""
        return CENT * (len(self.sales) + len(self.purchases) + 1)


def verify(plan: Planned) -> tuple[Check, ...]:
    """Return every check of a plan: those of the wash-sale ledger first, then our own."""
    built, sales, purchases = plan.built, plan.sales, plan.purchases
    snapshot = built.snapshot
    index = SetIndex.of_snapshot(snapshot)
    return (
        *check_trades(concerned(snapshot, index, sales, purchases), sales, purchases),
        shares_available(snapshot, sales),
        one_side_per_set(snapshot, index, _losses(plan), purchases),
        not_buy_locked(snapshot, built.buy_locked, purchases),
        _not_loss_locked(plan),
        rules_kept(plan),
        shares_tradable(plan),
        _cash(plan),
        *_tracking_error(plan),
        *budgets_kept(plan),
        _weights(plan),
        *orders_kept(plan),
        *_of_the_job(plan),
        _agreed(plan),
    )


def _losses(plan: Planned) -> list[LotSale]:
    return [s for s in plan.sales if s.taxed and s.gain < 0]


def _not_loss_locked(plan: Planned) -> Check:
    standings = plan.built.standings
    locked = [
        s.security_id
        for s in _losses(plan)
        if s.lot_id not in standings or s.shares > standings[s.lot_id].free_shares
    ]
    facts = {"symbols": symbols_text(plan.built.snapshot, locked)}
    return Check("not_loss_locked", not locked, facts)


def rules_kept(plan: Planned) -> Check:
    """Trades are only where, and of what, the person's rules allow: accounts, menus, never-lists."""
    built, settings = plan.built, plan.built.settings
    kept_out = {*settings.excluded_security_ids}
    rules, bad = built.snapshot.rule_of, []
    for sale in plan.sales:
        never = kept_out | set(settings.never_sell)
        if sale.account_id not in built.trading or sale.security_id in never:
            bad.append(sale.security_id)
        if sale.lot_id in built.left_alone:
            bad.append(sale.security_id)
    for bought in plan.purchases:
        menu = rules[bought.account_id].menu
        never = kept_out | set(settings.never_buy)
        off_menu = bool(menu) and bought.security_id not in menu
        if bought.account_id not in built.trading or bought.security_id in never or off_menu:
            bad.append(bought.security_id)
    return Check("rules_kept", not bad, {"symbols": symbols_text(built.snapshot, bad)})


def shares_tradable(plan: Planned) -> Check:
    """Shares are what the broker trades; a lot may always be sold whole."""
    accounts = plan.built.snapshot.account_by_id
    odd = [
        s.security_id
        for s in plan.sales
        if s.shares != s.lot_shares and s.shares % share_step(accounts[s.account_id])
    ]
    odd += [p.security_id for p in plan.purchases if p.shares % share_step(accounts[p.account_id])]
    return Check("shares_tradable", not odd, {"symbols": symbols_text(plan.built.snapshot, odd)})


def _cash(plan: Planned) -> Check:
    """Every account ends with the cash its state asks for, payouts taken off (methods 4.4)."""
    snapshot, broken = plan.built.snapshot, []
    net = net_cash(plan.sales, plan.purchases)
    paid = {p.account_id: p.amount for p in plan.measures.payouts}
    for state in plan.built.cash:
        account = snapshot.account_by_id[state.account_id]
        after = state.before + net.get(account.id, ZERO) - paid.get(account.id, ZERO)
        least = min(state.least, state.before)
        most = max(state.most, state.least) + plan.room + _share_room(plan, account.id)
        untouched = after == state.before
        if (
            (not untouched and (after < least - plan.room * _is_sale_only(plan, account.id)))
            or after > most
            or (after < ZERO and after < state.before)
        ):
            broken.append(account.name)
    return Check("cash_within", not broken, {"accounts": ", ".join(broken)})


def _is_sale_only(plan: Planned, account_id: AccountId) -> int:
    """Return 1 where nothing is bought: then cash to raise may be a cent off by how sales are booked."""
    return int(all(p.account_id != account_id for p in plan.purchases))


def _share_room(plan: Planned, account_id: AccountId) -> Decimal:
    """Return the dollars that buy no share in an account, which may stay in cash."""
    built = plan.built
    account = built.snapshot.account_by_id[account_id]
    step, a = share_step(account), built.account_ids.index(account_id)
    may = built.problem.may_buy
    prices = built.problem.exact.prices
    traded = {p.security_id for p in plan.purchases if p.account_id == account_id}
    traded |= {s.security_id for s in plan.sales if s.account_id == account_id}
    open_to = [
        price
        for j, (s, price) in enumerate(zip(built.security_ids, prices, strict=True))
        if s in traded or (may is not None and may[a, j])
    ]
    return max(open_to, default=ZERO) * step


def _tracking_error(plan: Planned) -> Iterator[Check]:
    if plan.built.settings.tracking_error_bp is not None:
        limit = float(plan.built.settings.tracking_error_bp) * BP
        yield tracking_error_within(plan.figures.tracking_error, limit + 1e-7)


def budgets_kept(plan: Planned) -> Iterator[Check]:
    """Yield the checks of the budgets that were asked for: turnover, tax, gain."""
    settings, built = plan.built.settings, plan.built
    if settings.turnover is not None:
        sold = sum((s.proceeds * built.view.part(s.account_id) for s in plan.sales), ZERO)
        facts = {
            "turnover_percent": _percent(sold / built.total),
            "limit_percent": _percent(settings.turnover),
        }
        most = settings.turnover * built.total + plan.room
        yield Check("turnover_within", sold <= most, facts)
    if settings.tax_budget is not None:
        # The budget is for what sales cost: a payout is taxed whatever is sold for it.
        tax = plan.after.tax - plan.before.tax - plan.payout_tax
        facts = {"tax": money_text(tax), "limit": money_text(settings.tax_budget)}
        yield Check("tax_within", tax <= settings.tax_budget + plan.room, facts)
    if settings.gain_budget is not None:
        gain = sum((s.recognized for s in plan.sales), ZERO)
        facts = {"gain": money_text(gain), "limit": money_text(settings.gain_budget)}
        yield Check("gain_within", gain <= settings.gain_budget + plan.room, facts)


def _percent(part: Decimal) -> str:
    return decimal_text((part * 100).quantize(CENT))


def _weights(plan: Planned) -> Check:
    """Every limit on weights and every band that had to be kept holds, to a share."""
    built = plan.built
    problem, rows = built.problem, {s: j for j, s in enumerate(built.security_ids)}
    held = problem.held.copy()
    for sale in plan.sales:
        dollars = sale.shares * sale.price * built.view.part(sale.account_id)
        held[rows[sale.security_id]] -= float(dollars / built.total)
    for bought in plan.purchases:
        dollars = bought.shares * bought.price * built.view.part(bought.account_id)
        held[rows[bought.security_id]] += float(dollars / built.total)
    room = _weight_room(plan)
    broken = [
        group.name
        for group in problem.limits.groups
        if not group.least - room <= float(group.members @ held) <= group.most + room
    ]
    over = np.flatnonzero(held > np.maximum(problem.cap, problem.held) + 1e-6)
    broken += [problem.symbols[j] for j in over]
    return Check("weights_within", not broken, {"names": ", ".join(sorted(set(broken)))})


def _weight_room(plan: Planned) -> float:
    """Return the weight by which whole shares may miss a limit: one, and one of each trade made whole when booked."""
    built = plan.built
    whole = {a.id for a in built.snapshot.accounts if not a.fractional}
    if not whole:
        return 1e-6
    traded = [*(s.account_id for s in plan.sales), *(p.account_id for p in plan.purchases)]
    rounded = [a for a in traded if a in whole and built.view.part(a) < 1]
    dearest = max(built.problem.exact.prices)
    return float(dearest / built.total) * max(1, len(rounded))


def orders_kept(plan: Planned) -> Iterator[Check]:
    """Yield the checks of the smallest order, the most orders, and the share of a day's volume."""
    built, settings, orders = plan.built, plan.built.settings, plan.orders
    least = cents(Decimal(repr(built.problem.limits.min_trade)) * built.total)
    small = [s for (_, s, _), amount in orders.items() if amount < least - CENT]
    facts = {"symbols": symbols_text(built.snapshot, small), "min_trade": money_text(least)}
    yield Check("orders_large_enough", not small, facts)
    if settings.max_trades is not None:
        facts = {"orders": str(len(orders)), "limit": str(settings.max_trades)}
        yield Check("orders_few_enough", len(orders) <= settings.max_trades, facts)
    if settings.max_volume_share is not None:
        yield _volume(plan, settings.max_volume_share)


def _volume(plan: Planned, share: Decimal) -> Check:
    volumes = plan.built.snapshot.volumes
    traded: dict[tuple[SecurityId, bool], Decimal] = {}
    for sale in plan.sales:
        key = (sale.security_id, True)
        traded[key] = traded.get(key, ZERO) + sale.shares
    for bought in plan.purchases:
        key = (bought.security_id, False)
        traded[key] = traded.get(key, ZERO) + bought.shares
    over = [
        s for (s, _), n in traded.items() if s in volumes and n > share * volumes[s] + Decimal(1)
    ]
    return Check("volume_within", not over, {"symbols": symbols_text(plan.built.snapshot, over)})


def _of_the_job(plan: Planned) -> Iterator[Check]:
    """Yield the checks of what the kind of plan promises."""
    settings = plan.built.settings
    if settings.kind is PlanKind.INVEST:
        yield Check("nothing_sold", not plan.sales, {"sales": str(len(plan.sales))})
    if settings.kind is PlanKind.WITHDRAW and settings.amount is not None:
        paid = sum((p.amount for p in plan.measures.payouts), ZERO)
        facts = {"paid": money_text(paid), "amount": money_text(settings.amount)}
        yield Check("payout_raised", paid == cents(settings.amount), facts)
    if settings.kind is PlanKind.HARVEST_TARGET and settings.amount is not None:
        yield _no_gain_sold(plan.sales)
        yield _loss_reached(plan)


def _no_gain_sold(sales: Sequence[LotSale]) -> Check:
    return Check("no_gain_sold", all(s.gain <= 0 for s in sales), {"sales": str(len(sales))})


def _loss_reached(plan: Planned) -> Check:
    room = plan.room + _dearest_loss(plan)
    facts = {"loss": money_text(plan.loss), "asked": money_text(cents(plan.reached))}
    return Check("loss_reached", plan.loss >= plan.reached - room, facts)


def _dearest_loss(plan: Planned) -> Decimal:
    """Return the loss of one share, by which whole shares may miss an amount."""
    losses = [-s.gain / s.shares for s in plan.sales if s.gain < 0]
    return max(losses, default=ZERO)


def _agreed(plan: Planned) -> Check:
    """The engine, looking at the booked trades anew, finds every rule kept too."""
    broken = plan.figures.broken
    return Check("engine_agrees", not broken, {"broken": "; ".join(broken)})
