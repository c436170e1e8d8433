"""Small invented households and plans for tests: the shape of the real thing, figures by hand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.errors import Notice
from harvestdesk.domain.household import Household, Person, TaxProfile
from harvestdesk.domain.ids import (
    AccountId,
    HouseholdId,
    IdenticalSetId,
    LotId,
    PersonId,
    ProposalId,
    SecurityId,
)
from harvestdesk.domain.lock import LockKind, WashLock
from harvestdesk.domain.lot import LotSource, TaxLot, Term
from harvestdesk.domain.plan_settings import (
    GroupKind,
    GroupLimit,
    PlanKind,
    PlanSettings,
    Zone,
)
from harvestdesk.domain.prices import Price, PriceBook
from harvestdesk.domain.proposal import (
    Check,
    HarvestSettings,
    KeptLot,
    LadderStep,
    LotGift,
    LotSale,
    Payout,
    PlanFigures,
    PlanMeasures,
    Proposal,
    Purchase,
    Reason,
    RulePrice,
    SolverRecord,
    WeightChange,
)
from harvestdesk.domain.relations import IdenticalSet, Replacement
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.transaction import ScheduledPurchase, TransactionType

AS_OF = date(2025, 12, 5)
LAST_LOCKED = date(2026, 1, 4)
FIRST_SAFE = date(2026, 1, 5)
JOINT, DIRECT, IRA, ROTH, PLAN = (AccountId(f"account-{n}") for n in range(1, 6))

# symbol: price, sector
STOCKS: dict[str, tuple[str, str]] = {
    "ARBX": ("41.20", "Industrials"),
    "BOLT": ("118.35", "Industrials"),
    "CRNA": ("63.90", "Health Care"),
    "DELV": ("27.48", "Materials"),
    "EMBR": ("92.15", "Energy"),
    "FLNT": ("15.62", "Energy"),
    "GRVA": ("204.10", "Information Technology"),
    "HLTH.B": ("77.05", "Health Care"),
    "INDX": ("48.80", "Financials"),
    "JUNO": ("132.44", "Information Technology"),
    "KEST": ("54.17", "Consumer Staples"),
    "LUMA": ("88.63", "Utilities"),
    "MIRA": ("36.71", "Real Estate"),
    "NOVX": ("61.25", "Health Care"),
    "OPAL": ("19.94", "Materials"),
    "PYRE": ("140.02", "Energy"),
    "QUIL": ("72.58", "Financials"),
    "RIDG": ("58.33", "Industrials"),
}
ETFS = {"SIMV": "251.10", "SIMT": "118.40", "SIMI": "61.05", "SIMB": "72.90"}


def security_id(symbol: str) -> SecurityId:
    """The id of an invented security."""
    return SecurityId(f"security-{symbol}")


def lot(
    number: int,
    symbol: str,
    shares: str,
    basis: str,
    acquired: date,
    account: AccountId = DIRECT,
    source: LotSource = LotSource.BUY,
) -> TaxLot:
    """A lot with a total cost basis."""
    return TaxLot(
        id=LotId(f"lot-{number}"),
        account_id=account,
        security_id=security_id(symbol),
        shares=Decimal(shares),
        acquired_on=acquired,
        adjusted_acquired_on=acquired,
        cost_basis=Decimal(basis),
        source=source,
        broker_ref=f"{4810020 + number}",
    )


# (symbol, shares, total basis, acquired): the lots the example plan sells in the direct index.
_DIRECT_SALES = [
    ("ARBX", "310", "20972.00", date(2024, 3, 14)),
    ("BOLT", "85", "14859.75", date(2025, 2, 20)),
    ("CRNA", "140", "15246.00", date(2024, 6, 3)),
    ("DELV", "420", "18941.60", date(2025, 4, 9)),
    ("EMBR", "64", "9977.60", date(2023, 11, 27)),
    ("FLNT", "610", "15428.20", date(2025, 1, 15)),
    ("GRVA", "38", "12435.80", date(2024, 8, 22)),
    ("HLTH.B", "96", "12176.80", date(2025, 5, 30)),
    ("INDX", "150", "12120.00", date(2023, 9, 18)),
    ("JUNO", "44", "9827.36", date(2025, 3, 6)),
    ("KEST", "125", "11471.25", date(2024, 2, 1)),
    ("LUMA", "70", "10204.10", date(2025, 6, 17)),
]
_JOINT_SALES = [
    ("SIMI", "212.5", "15243.13", date(2024, 5, 8)),
    ("SIMI", "40", "2880.00", date(2025, 2, 3)),
]
_LOCKED = [
    ("MIRA", "130", "6981.30", date(2024, 4, 2), "purchase", "Direct index"),
    ("NOVX", "75", "6420.75", date(2023, 12, 12), "drip", "Direct index"),
    ("OPAL", "340", "9282.00", date(2025, 1, 28), "recurring", "Rivera joint"),
    ("PYRE", "22", "3960.00", date(2024, 10, 4), "purchase", "Alex traditional IRA"),
    ("QUIL", "58", "5214.20", date(2024, 7, 19), "drip", "Jordan Roth IRA"),
    ("RIDG", "91", "6825.00", date(2025, 3, 25), "vest", "Rivera joint"),
]


def snapshot(**changes: object) -> HouseholdSnapshot:
    """The Rivera household, small: five accounts, 22 securities, 24 lots."""
    securities = [
        Security(security_id(s), s, f"{s.title()} Corporation", sector=sector)
        for s, (_, sector) in STOCKS.items()
    ] + [Security(security_id(s), s, f"Simulated fund {s}", SecurityKind.ETF) for s in ETFS]
    quoted = {s: p for s, (p, _) in STOCKS.items()} | ETFS
    prices = {security_id(s): Price(Decimal(p), AS_OF, "simulated") for s, p in quoted.items()}
    base = HouseholdSnapshot(
        household=Household(
            HouseholdId("household-1"),
            "Alex and Jordan Rivera",
            TaxProfile(
                realised_short=Decimal("18250.00"),
                realised_long=Decimal("42800.00"),
                carryforward_long=Decimal("1200.00"),
            ),
            simulated=True,
            fixed_as_of="2025-12-05",
        ),
        as_of=AS_OF,
        people=(Person(PersonId("person-1"), "Alex"), Person(PersonId("person-2"), "Jordan", True)),
        accounts=accounts(),
        securities=tuple(securities),
        lots=lots(),
        scheduled=scheduled(),
        prices=PriceBook(AS_OF, prices),
        cash={JOINT: Decimal("8400.00"), DIRECT: Decimal("2150.35"), IRA: Decimal("310.00")},
        identical_sets=(
            IdenticalSet(IdenticalSetId("set-1"), "International index", (security_id("SIMI"),)),
        ),
        replacements=(Replacement(security_id("SIMI"), security_id("SIMV"), 1, Decimal(12)),),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def accounts() -> tuple[Account, ...]:
    """Two taxable accounts at two brokers, two IRAs and a 401(k)."""
    alex, jordan = PersonId("person-1"), PersonId("person-2")
    return (
        Account(
            JOINT, "Rivera joint", AccountType.JOINT, (alex, jordan), "schwab", "4417",
            reinvests=True, fractional=True,
        ),
        Account(DIRECT, "Direct index", AccountType.TAXABLE, (alex,), "ibkr", "9031"),
        Account(
            IRA, "Alex traditional IRA", AccountType.TRADITIONAL_IRA, (alex,), "fidelity", "2208",
            reinvests=True,
        ),
        Account(ROTH, "Jordan Roth IRA", AccountType.ROTH_IRA, (jordan,), "fidelity", "7745"),
        Account(PLAN, "Alex 401(k)", AccountType.PLAN_401K, (alex,), "other", "0012"),
    )  # fmt: skip


def lots() -> tuple[TaxLot, ...]:
    """The lots sold, the lots locked, and some at a gain."""
    sold = [lot(n, *row) for n, row in enumerate(_DIRECT_SALES, 1)]
    joint = [lot(n, *row, account=JOINT) for n, row in enumerate(_JOINT_SALES, 21)]
    locked = [lot(n, *row[:4]) for n, row in enumerate(_LOCKED, 31)]
    gains = [
        lot(41, "ARBX", "100", "2150.00", date(2019, 3, 1)),
        lot(42, "JUNO", "20", "1980.00", date(2020, 4, 6)),
        lot(43, "SIMV", "300", "48210.00", date(2018, 9, 10), JOINT),
        lot(44, "SIMI", "55", "2310.00", date(2017, 1, 9), JOINT),
        lot(45, "LUMA", "15", "1342.00", date(2022, 7, 1), IRA),
    ]
    return tuple(sold + joint + locked + gains)


def scheduled() -> tuple[ScheduledPurchase, ...]:
    """A reinvestment in an IRA, a recurring order and a 401(k) contribution ahead."""
    return (
        ScheduledPurchase(
            "scheduled-1", TransactionType.DRIP, IRA, security_id("LUMA"), date(2025, 12, 15),
            amount=Decimal("18.20"),
        ),
        ScheduledPurchase(
            "scheduled-2", TransactionType.RECURRING, JOINT, security_id("SIMI"), date(2025, 12, 12),
            every_days=30, amount=Decimal("500.00"),
        ),
        ScheduledPurchase(
            "scheduled-3", TransactionType.RECURRING, PLAN, security_id("SIMB"), date(2025, 12, 15),
            every_days=14, amount=Decimal("750.00"),
        ),
    )  # fmt: skip


def sale(of: TaxLot, price: str, tax_rate: str = "0.408") -> LotSale:
    """A sale of a whole lot at a price."""
    proceeds = (of.shares * Decimal(price)).quantize(Decimal("0.01"))
    assert of.cost_basis is not None
    assert of.acquired_on is not None
    gain = proceeds - of.cost_basis
    anniversary = of.acquired_on.replace(year=of.acquired_on.year + 1)
    term = Term.LONG if anniversary < AS_OF else Term.SHORT
    rate = Decimal(tax_rate) if term is Term.SHORT else Decimal("0.238")
    return LotSale(
        lot_id=of.id,
        account_id=of.account_id,
        security_id=of.security_id,
        shares=of.shares,
        price=Decimal(price),
        price_on=AS_OF,
        proceeds=proceeds,
        basis=of.cost_basis,
        gain=gain,
        term=term,
        acquired_on=of.acquired_on,
        tax_value=(-gain * rate).quantize(Decimal("0.01")),
        reason=Reason("harvest_loss", {"loss": str(-gain), "term": term.value}),
        lot_shares=of.shares,
    )


def shared(sales: tuple[LotSale, ...], saved: Decimal = Decimal("18456.80")) -> tuple[LotSale, ...]:
    """Share the tax a plan saves among its sales by their loss, to the cent."""
    total = sum((s.gain for s in sales), Decimal(0))
    parts = [(saved * s.gain / total).quantize(Decimal("0.01")) for s in sales]
    parts[-1] += saved - sum(parts, Decimal(0))
    return tuple(replace(s, tax_value=part) for s, part in zip(sales, parts, strict=True))


def purchase(
    symbol: str, shares: str, replaces: tuple[str, ...], account: AccountId = DIRECT
) -> Purchase:
    """A purchase at the snapshot's price."""
    price = Decimal(STOCKS[symbol][0] if symbol in STOCKS else ETFS[symbol])
    sector = STOCKS[symbol][1] if symbol in STOCKS else ""
    return Purchase(
        account_id=account,
        security_id=security_id(symbol),
        shares=Decimal(shares),
        price=price,
        price_on=AS_OF,
        amount=(Decimal(shares) * price).quantize(Decimal("0.01")),
        replaces=tuple(security_id(s) for s in replaces),
        reason=Reason(
            "replacement_nearest",
            {
                "symbol": symbol,
                "for_symbols": ", ".join(replaces),
                "sector": sector,
                "distance_percent": "9.4",
            },
        ),
    )


def planned_lock(symbol: str, loss: Decimal, account: AccountId = DIRECT) -> WashLock:
    """The lock a planned sale makes."""
    return WashLock(
        identical_set_id=IdenticalSetId(f"own:{security_id(symbol)}"),
        security_ids=(security_id(symbol),),
        kind=LockKind.BUY_LOCKED,
        first_day=date(2025, 11, 5),
        last_day=LAST_LOCKED,
        first_safe_day=FIRST_SAFE,
        cause="planned",
        cause_on=AS_OF,
        account_ids=(account,),
        dollars=loss,
    )


def kept_locked(number: int, row: tuple[str, str, str, date, str, str]) -> KeptLot:
    """A lot kept because a purchase of the last 30 days blocks it."""
    symbol, shares, basis, _, cause, account = row
    loss = Decimal(basis) - Decimal(shares) * Decimal(STOCKS[symbol][0])
    code = "permanent_loss_risk" if "IRA" in account else "locked_until"
    facts = {
        "symbol": symbol, "cause": cause, "accounts": account, "blocked_shares": shares,
        "shares": shares, "loss": f"{loss:.2f}", "free_from": "2025-12-28",
    }  # fmt: skip
    return KeptLot(
        LotId(f"lot-{number}"), Decimal(shares), -loss, Reason(code, facts), date(2025, 12, 28)
    )


def proposal(of: HouseholdSnapshot | None = None, **changes: object) -> Proposal:
    """A year-end harvest of the Rivera household, as the optimiser would hand it over."""
    household = of or snapshot()
    prices = {s.symbol: household.prices.prices[s.id].value for s in household.securities}
    symbols = {s.id: s.symbol for s in household.securities}
    sold = [
        lot for lot in household.lots if lot.id in {f"lot-{n}" for n in (*range(1, 13), 21, 22)}
    ]
    sales = shared(tuple(sale(lot, str(prices[symbols[lot.security_id]])) for lot in sold))
    purchases = (
        purchase("PYRE", "96", ("EMBR", "FLNT")),
        purchase("RIDG", "381", ("ARBX", "BOLT")),
        purchase("QUIL", "100", ("INDX",)),
        purchase("MIRA", "530", ("DELV", "LUMA", "KEST")),
        purchase("SIMV", "61.4", ("SIMI",), JOINT),
    )
    kept = [kept_locked(n, row) for n, row in enumerate(_LOCKED, 31)]
    kept += [
        KeptLot(
            lot.id,
            lot.shares,
            household.value_of(lot) - (lot.cost_basis or 0),
            Reason(
                "gain",
                {"symbol": symbols[lot.security_id], "gain": "1970.00", "gain_percent": "91.6"},
            ),
        )
        for lot in household.lots
        if lot.id in {"lot-41", "lot-42", "lot-43", "lot-44"}
    ]
    base = Proposal(
        id=ProposalId("proposal-7"),
        kind=PlanKind.HARVEST,
        as_of=AS_OF,
        created_at="2025-12-05T15:04:00-05:00",
        fingerprint=household.fingerprint,
        settings=HarvestSettings(),
        sales=sales,
        purchases=purchases,
        kept=tuple(kept),
        ladder=(
            LadderStep(
                LotId("lot-31"),
                Decimal(130),
                Decimal("2209.00"),
                Decimal("36.4"),
                Decimal("525.74"),
            ),
            LadderStep(
                LotId("lot-33"),
                Decimal(340),
                Decimal("2502.40"),
                Decimal("39.1"),
                Decimal("1020.98"),
            ),
        ),
        locks=tuple(
            planned_lock(symbols[s.security_id], -s.gain, s.account_id)
            for s in sales
            if s.lot_id != "lot-22"
        ),
        before=figures("21.8", "18250.00", "41600.00", "17346.80", "10860.35"),
        after=figures("31.2", "-13068.00", "6569.99", "-1110.00", "48498.44", "3498.01"),
        solver=SolverRecord(
            "optimal", "CLARABEL", "0.11.1", 71400.0, 71510.0, 0.00154, {"solve": 0.4}
        ),
        checks=(
            Check("no_gain_sold", True),
            Check("one_side_per_set", True),
            Check("tracking_error", True),
        ),
        notices=(
            Notice(
                "locks_into_january",
                {"symbols": "ARBX, BOLT", "last_day": "2026-01-04", "first_safe_day": "2026-01-05"},
            ),
            Notice("january_purchases", {"year": "2025", "first_safe_day": "2026-01-05"}),
        ),
        engine_version="0.1.0",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def figures(
    te: str,
    short: str,
    long: str,
    tax: str,
    cash: str,
    carried_short: str = "0",
    carried_long: str = "0",
) -> PlanFigures:
    """Before or after figures."""
    return PlanFigures(
        tracking_error_bp=Decimal(te),
        net_short=Decimal(short),
        net_long=Decimal(long),
        tax=Decimal(tax),
        carryforward_short=Decimal(carried_short),
        carryforward_long=Decimal(carried_long),
        cash=Decimal(cash),
        unrealised_losses=Decimal("12400.00"),
    )


ASKED: dict[PlanKind, PlanSettings] = {
    PlanKind.REBALANCE: PlanSettings(
        risk_aversion=Decimal(20),
        tracking_error_bp=Decimal(60),
        tax_budget=Decimal(2500),
        turnover=Decimal("0.25"),
        keep_bands=True,
        zone=Zone.TO_HALF,
        group_limits=(
            GroupLimit(GroupKind.SECTOR, "Energy", high=Decimal("0.05")),
            GroupLimit(GroupKind.ASSET_CLASS, "us_equity", Decimal("0.4"), Decimal("0.6")),
            GroupLimit(GroupKind.SECURITY, security_id("JUNO"), high=Decimal("0.08")),
        ),
        never_sell=(security_id("LUMA"),),
        max_trades=12,
    ),
    PlanKind.INVEST: PlanSettings(
        PlanKind.INVEST, amount=Decimal(8000), source_ids=(JOINT,), min_trade=Decimal(500)
    ),
    PlanKind.WITHDRAW: PlanSettings(
        PlanKind.WITHDRAW, amount=Decimal(24000), source_ids=(JOINT, DIRECT)
    ),
    PlanKind.HARVEST_TARGET: PlanSettings(
        PlanKind.HARVEST_TARGET, amount=Decimal(14500), short_only=False
    ),
    PlanKind.GAIN_HARVEST: PlanSettings(PlanKind.GAIN_HARVEST, gain_budget=Decimal(20000)),
    PlanKind.GIFT: PlanSettings(PlanKind.GIFT, amount=Decimal(15000), recipient="Shelter of Hope"),
}
"""What each kind of household plan was asked, for tests."""


def gift_of(of: TaxLot, shares: str, price: str) -> LotGift:
    """A gift of shares of a lot at a price."""
    assert of.cost_basis is not None
    assert of.acquired_on is not None
    value = (Decimal(shares) * Decimal(price)).quantize(Decimal("0.01"))
    basis = (of.cost_basis * Decimal(shares) / of.shares).quantize(Decimal("0.01"))
    return LotGift(
        lot_id=of.id,
        account_id=of.account_id,
        security_id=of.security_id,
        shares=Decimal(shares),
        price=Decimal(price),
        price_on=AS_OF,
        value=value,
        basis=basis,
        gain=value - basis,
        acquired_on=of.acquired_on,
        tax_avoided=((value - basis) * Decimal("0.238")).quantize(Decimal("0.01")),
        reason=Reason("gift_lot", {"gain": str(value - basis)}),
        lot_shares=of.shares,
    )


def measures(**changes: object) -> PlanMeasures:
    """What a household plan amounts to."""
    base = PlanMeasures(
        turnover=Decimal("0.118"),
        cost=Decimal("21.40"),
        tax=Decimal("-912.35"),
        risk_before=Decimal("96.20"),
        risk_after=Decimal("31.05"),
        location=Decimal(0),
        rounding=Decimal("1.12"),
        weights=(
            WeightChange(
                "asset_class", "us_equity", Decimal("0.712"), Decimal("0.588"),
                Decimal("0.55"), Decimal("0.50"), Decimal("0.60"),
            ),
            WeightChange(
                "asset_class", "intl_equity", Decimal("0.168"), Decimal("0.241"),
                Decimal("0.25"), Decimal("0.20"), Decimal("0.30"),
            ),
            WeightChange("sector", "Energy", Decimal("0.064"), Decimal("0.05")),
            WeightChange("factor", "Market", Decimal("0.0121"), Decimal("0.0043")),
        ),
        prices=(
            RulePrice("tax_budget", "", Decimal("2.10"), Decimal(100), Decimal("1.4")),
            RulePrice("sector", "Energy", Decimal("35.80"), Decimal("0.01"), Decimal("3.2")),
        ),
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def household_plan(
    kind: PlanKind = PlanKind.REBALANCE, of: HouseholdSnapshot | None = None, **changes: object
) -> Proposal:
    """A plan for the whole Rivera household, as the optimiser would hand it over."""
    household = of or snapshot()
    by_id = household.lot_by_id
    at = {s.id: str(household.prices.prices[s.id].value) for s in household.securities}

    def sold(number: int) -> LotSale:
        of_lot = by_id[LotId(f"lot-{number}")]
        made = sale(of_lot, at[of_lot.security_id])
        facts = {"tax": str(-made.tax_value), "added_bp": "", "removed_bp": "12.4", "net": "310.00"}
        if made.gain < 0:
            facts |= {"loss": str(-made.gain), "term": made.term.value}
            facts |= {"tax_value": str(made.tax_value)}
        code = "sale_cuts_risk" if made.gain > 0 else "sale_saves_tax"
        return replace(made, reason=Reason(code, facts))

    sales = [sold(n) for n in ((1, 3, 43) if kind is not PlanKind.HARVEST_TARGET else (1, 3))]
    nearer = Reason("buy_cuts_risk", {"removed_bp": "14.2", "risk": "51.00"})
    bought: tuple[Purchase, ...] = (
        replace(purchase("QUIL", "120", ()), reason=nearer),
        replace(purchase("SIMI", "850", (), JOINT), reason=nearer),
    )
    gifts: tuple[LotGift, ...] = ()
    paid: tuple[Payout, ...] = ()
    match kind:
        case PlanKind.INVEST:
            sales = []
        case PlanKind.WITHDRAW:
            bought = ()
            paid = (Payout(JOINT, Decimal("18000.00")), Payout(DIRECT, Decimal("6000.00")))
        case PlanKind.GAIN_HARVEST:
            sales, bought = [sold(43)], (purchase("SIMV", "300", ("SIMV",), JOINT),)
        case PlanKind.GIFT:
            sales, bought = [], ()
            gifts = (gift_of(by_id[LotId("lot-43")], "59", at[security_id("SIMV")]),)
    base = Proposal(
        id=ProposalId("proposal-8"),
        kind=kind,
        as_of=AS_OF,
        created_at="2025-12-05T15:04:00-05:00",
        fingerprint=household.fingerprint,
        settings=ASKED[kind],
        sales=tuple(sales),
        purchases=bought,
        kept=(
            KeptLot(
                LotId("lot-41"),
                Decimal(100),
                Decimal("1970.00"),
                Reason("gain", {"gain": "1970.00", "gain_percent": "91.6"}),
            ),
            kept_locked(31, _LOCKED[0]),
        ),
        ladder=(),
        locks=tuple(
            planned_lock(household.security_by_id[s.security_id].symbol, -s.gain, s.account_id)
            for s in sales
            if s.gain < 0
        ),
        before=figures("98.1", "18250.00", "41600.00", "17346.80", "10860.35"),
        after=figures("55.7", "18250.00", "54220.00", "16434.45", "9410.20"),
        solver=SolverRecord(
            "optimal", "CLARABEL", "0.11.1", 152.4, 152.37, 0.00021, {"solve": 0.9}
        ),
        checks=(
            Check("cash_not_negative", True),
            Check("one_side_per_set", True),
            Check("tracking_error", True),
        ),
        notices=(),
        engine_version="0.1.0",
        gifts=gifts,
        measures=measures(payouts=paid),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def facts_of(item: Mapping[str, str]) -> dict[str, str]:
    """A plain copy of facts."""
    return dict(item)
