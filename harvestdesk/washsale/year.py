"""What a household's ledger comes to in a tax year: results by term, disallowed losses, fund income."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from harvestdesk.domain.errors import Problem, Severity
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO, cents, decimal_text
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.transaction import Transaction, TransactionType
from harvestdesk.domain.wash_policy import WashPolicy
from harvestdesk.washsale.events import SaleSlice, Shortfall
from harvestdesk.washsale.household_run import run_household
from harvestdesk.washsale.sale_rows import SaleRow, sale_rows

_REALISING = frozenset(
    {
        TransactionType.SELL,
        TransactionType.RETURN_OF_CAPITAL,
        TransactionType.MERGER,
        TransactionType.SPIN_OFF,
        TransactionType.SPLIT,
        TransactionType.SHORT_SALE,
        TransactionType.SHORT_COVER,
    }
)
"""Rows that can make a result of the year; splits and spin-offs by cash in lieu of fractions."""


@dataclass(frozen=True, slots=True)
class YearResults:
    """Results of a year in the imported accounts its return is of; money in dollars, to the cent.

    Sums are those of the rows as Form 8949 prints them (`washsale.sale_rows`), so that every page, file and
    plan says the same.

    Attributes:
        slices: the year's slices with a known basis, in order of sale, unrounded.
        rows: the same as rows of Form 8949.
        short: recognized short-term results of these rows.
        long: recognized long-term results of these rows *and* `distributions_long`: what
            `tax.liability.year_tax` is given.
        disallowed: losses of the rows that §1091 disallows, positive.
        permanent: the part of `disallowed` that is lost for good.
        distributions_long: capital gain distributions of funds (Schedule D line 13).
        dividends: ordinary dividends, short-term capital gain distributions included (Form 1099-DIV
            box 1a), qualified or not.
        unknown: rows of sales whose basis nobody reported; in no sum.
        problems: sales of more shares than are known, likewise in no sum beyond what was known; and
            corporate actions of the securities sold that lack what the ledger needs.
        complete: no row is unknown and no problem was found.
    """

    year: int
    slices: tuple[SaleSlice, ...] = ()
    rows: tuple[SaleRow, ...] = ()
    short: Decimal = ZERO
    long: Decimal = ZERO
    disallowed: Decimal = ZERO
    permanent: Decimal = ZERO
    distributions_long: Decimal = ZERO
    dividends: Decimal = ZERO
    interest: Decimal = ZERO
    unknown: tuple[SaleSlice, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def complete(self) -> bool:
        """True where every sale's cost is known, so that the sums are those of the whole year."""
        return not self.unknown and not self.problems

    @property
    def incomplete_sales(self) -> int:
        """Sales left out of the sums, wholly or in part."""
        return len({row.sale for row in self.unknown} | {p.text for p in self.problems})


def year_results(
    snapshot: HouseholdSnapshot,
    year: int,
    policy: WashPolicy | None = None,
    *,
    accounts: frozenset[AccountId] | None = None,
) -> YearResults:
    """Return the results of a calendar year as far as the ledger reaches.

    Only the identical sets with sales in the year are run.

    Args:
        snapshot: the household.
        year: calendar year.
        policy: reading of the law; the household's own unless told.
        accounts: whose results; those of the household's return (`domain.filing`) unless told.
    """
    taxable = snapshot.return_accounts.ids if accounts is None else accounts
    rows = _rows_of_year(snapshot, year, taxable)
    sold = {t.security_id for t in rows if t.security_id is not None and t.type in _REALISING}
    slices: list[SaleSlice] = []
    shortfalls: list[Shortfall] = []
    lacking: tuple[Problem, ...] = ()
    if sold:
        run = run_household(snapshot, sold, policy)
        slices = [s for s in run.sales if s.sold.year == year and s.account in taxable]
        lacking = run.problems
        shortfalls = [s for s in run.shortfalls if s.on.year == year and s.account in taxable]
    known = tuple(s for s in slices if s.basis_known)
    unknown = tuple(s for s in slices if not s.basis_known)
    made = tuple(row for row in sale_rows((*known, *unknown)) if row.basis_known)
    income = _Income.of(rows)
    return YearResults(
        year,
        known,
        made,
        _recognized(made, Term.SHORT),
        _recognized(made, Term.LONG) + income.gains_long,
        sum((row.disallowed for row in made), ZERO),
        sum((row.permanent for row in made), ZERO),
        income.gains_long,
        income.dividends,
        income.interest,
        unknown,
        (*(_problem(snapshot, short) for short in shortfalls), *lacking),
    )


@dataclass(frozen=True, slots=True)
class _Income:
    """Income a year's rows report beside sales, in dollars."""

    gains_long: Decimal
    dividends: Decimal
    interest: Decimal

    @classmethod
    def of(cls, rows: Sequence[Transaction]) -> "_Income":
        def total(*kinds: TransactionType) -> Decimal:
            return sum((cents(t.amount) for t in rows if t.type in kinds), ZERO)

        return cls(
            total(TransactionType.CAPITAL_GAIN_LONG),
            # Short-term distributions of funds are ordinary dividends (Pub. 550, Capital Gain
            # Distributions).
            total(TransactionType.DIVIDEND, TransactionType.CAPITAL_GAIN_SHORT),
            total(TransactionType.INTEREST),
        )


def _rows_of_year(
    snapshot: HouseholdSnapshot, year: int, accounts: frozenset[AccountId]
) -> list[Transaction]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    return [t for t in snapshot.transactions if first <= t.on <= last and t.account_id in accounts]


def _recognized(rows: Iterable[SaleRow], term: Term) -> Decimal:
    return sum((row.recognized for row in rows if row.term is term), ZERO)


def _problem(snapshot: HouseholdSnapshot, short: Shortfall) -> Problem:
    account = snapshot.account_by_id.get(AccountId(short.account))
    security = snapshot.security_by_id.get(SecurityId(short.symbol))
    name = short.account if account is None else account.name
    symbol = short.symbol if security is None else security.symbol
    shares = f"{decimal_text(short.missing)} share{'' if short.missing == 1 else 's'}"
    return Problem(
        Severity.WARNING,
        f"{short.on.isoformat()}: the cost of {shares} of {symbol} sold in "
        f"{name} is not known; import older transactions or the broker's lot file",
        code="coverage_incomplete",
        text=short.sale,
    )
