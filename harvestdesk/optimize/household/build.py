"""From a household and what is asked of it to one engine problem over all its accounts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from harvestdesk.domain.account import AccountType
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lock import LotStanding, WashLock
from harvestdesk.domain.money import ONE, ZERO, cents
from harvestdesk.domain.plan_settings import PlanKind, PlanSettings
from harvestdesk.domain.proposal import KeptLot
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.candidates import buyable_securities
from harvestdesk.optimize.engine.problem import (
    BoolArray,
    EngineProblem,
    Exact,
    FloatArray,
    Mode,
)
from harvestdesk.optimize.figures import YearToDate, year_to_date
from harvestdesk.optimize.household.accounts import (
    CashState,
    cash_states,
    menu_of,
    offers,
    receivers,
    trading_accounts,
    workplace_funds,
)
from harvestdesk.optimize.household.after_tax import AfterTaxView
from harvestdesk.optimize.household.arrays import LotArrays, numbered
from harvestdesk.optimize.household.bands import (
    ClassWeight,
    band_groups,
    class_weights,
    limit_groups,
)
from harvestdesk.optimize.household.limits import LEAVES, Asked
from harvestdesk.optimize.household.location import LocationRates, location_values
from harvestdesk.optimize.household.lots import lots_left_alone
from harvestdesk.optimize.household.targets import Yardstick, yardstick
from harvestdesk.risk.benchmark import current_weights
from harvestdesk.risk.factor_model import FactorModel, build_model
from harvestdesk.tax.liability import MarginalRates, marginal_rates
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.washsale.identical import SetIndex
from harvestdesk.washsale.outlook import buy_blocked, lot_standings

BUYS_NOTHING = frozenset({PlanKind.WITHDRAW, PlanKind.GIFT})


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
        view: what a dollar of every account counts. The problem, its weights and `total` are of dollars that count;
            `snapshot` and `cash` are as they are.
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
    view: AfterTaxView
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
    view = AfterTaxView.of(snapshot, settings)
    given, snapshot = snapshot, _with_cash(snapshot, arrived)
    counted = view.counted(given)
    yard = yardstick(counted, PlanKind.REBALANCE, 0.0)
    today = current_weights(counted) + yard.outside - yard.target
    if snapshot.total_value() <= 0:
        raise BadInputError("The household holds nothing of value to plan with.", code="plan.empty")
    model = build_model(snapshot, risk)
    built = _Builder(snapshot, given.fingerprint, settings, arrived, model, view).built()
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
        view: AfterTaxView,
    ) -> None:
        self.snapshot, self.settings, self.model = snapshot, settings, model
        self.fingerprint, self.arrived = fingerprint, arrived
        self.view, self.counted = view, view.counted(snapshot)
        self.total = self.counted.total_value()
        self.value = float(self.total)
        self.index = SetIndex.of_snapshot(snapshot)
        self.standings = lot_standings(snapshot)
        self.locked = buy_blocked(snapshot)
        self.left_alone = lots_left_alone(snapshot, settings, self.standings, self.locked)
        self.trading = trading_accounts(snapshot, settings)
        self.paid_out = self._share(settings.amount) if settings.kind in LEAVES else 0.0
        self.yard = yardstick(self.counted, settings.kind, self.paid_out)
        self.held = current_weights(self.counted)
        self.so_far = year_to_date(snapshot)
        self.situation = _situation(snapshot, self.so_far)
        self.rates = marginal_rates(self.situation)
        self.may_buy = self._may_buy()
        self.prices = self._prices()
        self.lots = LotArrays(self.counted, self.total, self.prices, self.rates)

    def _share(self, amount: Decimal | None) -> float:
        return 0.0 if amount is None else float(amount / self.total)

    def built(self) -> BuiltHousehold:
        """Return the problem with its maps."""
        classes = class_weights(self.snapshot, self.held, self.yard)
        cash = self._cash()
        location = location_values(
            self.counted,
            self.settings,
            LocationRates.of(self.rates, self.settings),
            self.view.parts,
        )
        groups = (
            *band_groups(
                self.snapshot, self.settings, classes, self.yard, self._step(), self._ends(cash)
            ),
            *limit_groups(self.snapshot, self.settings, self.yard),
        )
        asked = Asked(
            self.counted,
            self.settings,
            self.total,
            self.prices,
            self.left_alone,
            cash,
            groups,
            self.rates,
            self._possible_loss(),
            min(self.view.parts, default=ONE),
        )
        return BuiltHousehold(
            snapshot=self.snapshot,
            fingerprint=self.fingerprint,
            settings=self.settings,
            problem=self._problem(asked, location),
            model=self.model,
            yard=self.yard,
            standings=self.standings,
            buy_locked=self.locked,
            left_alone=self.left_alone,
            cash=self.view.real_cash(cash),
            classes=classes,
            trading=self.trading,
            total=self.total,
            so_far=self.so_far,
            situation=self.situation,
            rates=self.rates,
            location=location,
            active_today=self.held + self.yard.outside - self.yard.target,
            view=self.view,
            possible_loss=asked.possible,
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
        elsewhere = wanted - workplace_funds(snapshot)
        held = defaultdict(set)
        for lot in snapshot.lots:
            held[lot.account_id].add(lot.security_id)
        for a, account in enumerate(snapshot.accounts):
            if account.id not in self.trading or not self._takes_purchases(account.id):
                continue
            menu = menu_of(snapshot, account, frozenset(held[account.id]))
            here = wanted if account.type is AccountType.PLAN_401K else elsewhere
            may[a] = [s.id in here and offers(account, menu, s) for s in snapshot.securities]
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
        """Return every account's cash state, in dollars that count."""
        sellable: dict[AccountId, Decimal] = defaultdict(lambda: ZERO)
        for lot in self.counted.lots:
            if lot.id not in self.left_alone:
                sellable[lot.account_id] += self.counted.value_of(lot)
        barred = np.array([s in self.locked for s in self.model.security_ids], dtype=np.bool_)
        open_to = (self.may_buy & ~barred).sum(axis=1).tolist()
        buyers = frozenset(
            a.id for a, can in zip(self.snapshot.accounts, open_to, strict=True) if can
        )
        targeted = self.snapshot.class_targets or self.snapshot.security_targets
        kept = Decimal(str(self.yard.cash)) * self.total if targeted else ZERO
        arrived = self.view.counted_cash(self.arrived)
        return cash_states(self.counted, self.settings, arrived, sellable, buyers, kept)

    def _ends(self, cash: tuple[CashState, ...]) -> tuple[float, float]:
        """Return the least and the most cash of the household after the plan."""
        least = sum((s.least for s in cash), ZERO)
        return self._share(least), self._share(sum((s.most for s in cash), ZERO))

    # --- the problem ---

    def _problem(self, asked: Asked, location: FloatArray) -> EngineProblem:
        snapshot, settings, lots, cash = self.snapshot, self.settings, self.lots, asked.cash
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
            set_of=numbered([self.index.set_of(s) for s in self.model.security_ids]),
            sectors=tuple(s.sector for s in snapshot.securities),
            account_ids=tuple(a.id for a in accounts),
            cash=asked.weights([s.before for s in cash]),
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
            limits=asked.limits(),
            exact=Exact(
                self.total,
                self.prices,
                tuple(s.before for s in cash),
                tuple(x.shares for x in self.counted.lots),
                lots.basis,
            ),
            fractional=all(a.fractional for a in accounts),
            account_fractional=self._in_parts(),
            rates=(0.0, 0.0) if untaxed else (float(self.rates.short), float(self.rates.long)),
            situation=None if untaxed else self.situation,
            left_alone=np.array([x.id in self.left_alone for x in snapshot.lots], dtype=np.bool_),
            not_bought=np.asarray(self.may_buy.sum(axis=0) == 0),
            outside=outside if outside.any() else None,
            may_buy=self.may_buy,
            buy_extra=asked.buy_extra(location),
            lot_extra=asked.lot_extra(location, lots),
            most_sold=asked.by_volume(),
            most_bought=asked.by_volume(),
        )

    def _in_parts(self) -> BoolArray:
        """Return [account] what the engine may trade in parts of shares.

        A whole share that counts for less is no whole one to the engine: such shares are made whole when booked.
        """
        pairs = zip(self.snapshot.accounts, self.view.parts, strict=True)
        return np.array([a.fractional or part < 1 for a, part in pairs], dtype=np.bool_)

    def _possible_loss(self) -> Decimal:
        """Return the dollars of loss that may be sold, of the kind asked for."""
        snapshot, left = self.snapshot, self.left_alone
        short = self.settings.short_only
        total = ZERO
        for lot, is_long in zip(snapshot.lots, self.lots.long.tolist(), strict=True):
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
