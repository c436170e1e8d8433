"""Small households for tests of the optimiser: everything by hand, nothing random."""

from datetime import date, timedelta
from decimal import Decimal

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.household import Household, TaxProfile
from harvestdesk.domain.ids import AccountId, HouseholdId, LotId, ProposalId, SecurityId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.prices import Price, PriceBook
from harvestdesk.domain.proposal import HarvestSettings, Proposal
from harvestdesk.domain.relations import Replacement
from harvestdesk.domain.security import AssetClass, Security, SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize import codes
from harvestdesk.optimize.cancel import NeverCancelled, silent
from harvestdesk.optimize.harvest import plan_harvest

AS_OF = date(2025, 12, 5)
OLD = date(2024, 3, 1)
LATER = date(2025, 6, 2)

ALL_REASONS = {**codes.SALE_REASONS, **codes.PURCHASE_REASONS, **codes.KEPT_REASONS}


def etf(symbol: str, asset_class: AssetClass = AssetClass.US_EQUITY, **more) -> Security:
    return Security(
        SecurityId(symbol), symbol, kind=SecurityKind.ETF, asset_class=asset_class, **more
    )


def stock(symbol: str, sector: str = "Energy") -> Security:
    return Security(SecurityId(symbol), symbol, sector=sector)


def lot(name, symbol, shares, basis, *, account="joint", on=OLD, **more) -> TaxLot:
    return TaxLot(
        LotId(name),
        AccountId(account),
        SecurityId(symbol),
        Decimal(str(shares)),
        on,
        more.pop("adjusted", on),
        None if basis is None else Decimal(str(basis)),
        **more,
    )


def swap(sold: str, bought: str, rank: int = 1, **more) -> Replacement:
    return Replacement(SecurityId(sold), SecurityId(bought), rank, **more)


def snapshot(
    securities, lots, prices, *, replacements=(), cash="1000", accounts=None, as_of=AS_OF, **more
) -> HouseholdSnapshot:
    accounts = accounts or (
        Account(AccountId("joint"), "Joint", AccountType.JOINT),
        Account(AccountId("roth"), "Roth", AccountType.ROTH_IRA),
    )
    book = {
        SecurityId(s): v if isinstance(v, Price) else Price(Decimal(str(v)), as_of, "test")
        for s, v in prices.items()
    }
    tax = more.pop("tax", TaxProfile())
    return HouseholdSnapshot(
        Household(HouseholdId("h"), "Test", tax),
        as_of,
        accounts=tuple(accounts),
        securities=tuple(securities),
        lots=tuple(lots),
        prices=PriceBook(as_of, book),
        cash=more.pop("cash_of", {AccountId("joint"): Decimal(cash)}),
        replacements=tuple(replacements),
        **more,
    )


def plan(household: HouseholdSnapshot, token=None, **settings) -> Proposal:
    return plan_harvest(
        household,
        HarvestSettings(**settings),
        proposal_id=ProposalId("p1"),
        created_at="2025-12-05T12:00:00",
        token=token or NeverCancelled(),
        report=silent,
    )


def kept_codes(proposal: Proposal) -> dict[str, str]:
    return {k.lot_id: k.reason.code for k in proposal.kept}


def check_sound(household: HouseholdSnapshot, proposal: Proposal) -> None:
    """Whatever the household: no gain sold, no cash missing, every share accounted for, every code known."""
    assert [c for c in proposal.checks if not c.passed] == []
    assert all(s.gain < 0 for s in proposal.sales)
    net = dict.fromkeys(household.account_by_id, Decimal(0))
    for sale in proposal.sales:
        net[sale.account_id] += sale.proceeds
    for bought in proposal.purchases:
        net[bought.account_id] -= bought.amount
        assert bought.shares > 0
    assert all(v >= 0 for v in net.values())
    sold = {s.lot_id: s.shares for s in proposal.sales}
    kept = {k.lot_id: k.shares for k in proposal.kept}
    for held in household.lots:
        assert sold.get(held.id, 0) + kept.get(held.id, 0) == held.shares, held.id
    for left in proposal.kept:
        if left.reason.code == "would_breach_te":
            facts = left.reason.facts
            assert Decimal(facts["te_after_bp"]) >= Decimal(facts["limit_bp"]), left
    _codes_known(proposal)


def _codes_known(proposal: Proposal) -> None:
    reasons = [t.reason for t in (*proposal.sales, *proposal.purchases, *proposal.kept)]
    for reason in reasons:
        assert set(reason.facts) >= set(ALL_REASONS[reason.code].facts), reason
        assert all(isinstance(v, str) for v in reason.facts.values()), reason
    for notice in proposal.notices:
        assert set(notice.facts) == set(codes.NOTICES[notice.code].facts), notice
    for check in proposal.checks:
        if check.code in codes.CHECKS:
            assert set(check.facts) == set(codes.CHECKS[check.code].facts), check


def days_ago(days: int) -> date:
    return AS_OF - timedelta(days=days)
