"""From a household and what is asked of it to one engine problem over all its accounts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from harvestdesk.domain.account import AccountType
from harvestdesk.domain.account_rule import AccountRole
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lock import LotStanding, WashLock
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO, cents
from harvestdesk.domain.plan_settings import PlanKind, PlanSettings
from harvestdesk.domain.proposal import KeptLot
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.candidates import buyable_securities
from harvestdesk.optimize.engine.problem import (
    NO_LIMIT,
    BoolArray,
    EngineProblem,
    Exact,
    FloatArray,
    Group,
    IntArray,
    Limits,
    Mode,
    PayoutAsked,
)
from harvestdesk.optimize.figures import YearToDate, year_to_date
from harvestdesk.optimize.household.accounts import (
    CashState,
    cash_states,
    offers,
    payers,
    receivers,
    trading_accounts,
)
from harvestdesk.optimize.household.bands import (
    ClassWeight,
    band_groups,
    class_weights,
    limit_groups,
)
from harvestdesk.optimize.household.location import LocationRates, location_values
from harvestdesk.optimize.household.lots import counts_as_loss, lots_left_alone
from harvestdesk.optimize.household.targets import Yardstick, yardstick
from harvestdesk.risk.benchmark import current_weights
from harvestdesk.risk.factor_model import FactorModel, build_model
from harvestdesk.tax.holding_period import lot_term
from harvestdesk.tax.liability import MarginalRates, marginal_rates
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.washsale.identical import SetIndex
from harvestdesk.washsale.outlook import buy_blocked, lot_standings

BP = 1e-4
ELSEWHERE = 0.001
"""What a dollar traded outside the accounts to trade in first must bring more: 10 basis points."""
THIN = -1e-12
"""Gain of a lot that may turn out a loss once booked to the cent: it keeps to the side of the losses."""
BUYS_NOTHING = frozenset({PlanKind.WITHDRAW})


@dataclass(frozen=True)
class BuiltHousehold:
    """A problem and what its indices mean: securities, accounts and lots are in the snapshot's order.

    Attributes:
        snapshot: the household, with what arrives among its cash.
        fingerprint: of the household as it was given.
        left_alone: lots the plan may not sell, with their reasons.
        groups: limits on weights; those of bands stand first, as many as `bands`.
        total: dollars of the household: a weight of one.
        so_far: results of the year's sales in the ledger; `situation` has them in it.
        rates: tax on the next dollar where the year stands.
        location: [account, security] yearly value per weight held there.
        active_today: [security] active weights of the household as it was given.
        possible_loss: dollars of loss that may be sold at most, of the kind asked for.
    """

    snapshot: HouseholdSnapshot
    fingerprint: str
    settings: PlanSettings
    problem: EngineProblem
    model: FactorModel
    yard: Yardstick
    standings: Mapping[LotId, LotStanding]
    buy_locked: Mapping[SecurityId, WashLock]
    left_alone: Mapping[LotId, KeptLot]
    cash: tuple[CashState, ...]
    classes: tuple[ClassWeight, ...]
    trading: frozenset[AccountId]
    total: Decimal
    so_far: YearToDate
    situation: TaxSituation
    rates: MarginalRates
    location: FloatArray
    active_today: FloatArray
    possible_loss: Decimal = ZERO

    @property
    def lot_ids(self) -> tuple[LotId, ...]:
        """[lot] ids."""
        return tuple(x.id for x in self.snapshot.lots)

    @property
    def security_ids(self) -> tuple[SecurityId, ...]:
        """[security] ids."""
        return self.model.security_ids

    @property
    def account_ids(self) -> tuple[AccountId, ...]:
        """[account] ids."""
        return tuple(a.id for a in self.snapshot.accounts)

    @property
    def value(self) -> float:
        """Dollars of the household: a weight of one."""
        return float(self.total)

    @property
    def variance_today(self) -> float:
        """Yearly variance before the plan: against the targets of today, before cash comes or goes."""
        return self.problem.variance(self.active_today)

    @property
    def te_today(self) -> float:
        """Tracking error before the plan, a fraction a year."""
        return float(np.sqrt(self.variance_today))


def build_household(
    snapshot: HouseholdSnapshot, settings: PlanSettings, risk: RiskSettings | None = None
) -> BuiltHousehold:
    """Return the problem of a household plan.

    Args:
        snapshot: the household.
        settings: what is asked.
        risk: how risk is estimated; None: as the household chose.

    Raises:
        BadInputError: settings that contradict the household, or a household without any value.
    """
    arrived = _arrived(snapshot, settings)
    given, snapshot = snapshot, _with_cash(snapshot, arrived)
    yard = yardstick(given, PlanKind.REBALANCE, 0.0)
    today = current_weights(given) + yard.outside - yard.target
    if snapshot.total_value() <= 0:
        raise BadInputError("The household holds nothing of value to plan with.", code="plan.empty")
    model = build_model(snapshot, risk)
    built = _Builder(snapshot, given.fingerprint, settings, arrived, model).built()
    return replace(built, active_today=today)


def _arrived(snapshot: HouseholdSnapshot, settings: PlanSettings) -> dict[AccountId, Decimal]:
    """Return the contribution by account, in equal parts to the cent."""
    if settings.kind is not PlanKind.INVEST or settings.amount is None:
        return {}
    accounts = receivers(snapshot, settings)
    if not accounts:
        raise BadInputError(
            "No taxable account may trade, so the contribution has nowhere to go. Name an account.",
            code="plan.source",
        )
    part = cents(settings.amount / len(accounts))
    parts = dict.fromkeys(accounts, part)
    parts[accounts[0]] += settings.amount - sum(parts.values(), ZERO)
    return parts


def _with_cash(
    snapshot: HouseholdSnapshot, arrived: Mapping[AccountId, Decimal]
) -> HouseholdSnapshot:
    if not arrived:
        return snapshot
    cash = dict(snapshot.cash)
    for account_id, amount in arrived.items():
        cash[account_id] = cash.get(account_id, ZERO) + amount
    return replace(snapshot, cash=cash)


class _Builder:
    """One pass from snapshot to arrays."""

    def __init__(
        self,
        snapshot: HouseholdSnapshot,
        fingerprint: str,
        settings: PlanSettings,
        arrived: Mapping[AccountId, Decimal],
        model: FactorModel,
    ) -> None:
        self.snapshot, self.settings, self.model = snapshot, settings, model
        self.fingerprint, self.arrived = fingerprint, arrived
        self.total = snapshot.total_value()
        self.value = float(self.total)
        self.index = SetIndex.of_snapshot(snapshot)
        self.standings = lot_standings(snapshot)
        self.locked = buy_blocked(snapshot)
        self.left_alone = lots_left_alone(snapshot, settings, self.standings)
        self.trading = trading_accounts(snapshot, settings)
        self.paid_out = self._share(settings.amount) if settings.kind is PlanKind.WITHDRAW else 0.0
        self.yard = yardstick(snapshot, settings.kind, self.paid_out)
        self.held = current_weights(snapshot)
        self.so_far = year_to_date(snapshot)
        self.situation = _situation(snapshot, self.so_far)
        self.rates = marginal_rates(self.situation)
        self.may_buy = self._may_buy()
        self.prices = self._prices()
        self.lots = _Lots(self)

    def _share(self, amount: Decimal | None) -> float:
        return 0.0 if amount is None else float(amount / self.total)

    def built(self) -> BuiltHousehold:
        """Return the problem with its maps."""
        classes = class_weights(self.snapshot, self.held, self.yard)
        cash = self._cash()
        location = location_values(
            self.snapshot, self.settings, LocationRates.of(self.rates, self.settings)
        )
        groups = (
            *band_groups(
                self.snapshot, self.settings, classes, self.yard, self._step(), self._ends(cash)
            ),
            *limit_groups(self.snapshot, self.settings, self.yard),
        )
        possible = self.lots.possible_loss()
        return BuiltHousehold(
            snapshot=self.snapshot,
            fingerprint=self.fingerprint,
            settings=self.settings,
            problem=self._problem(cash, groups, location, possible),
            model=self.model,
            yard=self.yard,
            standings=self.standings,
            buy_locked=self.locked,
            left_alone=self.left_alone,
            cash=cash,
            classes=classes,
            trading=self.trading,
            total=self.total,
            so_far=self.so_far,
            situation=self.situation,
            rates=self.rates,
            location=location,
            active_today=self.held + self.yard.outside - self.yard.target,
            possible_loss=possible,
        )

    # --- what may be bought ---

    def _may_buy(self) -> BoolArray:
        """Return [account, security] what may be bought where."""
        snapshot, settings = self.snapshot, self.settings
        shape = (len(snapshot.accounts), len(snapshot.securities))
        may = np.zeros(shape, dtype=np.bool_)
        if settings.kind in BUYS_NOTHING:
            return may
        barred = {*settings.excluded_security_ids, *settings.never_buy}
        wanted = buyable_securities(snapshot, barred) & self._known()
        held = defaultdict(set)
        for lot in snapshot.lots:
            held[lot.account_id].add(lot.security_id)
        for a, account in enumerate(snapshot.accounts):
            if account.id not in self.trading or not self._takes_purchases(account.id):
                continue
            rule, own = snapshot.rule_of[account.id], frozenset(held[account.id])
            may[a] = [s.id in wanted and offers(account, rule, s, own) for s in snapshot.securities]
        return may

    def _takes_purchases(self, account_id: AccountId) -> bool:
        contribution = self.settings.kind is PlanKind.INVEST and self.settings.amount is not None
        return account_id in self.arrived if contribution else True

    def _known(self) -> frozenset[SecurityId]:
        """Return what a plan may think of buying: held, targeted, on a menu, or on a replacement list.

        A security that only an old statement names is none of these.
        """
        snapshot = self.snapshot
        known = {lot.security_id for lot in snapshot.lots}
        known |= {r.replacement_id for r in snapshot.replacements if r.buy_allowed}
        known |= {s for rule in snapshot.account_rules for s in rule.menu}
        aimed = self.yard.target > 0
        known |= {s for s, is_aimed in zip(self.model.security_ids, aimed, strict=True) if is_aimed}
        return frozenset(known)

    def _prices(self) -> tuple[Decimal, ...]:
        """Return [security] dollars; a security without a price, which nobody trades, stands at the dearest."""
        known = [self.snapshot.prices.get(s.id) for s in self.snapshot.securities]
        dearest = max((p.value for p in known if p is not None), default=Decimal(1))
        return tuple(p.value if p is not None and p.value > 0 else dearest for p in known)

    def _step(self) -> float:
        """Return the weight of the dearest share that some account trades whole."""
        whole = [not a.fractional for a in self.snapshot.accounts]
        if not any(whole):
            return 0.0
        traded = self.may_buy[np.array(whole)].any(axis=0)
        dear = [float(p) for p, t in zip(self.prices, traded, strict=True) if t]
        return max(dear, default=0.0) / self.value

    # --- cash ---

    def _cash(self) -> tuple[CashState, ...]:
        sellable: dict[AccountId, Decimal] = defaultdict(lambda: ZERO)
        for lot in self.snapshot.lots:
            if lot.id not in self.left_alone:
                sellable[lot.account_id] += self.snapshot.value_of(lot)
        barred = np.array([s in self.locked for s in self.model.security_ids], dtype=np.bool_)
        open_to = (self.may_buy & ~barred).sum(axis=1).tolist()
        buyers = frozenset(
            a.id for a, can in zip(self.snapshot.accounts, open_to, strict=True) if can
        )
        targeted = self.snapshot.class_targets or self.snapshot.security_targets
        kept = Decimal(str(self.yard.cash)) * self.total if targeted else ZERO
        return cash_states(self.snapshot, self.settings, self.arrived, sellable, buyers, kept)

    def _ends(self, cash: tuple[CashState, ...]) -> tuple[float, float]:
        """Return the least and the most cash of the household after the plan."""
        least = sum((s.least for s in cash), ZERO)
        return self._share(least), self._share(sum((s.most for s in cash), ZERO))

    def _weights_of(self, amounts: list[Decimal]) -> FloatArray:
        return np.array([float(x / self.total) for x in amounts], dtype=np.float64)

    # --- the problem ---

    def _problem(
        self,
        cash: tuple[CashState, ...],
        groups: tuple[Group, ...],
        location: FloatArray,
        possible: Decimal,
    ) -> EngineProblem:
        snapshot, settings, lots = self.snapshot, self.settings, self.lots
        untaxed = settings.kind is PlanKind.HARVEST_TARGET
        accounts = snapshot.accounts
        none = np.zeros(len(snapshot.securities), dtype=np.bool_)
        locked = [s in self.locked for s in self.model.security_ids]
        outside = self.yard.outside
        return EngineProblem(
            as_of=snapshot.as_of,
            mode=Mode.REBALANCE,
            symbols=tuple(s.symbol for s in snapshot.securities),
            target=self.yard.target,
            cap=np.maximum(1.0, self.held),
            specific=self.model.specific_variance,
            loadings=self.model.loadings,
            set_of=_numbered([self.index.set_of(s) for s in self.model.security_ids]),
            sectors=tuple(s.sector for s in snapshot.securities),
            account_ids=tuple(a.id for a in accounts),
            cash=self._weights_of([s.before for s in cash]),
            taxable=np.array([a.type.is_taxable for a in accounts], dtype=np.bool_),
            lot_ids=tuple(x.id for x in snapshot.lots),
            lot_security=lots.security,
            lot_account=lots.account,
            lot_weight=lots.weight,
            lot_gain=lots.gain,
            lot_rate=np.zeros(len(lots.gain)) if untaxed else lots.rate,
            lot_long=lots.long,
            buy_locked=np.array(locked, dtype=np.bool_),
            loss_locked=none,
            risk_aversion=float(settings.risk_aversion),
            cost_rate=float(settings.cost_rate),
            limits=self._limits(cash, groups, possible),
            exact=Exact(
                self.total,
                self.prices,
                tuple(s.before for s in cash),
                tuple(x.shares for x in snapshot.lots),
                lots.basis,
            ),
            fractional=all(a.fractional for a in accounts),
            account_fractional=np.array([a.fractional for a in accounts], dtype=np.bool_),
            rates=(0.0, 0.0) if untaxed else (float(self.rates.short), float(self.rates.long)),
            situation=None if untaxed else self.situation,
            left_alone=np.array([x.id in self.left_alone for x in snapshot.lots], dtype=np.bool_),
            not_bought=np.asarray(self.may_buy.sum(axis=0) == 0),
            outside=outside if outside.any() else None,
            may_buy=self.may_buy,
            buy_extra=self._buy_extra(location),
            lot_extra=self._lot_extra(location),
            most_sold=self._by_volume(),
            most_bought=self._by_volume(),
        )

    def _limits(
        self, cash: tuple[CashState, ...], groups: tuple[Group, ...], possible: Decimal
    ) -> Limits:
        settings = self.settings
        wanted = settings.tracking_error_bp
        asked = settings.amount if settings.kind is PlanKind.HARVEST_TARGET else None
        return Limits(
            cash=self._weights_of([s.most for s in cash]),
            cash_least=self._weights_of([s.least for s in cash]),
            tracking_error=NO_LIMIT if wanted is None else float(wanted) * BP,
            turnover=self._turnover(),
            tax=self._budget(settings.tax_budget),
            gain=self._budget(settings.gain_budget),
            min_trade=self._min_trade(),
            groups=groups,
            loss_least=0.0 if asked is None else self._share(min(asked, possible)),
            loss_short_only=settings.short_only and asked is not None,
            payout=self._payout(),
            ticket_cost=self._share(settings.ticket_cost),
            max_trades=settings.max_trades,
        )

    def _budget(self, dollars: Decimal | None) -> float:
        return NO_LIMIT if dollars is None else self._share(dollars)

    def _turnover(self) -> float:
        """Return the limit on sales; a withdrawal sells no more than it raises, but for a share's rest."""
        limit = NO_LIMIT if self.settings.turnover is None else float(self.settings.turnover)
        if self.settings.kind is not PlanKind.WITHDRAW:
            return limit
        asked = sum((s.least - s.before for s in self._cash() if s.least > s.before), ZERO)
        return min(limit, self.paid_out + self._share(asked) + 2 * self._step_sold())

    def _step_sold(self) -> float:
        whole = {a.id for a in self.snapshot.accounts if not a.fractional}
        dear = [
            self.snapshot.prices.prices[x.security_id].value
            for x in self.snapshot.lots
            if x.account_id in whole and x.id not in self.left_alone
        ]
        return self._share(max(dear, default=ZERO))

    def _min_trade(self) -> float:
        """Return the smallest order; one for a small amount may be a tenth of it."""
        least, amount = self.settings.min_trade, self.settings.amount
        if amount is not None and self.settings.kind in {PlanKind.WITHDRAW, PlanKind.INVEST}:
            least = min(least, amount / 10)
        return self._share(least)

    def _payout(self) -> PayoutAsked | None:
        if self.settings.kind is not PlanKind.WITHDRAW:
            return None
        paying = payers(self.snapshot, self.settings)
        return PayoutAsked(
            self.paid_out,
            np.array([a.id in paying for a in self.snapshot.accounts], dtype=np.bool_),
            np.array([self.payout_rate(a.type) for a in self.snapshot.accounts]),
        )

    def payout_rate(self, kind: AccountType) -> float:
        """Return the tax on a dollar paid out of an account, as ordinary income (IRC §408(d)(1), §402(a))."""
        deferred = {AccountType.TRADITIONAL_IRA, AccountType.PLAN_401K}
        return max(0.0, float(self.rates.ordinary)) if kind in deferred else 0.0

    def _by_volume(self) -> FloatArray | None:
        """Return [security] the most weight traded, by the average volume of a day."""
        share, volumes = self.settings.max_volume_share, self.snapshot.volumes
        if share is None:
            return None
        dollars = [
            float(share * volumes[s] * price) if s in volumes else NO_LIMIT
            for s, price in zip(self.model.security_ids, self.prices, strict=True)
        ]
        return np.array(dollars, dtype=np.float64) / self.value

    # --- where trades are better made ---

    def _elsewhere(self) -> FloatArray:
        """Return [account] what a dollar traded there must bring more."""
        roles = [self.snapshot.rule_of[a.id].role for a in self.snapshot.accounts]
        first = AccountRole.FIRST in roles
        costs = [ELSEWHERE if first and r is not AccountRole.FIRST else 0.0 for r in roles]
        return np.array(costs, dtype=np.float64)

    def _buy_extra(self, location: FloatArray) -> FloatArray | None:
        extra = self._elsewhere()[:, None] - location
        return extra if extra.any() else None

    def _lot_extra(self, location: FloatArray) -> FloatArray | None:
        extra = self._elsewhere()[self.lots.account]
        extra = extra + location[self.lots.account, self.lots.security]
        return extra if extra.any() else None


class _Lots:
    """Arrays of the lots [lot], in the snapshot's order."""

    def __init__(self, builder: _Builder) -> None:
        snapshot = builder.snapshot
        self._builder = builder
        rows = {s: j for j, s in enumerate(builder.model.security_ids)}
        numbers = {a.id: i for i, a in enumerate(snapshot.accounts)}
        lots = snapshot.lots
        self.security = _indices([rows[x.security_id] for x in lots])
        self.account = _indices([numbers[x.account_id] for x in lots])
        values = [snapshot.value_of(x) for x in lots]
        self.weight = np.array([float(v / builder.total) for v in values], dtype=np.float64)
        self.basis = tuple(
            x.basis_per_share
            if x.basis_per_share is not None
            else builder.prices[rows[x.security_id]]
            for x in lots
        )
        terms = [lot_term(x, snapshot.as_of) for x in lots]
        self.long = np.array([t is Term.LONG for t in terms], dtype=np.bool_)
        taxed = np.array([snapshot.accounts[i].type.is_taxable for i in self.account.tolist()])
        gains = []
        for lot, value, is_taxed in zip(lots, values, taxed.tolist(), strict=True):
            gain = value - (lot.adjusted_basis if lot.adjusted_basis is not None else value)
            part = float(gain / value) if value > 0 else 0.0
            thin = is_taxed and gain >= 0 and counts_as_loss(gain, value)
            gains.append(THIN if thin else part)
        self.gain = np.array(gains, dtype=np.float64)
        rates = np.where(self.long, float(builder.rates.long), float(builder.rates.short))
        self.rate = np.where(taxed, rates, 0.0) if len(lots) else np.zeros(0)

    def possible_loss(self) -> Decimal:
        """Return the dollars of loss that may be sold, of the kind asked for."""
        snapshot, left = self._builder.snapshot, self._builder.left_alone
        short = self._builder.settings.short_only
        total = ZERO
        for lot, is_long in zip(snapshot.lots, self.long.tolist(), strict=True):
            account = snapshot.account_by_id[lot.account_id]
            price = snapshot.prices.get(lot.security_id)
            gain = None if price is None else lot.gain_at(price.value)
            if lot.id in left or gain is None or gain >= 0 or not account.type.is_taxable:
                continue
            total -= ZERO if short and is_long else gain
        return total


def _situation(snapshot: HouseholdSnapshot, so_far: YearToDate) -> TaxSituation:
    """Return the year's tax situation with what the ledger has realised in it: a plan's tax is on top."""
    situation = so_far.situation(snapshot)
    profile = situation.profile
    realised = replace(
        profile,
        realised_short=profile.realised_short + so_far.short,
        realised_long=profile.realised_long + so_far.long,
    )
    return replace(situation, profile=realised)


def _numbered(keys: list[str]) -> IntArray:
    numbers: dict[str, int] = {}
    return _indices([numbers.setdefault(k, len(numbers)) for k in keys])


def _indices(values: list[int]) -> IntArray:
    return np.array(values, dtype=np.intp)
