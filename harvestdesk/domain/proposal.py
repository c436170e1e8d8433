"""Plans: what to trade and why, what was left alone and why, and what the solver swore to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.errors import Notice
from harvestdesk.domain.ids import AccountId, LotId, ProposalId, SecurityId
from harvestdesk.domain.lock import WashLock
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.plan_settings import PlanKind, PlanSettings


class RiskLimit(StrEnum):
    """What `tracking_error_bp` of a harvest limits."""

    AFTER = "after"
    INCREASE = "increase"


class HarvestGoal(StrEnum):
    """What a harvest maximises."""

    LOSS = "loss"
    TAX_VALUE = "tax_value"


@dataclass(frozen=True, slots=True)
class HarvestSettings:
    """What the person asked of a year-end harvest (methods 1.6).

    Attributes:
        tracking_error_bp: delta_max in basis points a year; default 35.
        min_loss: smallest loss in dollars worth a sale.
        min_trade: smallest order in dollars.
        account_ids: accounts that may trade; empty: every taxable account.
        excluded_security_ids: never sold, never bought.
        replace: buy replacements in the same solve; False leaves the proceeds in cash.
        ladder_length: how many next lots to show beyond the plan.
        max_disallowed_percent: a lot locked by a purchase in the window may still be sold whole if at most
            this percent of its loss is disallowed and none of it for good; 0: locked lots are left alone.
            Authority: Reg. 1.1091-1(c), (d): the loss on as many shares as were acquired is disallowed, no
            more; §1091(d) adds it to the basis of the shares acquired, unless an IRA-type account acquired
            them (Rev. Rul. 2008-5).
    """

    tracking_error_bp: Decimal = Decimal(35)
    risk_limit: RiskLimit = RiskLimit.AFTER
    goal: HarvestGoal = HarvestGoal.LOSS
    min_loss: Decimal = Decimal(25)
    min_trade: Decimal = Decimal(250)
    account_ids: tuple[AccountId, ...] = ()
    excluded_security_ids: tuple[SecurityId, ...] = ()
    replace: bool = True
    ladder_length: int = 8
    time_limit_seconds: float = 20.0
    max_disallowed_percent: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a trade is made or a lot is kept: a code and its facts, worded by reports.wording."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LotSale:
    """Shares of one lot to sell; dollars are exact at `price`.

    Attributes:
        gain: proceeds less basis, before any part of a loss is disallowed.
        disallowed: part of the loss the wash-sale rules do not allow, positive; it is added to the basis
            of the shares acquired in the window (IRC §1091(d)).
        taxed: False in tax-advantaged accounts, whose sales no tax return knows of.
    """

    lot_id: LotId
    account_id: AccountId
    security_id: SecurityId
    shares: Decimal
    price: Decimal
    price_on: date
    proceeds: Decimal
    basis: Decimal
    gain: Decimal
    term: Term
    acquired_on: date
    tax_value: Decimal
    reason: Reason
    lot_shares: Decimal = ZERO
    disallowed: Decimal = ZERO
    taxed: bool = True

    @property
    def recognized(self) -> Decimal:
        """Result that counts this year in dollars: gain + disallowed, Form 8949 column (h)."""
        return self.gain + self.disallowed if self.taxed else ZERO


@dataclass(frozen=True, slots=True)
class Purchase:
    """Shares to buy in place of what is sold.

    Attributes:
        replaces: securities whose sale pays for it.
    """

    account_id: AccountId
    security_id: SecurityId
    shares: Decimal
    price: Decimal
    price_on: date
    amount: Decimal
    replaces: tuple[SecurityId, ...]
    reason: Reason


@dataclass(frozen=True, slots=True)
class KeptLot:
    """A lot the plan does not sell (or not wholly), and why.

    Attributes:
        shares: shares kept.
        gain: unrealised result of those shares in dollars, None if the basis is unknown.
        free_from: first day a lock ends, for `locked`.
    """

    lot_id: LotId
    shares: Decimal
    gain: Decimal | None
    reason: Reason
    free_from: date | None = None


@dataclass(frozen=True, slots=True)
class LadderStep:
    """The next lot beyond the limit and what it costs.

    Attributes:
        loss: further loss in dollars, positive.
        tracking_error_bp: tracking error after the plan with this lot sold too (cumulative in order).
        tax_value: what the further loss is worth in dollars.
    """

    lot_id: LotId
    shares: Decimal
    loss: Decimal
    tracking_error_bp: Decimal
    tax_value: Decimal


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """The household before or after a plan; dollars, except tracking error in basis points a year."""

    tracking_error_bp: Decimal
    net_short: Decimal
    net_long: Decimal
    tax: Decimal
    carryforward_short: Decimal
    carryforward_long: Decimal
    cash: Decimal
    unrealised_losses: Decimal


@dataclass(frozen=True, slots=True)
class SolverRecord:
    """What the solver said; a plan keeps it for good.

    Attributes:
        status: "optimal", "user_limit", "infeasible"...; only optimal plans can be exported.
        objective, bound, gap: of the relaxation and the returned plan, as contract.md defines them.
        relaxed_objective: objective before rounding to shares.
        seconds: stage name to seconds.
    """

    status: str
    solver: str
    solver_version: str
    objective: float
    bound: float
    gap: float
    seconds: Mapping[str, float] = field(default_factory=dict)
    duals: Mapping[str, float] = field(default_factory=dict)
    risk_model: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One exact check of a plan by the tax rules; a failed one forbids export."""

    code: str
    passed: bool
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LotGift:
    """Shares of one long-term lot to give away instead of selling them.

    Attributes:
        value: what they are worth in dollars: the deduction (IRC §170(e)(1), Reg. 1.170A-1(c)).
        gain: unrealised, positive: never taxed once given.
        tax_avoided: tax that gain would have cost this year, in dollars.
    """

    lot_id: LotId
    account_id: AccountId
    security_id: SecurityId
    shares: Decimal
    price: Decimal
    price_on: date
    value: Decimal
    basis: Decimal
    gain: Decimal
    acquired_on: date
    tax_avoided: Decimal
    reason: Reason
    lot_shares: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class WeightChange:
    """One bar of drift or exposure, before and after; fractions of value.

    Attributes:
        kind: "asset_class", "sector" or "factor".
        target: of a class or sector what the targets mean it to be; None for factors.
        low, high: ends of a class's band, None without one.
    """

    kind: str
    name: str
    before: Decimal
    after: Decimal
    target: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RulePrice:
    """What a binding rule costs: its dual, for words.

    Attributes:
        code, name: the rule and which one of its kind.
        dollars: what the objective gains a year from one step more of it.
        step: that step, in the unit of the rule: dollars, fraction of value, or basis points.
        tracking_error_bp: the tracking error the step is worth at the plan's price of risk; None where
            risk has no price.
    """

    code: str
    name: str
    dollars: Decimal
    step: Decimal
    tracking_error_bp: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Payout:
    """Cash that leaves an account for the household to spend."""

    account_id: AccountId
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PlanMeasures:
    """What a household plan amounts to beyond the figures before and after; dollars unless said.

    Attributes:
        turnover: sold, as a fraction of value.
        cost: of trading.
        tax: of the year with the plan less without; negative saves.
        risk_before, risk_after: price of the tracking error a year.
        location: yearly-equivalent value of asset location gained.
        rounding: objective lost by whole shares and smallest orders.
    """

    turnover: Decimal
    cost: Decimal
    tax: Decimal
    risk_before: Decimal
    risk_after: Decimal
    location: Decimal
    rounding: Decimal
    weights: tuple[WeightChange, ...] = ()
    prices: tuple[RulePrice, ...] = ()
    payouts: tuple[Payout, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan with everything needed to judge, print and repeat it.

    Attributes:
        measures: of plans other than the year-end harvest.
    """

    id: ProposalId
    kind: PlanKind
    as_of: date
    created_at: str
    fingerprint: str
    settings: HarvestSettings | PlanSettings
    sales: tuple[LotSale, ...]
    purchases: tuple[Purchase, ...]
    kept: tuple[KeptLot, ...]
    ladder: tuple[LadderStep, ...]
    locks: tuple[WashLock, ...]
    before: PlanFigures
    after: PlanFigures
    solver: SolverRecord
    checks: tuple[Check, ...]
    notices: tuple[Notice, ...] = ()
    engine_version: str = ""
    gifts: tuple[LotGift, ...] = ()
    measures: PlanMeasures | None = None

    @property
    def harvest(self) -> HarvestSettings:
        """What was asked of a year-end harvest; a TypeError for other plans."""
        if not isinstance(self.settings, HarvestSettings):
            raise TypeError(f"{self.id} is no year-end harvest")
        return self.settings

    @property
    def asked(self) -> PlanSettings:
        """What was asked of any other plan; a TypeError for a year-end harvest."""
        if not isinstance(self.settings, PlanSettings):
            raise TypeError(f"{self.id} is a year-end harvest")
        return self.settings

    @property
    def passed(self) -> bool:
        """True when the solver proved it and every exact check passed: only then can it be exported."""
        return self.solver.status == "optimal" and all(c.passed for c in self.checks)

    @property
    def realised_loss(self) -> Decimal:
        """Losses that count this year in dollars, positive: net of what is disallowed."""
        return -sum((s.recognized for s in self.sales), ZERO)

    @property
    def disallowed_loss(self) -> Decimal:
        """Losses the wash-sale rules put off into the basis of other shares, in dollars, positive."""
        return sum((s.disallowed for s in self.sales), ZERO)
