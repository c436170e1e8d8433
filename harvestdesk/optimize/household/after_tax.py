"""The after-tax view: a dollar of a traditional account counts less the tax at withdrawal (methods 4.6).

The problem is built from the household as it counts: lots' shares, cash and cash rules of a traditional account times
phi = 1 - rate. A plan comes back in shares that count, and is divided by phi before anything is booked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from harvestdesk.domain.account_rule import AccountRule
from harvestdesk.domain.conflict import RuleKind
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import AccountId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.money import ONE, ZERO, decimal_text, money_text
from harvestdesk.domain.plan_settings import PlanKind, PlanSettings
from harvestdesk.domain.proposal import Reason, RulePrice
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.engine.problem import IntArray
from harvestdesk.optimize.engine.trades import Buy, Sale, Trades
from harvestdesk.optimize.household.accounts import CashState, payers

_DOLLARS = ("proceeds", "gain", "loss", "amount", "left")
"""Facts of reasons that are dollars of one account."""


@dataclass(frozen=True)
class AfterTaxView:
    """How much a dollar of every account counts.

    Attributes:
        parts: [account] in the snapshot's order: phi of traditional accounts, one of all others.
    """

    account_ids: tuple[AccountId, ...]
    parts: tuple[Decimal, ...]

    @classmethod
    def of(cls, snapshot: HouseholdSnapshot, settings: PlanSettings) -> "AfterTaxView":
        """Return the view that is asked for; without it every dollar counts in full.

        Raises:
            BadInputError: all of a traditional account would be tax, or one of them pays out: payouts are dollars
                before tax.
        """
        accounts = snapshot.accounts
        ids = tuple(a.id for a in accounts)
        if not settings.after_tax_view:
            return cls(ids, (ONE,) * len(ids))
        rate = settings.retirement_rate
        if not 0 <= rate < 1:
            raise BadInputError(
                "With the after-tax view the tax rate at withdrawal is below 100 %.",
                code="plan.retirement_rate",
                field="retirement_rate",
            )
        view = cls(ids, tuple(ONE - rate if a.type.is_deferred else ONE for a in accounts))
        if settings.kind is PlanKind.WITHDRAW:
            paying = payers(snapshot, settings)
            if any(view.part(a.id) < 1 for a in accounts if a.id in paying):
                raise BadInputError(
                    "A withdrawal from a traditional account can't be planned with the after-tax view.",
                    code="plan.source",
                    field="source_ids",
                )
        return view

    @property
    def plain(self) -> bool:
        """True where every dollar counts in full."""
        return all(part == 1 for part in self.parts)

    def part(self, account_id: AccountId) -> Decimal:
        """Return what a dollar of an account counts."""
        return self.parts[self.account_ids.index(account_id)]

    # --- as it counts ---

    def counted(self, snapshot: HouseholdSnapshot) -> HouseholdSnapshot:
        """Return the household as it counts."""
        if self.plain:
            return snapshot
        return replace(
            snapshot,
            lots=tuple(_lot(x, self.part(x.account_id)) for x in snapshot.lots),
            cash=self.counted_cash(snapshot.cash),
            account_rules=tuple(_rule(r, self.part(r.account_id)) for r in snapshot.account_rules),
        )

    def counted_cash(self, cash: Mapping[AccountId, Decimal]) -> dict[AccountId, Decimal]:
        """Return dollars by account as they count."""
        return {a: amount * self.part(a) for a, amount in cash.items()}

    def counted_trades(self, trades: Trades, lot_account: IntArray) -> Trades:
        """Return booked trades as they count; `lot_account` is [lot]."""
        if self.plain:
            return trades
        return Trades(
            tuple(
                Sale(s.lot, s.shares * self.parts[int(lot_account[s.lot])]) for s in trades.sales
            ),
            tuple(
                Buy(b.account, b.security, b.shares * self.parts[b.account]) for b in trades.buys
            ),
        )

    # --- as it is ---

    def real_cash(self, states: Sequence[CashState]) -> tuple[CashState, ...]:
        """Return cash states in the accounts' own dollars."""
        if self.plain:
            return tuple(states)
        return tuple(
            replace(s, before=s.before / part, least=s.least / part, most=s.most / part)
            for s, part in zip(states, self.parts, strict=True)
        )

    def real_trades(self, trades: Trades, lot_account: IntArray) -> Trades:
        """Return trades in the shares that are really traded; `lot_account` is [lot]."""
        if self.plain:
            return trades
        return Trades(
            tuple(
                Sale(s.lot, s.shares / self.parts[int(lot_account[s.lot])]) for s in trades.sales
            ),
            tuple(
                Buy(b.account, b.security, b.shares / self.parts[b.account]) for b in trades.buys
            ),
        )

    def real_price(self, price: RulePrice) -> RulePrice:
        """Return the price of a rule; that of an account's cash for a step of its own dollars."""
        if price.code != RuleKind.CASH or price.name not in self.account_ids:
            return price
        part = self.part(AccountId(price.name))
        error = price.tracking_error_bp
        return replace(
            price,
            dollars=price.dollars * part,
            tracking_error_bp=None if error is None else error * part,
        )

    def real_reason(self, reason: Reason, account_id: AccountId) -> Reason:
        """Return a reason with its dollars and shares of one account as they are."""
        part = self.part(account_id)
        if part == 1:
            return reason
        facts = dict(reason.facts)
        facts.update(
            {name: money_text(Decimal(facts[name]) / part) for name in _DOLLARS if facts.get(name)}
        )
        if facts.get("shares"):
            facts["shares"] = decimal_text(round(Decimal(facts["shares"]) / part, 6))
        return Reason(reason.code, facts)


def _lot(lot: TaxLot, part: Decimal) -> TaxLot:
    if part == 1:
        return lot
    basis = None if lot.cost_basis is None else lot.cost_basis * part
    return replace(
        lot, shares=lot.shares * part, cost_basis=basis, wash_added=lot.wash_added * part
    )


def _rule(rule: AccountRule, part: Decimal) -> AccountRule:
    most = None if rule.cash_max is None else rule.cash_max * part
    return replace(
        rule, cash_min=rule.cash_min * part, cash_reserve=rule.cash_reserve * part, cash_max=most
    )


def even_out(
    wanted: Mapping[tuple[int, int], Decimal],
    buys: dict[tuple[int, int], Decimal],
    prices: Sequence[Decimal],
    idle: Decimal,
) -> Decimal:
    """Buy a share more, in place, of what whole shares cut most, while the dollars left over pay for it.

    Args:
        wanted: [account, security] shares before they were made whole, of one account.
        buys: whole shares.
        prices: [security].
        idle: dollars that making shares whole left in cash.

    Returns:
        Dollars still idle.
    """
    while True:
        short = {
            key: (shares - buys.get(key, ZERO)) * prices[key[1]]
            for key, shares in wanted.items()
            if prices[key[1]] <= idle
        }
        if not short:
            return idle
        most = max(short, key=lambda key: (short[key], -key[1]))
        buys[most] = buys.get(most, ZERO) + 1
        idle -= prices[most[1]]
