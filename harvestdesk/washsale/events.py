"""Facts the ledger runs on and the rows it returns; ids are plain text, amounts exact Decimals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO


@dataclass(frozen=True, slots=True)
class Acquire:
    """Shares coming in as one lot.

    Attributes:
        on: trade date.
        total: cost in dollars with fees.
        purchase: key of the purchase order (Rev. Rul. 56-602); empty: the lot itself.
        washing: an acquisition in the sense of IRC §1091(a); gifts, inheritances and transfers
            between own accounts are none.
        acquired: original date of shares that came with their history; None: `on`.
        adjusted: tacked date they came with; None: `acquired`.
        wash_added: disallowed losses already in the basis they came with.
        used: already served as a replacement (Reg. 1.1091-1(e)).
        shares_per_unit: shares an option or warrant covers.
        basis_known: False: no cost was reported, so no gain can be told.
        always_long: from a decedent: counts as held for more than a year (IRC §1223(9)).
    """

    id: str
    on: date
    account: str
    symbol: str
    quantity: Decimal
    total: Decimal
    lot: str
    purchase: str = ""
    washing: bool = True
    acquired: date | None = None
    adjusted: date | None = None
    wash_added: Decimal = ZERO
    used: bool = False
    shares_per_unit: Decimal = Decimal(1)
    basis_known: bool = True
    always_long: bool = False


@dataclass(frozen=True, slots=True)
class Pick:
    """Shares a sale takes from a named lot; `replacement_first` sells washed-into shares first."""

    lot: str
    quantity: Decimal
    replacement_first: bool | None = None


@dataclass(frozen=True, slots=True)
class Sell:
    """Shares going out.

    Attributes:
        total: net proceeds in dollars.
        picks: named lots; empty: `method`, or the account's, decides.
        wash_on: day the window is counted from where it isn't `on`: the day a short sale was opened.
        realises: False for shares that leave without a sale (a transfer out).
    """

    id: str
    on: date
    account: str
    symbol: str
    quantity: Decimal
    total: Decimal
    picks: tuple[Pick, ...] = ()
    method: ReliefMethod | None = None
    wash_on: date | None = None
    realises: bool = True


@dataclass(frozen=True, slots=True)
class Split:
    """A share split: every share held before becomes `ratio` shares; no account: in all of them.

    Attributes:
        cash_in_lieu: dollars paid for the fractions of a share the accounts end up with.
        fraction: shares so paid for, where known; None: what exceeds whole shares.
    """

    id: str
    on: date
    symbol: str
    ratio: Fraction
    account: str | None = None
    cash_in_lieu: Decimal = ZERO
    fraction: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SpinOff:
    """Shares of another company handed out on those held (IRC §355); no account: in all of them.

    Attributes:
        ratio: new shares for one held; 0: they are known already from elsewhere.
        basis_fraction: part of each lot's basis that goes to its new shares (IRC §358(b)(2)), 0 to 1;
            None: unknown, and then the basis of both is.
    """

    id: str
    on: date
    symbol: str
    new_symbol: str
    ratio: Fraction
    basis_fraction: Decimal | None
    account: str | None = None
    cash_in_lieu: Decimal = ZERO
    fraction: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """Shares that become those of another security: a merger or a mere change of symbol.

    Attributes:
        ratio: new shares for one held; 0: they are known already from elsewhere.
        same: the very same stock under another symbol, so both are one identical set.
        cash: dollars a share paid besides (boot, IRC §356).
        value: fair market value in dollars of a new share, which tells the gain; None: unknown, and
            the cash is taken to be gain in full.
    """

    id: str
    on: date
    symbol: str
    new_symbol: str
    ratio: Fraction
    account: str | None = None
    same: bool = False
    cash: Decimal = ZERO
    value: Decimal | None = None
    cash_in_lieu: Decimal = ZERO
    fraction: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CashMerger:
    """All shares taken for cash: a taxable sale of everything held; no account: in all of them.

    Attributes:
        cash: dollars a share.
    """

    id: str
    on: date
    symbol: str
    cash: Decimal
    account: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnOfCapital:
    """A distribution that lowers basis (IRC §301(c)(2)); beyond the basis it is gain."""

    id: str
    on: date
    account: str
    symbol: str
    total: Decimal


@dataclass(frozen=True, slots=True)
class Distribution:
    """A capital gain distribution of a fund: income, whatever was done with the money."""

    id: str
    on: date
    account: str
    symbol: str
    term: Term
    total: Decimal


@dataclass(frozen=True, slots=True)
class ShortOpen:
    """Shares sold short for `total` dollars of net proceeds."""

    id: str
    on: date
    account: str
    symbol: str
    quantity: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class ShortClose:
    """Shares delivered to close short sales.

    Attributes:
        opens: short sale closed; empty: the earliest open ones of the account.
        cost: dollars with fees of shares bought to cover; None: held shares are delivered.
        picks: lots delivered; empty: the relief method decides.
    """

    id: str
    on: date
    account: str
    symbol: str
    quantity: Decimal
    opens: str = ""
    cost: Decimal | None = None
    picks: tuple[Pick, ...] = ()
    method: ReliefMethod | None = None


Event = (
    Acquire
    | Sell
    | Split
    | ReturnOfCapital
    | SpinOff
    | Exchange
    | CashMerger
    | Distribution
    | ShortOpen
    | ShortClose
)

TaxOf = Callable[[int, Decimal, Decimal], Decimal | None]
"""Tax in dollars of a year's short-term and long-term results; None where it can't be told."""


@dataclass(frozen=True, slots=True)
class LedgerSymbol:
    """What a symbol is to the wash-sale rules.

    Attributes:
        set_id: identical set; options and warrants are in that of their underlying.
        contract: an option or warrant: its own loss is washed by the same contract only.
        put: an option to sell; buying it acquires nothing.
        exempt: outside §1091 (crypto assets, money market funds).
        averages: average basis may be used (funds and DRIP shares, Reg. 1.1012-1(e)(1)).
        crypto: exempt as property only, which the household may read otherwise.
        strict_set_id: set under the strict reading of "identical"; empty: the same.
        underlying: what an option or warrant is on.
    """

    set_id: str
    contract: bool = False
    put: bool = False
    exempt: bool = False
    averages: bool = True
    crypto: bool = False
    strict_set_id: str = ""
    underlying: str = ""


@dataclass(frozen=True, slots=True)
class LedgerFacts:
    """A household's ledger.

    Attributes:
        events: in date order; the order inside a day is the order things happened.
        sheltered: accounts whose sales aren't reported and whose purchases wash for good.
        symbols: symbols that aren't simply a set of their own.
        methods: relief method by account; FIFO where missing.
        tax_of: tax of a year's results, which least-tax sales are chosen by; without it they go by
            the brokers' fixed order.
        other_plans: sheltered accounts that are no IRA (401(k), HSA): by analogy only.
        owners: people an account belongs to, where known.
    """

    events: tuple[Event, ...]
    sheltered: frozenset[str] = frozenset()
    symbols: Mapping[str, LedgerSymbol] = field(default_factory=dict)
    methods: Mapping[str, ReliefMethod] = field(default_factory=dict)
    tax_of: TaxOf | None = None
    other_plans: frozenset[str] = frozenset()
    owners: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SaleSlice:
    """One row of Form 8949: part of a sale with one lot, one adjusted date and one replacement.

    Attributes:
        basis: adjusted basis, earlier wash additions included (col. e).
        original_basis: cost of the shares without wash additions.
        disallowed: loss not allowed, positive (col. g).
        recognized: gain + disallowed (col. h).
        replaced_by: lot the loss went to.
        permanent: it is lost: an IRA-type account bought (Rev. Rul. 2008-5), or the spouse, where the
            household reads it so.
        kind: "sale", "roc_excess", "merger_boot" or "short" (bought to cover: `lot` is the short sale,
            `acquired` the day it was closed).
        basis_known: False: cost was never reported; gain means nothing.
    """

    sale: str
    lot: str
    account: str
    symbol: str
    quantity: Decimal
    acquired: date
    adjusted_acquired: date
    sold: date
    proceeds: Decimal
    basis: Decimal
    original_basis: Decimal
    gain: Decimal
    disallowed: Decimal
    recognized: Decimal
    term: Term
    replaced_by: str | None = None
    permanent: bool = False
    kind: str = "sale"
    basis_known: bool = True

    @property
    def code(self) -> str:
        """Form 8949 column f: `W` where a loss was disallowed."""
        return "W" if self.replaced_by is not None else ""


@dataclass(frozen=True, slots=True)
class LedgerLot:
    """Shares left of a lot with one adjusted date and one basis per share."""

    lot: str
    account: str
    symbol: str
    quantity: Decimal
    acquired: date
    adjusted_acquired: date
    original_basis: Decimal
    wash_added: Decimal
    is_replacement: bool
    replaces: tuple[str, ...] = ()
    sheltered: bool = False
    basis_known: bool = True
    always_long: bool = False

    @property
    def basis(self) -> Decimal:
        """Adjusted basis in dollars."""
        return self.original_basis + self.wash_added


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A sale of more shares than the ledger knows of.

    Attributes:
        kind: "sale", "short_close" (no such short sale open) or "cash_in_lieu" (no fraction of a share).
    """

    sale: str
    account: str
    symbol: str
    on: date
    missing: Decimal
    lot: str = ""
    kind: str = "sale"


@dataclass(frozen=True, slots=True)
class OpenShort:
    """What is left of a short sale; `wash_added` are disallowed losses of earlier ones (§1091(e))."""

    id: str
    account: str
    symbol: str
    opened: date
    quantity: Decimal
    proceeds: Decimal
    wash_added: Decimal


@dataclass(frozen=True, slots=True)
class MethodRefused:
    """A sale that asked for average cost where it isn't allowed and went first in, first out."""

    sale: str
    account: str
    symbol: str
    on: date


@dataclass(frozen=True, slots=True)
class LotChange:
    """One thing that happened to shares of a lot: the trail behind its basis and its date.

    Attributes:
        kind: "bought", "opened", "wash_added", "washed_for_good", "roc", "split", "spin_off", "merger",
            "symbol_change", "averaged", "holding_reset" (IRC §1233(b)(2)), "sold", "moved_out".
        shares: shares concerned, after the change.
        amount: dollars the adjusted basis of these shares changed by (sold: that left with them).
        days: days added to the holding period (tacking, IRC §1223(3)).
        cause: id of the event, or of the loss sale whose loss came in.
        other: lot the loss came from, or the security the shares became.
    """

    lot: str
    on: date
    kind: str
    shares: Decimal
    amount: Decimal
    days: int = 0
    cause: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class LedgerResult:
    """What a ledger comes to: reported rows in time order, lots left, sales that had no shares.

    Attributes:
        history: what happened to each lot, in time order; only where asked for.
        distributions: capital gain distributions of the taxable accounts.
    """

    sales: tuple[SaleSlice, ...]
    lots: tuple[LedgerLot, ...]
    shortfalls: tuple[Shortfall, ...] = ()
    history: tuple[LotChange, ...] = ()
    shorts: tuple[OpenShort, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    refused: tuple[MethodRefused, ...] = ()
