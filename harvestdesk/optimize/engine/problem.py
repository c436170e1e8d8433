"""A plan's problem as arrays: what facts.py reads and every part of the engine works on.

Weights are fractions of the household's value; `j` runs over securities, `l` over lots, `a` over accounts.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from harvestdesk.optimize.engine.netted_tax import NettedTax
from harvestdesk.optimize.engine.purses import Purses, purses_of
from harvestdesk.tax.situation import TaxSituation

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]

NO_LIMIT = float("inf")
LEAST_ORDER = 1e-7
"""Fractions of value above which something is an order."""


class Mode(StrEnum):
    """What a plan is for."""

    REBALANCE = "rebalance"
    """Least risk, tax and cost together."""
    HARVEST = "harvest"
    """The most loss within a limit on tracking error."""


@dataclass(frozen=True)
class Group:
    """A limit on the weight of some securities together, after the plan.

    Attributes:
        kind: word of domain.conflict.RuleKind; name: which one of its kind.
        members: [security] 1 where it counts, 0 where not; parts of one are allowed.
    """

    kind: str
    name: str
    members: FloatArray
    least: float
    most: float


@dataclass(frozen=True)
class PayoutAsked:
    """Cash that has to leave the household: who may pay it, and what a payout costs besides.

    Attributes:
        amount: fraction of value, all accounts together.
        payers: [account] may pay.
        cost: [account] objective per weight paid out: tax on what leaves a traditional IRA, say.
    """

    amount: float
    payers: BoolArray
    cost: FloatArray


@dataclass(frozen=True)
class Limits:
    """Rules beside cash and sides; fractions of value, infinite where there is none.

    Attributes:
        tracking_error: yearly, after the plan.
        turnover: of everything sold.
        tax: rate times gain of everything sold, losses counted as negative tax.
        gain: gains less losses of everything sold.
        sectors: (name, least, most) weight after the plan, in the accounts of the household.
        min_trade: least value of one order; 0 for none.
        cash: [account] most cash after the plan; cash_least: [account] least; None: nothing.
        groups: further limits on weights, beside the sectors.
        loss_least: at least so much loss is sold; `loss_short_only`: short-term losses only.
        payout: cash to raise for the household.
        ticket_cost: of each order; max_trades: most orders. An order is an account and a security, sold or
            bought.
    """

    cash: FloatArray
    tracking_error: float = NO_LIMIT
    turnover: float = NO_LIMIT
    tax: float = NO_LIMIT
    gain: float = NO_LIMIT
    sectors: tuple[tuple[str, float, float], ...] = ()
    min_trade: float = 0.0
    cash_least: FloatArray | None = None
    groups: tuple[Group, ...] = ()
    loss_least: float = 0.0
    loss_short_only: bool = False
    payout: PayoutAsked | None = None
    ticket_cost: float = 0.0
    max_trades: int | None = None


@dataclass(frozen=True)
class Exact:
    """The numbers of the problem as they were typed, for the exact recomputation.

    Attributes:
        value: dollars of the household: a weight of one.
    """

    value: Decimal
    prices: tuple[Decimal, ...]
    cash: tuple[Decimal, ...]
    shares: tuple[Decimal, ...]
    basis: tuple[Decimal, ...]


@dataclass(frozen=True)
class EngineProblem:
    """One problem of the contract's `solve`, checked and ready to be solved.

    Attributes:
        symbols, target, cap, specific, loadings, set_of, sectors: [security]; `cap` is the most weight
            after a plan, never below the weight before; `loadings` are [security, factor] per square root
            of a year; `set_of` numbers the identical sets from zero.
        account_ids, cash, taxable: [account].
        lot_ids, lot_security, lot_account, lot_weight, lot_gain, lot_rate, lot_long: [lot]; `lot_gain` is
            1 - basis / price; `lot_rate` is 0 in sheltered accounts.
        buy_locked, loss_locked: [security], the same for all of an identical set.
        fractional, account_fractional: parts of shares may be traded, everywhere or by [account]; the latter
            counts where it is given.
        rates: typed short and long rate.
        situation: the tax return the year is netted through; None: the rates hold for every dollar.
        carried_counts: losses carried into later years count in the objective, where a year is netted.
        left_alone, not_bought: [lot], [security] kept out of the plan by a rule, or by an earlier look at it.
        outside: [security] weight held elsewhere: counted in risk, never traded.
        may_buy: [account, security] what an account offers; None: everything, everywhere.
        buy_extra: [account, security] objective per weight bought there, beside the cost of trading.
        lot_extra: [lot] objective per weight sold, beside tax and the cost of trading.
        most_sold, most_bought: [security] most weight traded in the whole household.
    """

    as_of: date
    mode: Mode
    symbols: tuple[str, ...]
    target: FloatArray
    cap: FloatArray
    specific: FloatArray
    loadings: FloatArray
    set_of: IntArray
    sectors: tuple[str, ...]
    account_ids: tuple[str, ...]
    cash: FloatArray
    taxable: BoolArray
    lot_ids: tuple[str, ...]
    lot_security: IntArray
    lot_account: IntArray
    lot_weight: FloatArray
    lot_gain: FloatArray
    lot_rate: FloatArray
    lot_long: BoolArray
    buy_locked: BoolArray
    loss_locked: BoolArray
    risk_aversion: float
    cost_rate: float
    limits: Limits
    exact: Exact
    fractional: bool = True
    account_fractional: BoolArray | None = None
    rates: tuple[float, float] = (0.0, 0.0)
    situation: TaxSituation | None = None
    carried_counts: bool = True
    left_alone: BoolArray | None = None
    not_bought: BoolArray | None = None
    outside: FloatArray | None = None
    may_buy: BoolArray | None = None
    buy_extra: FloatArray | None = None
    lot_extra: FloatArray | None = None
    most_sold: FloatArray | None = None
    most_bought: FloatArray | None = None

    @cached_property
    def held(self) -> FloatArray:
        """[security] weight before the plan."""
        return total_by(self.lot_security, self.lot_weight, len(self.symbols))

    @cached_property
    def active(self) -> FloatArray:
        """[security] active weight before the plan."""
        elsewhere = 0.0 if self.outside is None else self.outside
        return np.asarray(self.held + elsewhere - self.target)

    @cached_property
    def lot_set(self) -> IntArray:
        """[lot] number of its identical set."""
        return self.set_of[self.lot_security]

    @cached_property
    def is_loss(self) -> BoolArray:
        """[lot] a loss that counts in tax: what may not be sold beside a purchase (IRC §1091)."""
        return np.asarray((self.lot_gain < 0) & self.taxable[self.lot_account])

    @cached_property
    def sellable(self) -> BoolArray:
        """[lot] may be sold at all."""
        allowed = ~(self.is_loss & self.loss_locked[self.lot_security])
        if self.mode is Mode.HARVEST:  # the maximiser sells no gain, and nothing that is not taxed
            allowed &= self.is_loss
        if self.left_alone is not None:
            allowed &= ~self.left_alone
        return np.asarray(allowed & (self.lot_most > 0))

    @cached_property
    def buyable(self) -> BoolArray:
        """[security] may be bought at all."""
        # Where there is no room, only what is sold at once could be bought.
        room = (self.cap > self.held) | self.swaps
        barred = self.buy_locked if self.not_bought is None else self.buy_locked | self.not_bought
        offered = True if self.may_buy is None else self.may_buy.any(axis=0)
        return np.asarray(~barred & room & offered)

    @property
    def swaps(self) -> bool:
        """True where selling and buying the same security at once may pay."""
        extras = self.lot_extra is not None or self.buy_extra is not None
        return len(self.account_ids) > 1 or extras

    @cached_property
    def purses(self) -> Purses:
        """Accounts that buy alike, and what they may buy."""
        shape = (len(self.account_ids), len(self.symbols))
        may = np.broadcast_to(self.buyable, shape)
        if self.may_buy is not None:
            may = may & self.may_buy
        extra = 0.0 if self.buy_extra is None else self.buy_extra
        return purses_of(may, np.broadcast_to(self.buy_cost + extra, shape))

    @cached_property
    def room(self) -> FloatArray:
        """[security] most weight that may be added, purchases less sales."""
        return np.asarray(np.maximum(self.cap - self.held, 0.0))

    @cached_property
    def sets(self) -> int:
        """Number of identical sets."""
        return int(self.set_of.max(initial=-1)) + 1

    @cached_property
    def two_sided(self) -> BoolArray:
        """[set] could be sold at a loss and could be bought: a side must be chosen.

        Where orders count, one must be chosen for every set that may be traded.
        """
        if self.counts_orders:
            traded = np.zeros(self.sets, dtype=np.bool_)
            traded[self.lot_set[self.sellable]] = True
            traded[self.set_of[self.purses.security]] = True
            return traded
        losses = np.zeros(self.sets, dtype=np.bool_)
        losses[self.lot_set[self.is_loss & self.sellable]] = True
        buys = np.zeros(self.sets, dtype=np.bool_)
        buys[self.set_of[self.buyable]] = True
        return losses & buys

    @property
    def counts_orders(self) -> bool:
        """True where orders have a least size, a cost of their own or a most number."""
        limits = self.limits
        return limits.min_trade > 0 or self.ticket_price > 0 or limits.max_trades is not None

    @property
    def ticket_price(self) -> float:
        """Objective per order."""
        return 0.0 if self.mode is Mode.HARVEST else self.limits.ticket_cost

    @cached_property
    def can_order(self) -> BoolArray:
        """[side of buying, of selling; set] an order of the least size can be made on that side."""
        least = max(self.limits.min_trade * (1 - 1e-9), LEAST_ORDER)
        sold = total_by(
            self.lot_security, np.where(self.sellable, self.lot_most, 0.0), len(self.symbols)
        )
        if self.most_sold is not None:
            sold = np.minimum(sold, self.most_sold)
        bought = np.zeros(len(self.symbols))
        bought[self.purses.security] = (self.room + (sold if self.swaps else 0.0))[
            self.purses.security
        ]
        if self.most_bought is not None:
            bought = np.minimum(bought, self.most_bought)
        amounts = [total_by(self.set_of, amount, self.sets) for amount in (bought, sold)]
        return np.array([amount >= least for amount in amounts])

    @cached_property
    def least_order(self) -> FloatArray:
        """[security] weight traded at least if its set is traded: known where a set is one security."""
        if not self.counts_orders:
            return np.zeros(len(self.symbols))
        members = np.bincount(self.set_of, minlength=self.sets)
        return np.where(members[self.set_of] == 1, self.limits.min_trade, 0.0)

    @cached_property
    def lot_most(self) -> FloatArray:
        """[lot] most weight that may be sold: where shares are whole, that of the whole ones."""
        parts = self.in_parts
        if parts.all():
            return self.lot_weight
        whole = [float(n // 1 / n) if n else 0.0 for n in self.exact.shares]
        return np.asarray(self.lot_weight * np.where(parts[self.lot_account], 1.0, whole))

    @cached_property
    def in_parts(self) -> BoolArray:
        """[account] parts of shares may be traded."""
        if self.account_fractional is not None:
            return self.account_fractional
        return np.full(len(self.account_ids), self.fractional)

    @cached_property
    def netted_tax(self) -> NettedTax | None:
        """The year's tax by real netting; None where the typed rates hold."""
        return None if self.situation is None else NettedTax(self.situation)

    @property
    def values_carried(self) -> bool:
        """True where the objective counts what carried losses save later."""
        return self.carried_counts and self.mode is Mode.REBALANCE

    @cached_property
    def lot_cost(self) -> FloatArray:
        """[lot] objective per weight sold where the typed rates hold; in a harvest, less the loss."""
        extra = 0.0 if self.lot_extra is None else self.lot_extra
        if self.mode is Mode.HARVEST:
            return np.asarray(self.lot_gain + extra)
        return np.asarray(self.lot_rate * self.lot_gain + self.cost_rate + extra)

    @property
    def buy_cost(self) -> float:
        """Objective per weight bought, but for what an account adds."""
        return 0.0 if self.mode is Mode.HARVEST else self.cost_rate

    @property
    def risk_price(self) -> float:
        """Objective per yearly variance."""
        return 0.0 if self.mode is Mode.HARVEST else self.risk_aversion

    def variance(self, active: FloatArray) -> float:
        """Return the yearly variance of active weights."""
        factors = self.loadings.T @ active
        return float(factors @ factors + self.specific @ active**2)


def total_by(index: IntArray, amounts: FloatArray, size: int) -> FloatArray:
    """Return [size] sums of `amounts` by `index`."""
    return np.asarray(np.bincount(index, amounts, minlength=size), dtype=np.float64)
