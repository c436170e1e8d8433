"""A household with every kind of sale a Form 8949 must tell apart, in 2025; the facts are invented."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.household import Household, Person, RateSource, TaxProfile
from harvestdesk.domain.ids import (
    AccountId,
    HouseholdId,
    IdenticalSetId,
    PersonId,
    SecurityId,
    TransactionId,
)
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.tax_year import ExternalGain, ExternalKind, ExternalTerm
from harvestdesk.domain.transaction import Transaction, TransactionType

AS_OF = date(2026, 2, 10)
YEAR = 2025
ALEX, JORDAN = PersonId("person-1"), PersonId("person-2")
JOINT, DIRECT, IRA, SPOUSE = (AccountId(f"account-{n}") for n in range(1, 5))

ACCOUNTS = (
    Account(JOINT, "Rivera joint", AccountType.JOINT, (ALEX, JORDAN), "schwab", "4417"),
    Account(DIRECT, "Direct index", AccountType.TAXABLE, (ALEX,), "ibkr", "9031"),
    Account(IRA, "Alex traditional IRA", AccountType.TRADITIONAL_IRA, (ALEX,), "fidelity", "2208"),
)
JORDANS = Account(SPOUSE, "Jordan alone", AccountType.TAXABLE, (JORDAN,), "vanguard", "7711")
_KINDS: dict[str, SecurityKind] = {
    "ARBX": SecurityKind.STOCK,
    "BOLT": SecurityKind.STOCK,
    "CRNA": SecurityKind.STOCK,
    "DELV": SecurityKind.STOCK,
    "EMBR": SecurityKind.STOCK,
    "FLNT": SecurityKind.STOCK,
    "GRVA": SecurityKind.STOCK,
    "HLTH.B": SecurityKind.STOCK,
    "INDX": SecurityKind.STOCK,
    "SIMI": SecurityKind.ETF,
    "SIMX": SecurityKind.MUTUAL_FUND,
    "SIMC": SecurityKind.CRYPTO,
    "SIMR": SecurityKind.STOCK,
}
SECURITIES = tuple(
    Security(SecurityId(f"security-{s}"), s, f"Simulated {s}", kind, cusip=f"SIM{n:06}")
    for n, (s, kind) in enumerate(_KINDS.items(), 1)
)

_T = TransactionType
# id, day, type, account, symbol, shares, amount, acquired
_ROWS: tuple[tuple[str, str, TransactionType, AccountId, str, str, str, str], ...] = (
    # A plain short gain, a plain long gain, shares bought before brokers reported basis.
    ("b01", "2025-01-10", _T.BUY, DIRECT, "ARBX", "100", "4120.00", ""),
    ("s01", "2025-06-12", _T.SELL, DIRECT, "ARBX", "100", "4875.55", ""),
    ("b02", "2019-03-04", _T.BUY, DIRECT, "BOLT", "250", "12010.25", ""),
    ("s02", "2025-07-01", _T.SELL, DIRECT, "BOLT", "120", "9450.10", ""),
    ("b03", "2009-05-20", _T.BUY, JOINT, "CRNA", "80", "2100.00", ""),
    ("s03", "2025-03-03", _T.SELL, JOINT, "CRNA", "80", "6020.40", ""),
    # A loss washed in part by a purchase of the same account, the replacement sold later at a gain.
    ("b04", "2024-02-05", _T.BUY, DIRECT, "DELV", "300", "15000.00", ""),
    ("s04", "2025-04-15", _T.SELL, DIRECT, "DELV", "300", "12600.00", ""),
    ("b05", "2025-04-28", _T.BUY, DIRECT, "DELV", "100", "4300.00", ""),
    ("s05", "2025-11-20", _T.SELL, DIRECT, "DELV", "100", "5400.00", ""),
    # A loss washed by a reinvested dividend in an IRA: lost for good, and no broker sees it.
    ("b06", "2024-09-09", _T.BUY, DIRECT, "EMBR", "200", "20000.00", ""),
    ("s06", "2025-05-05", _T.SELL, DIRECT, "EMBR", "200", "16000.00", ""),
    ("b07", "2025-05-12", _T.DRIP, IRA, "EMBR", "12.5", "1012.50", ""),
    # A loss washed by a purchase at another broker, whose shares are sold in the same year.
    ("b08", "2023-10-02", _T.BUY, DIRECT, "FLNT", "150", "6000.00", ""),
    ("s08", "2025-08-08", _T.SELL, DIRECT, "FLNT", "150", "4500.00", ""),
    ("b09", "2025-08-20", _T.BUY, JOINT, "FLNT", "150", "4650.00", ""),
    ("s09", "2025-12-01", _T.SELL, JOINT, "FLNT", "150", "5700.00", ""),
    # A fund and its reinvested dividend, a gift, an inheritance, shares vested, a move without a cost.
    ("b10", "2011-06-15", _T.BUY, JOINT, "SIMI", "40", "1900.00", ""),
    ("d10", "2013-12-20", _T.DRIP, JOINT, "SIMI", "3.333", "170.01", ""),
    ("s10", "2025-09-15", _T.SELL, JOINT, "SIMI", "43.333", "2646.00", ""),
    ("g11", "2025-02-02", _T.GIFT_IN, JOINT, "GRVA", "15", "1500.00", "2016-04-04"),
    ("s11", "2025-10-06", _T.SELL, JOINT, "GRVA", "15", "3061.50", ""),
    ("i12", "2024-11-11", _T.INHERIT, JOINT, "INDX", "60", "2820.00", "2024-11-11"),
    ("s12", "2025-12-15", _T.SELL, JOINT, "INDX", "60", "2928.00", ""),
    ("v13", "2025-03-31", _T.VEST, JOINT, "SIMR", "50", "2450.00", ""),
    ("s13", "2025-04-01", _T.SELL, JOINT, "SIMR", "50", "2441.20", ""),
    ("t14", "2024-06-06", _T.TRANSFER_IN, DIRECT, "HLTH.B", "90", "0", ""),
    ("s14", "2025-10-20", _T.SELL, DIRECT, "HLTH.B", "90", "6934.50", ""),
    # Digital assets, a distribution beyond the basis, fund distributions, a dividend and interest.
    ("b15", "2024-12-01", _T.BUY, DIRECT, "SIMC", "0.75", "42000.00", ""),
    ("s15", "2025-11-03", _T.SELL, DIRECT, "SIMC", "0.25", "13500.00", ""),
    ("b16", "2020-01-06", _T.BUY, DIRECT, "HLTH.B", "10", "100.00", ""),
    ("c17", "2025-12-18", _T.CAPITAL_GAIN_LONG, JOINT, "SIMX", "0", "412.34", ""),
    ("c18", "2025-12-18", _T.CAPITAL_GAIN_SHORT, JOINT, "SIMX", "0", "55.10", ""),
    ("c19", "2025-06-30", _T.DIVIDEND, JOINT, "SIMX", "0", "240.00", ""),
    ("c20", "2025-06-30", _T.INTEREST, JOINT, "SIMX", "0", "31.07", ""),
    ("b21", "2021-02-02", _T.BUY, JOINT, "ARBX", "10", "90.00", ""),
    ("r21", "2025-08-29", _T.RETURN_OF_CAPITAL, JOINT, "ARBX", "0", "104.40", ""),
)  # fmt: skip


_HARD_ROWS: tuple[tuple[str, str, TransactionType, AccountId, str, str, str, str], ...] = (
    # A short sale at a gain; one at a loss, long-term by the shares held (IRC §1233(d)).
    ("x1", "2025-01-15", _T.SHORT_SALE, DIRECT, "ARBX", "50", "2500.00", ""),
    ("x2", "2025-02-20", _T.SHORT_COVER, DIRECT, "ARBX", "50", "2200.00", ""),
    ("x3", "2025-09-02", _T.SHORT_SALE, DIRECT, "BOLT", "20", "1500.00", ""),
    ("x4", "2025-10-03", _T.SHORT_COVER, DIRECT, "BOLT", "20", "1712.30", ""),
    # A loss taken over by joint shares, washed again by the spouse's, washed once more by joint ones.
    ("w1", "2025-06-02", _T.BUY, JOINT, "EMBR", "40", "4000.00", ""),
    ("w2", "2025-07-02", _T.SELL, JOINT, "EMBR", "40", "3500.00", ""),
    ("w3", "2025-07-10", _T.BUY, SPOUSE, "EMBR", "10", "900.00", ""),
    ("w4", "2025-12-20", _T.SELL, SPOUSE, "EMBR", "10", "700.00", ""),
    ("w5", "2025-12-28", _T.BUY, JOINT, "EMBR", "6", "430.00", ""),
    # A cost without a date, a gift sold at a loss, shares for shares and cash.
    ("u1", "2025-03-03", _T.TRANSFER_IN, JOINT, "BOLT", "12", "600.00", ""),
    ("u2", "2025-08-15", _T.SELL, JOINT, "BOLT", "12", "700.00", ""),
    ("g1", "2025-03-03", _T.GIFT_IN, DIRECT, "SIMR", "5", "500.00", "2020-03-03"),
    ("g2", "2025-08-15", _T.SELL, DIRECT, "SIMR", "5", "300.00", ""),
    ("m0", "2022-02-02", _T.BUY, JOINT, "DELV", "30", "1000.00", ""),
    ("m1", "2025-11-11", _T.MERGER, JOINT, "DELV", "15", "450.00", ""),
)  # fmt: skip


def transactions(*, hard: bool = False) -> tuple[Transaction, ...]:
    """The ledger, in date order; `hard`: with what a preparer meets seldom."""
    became = {"m1": SecurityId("security-GRVA")}
    made = [
        Transaction(
            TransactionId(row_id),
            date.fromisoformat(on),
            kind,
            account,
            SecurityId(f"security-{symbol}"),
            Decimal(shares),
            Decimal(amount),
            acquired_on=date.fromisoformat(acquired) if acquired else None,
            other_security_id=became.get(row_id),
        )
        for row_id, on, kind, account, symbol, shares, amount, acquired in (
            *_ROWS,
            *(_HARD_ROWS if hard else ()),
        )
    ]
    return tuple(sorted(made, key=lambda t: t.on))


def tax_household(
    rows: Sequence[Transaction] | None = None, **changes: object
) -> HouseholdSnapshot:
    """The household on February 10, 2026."""
    base = HouseholdSnapshot(
        household=Household(
            HouseholdId("household-1"),
            "Alex and Jordan Rivera",
            TaxProfile(
                rate_source=RateSource.TABLES,
                wages=Decimal(180000),
                carryforward_short=Decimal("250.00"),
                carryforward_long=Decimal("1200.00"),
            ),
            simulated=True,
        ),
        as_of=AS_OF,
        people=(Person(ALEX, "Alex"), Person(JORDAN, "Jordan", True)),
        accounts=ACCOUNTS,
        securities=SECURITIES,
        transactions=transactions() if rows is None else tuple(rows),
        identical_sets=(
            IdenticalSet(IdenticalSetId("set-1"), "International", (SecurityId("security-SIMI"),)),
        ),
        external_gains=(
            ExternalGain(
                "gain-1", date(2025, 12, 31), ExternalTerm.LONG, Decimal("900.00"),
                kind=ExternalKind.K1, realised=True,
            ),
            ExternalGain(
                "gain-2", date(2025, 12, 31), ExternalTerm.SHORT, Decimal("5000.00"),
                Decimal("0.5"), note="Expected only: no fact for a form",
            ),
        ),
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def hard_household(**changes: object) -> HouseholdSnapshot:
    """The same with short sales, chains of washes, a spouse's account, a merger, gifts and missing dates."""
    return tax_household(transactions(hard=True), accounts=(*ACCOUNTS, JORDANS), **changes)
