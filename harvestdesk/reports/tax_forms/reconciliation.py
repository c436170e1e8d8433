"""Reconciliation with brokers' closed lots: a summary that ties out, differences by kind, rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from harvestdesk.domain.ids import AccountId
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
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
from harvestdesk.reports.document import (
    Align,
    Block,
    Column,
    Facts,
    Heading,
    Paragraph,
    Report,
    Row,
    RowKind,
    Table,
    Tone,
)
from harvestdesk.reports.figures import count, day, joined, long_day, number, share_digits, usd
from harvestdesk.reports.tax_forms.reconciliation_words import CODES, KINDS, detail, measured
from harvestdesk.reports.tax_words import TERM_NAMES
from harvestdesk.reports.worksheets.parts import account_name, household_line, running_head

_DISCLAIMER = (
    "Both sides are shown as they were read; nothing here changes the ledger or the broker's file. Explanations "
    "are given only where the broker's figure is, to the cent, the one the explanation leads to. The Form 1099-B "
    "itself goes before a downloaded file. Not tax advice."
)


def reconciliation_report(found: Reconciliation, snapshot: HouseholdSnapshot) -> Report:
    """Return the page of a comparison: what agrees, what differs and why, what to put on Form 8949."""
    blocks: list[Block] = [Paragraph(_answer(found), Tone.LEAD)]
    blocks += _warnings(found, snapshot)
    blocks += [Heading("Totals"), _totals_table(found, snapshot)]
    if found.differences:
        blocks += [Heading("From the broker's figure to the one here"), _bridge(found)]
    blocks += corrected_rows(found, snapshot)
    blocks += _kinds(found, snapshot)
    blocks += _unexplained_rows(found, snapshot)
    blocks += _files(found, snapshot)
    blocks.append(Paragraph(_DISCLAIMER, Tone.SMALL))
    return Report(
        title="Reconciliation with the broker's closed lots",
        subtitle=f"Sales of {_years(found)}",
        header=(
            ("Household", household_line(snapshot)),
            ("As of", long_day(found.as_of)),
            ("Files", ", ".join(f.name for f in found.files)),
        ),
        blocks=tuple(blocks),
        footer=f"Reconciliation {_years(found)}",
        simulated=snapshot.household.simulated,
        running=running_head(snapshot),
        dated=found.as_of,
    )


def _years(found: Reconciliation) -> str:
    return joined(str(y) for y in found.years)


def _answer(found: Reconciliation) -> str:
    lots = (
        f"{found.agreed:,} of {count(found.compared, 'sold lot')} on both sides agree to the cent."
    )
    if not found.differences:
        return f"{lots} There is no difference."
    gap = found.difference.total
    text = f"{lots} The result here is {_apart(gap)} the broker's"
    total, open_ = len(found.differences), len(found.unexplained)
    if open_:
        return (
            f"{text}. Of {count(total, 'difference')}, {open_:,} with an effect of "
            f"{usd(_sum(found.unexplained).total)} could not be explained."
        )
    text += f", by {count(total, 'difference')}"
    missing = sum(1 for row in found.differences if row.kind is DifferenceKind.MISSING_HERE)
    if missing:
        return (
            f"{text}; the ledger lacks what {count(missing, 'of them needs', 'of them need')}: import that "
            "and compare again."
        )
    return f"{text}; every one is explained below."


def _apart(gap: Decimal) -> str:
    if gap == 0:
        return "in total the same as"
    return f"{usd(abs(gap))} {'above' if gap > 0 else 'below'}"


def _sum(rows: Iterable[Difference]) -> ByTerm:
    total = ByTerm()
    for row in rows:
        total += row.effect
    return total


def _warnings(found: Reconciliation, snapshot: HouseholdSnapshot) -> Iterator[Block]:
    if found.not_compared:
        names = joined(account_name(snapshot, a) for a in found.not_compared)
        yield Paragraph(
            f"Not compared: {names} also sold in {_years(found)}, but no file of it was given.",
            Tone.WARNING,
        )
    for problem in found.problems:
        yield Paragraph(f"The ledger is incomplete. {problem.described()}.", Tone.WARNING)


def _totals_table(found: Reconciliation, snapshot: HouseholdSnapshot) -> Table:
    columns = (
        Column("Account, year and term", width_share=190),
        Column("Result here", Align.RIGHT, 110),
        Column("Broker", Align.RIGHT, 110),
        Column("Difference", Align.RIGHT, 110),
        Column("Disallowed here", Align.RIGHT, 110),
        Column("Disallowed, broker", Align.RIGHT, 110),
    )
    rows: list[Row] = []
    for entry in found.totals:
        rows.append(
            Row((f"{account_name(snapshot, entry.account_id)}, {entry.year}",), RowKind.GROUP)
        )
        rows += [_term_row(entry, term) for term in Term]
        rows.append(_account_row(entry))
    ours = sum((t.ours.result.total for t in found.totals), ZERO)
    theirs = sum((t.theirs.result.total for t in found.totals), ZERO)
    washed = sum((t.ours.disallowed for t in found.totals), ZERO)
    stated = sum((t.theirs.disallowed for t in found.totals), ZERO)
    totals = ("All accounts", usd(ours), usd(theirs), usd(ours - theirs), usd(washed), usd(stated))
    return Table(columns, tuple(rows), totals)


def _term_row(entry: AccountTotals, term: Term) -> Row:
    name = TERM_NAMES[term]
    ours, theirs = _of(entry.ours.result, term), _of(entry.theirs.result, term)
    return Row((name, usd(ours), usd(theirs), usd(ours - theirs), "", ""))


def _account_row(entry: AccountTotals) -> Row:
    ours, theirs = entry.ours, entry.theirs
    unknown = ours.unknown + theirs.unknown
    name = f"Both terms ({unknown} without a known cost left out)" if unknown else "Both terms"
    return Row(
        (
            name,
            usd(ours.result.total),
            usd(theirs.result.total),
            usd(ours.result.total - theirs.result.total),
            usd(ours.disallowed),
            usd(theirs.disallowed),
        ),
        RowKind.SUM,
    )


def _of(amounts: ByTerm, term: Term) -> Decimal:
    return amounts.short if term is Term.SHORT else amounts.long


def _by_kind(rows: Iterable[Difference]) -> dict[DifferenceKind, list[Difference]]:
    groups: dict[DifferenceKind, list[Difference]] = defaultdict(list)
    for row in rows:
        groups[row.kind].append(row)
    return {kind: groups[kind] for kind in DifferenceKind if kind in groups}


def _bridge(found: Reconciliation) -> Table:
    columns = (
        Column("", width_share=300),
        Column("Rows", Align.RIGHT, 60),
        Column("Short-term", Align.RIGHT, 110),
        Column("Long-term", Align.RIGHT, 110),
        Column("Both", Align.RIGHT, 110),
    )
    theirs, ours = ByTerm(), ByTerm()
    for entry in found.totals:
        theirs, ours = theirs + entry.theirs.result, ours + entry.ours.result
    rows = [_bridge_row("Broker's result", "", theirs, RowKind.SUM)]
    for kind, group in _by_kind(found.differences).items():
        rows.append(_bridge_row(KINDS[kind].title, f"{len(group):,}", _sum(group)))
    return Table(columns, tuple(rows), _bridge_row("Result here", "", ours).cells)


def _bridge_row(name: str, rows: str, amounts: ByTerm, kind: RowKind = RowKind.BODY) -> Row:
    cells = (name, rows, usd(amounts.short), usd(amounts.long), usd(amounts.total))
    return Row(cells, kind)


# --- rows of the form that differ from the 1099-B ---------------------------------------------------

_BASIS_REPORTED = frozenset({"A", "D", ""})
"""Boxes whose basis the IRS was told: the form starts from it and corrects in column (g)."""


def corrected_rows(found: Reconciliation, snapshot: HouseholdSnapshot) -> Iterator[Block]:
    """Yield the rows that stand otherwise on Form 8949 than on the 1099-B, as the form wants them."""
    rows = [row for row in map(_corrected, _pairs(found.differences).values()) if row is not None]
    if not rows:
        return
    columns = (
        Column("(a) Description", width_share=130),
        Column("Box", Align.CENTER, 36),
        Column("(b) Acquired", width_share=84),
        Column("(c) Sold", width_share=84),
        Column("(d) Proceeds", Align.RIGHT, 100),
        Column("(e) Basis", Align.RIGHT, 100),
        Column("(f)", Align.CENTER, 40),
        Column("(g) Adjustment", Align.RIGHT, 100),
        Column("(h) Gain or loss", Align.RIGHT, 105),
    )
    lines: list[Row] = []
    accounts: dict[AccountId, list[Row]] = defaultdict(list)
    for account_id, line in rows:
        accounts[account_id].append(line)
    for account_id, of_account in accounts.items():
        lines += [Row((account_name(snapshot, account_id),), RowKind.GROUP), *of_account]
    yield Heading("Rows of Form 8949 that differ from the 1099-B")
    yield Paragraph(
        "In boxes A and D columns (d) and (e) are the broker's, and (g) leads to the result here: W a disallowed "
        "loss, B a wrong basis, T a wrong term, E selling costs. In boxes B and E the IRS was not told the basis: "
        "(e) is the right one. The box is the file's where it names one, else the one assumed for Form 8949 here."
    )
    yield Table(columns, tuple(lines))


def _pairs(rows: Iterable[Difference]) -> dict[object, list[Difference]]:
    """Return the differences of each pair of rows."""
    groups: dict[object, list[Difference]] = defaultdict(list)
    for row in rows:
        if row.ours is not None and row.theirs is not None:
            groups[row.account_id, row.symbol, row.ours.rows, row.theirs.rows].append(row)
    return groups


def _corrected(group: Sequence[Difference]) -> tuple[AccountId, Row] | None:
    """Return a row of the form, or None where the two rows are not settled by codes alone."""
    ours, theirs = group[0].ours, group[0].theirs
    codes = {CODES.get(row.kind, "") for row in group} - {""}
    settled = {*CODES, DifferenceKind.ROUNDING, *_DATES}
    if not codes or any(row.kind not in settled for row in group):
        return None
    if ours is None or theirs is None or ours.term is None or ours.basis is None:
        return None
    box = _box(theirs.box or ours.box, ours.term)
    reported = box in _BASIS_REPORTED and theirs.basis is not None
    basis = theirs.basis if reported and theirs.basis is not None else ours.basis
    if not reported:
        codes -= {"B"}
    if ours.disallowed:
        codes |= {"W"}
    gain = ours.result.total
    cells = (
        f"{number(ours.shares, share_digits([ours.shares]))} sh {group[0].symbol}",
        box,
        day(ours.acquired),
        day(ours.sold),
        usd(theirs.proceeds),
        usd(basis),
        "".join(sorted(codes)),
        usd(gain - theirs.proceeds + basis),
        usd(gain),
    )
    return group[0].account_id, Row(cells)


_DATES = (
    DifferenceKind.SETTLEMENT_DATE,
    DifferenceKind.SALE_DATE,
    DifferenceKind.ACQUIRED_DATE,
)
_OTHER_PART = dict(zip("ABCDEF", "DEFABC", strict=True))


def _box(box: str, term: Term) -> str:
    """Return the box of the right term: code T moves a row to the other Part."""
    is_short = box in {"A", "B", "C"}
    known = box in _OTHER_PART
    return _OTHER_PART[box] if known and is_short is not (term is Term.SHORT) else box


# --- differences by kind ----------------------------------------------------------------------------


def _kinds(found: Reconciliation, snapshot: HouseholdSnapshot) -> Iterator[Block]:
    for kind, rows in _by_kind(found.differences).items():
        words = KINDS[kind]
        yield Heading(words.title)
        yield Paragraph(words.why)
        to_do = f"What to do. {words.to_do}"
        yield Paragraph(f"{to_do} ({words.authority}.)" if words.authority else to_do)
        yield _kind_table(rows, snapshot, words.measure)


def _kind_table(rows: Sequence[Difference], snapshot: HouseholdSnapshot, measure: str) -> Table:
    columns = (
        Column("Sold", width_share=80),
        Column("Security", width_share=70),
        Column("Shares", Align.RIGHT, 62),
        Column("Broker", Align.RIGHT, 90),
        Column("Here", Align.RIGHT, 90),
        Column("Effect, short-term", Align.RIGHT, 92),
        Column("Effect, long-term", Align.RIGHT, 92),
        Column("Why", width_share=200),
    )
    digits = share_digits(r.shares for r in rows)
    lines: list[Row] = []
    for account_id, group in _by_account(rows).items():
        lines.append(Row((account_name(snapshot, account_id),), RowKind.GROUP))
        lines += [_kind_row(row, measure, digits) for row in group]
    effect = _sum(rows)
    total = ("Total", "", "", "", "", usd(effect.short), usd(effect.long), "")
    return Table(columns, tuple(lines), total)


def _kind_row(row: Difference, measure: str, digits: int) -> Row:
    return Row(
        (
            day(row.sold),
            row.symbol,
            number(row.shares, digits),
            measured(row.theirs, measure),
            measured(row.ours, measure),
            usd(row.effect.short) if row.effect.short else "",
            usd(row.effect.long) if row.effect.long else "",
            detail(row),
        )
    )


def _by_account(rows: Iterable[Difference]) -> dict[AccountId, list[Difference]]:
    groups: dict[AccountId, list[Difference]] = defaultdict(list)
    for row in rows:
        groups[row.account_id].append(row)
    return groups


def _unexplained_rows(found: Reconciliation, snapshot: HouseholdSnapshot) -> Iterator[Block]:
    """Yield both rows of what nobody could explain, whole."""
    if not found.unexplained:
        return
    columns = (
        Column("Side", width_share=60),
        Column("Acquired", width_share=84),
        Column("Sold", width_share=84),
        Column("Shares", Align.RIGHT, 70),
        Column("Proceeds", Align.RIGHT, 100),
        Column("Basis", Align.RIGHT, 100),
        Column("Disallowed", Align.RIGHT, 90),
        Column("Result", Align.RIGHT, 100),
        Column("Where", width_share=130),
    )
    lines: list[Row] = []
    shown: set[tuple[SaleSide | None, SaleSide | None]] = set()
    for row in found.unexplained:
        if (row.ours, row.theirs) in shown:
            continue
        shown.add((row.ours, row.theirs))
        account = account_name(snapshot, row.account_id)
        lines.append(Row((f"{row.symbol}, {account}: {KINDS[row.kind].title}",), RowKind.GROUP))
        lines += [_side_row(name, side) for name, side in _both(row) if side is not None]
    yield Heading("Both rows of what could not be explained")
    yield Table(columns, tuple(lines))


def _both(row: Difference) -> tuple[tuple[str, SaleSide | None], ...]:
    return ("Broker", row.theirs), ("Here", row.ours)


def _side_row(name: str, side: SaleSide) -> Row:
    known = side.basis is not None
    return Row(
        (
            name,
            day(side.acquired),
            day(side.sold),
            number(side.shares, share_digits([side.shares])),
            usd(side.proceeds),
            usd(side.basis) if side.basis is not None else "not known",
            usd(side.disallowed) if side.shows_wash else "not shown",
            usd(side.result.total) if known else "not known",
            ", ".join(side.rows),
        )
    )


def _files(found: Reconciliation, snapshot: HouseholdSnapshot) -> Iterator[Block]:
    yield Heading("Files read")
    for file in found.files:
        yield Facts(tuple(_file_facts(file, snapshot)))
        lines = [(p.severity.value, p.described()) for p in file.problems]
        if lines:
            rows = tuple(Row((severity, text)) for severity, text in lines)
            columns = (Column("Finding", width_share=60), Column(file.name, width_share=500))
            yield Table(columns, rows)


def _file_facts(file: FileCompared, snapshot: HouseholdSnapshot) -> Iterator[tuple[str, str]]:
    yield "File", file.name
    yield "Accounts", joined(account_name(snapshot, a) for a in file.accounts) or "none"
    lots = f"{file.lots:,} read"
    if file.left_out:
        lots += f", {file.left_out:,} of other years left out"
    if file.repeated:
        lots += f", {file.repeated:,} also in another file"
    yield "Closed lots", lots
    if file.first is not None and file.last is not None:
        yield "Covers", f"{day(file.first)} to {day(file.last)}"
    else:
        yield "Covers", "not said in the file: the whole year is assumed"
