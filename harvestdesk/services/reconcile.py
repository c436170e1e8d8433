"""Compare brokers' closed lots with the household's own sales: every difference with its reason."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from harvestdesk.domain.errors import BadInputError, Problem
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.reconciliation import (
    AccountTotals,
    ByTerm,
    Difference,
    DifferenceKind,
    FileCompared,
    Reconciliation,
    SaleSide,
)
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.importers.closed_lots.registry import read_closed_lots
from harvestdesk.reports.tax_forms.sales import TaxSale, tax_sales
from harvestdesk.services.context import AppContext
from harvestdesk.services.reconciling.case import main_term
from harvestdesk.services.reconciling.explaining import explain
from harvestdesk.services.reconciling.pairing import Pair, pair_rows
from harvestdesk.services.reconciling.placing import PlacedFile, place_files, recognised_by_sale
from harvestdesk.services.reconciling.sides import Stated, our_side, their_side, totals_of
from harvestdesk.services.reconciling.views import Views
from harvestdesk.washsale.year import year_results

_DATES = frozenset({DifferenceKind.SETTLEMENT_DATE, DifferenceKind.SALE_DATE})


def reconcile(
    ctx: AppContext,
    paths: Iterable[Path],
    year: int | None = None,
    account_id: AccountId | None = None,
) -> Reconciliation:
    """Compare files of closed lots with the ledger; nothing is stored.

    Args:
        ctx: the open household.
        paths: brokers' files.
        year: tax year; None: every year the files have sales of.
        account_id: account of files that name none.

    Raises:
        BadInputError: for a file that can't be read, is no list of closed lots, or is of no account of
            the household, and where no file has a sale of the year.
    """
    return compare_files(ctx.snapshot(), paths, year, account_id)


def compare_files(
    snapshot: HouseholdSnapshot,
    paths: Iterable[Path],
    year: int | None = None,
    account_id: AccountId | None = None,
) -> Reconciliation:
    """Compare files with a household as it stands in a snapshot; see `reconcile`."""
    files = [Path(p) for p in paths]
    if not files:
        raise BadInputError("No file was given to compare.", code="reconcile.none")
    read = [(path, read_closed_lots(path)) for path in files]
    placed = place_files(snapshot, read, account_id)
    years = _years(placed, year)
    return _compared(snapshot, placed, years)


def _years(files: Sequence[PlacedFile], year: int | None) -> tuple[int, ...]:
    there = sorted({row.lot.sold.year for f in files for row in f.rows})
    if year is None:
        if there:
            return tuple(there)
        raise BadInputError(
            f"{files[0].path.name}: no closed lot of a taxable account could be read"
            + "".join(f"; {p.described()}" for p in files[0].problems[:3])
            + ".",
            code="reconcile.empty",
        )
    if year not in there:
        found = ", ".join(str(y) for y in there) or "no year"
        raise BadInputError(
            f"The files have no sale of {year}. They have sales of: {found}.", code="reconcile.year"
        )
    return (year,)


def _compared(
    snapshot: HouseholdSnapshot, files: Sequence[PlacedFile], years: tuple[int, ...]
) -> Reconciliation:
    views = Views(snapshot)
    accounts = {row.account_id for f in files for row in f.rows}
    ours = _our_sales(views, accounts)
    theirs = recognised_by_sale([row for f in files for row in f.rows], ours, snapshot)
    pairs = [p for p in pair_rows(ours, theirs) if _concerns(p, years, files)]
    differences: list[Difference] = []
    agreed = compared = 0
    for pair in pairs:
        found = _differences(pair, views, theirs, years)
        both = bool(pair.ours and pair.theirs)
        compared += both
        agreed += both and not found
        differences += found
    return Reconciliation(
        as_of=snapshot.as_of,
        years=years,
        files=tuple(_file(f, years) for f in files),
        totals=_totals(pairs, years, snapshot),
        differences=tuple(differences),
        agreed=agreed,
        compared=compared,
        not_compared=_not_compared(views, accounts, years),
        problems=_problems(snapshot, years),
    )


def _our_sales(views: Views, accounts: set[AccountId]) -> list[TaxSale]:
    """Return the rows of Form 8949 of the accounts, of every year: a file may go by settlement days."""
    slices = [s for s in views.own.sales if s.account in accounts]
    rows: list[TaxSale] = []
    for year in sorted({s.sold.year for s in slices}):
        of_year = [s for s in slices if s.sold.year == year]
        known = [s for s in of_year if s.basis_known]
        unknown = [s for s in of_year if not s.basis_known]
        found = tax_sales(views.snapshot, year, known, unknown, history=views.own.sales)
        rows += [*found.rows, *found.unknown]
    return rows


def _concerns(pair: Pair, years: tuple[int, ...], files: Sequence[PlacedFile]) -> bool:
    """True if a side is of the years; a sale here alone only where the files should have it."""
    if pair.theirs:
        of_years = {row.lot.sold.year for row in pair.theirs} | {r.sold_on.year for r in pair.ours}
        return bool(of_years & set(years))
    sold = pair.ours[0].sold_on
    covering = [f for f in files if pair.account_id in {r.account_id for r in f.rows}]
    return sold.year in years and any(_covers(f, sold) for f in covering)


def _covers(file: PlacedFile, day: date) -> bool:
    first, last = file.batch.first, file.batch.last
    return (first is None or first <= day) and (last is None or day <= last)


def _differences(
    pair: Pair, views: Views, theirs: Sequence[Stated], years: tuple[int, ...]
) -> list[Difference]:
    symbol = pair.symbol or _symbol(views.snapshot, pair.key)
    found = explain(pair, views, theirs, symbol)
    if not pair.ours or not pair.theirs:
        return found
    inside = pair.ours[0].sold_on.year in years, pair.theirs[0].lot.sold.year in years
    return found if all(inside) else [_other_year(found, ours_counts=inside[0])]


def _other_year(found: Sequence[Difference], *, ours_counts: bool) -> Difference:
    """Return the one difference of a sale that only one side puts into the years compared."""
    dated = next(d for d in found if d.kind in _DATES)
    ours, theirs = dated.ours, dated.theirs
    effect = ByTerm()
    if ours is not None and theirs is not None:
        effect = ours.result if ours_counts else ByTerm() - theirs.result
    return replace(dated, effect=effect, facts={**dated.facts, "other_year": "yes"})


def _symbol(snapshot: HouseholdSnapshot, key: str) -> str:
    security = snapshot.security_by_id.get(SecurityId(key))
    return security.symbol if security else key


def _file(file: PlacedFile, years: tuple[int, ...]) -> FileCompared:
    return FileCompared(
        name=file.path.name,
        broker=file.batch.statement.broker,
        kind=file.batch.statement.kind,
        lots=len(file.batch.lots),
        left_out=sum(1 for row in file.rows if row.lot.sold.year not in years),
        repeated=file.repeated,
        accounts=file.accounts,
        problems=file.problems,
        first=file.batch.first,
        last=file.batch.last,
    )


def _not_compared(
    views: Views, accounts: set[AccountId], years: tuple[int, ...]
) -> tuple[AccountId, ...]:
    sold = {s.account for s in views.own.sales if s.sold.year in years}
    return tuple(
        a.id
        for a in views.snapshot.accounts
        if a.type.is_taxable and a.id in sold and a.id not in accounts
    )


def _problems(snapshot: HouseholdSnapshot, years: tuple[int, ...]) -> tuple[Problem, ...]:
    # Every account: a spouse's 1099-B is compared too where the spouse files alone.
    taxable = frozenset(a.id for a in snapshot.accounts if a.type.is_taxable)
    found = [p for year in years for p in year_results(snapshot, year, accounts=taxable).problems]
    return tuple(found)


def _totals(
    pairs: Sequence[Pair], years: tuple[int, ...], snapshot: HouseholdSnapshot
) -> tuple[AccountTotals, ...]:
    here: dict[tuple[AccountId, int], list[tuple[SaleSide, int]]] = defaultdict(list)
    there: dict[tuple[AccountId, int], list[tuple[SaleSide, int]]] = defaultdict(list)
    for pair in pairs:
        ours = our_side(pair.ours) if pair.ours else None
        if ours is not None:
            here[pair.account_id, ours.sold.year].append((ours, len(pair.ours)))
        if pair.theirs:
            theirs = their_side(pair.theirs, main_term(ours) if ours else None)
            there[pair.account_id, theirs.sold.year].append((theirs, len(pair.theirs)))
    order = {a.id: n for n, a in enumerate(snapshot.accounts)}
    keys = sorted({*here, *there}, key=lambda k: (order.get(k[0], 0), k[1]))
    return tuple(
        AccountTotals(
            account, year, totals_of(here[account, year]), totals_of(there[account, year])
        )
        for account, year in keys
        if year in years
    )
