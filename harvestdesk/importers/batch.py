"""What a reader hands over: plain frozen rows, each with the line it came from.

Every data row of a file is in one of the tuples of its batch or is named in `problems`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from harvestdesk.domain.account import AccountType, ReliefMethod
from harvestdesk.domain.account_rule import AccountRole
from harvestdesk.domain.errors import Problem
from harvestdesk.domain.lot import LotSource
from harvestdesk.domain.money import ONE, ZERO
from harvestdesk.domain.security import AssetClass, SecurityKind
from harvestdesk.domain.tax_year import ExternalKind, ExternalTerm, LawTarget
from harvestdesk.domain.transaction import TransactionType


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The file a batch was read from; size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class ParsedAccount:
    """An account as a file names it; None means the file does not say.

    Attributes:
        key: unique inside the batch; empty where the file does not name its account.
        number_tail: at most the last four characters of the number.
        type_hint: guessed from the account's name, or told by our own CSV.
        owners: names of the owners, first one first.
    """

    key: str
    name: str = ""
    number_tail: str = ""
    type_hint: AccountType | None = None
    custodian: str = "other"
    owners: tuple[str, ...] = ()
    relief: ReliefMethod | None = None
    reinvests: bool | None = None
    fractional: bool | None = None


@dataclass(frozen=True, slots=True)
class ParsedSecurity:
    """A security as a file describes it; None and empty mean the file does not say."""

    symbol: str
    name: str = ""
    kind: SecurityKind | None = None
    cusip: str = ""
    asset_class: AssetClass | None = None
    sector: str = ""
    tracked_index: str = ""
    role: str = ""
    underlying: str = ""


@dataclass(frozen=True, slots=True)
class ParsedPosition:
    """A holding without lots; dollars. Several rows of one security add up (cash and margin, say)."""

    line: int
    account_key: str
    symbol: str
    shares: Decimal
    price: Decimal | None = None
    price_on: date | None = None
    cost_basis: Decimal | None = None
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ParsedLot:
    """An open lot as the broker states it on the batch's `as_of`.

    Attributes:
        cost_basis: original cost in dollars; with `wash_added` it is the adjusted basis.
        occurrence: 1 for the first of identical rows of the file, 2 for the next: both are real.
    """

    line: int
    account_key: str
    symbol: str
    shares: Decimal
    acquired_on: date | None
    adjusted_acquired_on: date | None = None
    cost_basis: Decimal | None = None
    wash_added: Decimal = ZERO
    source: LotSource = LotSource.BUY
    purchase: str = ""
    broker_ref: str = ""
    occurrence: int = 1


@dataclass(frozen=True, slots=True)
class ParsedPick:
    """Shares a sale takes from a lot, named by the lot's key in the file."""

    lot: str
    shares: Decimal


@dataclass(frozen=True, slots=True)
class ParsedTransaction:
    """A ledger row, with the signs of `domain.transaction.Transaction`.

    Attributes:
        amount: None where the broker gives no amount for shares that came in (vests, transfers):
            the basis is unknown, not zero.
        lot: key of the lot an acquisition creates; `picks` of later sales refer to it.
        other_symbol: what shares become, or the company spun off.
        basis_fraction: part of the basis that goes with shares spun off, 0 to 1.
        occurrence: 1 for the first of identical rows of the file, 2 for the next: both are real.
    """

    line: int
    account_key: str
    on: date
    type: TransactionType
    symbol: str = ""
    shares: Decimal = ZERO
    amount: Decimal | None = ZERO
    fees: Decimal = ZERO
    note: str = ""
    broker_ref: str = ""
    acquired_on: date | None = None
    purchase: str = ""
    lot: str = ""
    picks: tuple[ParsedPick, ...] = ()
    relief: ReliefMethod | None = None
    ratio: Decimal | None = None
    occurrence: int = 1
    other_symbol: str = ""
    basis_fraction: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ParsedPrice:
    """A closing price in dollars per share, and the shares traded on the day where the file says."""

    line: int
    symbol: str
    on: date
    value: Decimal
    volume: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ParsedCash:
    """Cash, sweep or money-market money in dollars. Several rows of one account and day add up."""

    line: int
    account_key: str
    on: date | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ParsedSchedule:
    """A purchase expected in the future (own CSV)."""

    line: int
    account_key: str
    type: TransactionType
    symbol: str
    next_on: date
    every_days: int = 0
    until: date | None = None
    shares: Decimal = ZERO
    amount: Decimal = ZERO
    confirmed: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class ParsedClassTarget:
    """Target weight and band of an asset class, fractions of one (own CSV)."""

    line: int
    asset_class: AssetClass
    weight: Decimal
    low: Decimal = ZERO
    high: Decimal = ONE


@dataclass(frozen=True, slots=True)
class ParsedSecurityTarget:
    """Target weight of a security inside one account, a fraction of one (own CSV)."""

    line: int
    account_key: str
    symbol: str
    weight: Decimal


@dataclass(frozen=True, slots=True)
class ParsedReplacement:
    """A replacement for a security sold at a loss (own CSV)."""

    line: int
    symbol: str
    replacement: str
    rank: int = 1
    hurdle_bp: Decimal = ZERO
    buy_allowed: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class ParsedEquivalent:
    """A security that is good enough in place of another (own CSV)."""

    line: int
    primary: str
    member: str
    hurdle_bp: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class ParsedIdentical:
    """Membership of a security in a substantially identical set (own CSV)."""

    line: int
    set_name: str
    symbol: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ParsedExternalGain:
    """A gain outside the ledger (own CSV); `on` is the last day of its quarter."""

    line: int
    on: date
    term: ExternalTerm
    amount: Decimal
    probability: Decimal = ONE
    kind: ExternalKind = ExternalKind.OTHER
    realised: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class ParsedLawChange:
    """A change of law to reckon with (own CSV); `points` is a fraction."""

    line: int
    from_year: int
    target: LawTarget
    points: Decimal
    note: str = ""


@dataclass(frozen=True, slots=True)
class ParsedAccountRule:
    """How an account takes part in plans (own CSV), in dollars; the whole rule of its account.

    Attributes:
        menu: symbols.
    """

    line: int
    account_key: str
    role: AccountRole = AccountRole.NORMAL
    menu: tuple[str, ...] = ()
    cash_min: Decimal = ZERO
    cash_reserve: Decimal = ZERO
    cash_max: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ParsedOutside:
    """Something owned elsewhere (own CSV); `holding` is the person's words for it, `value` dollars."""

    line: int
    holding: str
    symbol: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class ImportBatch:
    """Everything read from one file; nothing of it is stored yet.

    Attributes:
        broker: "harvestdesk", "schwab", "fidelity", "ibkr" or "prices".
        kind: "positions", "lots", "transactions", "prices", "flex", or a kind of our own CSV.
        as_of: day the file's holdings are of, where it says.
        rows: number of data rows read, including those that became problems.
    """

    source: SourceFile
    broker: str
    kind: str
    as_of: date | None = None
    accounts: tuple[ParsedAccount, ...] = ()
    securities: tuple[ParsedSecurity, ...] = ()
    positions: tuple[ParsedPosition, ...] = ()
    lots: tuple[ParsedLot, ...] = ()
    transactions: tuple[ParsedTransaction, ...] = ()
    prices: tuple[ParsedPrice, ...] = ()
    cash: tuple[ParsedCash, ...] = ()
    schedule: tuple[ParsedSchedule, ...] = ()
    class_targets: tuple[ParsedClassTarget, ...] = ()
    security_targets: tuple[ParsedSecurityTarget, ...] = ()
    replacements: tuple[ParsedReplacement, ...] = ()
    equivalents: tuple[ParsedEquivalent, ...] = ()
    identical: tuple[ParsedIdentical, ...] = ()
    external_gains: tuple[ParsedExternalGain, ...] = ()
    law_changes: tuple[ParsedLawChange, ...] = ()
    account_rules: tuple[ParsedAccountRule, ...] = ()
    outside: tuple[ParsedOutside, ...] = ()
    problems: tuple[Problem, ...] = ()
    rows: int = 0
