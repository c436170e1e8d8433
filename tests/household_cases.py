"""Small households and their plans for tests: two taxable accounts, a traditional and a Roth IRA, a 401(k)."""

from decimal import Decimal

from harvest_households import etf, lot, snapshot

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.account_rule import AccountRule
from harvestdesk.domain.household import TaxProfile
from harvestdesk.domain.ids import AccountId, ProposalId, SecurityId
from harvestdesk.domain.plan_settings import PlanKind, PlanSettings
from harvestdesk.domain.proposal import Proposal
from harvestdesk.domain.security import AssetClass
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.target import ClassTarget
from harvestdesk.optimize import codes
from harvestdesk.optimize.cancel import NeverCancelled, silent
from harvestdesk.optimize.household.plan import plan_household

JOINT, SOLO, IRA, ROTH, PLAN = (AccountId(n) for n in ("joint", "solo", "ira", "roth", "plan"))
US, WORLD, BOND = AssetClass.US_EQUITY, AssetClass.INTL_EQUITY, AssetClass.US_BOND
PRICES = {"USA": 100, "USB": 50, "INT": 40, "BND": 80}
TAX = TaxProfile(rate_short=Decimal("0.4"), rate_long=Decimal("0.2"), rate_ordinary=Decimal("0.3"))

REASONS = {
    **codes.SALE_REASONS,
    **codes.PURCHASE_REASONS,
    **codes.KEPT_REASONS,
    **codes.PLAN_SALE_REASONS,
    **codes.PLAN_PURCHASE_REASONS,
    **codes.PLAN_KEPT_REASONS,
    **codes.GAIN_SALE_REASONS,
    **codes.GIFT_REASONS,
}


def accounts(*, fractional: bool = True, only: tuple[AccountId, ...] = (JOINT, IRA, ROTH)):
    known = {
        JOINT: Account(JOINT, "Joint", AccountType.JOINT, fractional=fractional),
        SOLO: Account(SOLO, "Solo", AccountType.TAXABLE, fractional=fractional),
        IRA: Account(IRA, "IRA", AccountType.TRADITIONAL_IRA, fractional=fractional),
        ROTH: Account(ROTH, "Roth", AccountType.ROTH_IRA, fractional=fractional),
        PLAN: Account(PLAN, "401(k)", AccountType.PLAN_401K, fractional=fractional),
    }
    return tuple(known[a] for a in only)


def target(kind: AssetClass, weight: str, low: str, high: str) -> ClassTarget:
    return ClassTarget(kind, Decimal(weight), Decimal(low), Decimal(high))


TARGETS = (
    target(US, "0.5", "0.45", "0.55"),
    target(WORLD, "0.2", "0.15", "0.25"),
    target(BOND, "0.3", "0.25", "0.35"),
)


def household(lots, *, cash=None, rules=(), only=(JOINT, IRA, ROTH), **more) -> HouseholdSnapshot:
    """Four funds (USA and USB of one class, INT, BND) at round prices, targets of 50/20/30."""
    made = {
        "securities": (etf("USA", US), etf("USB", US), etf("INT", WORLD), etf("BND", BOND)),
        "prices": PRICES,
        "accounts": accounts(only=only, fractional=more.pop("fractional", True)),
        "cash_of": {AccountId(a): Decimal(str(c)) for a, c in (cash or {}).items()},
        "class_targets": TARGETS,
        "account_rules": tuple(rules),
        "tax": TAX,
    }
    return snapshot(**{**made, "lots": lots, **more})


def rule(account: AccountId, **facts) -> AccountRule:
    money = {k: Decimal(str(v)) for k, v in facts.items() if k.startswith("cash")}
    menu = tuple(SecurityId(s) for s in facts.get("menu", ()))
    return AccountRule(account, **{**facts, **money, "menu": menu})


def plan(of: HouseholdSnapshot, kind: PlanKind = PlanKind.REBALANCE, **asked) -> Proposal:
    made = plan_household(
        of,
        PlanSettings(kind=kind, **asked),
        proposal_id=ProposalId("p1"),
        created_at="2025-12-05T12:00:00",
        token=NeverCancelled(),
        report=silent,
    )
    check_sound(of, made)
    return made


def check_sound(of: HouseholdSnapshot, proposal: Proposal) -> None:
    """Whatever was asked: proven, every check passed, every share accounted for, every code known."""
    failed = [(c.code, dict(c.facts)) for c in proposal.checks if not c.passed]
    assert not failed, failed
    assert proposal.passed, proposal.solver
    assert proposal.fingerprint == of.fingerprint
    sold = {s.lot_id: s.shares for s in (*proposal.sales, *proposal.gifts)}
    kept = {k.lot_id: k.shares for k in proposal.kept}
    for held in of.lots:
        assert sold.get(held.id, 0) + kept.get(held.id, 0) == held.shares, held.id
    told = (*proposal.sales, *proposal.gifts, *proposal.purchases, *proposal.kept)
    for reason in (t.reason for t in told):
        assert set(reason.facts) >= set(REASONS[reason.code].facts), reason
        assert all(isinstance(v, str) for v in reason.facts.values()), reason
    for notice in proposal.notices:
        assert set(notice.facts) == set(codes.NOTICES[notice.code].facts), notice
    for check in proposal.checks:
        if check.code in codes.CHECKS:
            assert set(check.facts) == set(codes.CHECKS[check.code].facts), check
    tax = proposal.after.tax - proposal.before.tax
    assert proposal.measures is not None
    assert proposal.measures.tax == tax
    on_payouts = sum(
        (Decimal(n.facts["tax"]) for n in proposal.notices if n.code == "payout_is_income"),
        Decimal(0),
    )
    shared = sum((s.tax_value for s in proposal.sales), Decimal(0))
    assert shared in {on_payouts - tax, Decimal(0)}
    assert proposal.solver.bound <= proposal.solver.objective + 1e-9


def cash_after(of: HouseholdSnapshot, proposal: Proposal, account: AccountId) -> Decimal:
    cash = of.cash.get(account, Decimal(0))
    cash += sum((s.proceeds for s in proposal.sales if s.account_id == account), Decimal(0))
    cash -= sum((p.amount for p in proposal.purchases if p.account_id == account), Decimal(0))
    paid = proposal.measures.payouts if proposal.measures else ()
    return cash - sum((p.amount for p in paid if p.account_id == account), Decimal(0))


def sold_of(proposal: Proposal) -> dict[str, Decimal]:
    return {s.lot_id: s.shares for s in proposal.sales}


def bought_in(proposal: Proposal, account: AccountId) -> set[str]:
    return {p.security_id for p in proposal.purchases if p.account_id == account}


def kept_codes(proposal: Proposal) -> dict[str, str]:
    return {k.lot_id: k.reason.code for k in proposal.kept}


def notice_codes(proposal: Proposal) -> set[str]:
    return {n.code for n in proposal.notices}


def weight(proposal: Proposal, kind: AssetClass) -> Decimal:
    """Weight of a class after the plan."""
    assert proposal.measures is not None
    return next(w.after for w in proposal.measures.weights if w.name == kind.value)


def balanced(**more) -> HouseholdSnapshot:
    """100,000 dollars on target: stocks in the joint account, bonds in the IRA, USA at a gain of half its value."""
    lots = [
        lot("u", "USA", 500, 25000),
        lot("i", "INT", 500, 20000),
        lot("b", "BND", 375, 30000, account="ira"),
    ]
    return household(lots, **more)
