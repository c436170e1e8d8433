"""Which lots a household plan may sell, and why each of the others stays."""

from collections.abc import Mapping
from decimal import Decimal

from harvestdesk.domain.account import Account
from harvestdesk.domain.ids import LotId, SecurityId
from harvestdesk.domain.lock import LotStanding, WashLock
from harvestdesk.domain.lot import TaxLot, Term
from harvestdesk.domain.money import ZERO, cents, money_text
from harvestdesk.domain.plan_settings import PlanKind, PlanSettings
from harvestdesk.domain.proposal import KeptLot, Reason
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.eligibility import LEAST_LOSS
from harvestdesk.optimize.household.accounts import OF_GAINS, barred_code, payers
from harvestdesk.optimize.lot_reasons import gain_reason, locked_lot, unknown_reason
from harvestdesk.tax.holding_period import long_from, lot_term

SELLS_NOTHING = frozenset({PlanKind.INVEST})
THIN_GAIN = Decimal("0.00004")
"""A gain below this part of its value, or below LEAST_LOSS dollars, may be a loss once booked to the cent."""


def lots_left_alone(
    snapshot: HouseholdSnapshot,
    settings: PlanSettings,
    standings: Mapping[LotId, LotStanding],
    locked: Mapping[SecurityId, WashLock],
) -> dict[LotId, KeptLot]:
    """Return the lots no plan of this kind may sell, each with its reason; `locked` may not be bought."""
    judge = _Judge(snapshot, settings, standings, locked)
    found = ((lot.id, judge.kept(lot)) for lot in snapshot.lots)
    return {lot_id: kept for lot_id, kept in found if kept is not None}


def counts_as_loss(gain: Decimal, value: Decimal) -> bool:
    """Return True for a loss, and for a gain too thin to stay one once it is booked to the cent."""
    return gain < max(LEAST_LOSS, value * THIN_GAIN)


class _Judge:
    """One pass over the lots; the first rule that applies gives the reason."""

    def __init__(
        self,
        snapshot: HouseholdSnapshot,
        settings: PlanSettings,
        standings: Mapping[LotId, LotStanding],
        locked: Mapping[SecurityId, WashLock],
    ) -> None:
        self._snapshot, self._settings, self._standings = snapshot, settings, standings
        self._locked = locked
        self._barred = {a.id: barred_code(snapshot, settings, a) for a in snapshot.accounts}
        self._payers = payers(snapshot, settings)

    def kept(self, lot: TaxLot) -> KeptLot | None:
        account = self._snapshot.account_by_id.get(lot.account_id)
        price = self._snapshot.prices.get(lot.security_id)
        gain = None if price is None else lot.gain_at(price.value)
        reason = self._asked(lot, account)
        taxed = account is None or account.type.is_taxable
        reason = reason or unknown_reason(self._snapshot, lot, taxed=taxed)
        if reason is not None:
            return KeptLot(lot.id, lot.shares, gain, reason)
        value = self._snapshot.value_of(lot)
        if self._settings.kind in OF_GAINS:
            reason = self._if_gains_only(lot, gain or ZERO, value)
            return None if reason is None else KeptLot(lot.id, lot.shares, gain, reason)
        return self._by_result(lot, gain, value) if taxed else None

    def _asked(self, lot: TaxLot, account: Account | None) -> Reason | None:
        """Return the rule of the person, or of the job, that keeps a lot."""
        code = self._code(lot, account)
        security = self._snapshot.security_by_id.get(lot.security_id)
        symbol = {"symbol": security.symbol if security else str(lot.security_id)}
        named = {**symbol, "account": "" if account is None else account.name}
        return Reason(code, named) if code else None

    def _code(self, lot: TaxLot, account: Account | None) -> str:
        settings = self._settings
        barred = "account_not_trading" if account is None else self._barred[account.id]
        if barred:
            return barred
        if settings.kind is PlanKind.WITHDRAW and lot.account_id not in self._payers:
            return "not_a_payer"
        if lot.security_id in settings.excluded_security_ids:
            return "excluded"
        if lot.security_id in settings.never_sell:
            return "never_sell"
        return "only_buys" if settings.kind in SELLS_NOTHING else ""

    def _by_result(self, lot: TaxLot, gain: Decimal | None, value: Decimal) -> KeptLot | None:
        """Return a taxed lot that its gain, its term or a lock keeps."""
        gain = gain or ZERO
        if not counts_as_loss(gain, value):
            return self._if_losses_only(lot, gain)
        standing = self._standings.get(lot.id)
        if standing is None or standing.free_shares < lot.shares:
            return locked_lot(self._snapshot, lot, gain, self._standings)
        if gain >= 0:
            return self._if_losses_only(lot, gain)
        long = lot_term(lot, self._snapshot.as_of) is Term.LONG
        if self._settings.kind is PlanKind.HARVEST_TARGET and self._settings.short_only and long:
            facts = {"symbol": self._symbol(lot), "loss": money_text(cents(-gain))}
            return KeptLot(lot.id, lot.shares, gain, Reason("not_short_term", facts))
        return None

    def _if_losses_only(self, lot: TaxLot, gain: Decimal) -> KeptLot | None:
        if self._settings.kind is not PlanKind.HARVEST_TARGET:
            return None
        reason = gain_reason(self._symbol(lot), gain, lot.adjusted_basis or ZERO)
        return KeptLot(lot.id, lot.shares, gain, reason)

    def _if_gains_only(self, lot: TaxLot, gain: Decimal, value: Decimal) -> Reason | None:
        """Return why a taxed lot is no long-term gain to take, or to give."""
        symbol, gives = self._symbol(lot), self._settings.kind is PlanKind.GIFT
        if counts_as_loss(gain, value):
            facts = {"symbol": symbol, "loss": money_text(cents(-gain)) if gain < 0 else ""}
            return Reason("loss_not_given" if gives else "no_gain_to_take", facts)
        money = {"symbol": symbol, "gain": money_text(cents(gain))}
        if lot_term(lot, self._snapshot.as_of) is not Term.LONG:
            first = long_from(lot)
            return Reason("not_long_term", {**money, "long_on": first.isoformat() if first else ""})
        return None if gives else self._not_bought_back(lot, money)

    def _not_bought_back(self, lot: TaxLot, money: Mapping[str, str]) -> Reason | None:
        """Return why a gain can't be taken because its shares could not be bought again at once."""
        lock = self._locked.get(lot.security_id)
        if lock is not None:
            return Reason(
                "buy_back_locked", {**money, "free_from": lock.first_safe_day.isoformat()}
            )
        rule = self._snapshot.rule_of[lot.account_id]
        off_menu = bool(rule.menu) and lot.security_id not in rule.menu
        if off_menu or lot.security_id in self._settings.never_buy:
            name = self._snapshot.account_by_id[lot.account_id].name
            return Reason("not_bought_back", {**money, "account": name})
        return None

    def _symbol(self, lot: TaxLot) -> str:
        security = self._snapshot.security_by_id.get(lot.security_id)
        return security.symbol if security else str(lot.security_id)
