"""A small invented household, and a bigger one, for the tests of views; no file, no clock."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.errors import Notice
from harvestdesk.domain.household import Household
from harvestdesk.domain.ids import (
    AccountId,
    HouseholdId,
    IdenticalSetId,
    LotId,
    ProposalId,
    SecurityId,
    TransactionId,
)
from harvestdesk.domain.lock import LockKind, WashLock
from harvestdesk.domain.lot import LotSource, TaxLot, Term
from harvestdesk.domain.money import ZERO, cents
from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.domain.prices import Price, PriceBook
from harvestdesk.domain.proposal import (
    Check,
    HarvestSettings,
    KeptLot,
    LadderStep,
    LotSale,
    PlanFigures,
    Proposal,
    Purchase,
    Reason,
    SolverRecord,
)
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import AssetClass, Security, SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.target import ClassTarget
from harvestdesk.domain.transaction import ScheduledPurchase, Transaction, TransactionType

AS_OF = date(2025, 12, 5)
JOINT, DIRECT, IRA, ROTH, PLAN401K = (AccountId(x) for x in ("a1", "a2", "a3", "a4", "a5"))

ACCOUNTS = (
    Account(JOINT, "Rivera joint", AccountType.JOINT, custodian="schwab", reinvests=True),
    Account(DIRECT, "Direct index", AccountType.TAXABLE, custodian="ibkr"),
    Account(IRA, "Alex traditional IRA", AccountType.TRADITIONAL_IRA, custodian="fidelity"),
    Account(ROTH, "Jordan Roth IRA", AccountType.ROTH_IRA, custodian="fidelity"),
    Account(PLAN401K, "Alex 401(k)", AccountType.PLAN_401K),
)


def _stock(symbol: str, name: str, sector: str = "Technology") -> Security:
    return Security(SecurityId(f"s:{symbol}"), symbol, name, sector=sector)


def _fund(symbol: str, name: str, asset_class: AssetClass) -> Security:
    return Security(SecurityId(f"s:{symbol}"), symbol, name, SecurityKind.ETF, asset_class)


SECURITIES = (
    _fund("TUSM", "Total US Market Fund", AssetClass.US_EQUITY),
    _fund("TUSX", "Total US Market Index Shares", AssetClass.US_EQUITY),
    _fund("INTD", "Developed Markets Fund", AssetClass.INTL_EQUITY),
    _fund("EMGX", "Emerging Markets Fund", AssetClass.EMERGING_EQUITY),
    _fund("USBD", "US Aggregate Bond Fund", AssetClass.US_BOND),
    _fund("REIX", "Real Estate Fund", AssetClass.REAL_ESTATE),
    _stock("ACLX", "Acelix Devices Inc", "Health Care"),
    _stock("BRVN", "Bravon Networks Corp"),
    _stock("CDRL", "Cedral Industries", "Industrials"),
)
SETS = (
    IdenticalSet(
        IdenticalSetId("total-us"),
        "Total US market",
        (SecurityId("s:TUSM"), SecurityId("s:TUSX")),
        "Same index",
    ),
)
PRICES = {
    "TUSM": "100",
    "TUSX": "50",
    "INTD": "40",
    "EMGX": "30",
    "USBD": "75",
    "REIX": "60",
    "ACLX": "80",
    "BRVN": "25",
    "CDRL": "120",
}


def lot(number: int, account: AccountId, symbol: str, shares: int, cost: int, days: int) -> TaxLot:
    """A lot bought `days` before the as-of date at a total `cost`."""
    bought = AS_OF - timedelta(days=days)
    return TaxLot(
        LotId(f"l{number}"),
        account,
        SecurityId(f"s:{symbol}"),
        Decimal(shares),
        bought,
        bought,
        Decimal(cost),
    )


LOTS = (
    lot(1, JOINT, "TUSM", 500, 30_000, 1500),
    lot(2, JOINT, "TUSM", 100, 10_900, 200),
    lot(3, DIRECT, "ACLX", 300, 32_500, 120),
    lot(4, DIRECT, "BRVN", 1000, 31_000, 500),
    lot(5, DIRECT, "CDRL", 150, 21_000, 90),
    lot(6, DIRECT, "CDRL", 10, 1_250, 12),
    lot(7, DIRECT, "INTD", 900, 30_000, 340),
    lot(8, JOINT, "USBD", 400, 33_000, 800),
    lot(9, IRA, "TUSX", 40, 2_100, 10),
    lot(10, ROTH, "EMGX", 2000, 40_000, 900),
    replace(lot(11, JOINT, "REIX", 50, 1, 30), cost_basis=None),
    lot(12, PLAN401K, "USBD", 1000, 70_000, 600),
)


def _bought(number: int, of: TaxLot, kind: TransactionType) -> Transaction:
    assert of.acquired_on is not None
    return Transaction(
        TransactionId(f"t{number}"),
        of.acquired_on,
        kind,
        of.account_id,
        of.security_id,
        of.shares,
        of.cost_basis or ZERO,
        lot_id=of.id,
    )


TRANSACTIONS = (
    _bought(1, LOTS[5], TransactionType.DRIP),
    _bought(2, LOTS[8], TransactionType.BUY),
)
SCHEDULED = (
    ScheduledPurchase(
        "r1",
        TransactionType.RECURRING,
        PLAN401K,
        SecurityId("s:ACLX"),
        date(2025, 12, 15),
        every_days=30,
        amount=Decimal(800),
    ),
)
TARGETS = tuple(
    ClassTarget(c, Decimal(w), Decimal(low), Decimal(high))
    for c, w, low, high in (
        (AssetClass.US_EQUITY, "0.45", "0.40", "0.50"),
        (AssetClass.INTL_EQUITY, "0.12", "0.09", "0.15"),
        (AssetClass.EMERGING_EQUITY, "0.05", "0.03", "0.07"),
        (AssetClass.US_BOND, "0.30", "0.25", "0.35"),
        (AssetClass.REAL_ESTATE, "0.05", "0.03", "0.07"),
        (AssetClass.CASH, "0.03", "0.01", "0.05"),
    )
)


def household(**changes: object) -> HouseholdSnapshot:
    """A couple with five accounts and twelve lots on December 5, 2025."""
    prices = {SecurityId(f"s:{k}"): Price(Decimal(v), AS_OF) for k, v in PRICES.items()}
    base = HouseholdSnapshot(
        household=Household(HouseholdId("h1"), "Rivera", simulated=True),
        as_of=AS_OF,
        accounts=ACCOUNTS,
        securities=SECURITIES,
        lots=LOTS,
        transactions=TRANSACTIONS,
        scheduled=SCHEDULED,
        prices=PriceBook(AS_OF, prices),
        cash={JOINT: Decimal(12_000), DIRECT: Decimal(3_000)},
        identical_sets=SETS,
        class_targets=TARGETS,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def empty_household() -> HouseholdSnapshot:
    """A household nothing has been imported into."""
    return HouseholdSnapshot(Household(HouseholdId("h0"), "New"), AS_OF)


def many_lots(count: int, seed: int = 7) -> HouseholdSnapshot:
    """The same couple with `count` lots over sixty invented stocks."""
    dice = random.Random(seed)
    stocks = [
        _stock(a + b + c, f"{a}{b}{c} Holdings Inc")
        for a, b, c in zip("ABCDEFGHIJKLMNOPQRST" * 3, "LMNOPQ" * 10, "XYZVW" * 12, strict=True)
    ]
    prices = {s.id: Price(Decimal(dice.randint(20, 400)), AS_OF) for s in stocks}
    lots = tuple(_random_lot(dice, i, stocks, prices) for i in range(count))
    base = household()
    return replace(
        base,
        securities=(*base.securities, *stocks),
        prices=PriceBook(AS_OF, {**base.prices.prices, **prices}),
        lots=(*base.lots, *lots),
        transactions=(
            *base.transactions,
            *(
                _bought(100 + i, x, TransactionType.BUY)
                for i, x in enumerate(lots)
                if x.acquired_on is not None and (AS_OF - x.acquired_on).days <= 60
            ),
        ),
    )


def _random_lot(
    dice: random.Random, i: int, stocks: list[Security], prices: dict[SecurityId, Price]
) -> TaxLot:
    stock = dice.choice(stocks)
    days = int(dice.random() ** 2 * 2600) + 3
    shares = Decimal(dice.randint(5, 400))
    growth = Decimal(str(round(dice.gauss(1.0, 0.12) + days / 5200, 4)))
    cost = cents(shares * prices[stock.id].value / max(growth, Decimal("0.3")))
    bought = AS_OF - timedelta(days=days)
    account = dice.choices([JOINT, DIRECT, IRA, ROTH], [3, 12, 1, 1])[0]
    source = LotSource.DRIP if shares < 20 else LotSource.BUY
    return TaxLot(LotId(f"m{i}"), account, stock.id, shares, bought, bought, cost, source=source)


# --- a plan ------------------------------------------------------------------------------------------
def sale(snapshot: HouseholdSnapshot, lot_id: str, tax_value: str = "900") -> LotSale:
    """The sale of one whole lot at its last price."""
    found = snapshot.lot_by_id[LotId(lot_id)]
    price = snapshot.prices.get(found.security_id)
    assert price is not None
    assert found.cost_basis is not None
    assert found.acquired_on is not None
    proceeds = found.shares * price.value
    short = (AS_OF - found.acquired_on).days <= 365
    symbol = snapshot.security_by_id[found.security_id].symbol
    facts = {
        "symbol": symbol,
        "account": snapshot.account_by_id[found.account_id].name,
        "loss": f"{found.cost_basis - proceeds:.2f}",
        "loss_percent": f"{(found.cost_basis - proceeds) / found.cost_basis * 100:.1f}",
        "term": "short" if short else "long",
        "acquired_on": found.acquired_on.isoformat(),
        "tax_value": tax_value,
    }
    return LotSale(
        lot_id=found.id,
        account_id=found.account_id,
        security_id=found.security_id,
        shares=found.shares,
        price=price.value,
        price_on=price.on,
        proceeds=proceeds,
        basis=found.cost_basis,
        gain=proceeds - found.cost_basis,
        term=Term.SHORT if short else Term.LONG,
        acquired_on=found.acquired_on,
        tax_value=Decimal(tax_value),
        reason=Reason("harvest_loss", facts),
        lot_shares=found.shares,
    )


def _locks(sales: tuple[LotSale, ...]) -> Iterator[WashLock]:
    for s in sales:
        yield WashLock(
            IdenticalSetId(f"own:{s.security_id}"),
            (s.security_id,),
            LockKind.BUY_LOCKED,
            AS_OF - timedelta(days=30),
            date(2026, 1, 4),
            date(2026, 1, 5),
            "planned",
            AS_OF,
            (s.account_id,),
            s.shares,
            dollars=-s.gain,
        )


def plan(snapshot: HouseholdSnapshot, lot_ids: tuple[str, ...] = ("l3", "l4")) -> Proposal:
    """A finished plan that sells these lots and buys CDRL's neighbours with the proceeds."""
    sales = tuple(sale(snapshot, x) for x in lot_ids)
    loss = -sum((s.gain for s in sales), ZERO)
    price = Decimal(40)
    buys = (
        Purchase(
            DIRECT,
            SecurityId("s:INTD"),
            Decimal(1200),
            price,
            AS_OF,
            1200 * price,
            tuple(s.security_id for s in sales),
            Reason(
                "replacement_nearest",
                {
                    "symbol": "INTD",
                    "for_symbols": "ACLX, BRVN",
                    "sector": "Technology",
                    "distance_percent": "4.1",
                },
            ),
        ),
    )
    before = PlanFigures(
        Decimal("22.4"), Decimal(41_200), Decimal(8_000), Decimal("18713.60"), ZERO, ZERO,
        Decimal(15_000), Decimal(31_000),
    )  # fmt: skip
    after = replace(
        before,
        tracking_error_bp=Decimal("34.8"),
        net_short=before.net_short - loss,
        tax=before.tax - Decimal(5_400),
        cash=Decimal("14200"),
        unrealised_losses=before.unrealised_losses - loss,
    )
    return Proposal(
        id=ProposalId("p1"),
        kind=PlanKind.HARVEST,
        as_of=AS_OF,
        created_at="2025-12-05T10:00:00",
        fingerprint=snapshot.fingerprint,
        settings=HarvestSettings(),
        sales=sales,
        purchases=buys,
        kept=_kept(),
        ladder=(
            LadderStep(
                LotId("l7"), Decimal(300), Decimal("1800"), Decimal("36.2"), Decimal("734.4")
            ),
            LadderStep(LotId("l8"), Decimal(400), Decimal("3000"), Decimal("39.9"), Decimal("714")),
        ),
        locks=tuple(_locks(sales)),
        before=before,
        after=after,
        solver=SolverRecord("optimal", "CLARABEL", "0.11", 15000.0, 15003.0, 0.0002),
        checks=(
            Check("no_gain_sold", True, {"sales": str(len(sales))}),
            Check("tracking_error", True, {"te_bp": "34.8", "limit_bp": "35"}),
        ),
        notices=(Notice("january_purchases", {"year": "2025", "first_safe_day": "2026-01-05"}),),
    )


def _kept() -> tuple[KeptLot, ...]:
    locked = Reason(
        "locked_until",
        {
            "symbol": "CDRL",
            "cause": "drip",
            "accounts": "Direct index",
            "blocked_shares": "150",
            "shares": "150",
            "loss": "3000.00",
            "free_from": "2025-12-24",
        },
    )
    return (
        KeptLot(LotId("l5"), Decimal(150), Decimal(-3000), locked, date(2025, 12, 24)),
        KeptLot(LotId("l1"), Decimal(500), Decimal(20_000), Reason("gain", {"symbol": "TUSM"})),
    )
