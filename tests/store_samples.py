"""Something of everything a household book can hold, and the digest of a book's content."""

import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal

from harvestdesk.domain.account import Account, AccountType, ReliefMethod
from harvestdesk.domain.account_rule import AccountRole, AccountRule
from harvestdesk.domain.household import FilingStatus, Household, Person, RateSource, TaxProfile
from harvestdesk.domain.ids import (
    AccountId,
    HouseholdId,
    IdenticalSetId,
    ImportId,
    LotId,
    OutsideHoldingId,
    PersonId,
    SecurityId,
    TransactionId,
)
from harvestdesk.domain.lot import LotSource, TaxLot
from harvestdesk.domain.outside import OutsideHolding
from harvestdesk.domain.prices import Price
from harvestdesk.domain.relations import Equivalent, IdenticalSet, Replacement
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.domain.security import AssetClass, Security, SecurityKind
from harvestdesk.domain.target import ClassTarget, SecurityTarget
from harvestdesk.domain.tax_year import (
    ExternalGain,
    ExternalKind,
    ExternalTerm,
    LawChange,
    LawTarget,
)
from harvestdesk.domain.transaction import (
    LotPick,
    ScheduledPurchase,
    Transaction,
    TransactionType,
)
from harvestdesk.domain.wash_policy import OtherPlans, Tacking, WashPolicy
from harvestdesk.store.connection import driver
from harvestdesk.store.database import HouseholdBook, HouseholdWriter
from harvestdesk.store.records import ImportRecord
from harvestdesk.store.tables import DATA_TABLES

JOINT, IRA = AccountId("account-1"), AccountId("account-2")
FUND, TWIN, OPTION = SecurityId("security-1"), SecurityId("security-2"), SecurityId("security-3")
ALEX, JORDAN = PersonId("person-1"), PersonId("person-2")

HOUSEHOLD_1 = Household(
    HouseholdId("household-1"),
    "Rivera",
    TaxProfile(realised_short=Decimal("-1200.55"), carryforward_long=Decimal("0.01")),
    simulated=True,
    fixed_as_of="2025-12-05",
)
"""As the file of schema 1 holds it."""
HOUSEHOLD = replace(
    HOUSEHOLD_1,
    tax=replace(
        HOUSEHOLD_1.tax,
        filing_status=FilingStatus.SURVIVING,
        rate_source=RateSource.TABLES,
        wages=Decimal("182000.5"),
        investment_income=Decimal("3100.01"),
        qualified_dividends=Decimal(2200),
        itemised=Decimal("41000.000001"),
        aged_or_blind=2,
        seniors=1,
        state="CA",
        state_rate=Decimal("0.0933"),
        discount_rate=Decimal("0.045"),
    ),
    wash=WashPolicy(tacking=Tacking.ORIGINAL_DATE, other_plans=OtherPlans.IGNORE),
)
PEOPLE = (Person(ALEX, "Alex"), Person(JORDAN, "Jordan", is_spouse=True))
ACCOUNTS_1 = (
    Account(JOINT, "Joint", AccountType.JOINT, (JORDAN, ALEX), "schwab", "4417", fractional=True),
    Account(IRA, "IRA", AccountType.TRADITIONAL_IRA, (ALEX,), relief=ReliefMethod.HIFO, reinvests=True),
)  # fmt: skip
FUNDS = AccountId("account-3")
ACCOUNTS = (
    *ACCOUNTS_1,
    Account(FUNDS, "Funds", owner_ids=(ALEX,), relief=ReliefMethod.AVERAGE),
)
SECURITIES = (
    Security(FUND, "SIMI", "Simulated fund", SecurityKind.ETF, AssetClass.INTL_EQUITY),
    Security(TWIN, "SIMV", "Another", SecurityKind.ETF, tracked_index="Index", cusip="123456789"),
    Security(OPTION, "SIMI 50 C", "A call", SecurityKind.OPTION, underlying_id=FUND),
)
LOTS = (
    TaxLot(LotId("lot-1"), JOINT, FUND, Decimal("212.50000001"), date(2024, 5, 8), date(2024, 4, 1),
           Decimal("15243.130001"), Decimal("12.5"), LotSource.DRIP, "order 7", "L1", date(2025, 11, 28)),
    TaxLot(LotId("lot-2"), IRA, TWIN, Decimal(3), None, None, None, source=LotSource.POSITION),
)  # fmt: skip
IMPORT = ImportRecord(
    ImportId("import-1"), "lots.csv", "ab" * 32, "schwab", "lots", 2, "2025-12-05T10:00"
)
TRANSACTIONS_1 = (
    Transaction(TransactionId("t-1"), date(2024, 5, 8), TransactionType.BUY, JOINT, FUND,
                Decimal("212.5"), Decimal("15243.13"), Decimal("0.5"), lot_id=LotId("lot-1")),
    Transaction(TransactionId("t-2"), date(2025, 3, 1), TransactionType.SELL, JOINT, FUND, Decimal(10),
                Decimal("700.1"), picks=(LotPick(LotId("lot-1"), Decimal(4)), LotPick(LotId("lot-0"), Decimal(6))),
                relief=ReliefMethod.SPECIFIC, broker_ref="B2", note="sold \u2019twice\u2019"),
    Transaction(TransactionId("t-0"), date(2025, 12, 8), TransactionType.CASH, IRA, amount=Decimal("-3.5"),
                acquired_on=date(2001, 2, 3), ratio=Decimal("1.5")),
)  # fmt: skip
TRANSACTIONS = (
    *TRANSACTIONS_1,
    Transaction(TransactionId("u-1"), date(2025, 12, 9), TransactionType.SPIN_OFF, JOINT, FUND, ratio=Decimal("0.25"),
                other_security_id=TWIN, basis_fraction=Decimal("0.12345678")),
    Transaction(TransactionId("u-2"), date(2025, 12, 10), TransactionType.MERGER, JOINT, FUND, amount=Decimal("12.5"),
                ratio=Decimal("1.5"), other_security_id=TWIN),
    Transaction(TransactionId("u-3"), date(2025, 12, 11), TransactionType.SYMBOL_CHANGE, JOINT, FUND,
                ratio=Decimal(1), other_security_id=TWIN),
    Transaction(TransactionId("u-4"), date(2025, 12, 12), TransactionType.SHORT_SALE, FUNDS, TWIN, Decimal(5),
                Decimal(300)),
    Transaction(TransactionId("u-5"), date(2025, 12, 13), TransactionType.SHORT_COVER, FUNDS, TWIN, Decimal(5),
                Decimal(280), relief=ReliefMethod.TAX_ORDER),
)  # fmt: skip
SCHEDULED = (
    ScheduledPurchase("s-1", TransactionType.DRIP, IRA, FUND, date(2025, 12, 15), 90, date(2026, 12, 31),
                      Decimal("0.5"), Decimal("33.1"), confirmed=False, note="inferred"),
)  # fmt: skip
PRICES = (
    (FUND, Price(Decimal("71.25"), date(2025, 12, 4), "simulated")),
    (FUND, Price(Decimal("70.12345678"), date(2025, 12, 3), "simulated")),
    (TWIN, Price(Decimal("55"), date(2025, 12, 3), "schwab")),
)
SETS = (IdenticalSet(IdenticalSetId("set-1"), "International", (TWIN, FUND), "same index"),)
EQUIVALENTS = (Equivalent(FUND, TWIN, Decimal("2.5")),)
REPLACEMENTS = (Replacement(FUND, TWIN, 1, Decimal(12), buy_allowed=False, note="wider"),)
CLASS_TARGETS = (
    ClassTarget(AssetClass.INTL_EQUITY, Decimal("0.3"), Decimal("0.25"), Decimal("0.35")),
)
SECURITY_TARGETS = (SecurityTarget(JOINT, FUND, Decimal("0.33333333")),)
EXTERNAL_GAINS = (
    ExternalGain("gain-2", date(2025, 6, 30), ExternalTerm.SHORT, Decimal("-1250.01"), realised=True),
    ExternalGain("gain-1", date(2026, 12, 31), ExternalTerm.LONG, Decimal(9000), Decimal("0.8"), ExternalKind.K1,
                 note="estimate"),
)  # fmt: skip
LAW_CHANGES = (
    LawChange("law-1", 2027, LawTarget.LONG_TERM, Decimal("0.05")),
    LawChange("law-0", 2028, LawTarget.NIIT, Decimal("-0.038"), "repeal"),
)
ACCOUNT_RULES = (
    AccountRule(JOINT, AccountRole.FIRST, cash_min=Decimal(500), cash_reserve=Decimal("1500.25"),
                cash_max=Decimal(9000)),
    AccountRule(IRA, menu=(TWIN, FUND)),
)  # fmt: skip
OUTSIDE = (
    OutsideHolding(OutsideHoldingId("outside-1"), TWIN, Decimal("250000.5"), "workplace plan"),
    OutsideHolding(OutsideHoldingId("outside-2"), FUND, Decimal("0.01")),
)
VOLUMES = (
    (FUND, date(2025, 11, 28), Decimal(1_250_000)),
    (FUND, date(2025, 12, 4), Decimal(1_300_000)),
    (TWIN, date(2025, 12, 8), Decimal(40)),
)
RISK = RiskSettings(half_life_days=None, lookback_days=756, outlier=6.5)


def fill(w: HouseholdWriter) -> None:
    """Write something of everything but a proposal."""
    w.put_people(PEOPLE)
    w.put_accounts(ACCOUNTS)
    w.put_securities(tuple(reversed(SECURITIES)))
    w.add_import(IMPORT)
    w.add_transactions(TRANSACTIONS, IMPORT.id)
    w.replace_statement_lots(JOINT, [FUND], [LOTS[0]])
    w.replace_lots([JOINT, IRA], LOTS)
    w.put_prices(PRICES)
    w.put_cash(JOINT, date(2025, 11, 28), Decimal("8400.01"), "schwab")
    w.put_scheduled(SCHEDULED)
    w.replace_identical_sets(SETS)
    w.replace_equivalents(EQUIVALENTS)
    w.replace_replacements(REPLACEMENTS)
    w.replace_class_targets(CLASS_TARGETS)
    w.replace_security_targets(SECURITY_TARGETS)
    w.replace_external_gains(tuple(reversed(EXTERNAL_GAINS)))
    w.replace_law_changes(tuple(reversed(LAW_CHANGES)))
    w.replace_account_rules(tuple(reversed(ACCOUNT_RULES)))
    w.replace_outside_holdings(tuple(reversed(OUTSIDE)))
    w.put_volumes(VOLUMES)
    w.put_risk_settings(RISK)
    w.put_setting("wash.policy", '{"drip":true}')


def content(book: HouseholdBook) -> str:
    """Return the SHA-256 of every row of every data table, with its row number."""
    raw = driver(book._connection)
    state = hashlib.sha256()
    for name in sorted(DATA_TABLES):
        state.update(
            repr((name, raw.execute(f"SELECT * FROM {name} ORDER BY row_no").fetchall())).encode()
        )
    return state.hexdigest()
