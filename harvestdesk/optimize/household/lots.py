"""Which lots a household plan may sell, and why each of the others stays."""

from collections.abc import Mapping
from decimal import Decimal

from harvestdesk.domain.account import Account
from harvestdesk.domain.ids import LotId
from harvestdesk.domain.lock import LotStanding
from harvestdesk.domain.lot import TaxLot, Term
from harvestdesk.domain.money import ZERO, cents, money_text
from harvestdesk.domain.plan_settings import PlanKind, PlanSettings
from harvestdesk.domain.proposal import KeptLot, Reason
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.eligibility import LEAST_LOSS
from harvestdesk.optimize.household.accounts import barred_code, payers
from harvestdesk.optimize.lot_reasons import gain_reason, locked_lot, unknown_reason
from harvestdesk.tax.holding_period import lot_term

SELLS_NOTHING = frozenset({PlanKind.INVEST})
THIN_GAIN = Decimal("0.00004")
"""A gain below this part of its value, or below LEAST_LOSS dollars, may be a loss once booked to the cent."""


def lots_left_alone(
    snapshot: HouseholdSnapshot,
    settings: PlanSettings,
    standings: Mapping[LotId, LotStanding],
) -> dict[LotId, KeptLot]:
    """Return the lots no plan of this kind may sell, each with its reason."""
    judge = _Judge(snapshot, settings, standings)
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
    ) -> None:
        self._snapshot, self._settings, self._standings = snapshot, settings, standings
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
        return self._by_result(lot, gain, self._snapshot.value_of(lot)) if taxed else None

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

    def _symbol(self, lot: TaxLot) -> str:
        security = self._snapshot.security_by_id.get(lot.security_id)
        return security.symbol if security else str(lot.security_id)
