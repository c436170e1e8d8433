"""Which lots may be harvested, and why each of the others may not."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from harvestdesk.domain.account import Account
from harvestdesk.domain.account_rule import AccountRole
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lock import LotStanding
from harvestdesk.domain.lot import TaxLot, Term
from harvestdesk.domain.money import ZERO, cents, money_text
from harvestdesk.domain.prices import Price
from harvestdesk.domain.proposal import HarvestSettings, KeptLot, Reason
from harvestdesk.domain.security import Security
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.lot_reasons import gain_reason, locked_lot, unknown_reason
from harvestdesk.tax.holding_period import lot_term
from harvestdesk.washsale.accepted import (
    disallowed_of,
    is_accepted,
    sold_together,
    washed_shares,
)

LEAST_LOSS = Decimal("0.02")
"""Dollars below which a loss may be none once proceeds and basis are booked to the cent."""


@dataclass(frozen=True, slots=True)
class LossLot:
    """A lot that may be sold for its loss.

    Attributes:
        free_shares: shares that may be sold today.
        washed: shares of them whose loss is disallowed if every lot of the set that may be sold is: the
            least there can be, so that what is counted is never less than a plan realises.
        whole_only: locked by a purchase, but within what the household accepts: sold whole or not at all.
    """

    lot: TaxLot
    security: Security
    price: Price
    free_shares: Decimal
    basis: Decimal
    acquired_on: date
    term: Term
    washed: Decimal = ZERO
    whole_only: bool = False

    @property
    def loss_per_share(self) -> Decimal:
        """Loss in dollars per share, positive."""
        return self.basis / self.lot.shares - self.price.value

    @property
    def allowed_per_share(self) -> Decimal:
        """Loss in dollars per share, positive, net of what is disallowed."""
        return self.loss_per_share * (1 - self.washed / self.lot.shares)

    @property
    def value(self) -> Decimal:
        """Market value in dollars of the shares that may be sold."""
        return self.free_shares * self.price.value


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The lots sorted into those that may be harvested and those that may not."""

    losses: tuple[LossLot, ...]
    kept: tuple[KeptLot, ...]


def sort_lots(
    snapshot: HouseholdSnapshot,
    settings: HarvestSettings,
    standings: Mapping[LotId, LotStanding],
) -> Eligibility:
    """Return every lot of the household, either as one that may be harvested or with its reason."""
    sorter = _Sorter(snapshot, settings, standings)
    losses: list[LossLot] = []
    kept: list[KeptLot] = []
    for lot in snapshot.lots:
        found = sorter.judge(lot)
        if isinstance(found, LossLot):
            losses.append(found)
        else:
            kept.append(found)
    together = sold_together(
        snapshot, {x.lot.id: x.loss_per_share * x.free_shares for x in losses}, standings
    )
    kept += [sorter.left_out(x) for x in losses if x.lot.id not in together]
    losses = [x for x in losses if x.lot.id in together]
    orders: dict[tuple[AccountId, SecurityId], Decimal] = defaultdict(lambda: ZERO)
    for loss in losses:
        orders[loss.lot.account_id, loss.lot.security_id] += loss.value
    small = [x for x in losses if _order(orders, x) < settings.min_trade]
    kept += [
        sorter.left_out(x) if x.whole_only else _below_min_trade(x, _order(orders, x), settings)
        for x in small
    ]
    large = tuple(x for x in losses if _order(orders, x) >= settings.min_trade)
    washed = washed_shares(snapshot, [x.lot.id for x in large], standings)
    return Eligibility(tuple(replace(x, washed=washed[x.lot.id]) for x in large), tuple(kept))


def _order(orders: Mapping[tuple[AccountId, SecurityId], Decimal], loss: LossLot) -> Decimal:
    """Return the dollars of the largest order there could be for a lot's security in its account."""
    return orders[loss.lot.account_id, loss.lot.security_id]


def _below_min_trade(loss: LossLot, order: Decimal, settings: HarvestSettings) -> KeptLot:
    gain = loss.lot.shares * loss.price.value - loss.basis
    facts = {
        "symbol": loss.security.symbol,
        "loss": money_text(cents(-gain)),
        "value": money_text(cents(order)),
        "min_trade": money_text(settings.min_trade),
    }
    return KeptLot(loss.lot.id, loss.lot.shares, gain, Reason("below_min_trade", facts))


def smallest_loss(settings: HarvestSettings) -> Decimal:
    """Return the dollars of loss below which no sale is made."""
    return max(settings.min_loss, LEAST_LOSS)


def trading_accounts(snapshot: HouseholdSnapshot, settings: HarvestSettings) -> set[AccountId]:
    """Return the taxable accounts that may trade: those of the household's tax return, by their rules."""
    rules = snapshot.rule_of
    taxable = {a for a in snapshot.return_accounts.ids if rules[a].role is not AccountRole.NEVER}
    return set(taxable & set(settings.account_ids) if settings.account_ids else taxable)


class _Sorter:
    """One pass over the lots; every rule is a method, the first that applies gives the reason."""

    def __init__(
        self,
        snapshot: HouseholdSnapshot,
        settings: HarvestSettings,
        standings: Mapping[LotId, LotStanding],
    ) -> None:
        self._snapshot = snapshot
        self._settings = settings
        self._standings = standings
        self._trading = trading_accounts(snapshot, settings)
        self._excluded = frozenset(settings.excluded_security_ids)

    def judge(self, lot: TaxLot) -> LossLot | KeptLot:
        account = self._snapshot.account_by_id.get(lot.account_id)
        security = self._snapshot.security_by_id.get(lot.security_id)
        price = self._snapshot.prices.get(lot.security_id)
        gain = None if price is None else lot.gain_at(price.value)
        reason = self._barred(lot, account) or unknown_reason(self._snapshot, lot)
        if reason is not None or security is None or price is None or gain is None:
            return KeptLot(lot.id, lot.shares, gain, reason or Reason("no_price", {"symbol": ""}))
        return self._judge_loss(lot, security, price, gain)

    def _barred(self, lot: TaxLot, account: Account | None) -> Reason | None:
        symbol = {"symbol": self._symbol(lot)}
        code = self._barred_account(account)
        if code:
            return Reason(code, {**symbol, "account": "" if account is None else account.name})
        return Reason("excluded", symbol) if lot.security_id in self._excluded else None

    def _barred_account(self, account: Account | None) -> str:
        """Return the code of why nothing is sold in an account; empty where something may be."""
        if account is not None and not account.type.is_taxable:
            return "ira"
        if account is not None and account.id not in self._snapshot.return_accounts.ids:
            return "other_return"
        if account is not None and self._snapshot.rule_of[account.id].role is AccountRole.NEVER:
            return "never_trade_account"
        return "" if account is not None and account.id in self._trading else "account_not_trading"

    def _judge_loss(
        self, lot: TaxLot, security: Security, price: Price, gain: Decimal
    ) -> LossLot | KeptLot:
        basis = lot.adjusted_basis or ZERO
        if cents(gain) >= 0:
            return KeptLot(lot.id, lot.shares, gain, gain_reason(security.symbol, gain, basis))
        standing = self._standings.get(lot.id)
        accepted = standing is not None and is_accepted(
            standing, self._settings.max_disallowed_percent
        )
        if standing is None or (standing.free_shares <= 0 and not accepted):
            return self._locked(lot, gain)
        disallowed = disallowed_of(-gain, standing.matching_shares, lot.shares)
        small = self._too_small(security, -gain - disallowed)
        if small is not None and accepted:
            return self._locked(lot, gain)
        if small is not None:
            return KeptLot(lot.id, lot.shares, gain, small)
        acquired = lot.acquired_on or self._snapshot.as_of
        return LossLot(
            lot,
            security,
            price,
            lot.shares if accepted else min(standing.free_shares, lot.shares),
            basis,
            acquired,
            lot_term(lot, self._snapshot.as_of) or Term.SHORT,
            whole_only=accepted,
        )

    def left_out(self, loss: LossLot) -> KeptLot:
        """Return a lot that could be sold, were it not for others of its set that lose more."""
        gain = loss.lot.shares * loss.price.value - loss.basis
        if loss.whole_only:
            return self._locked(loss.lot, gain)
        facts = {"symbol": loss.security.symbol, "loss": money_text(cents(-gain))}
        reason = Reason("replaces_sold", {**facts, "acquired_on": loss.acquired_on.isoformat()})
        return KeptLot(loss.lot.id, loss.lot.shares, gain, reason)

    def _too_small(self, security: Security, loss: Decimal) -> Reason | None:
        least = smallest_loss(self._settings)
        if loss >= least:
            return None
        facts = {"symbol": security.symbol, "loss": money_text(cents(loss))}
        return Reason("below_threshold", {**facts, "min_loss": money_text(least)})

    def _locked(self, lot: TaxLot, gain: Decimal) -> KeptLot:
        percent = self._settings.max_disallowed_percent
        return locked_lot(self._snapshot, lot, gain, self._standings, percent)

    def _symbol(self, lot: TaxLot) -> str:
        security = self._snapshot.security_by_id.get(lot.security_id)
        return security.symbol if security else str(lot.security_id)
