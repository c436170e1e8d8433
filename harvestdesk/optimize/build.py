"""From a household to a harvest problem: eligible lots, candidates and arrays with their index maps."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lock import LotStanding, WashLock
from harvestdesk.domain.lot import Term
from harvestdesk.domain.proposal import HarvestGoal, HarvestSettings, RiskLimit
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.candidates import (
    Candidate,
    Market,
    Suggestion,
    buyable_securities,
    candidates,
    suggestions,
)
from harvestdesk.optimize.eligibility import Eligibility, LossLot, sort_lots
from harvestdesk.optimize.figures import YearToDate, year_to_date
from harvestdesk.optimize.problem import FloatArray, HarvestProblem, IntArray
from harvestdesk.optimize.unspent import CENT, most_unspent
from harvestdesk.risk.factor_model import FactorModel, build_model
from harvestdesk.risk.outside import whole_weights
from harvestdesk.risk.tracking_error import tracking_error
from harvestdesk.tax.liability import MarginalRates, loss_rates
from harvestdesk.washsale.identical import SetIndex
from harvestdesk.washsale.outlook import buy_blocked, lot_standings

BP = 1e-4
MOST_PERCENT = 100
RANK_COST = 1e-5
"""A tenth of a basis point for each place down the list: enough to break ties, too little to matter."""
ROUNDING_ROOM = 0.5 * BP
"""Where tracking error today is at the limit or above, whole shares can't hit it exactly."""


@dataclass(frozen=True)
class Built:
    """A problem and what its indices mean.

    Attributes:
        losses: [lot]; purchases: [purchase].
        value: dollars of the household: a weight of one.
        te_today: tracking error today; `problem.limit` is what it may be after.
        asked: the limit as asked for, before today's tracking error raised it.
        unspent: dollars below which an account's proceeds may stay in cash.
        so_far: results of the year's sales in the ledger.
        rates: what the next dollar of loss is worth where the year stands; typed rates are flat.
    """

    snapshot: HouseholdSnapshot
    settings: HarvestSettings
    problem: HarvestProblem
    eligibility: Eligibility
    purchases: tuple[Candidate, ...]
    suggested: dict[SecurityId, tuple[Suggestion, ...]]
    accounts: tuple[AccountId, ...]
    model: FactorModel
    standings: dict[LotId, LotStanding]
    buy_locked: dict[SecurityId, WashLock]
    value: float
    te_today: float
    asked: float
    unspent: dict[AccountId, Decimal]
    so_far: YearToDate
    rates: MarginalRates

    @property
    def losses(self) -> tuple[LossLot, ...]:
        """Lots that may be harvested, as the problem numbers them."""
        return self.eligibility.losses

    @property
    def limit_raised(self) -> bool:
        """True when tracking error today is above what was asked for."""
        return self.problem.limit > self.asked + 1e-12


def build(snapshot: HouseholdSnapshot, settings: HarvestSettings) -> Built:
    """Return the problem of a year-end harvest.

    Raises:
        BadInputError: settings that contradict the household.
    """
    _check_settings(snapshot, settings)
    model = build_model(snapshot)
    standings, locked = lot_standings(snapshot), buy_blocked(snapshot)
    eligibility = sort_lots(snapshot, settings, standings)
    index = SetIndex.of_snapshot(snapshot)
    soon = _soon_free(snapshot, index, eligibility, standings)
    barred = {*settings.excluded_security_ids, *locked, *soon}
    market = Market(
        buyable_securities(snapshot, barred),
        {s: index.set_of(s) for s in model.security_ids},
    )
    wanted = dict.fromkeys(loss.lot.security_id for loss in eligibility.losses)
    suggested = suggestions(snapshot, model, market, wanted) if settings.replace else {}
    purchases = candidates(eligibility.losses, suggested, snapshot.rule_of)
    accounts = tuple(a.id for a in snapshot.accounts)
    value = float(snapshot.total_value())
    so_far = year_to_date(snapshot)
    rates = loss_rates(so_far.situation(snapshot), so_far.short, so_far.long)
    may_be_sold = market.identical_to(x.lot.security_id for x in eligibility.losses)
    unspent = most_unspent(snapshot, settings, purchases, may_be_sold)
    arrays = _Arrays(settings, model, accounts, value, rates, unspent)
    active = whole_weights(snapshot).active
    te_today = tracking_error(model, active)
    asked = float(settings.tracking_error_bp) * BP
    if settings.risk_limit is RiskLimit.INCREASE:
        asked += te_today
    limit = asked if te_today < asked else te_today + ROUNDING_ROOM
    return Built(
        snapshot=snapshot,
        settings=settings,
        problem=arrays.problem(active, limit, market, eligibility.losses, purchases),
        eligibility=eligibility,
        purchases=purchases,
        suggested=suggested,
        accounts=accounts,
        model=model,
        standings=standings,
        buy_locked=locked,
        value=value,
        te_today=te_today,
        asked=asked,
        unspent=unspent,
        so_far=so_far,
        rates=rates,
    )


def _soon_free(
    snapshot: HouseholdSnapshot,
    index: SetIndex,
    eligibility: Eligibility,
    standings: dict[LotId, LotStanding],
) -> set[SecurityId]:
    """Return the sets with locked losses that could still be sold this year.

    A purchase today would wash them for 30 days more and push their losses into the next year.
    """
    year_end = date(snapshot.as_of.year, 12, 31)
    locked = [(k.lot_id, k.free_from) for k in eligibility.kept]
    locked += [(x.lot.id, standings[x.lot.id].free_from) for x in eligibility.losses]
    waiting = {
        index.set_of(snapshot.lot_by_id[lot_id].security_id)
        for lot_id, free_from in locked
        if free_from is not None and free_from <= year_end
    }
    return {s.id for s in snapshot.securities if index.set_of(s.id) in waiting}


def _check_settings(snapshot: HouseholdSnapshot, settings: HarvestSettings) -> None:
    unknown = [a for a in settings.account_ids if a not in snapshot.account_by_id]
    if unknown:
        raise BadInputError(
            f"There is no account {unknown[0]} in this household. Choose among its accounts.",
            code="input.account",
        )
    if settings.tracking_error_bp < 0 or settings.min_loss < 0 or settings.min_trade < 0:
        raise BadInputError(
            "The limit on tracking error, the smallest loss and the smallest order can't be negative.",
            code="input.settings",
        )
    if not 0 <= settings.max_disallowed_percent <= MOST_PERCENT:
        raise BadInputError(
            "The part of a loss that may be disallowed is a percentage from 0 to 100.",
            code="input.settings",
        )


def _numbered(keys: Sequence[str]) -> IntArray:
    numbers: dict[str, int] = {}
    return _indices([numbers.setdefault(k, len(numbers)) for k in keys])


def _indices(values: Sequence[int]) -> IntArray:
    return np.array(values, dtype=np.intp)


@dataclass(frozen=True)
class _Arrays:
    settings: HarvestSettings
    model: FactorModel
    accounts: tuple[AccountId, ...]
    value: float
    rates: MarginalRates
    unspent: dict[AccountId, Decimal]

    def problem(
        self,
        active: FloatArray,
        limit: float,
        market: Market,
        losses: Sequence[LossLot],
        purchases: Sequence[Candidate],
    ) -> HarvestProblem:
        """Return the problem as arrays."""
        securities = {s: i for i, s in enumerate(self.model.security_ids)}
        accounts = {a: i for i, a in enumerate(self.accounts)}
        whole = self.value if self.value > 0 else 1.0
        values = np.array([float(x.value) for x in losses], dtype=np.float64)
        depth = [float(x.allowed_per_share / x.price.value) * self._worth(x) for x in losses]
        return HarvestProblem(
            active=active,
            loadings=self.model.loadings,
            specific_variance=self.model.specific_variance,
            security_set=_numbered([market.set_of[s] for s in self.model.security_ids]),
            lot_security=_indices([securities[x.lot.security_id] for x in losses]),
            lot_account=_indices([accounts[x.lot.account_id] for x in losses]),
            lot_limit=values / whole,
            lot_value=np.array(depth, dtype=np.float64),
            buy_security=_indices([securities[c.security_id] for c in purchases]),
            buy_account=_indices([accounts[c.account_id] for c in purchases]),
            buy_cost=np.array([self._cost(c.best) for c in purchases], dtype=np.float64),
            accounts=len(self.accounts),
            limit=limit,
            replace=self.settings.replace,
            unspent=self._unspent(losses, purchases, whole),
        )

    def _unspent(
        self, losses: Sequence[LossLot], purchases: Sequence[Candidate], whole: float
    ) -> tuple[FloatArray, FloatArray]:
        """Return [account] weights: every order is booked to the cent, every purchase in shares."""
        orders = Counter(x.lot.account_id for x in losses)
        orders.update(c.account_id for c in purchases)
        won = [float(CENT * orders[a]) for a in self.accounts]
        left = [float(self.unspent.get(a, CENT * 0)) for a in self.accounts]
        return -np.array(won, dtype=np.float64) / whole, np.array(left, dtype=np.float64) / whole

    def _worth(self, loss: LossLot) -> float:
        return worth_of_loss(self.rates, self.settings, loss.term)

    def _cost(self, suggestion: Suggestion) -> float:
        """Objective lost per dollar bought: hurdle and rank, in tax dollars or the losses worth as much."""
        dollars = float(suggestion.hurdle_bp) * BP + RANK_COST * suggestion.rank
        return dollars / self.rate if self.settings.goal is HarvestGoal.LOSS else dollars

    @property
    def rate(self) -> float:
        """Tax dollars per dollar of loss that hurdles are compared with: the lower, long-term one."""
        rate = float(self.rates.long)
        return rate if rate > 0 else 1.0


def worth_of_loss(rates: MarginalRates, settings: HarvestSettings, term: Term) -> float:
    """Return the objective per dollar of loss."""
    return 1.0 if settings.goal is HarvestGoal.LOSS else float(rates.of(term))


def listed_lots(losses: Sequence[LossLot]) -> tuple[Decimal, Decimal]:
    """Return the dollars of value and of loss in the lots that may be harvested."""
    value = sum((x.value for x in losses), Decimal(0))
    loss = sum((x.allowed_per_share * x.free_shares for x in losses), Decimal(0))
    return value, loss
