"""Form 8949: the year's sales by box, what is left out, and where the brokers' forms will differ."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from string import ascii_lowercase

from harvestdesk.domain.ids import AccountId
from harvestdesk.domain.lot import LotSource, Term
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.document import (
    Align,
    Block,
    Column,
    Heading,
    Paragraph,
    Points,
    Report,
    Row,
    RowKind,
    Table,
    Tone,
)
from harvestdesk.reports.figures import count, day, usd
from harvestdesk.reports.tax_forms.boxes import BOX_NAMES, Box
from harvestdesk.reports.tax_forms.differences import broker_differences
from harvestdesk.reports.tax_forms.evidence import evidence_notice
from harvestdesk.reports.tax_forms.facts import YearFacts
from harvestdesk.reports.tax_forms.parts import (
    acquired_text,
    description,
    open_window_notice,
    policy_blocks,
    return_notices,
    rows_named,
    tax_report,
    year_notice,
)
from harvestdesk.reports.tax_forms.readings import MARK, readings_by_option
from harvestdesk.reports.tax_forms.sales import SHORT_SALE, Sums, TaxSale, TaxSales, sums_of
from harvestdesk.reports.tax_forms.words import COVERED_RULES
from harvestdesk.reports.tax_words import TERM_NAMES
from harvestdesk.reports.worksheets.parts import account_label
from harvestdesk.tax.holding_period import term_of

PART_NAMES = {
    Term.SHORT: "Part I. Short-term: held one year or less",
    Term.LONG: "Part II. Long-term: held more than one year",
}
ASSUMED = (
    "Assumed, not told by the broker's files: which basis the IRS was told, by the rules below. The Form "
    "1099-B or 1099-DA goes before it: move a row to the box its form names."
)
_UNDATED = (
    "{rows}: no file told when these shares were bought; column (b) is left empty rather than guessed, "
    "and the term is that of the day they came in. Check it."
)
_GIFT_LOSS = (
    "{rows}: gifts sold at a loss. Where a gift was worth less than the donor's basis on the day it was given, the "
    "loss is measured from that lower value, and there may be none (IRC §1015(a)). The file holds one basis only: "
    "check it."
)


def form_8949(facts: YearFacts) -> Report:
    """Return the Form 8949 worksheet of a year."""
    snapshot, sales = facts.snapshot, facts.sales
    blocks: list[Block] = [Paragraph(answer(facts), Tone.LEAD)]
    blocks += [Paragraph(text, Tone.WARNING) for text in cautions(facts)]
    if sales.rows:
        blocks += [Heading("Totals by box, for Schedule D"), _totals_table(sales)]
    for term in (Term.SHORT, Term.LONG):
        blocks += _part(facts, term)
    blocks += _unknown(snapshot, sales)
    blocks += broker_differences(snapshot, sales.rows)
    blocks += _tacked(snapshot, sales.rows)
    blocks += _boxes_explained(sales)
    blocks += _remarks(facts)
    return tax_report(
        snapshot,
        "Form 8949 worksheet",
        "Sales and other dispositions of capital assets, columns (a) to (h)",
        facts.year,
        blocks,
    )


def answer(facts: YearFacts) -> str:
    """Return what the year comes to, in one sentence."""
    sales = facts.sales
    if not sales.rows:
        left = (
            f" that can be summed; {count(len(sales.unknown), 'row')} can't"
            if sales.unknown
            else ""
        )
        return f"No sales in taxable accounts in {facts.year}{left}."
    short, long = (sums_of(r for r in sales.rows if r.term is term) for term in Term)
    every = sums_of(sales.rows)
    washed = (
        f"; {usd(every.adjustment)} of losses disallowed by the wash-sale rules (code W)"
        if every.adjustment
        else "; no loss was disallowed"
    )
    sold = count(len({r.sale for r in sales.rows}), "sale")
    return (
        f"{sold} in {count(every.rows, 'row')}: {_result(short)} short-term, {_result(long)} long-term"
        f"{washed}."
    )


def cautions(facts: YearFacts) -> Iterator[str]:
    """Yield what a reader must know before using the figures."""
    snapshot, sales = facts.snapshot, facts.sales
    yield from return_notices(snapshot)
    if sales.unknown:
        proceeds = sum((r.proceeds for r in sales.unknown), Decimal(0))
        yield (
            f"{count(len(sales.unknown), 'row')} with proceeds of {usd(proceeds)} {_are(sales.unknown)} NOT in the totals: the cost "
            "of the shares is not known. Find it before filing; the IRS may take it as zero."
        )
    if not facts.complete:
        yield (
            "The imported history is not complete for this year; see the remarks. Sales may be missing here, "
            "and so may purchases that wash a loss."
        )
    for notice in (
        year_notice(snapshot, facts.year),
        open_window_notice(snapshot, sales.rows),
        evidence_notice(facts),
        _state_notice(facts),
    ):
        if notice:
            yield notice


def _are(rows: Sequence[TaxSale]) -> str:
    return "is" if len(rows) == 1 else "are"


def _result(sums: Sums) -> str:
    if not sums.rows:
        return "nothing"
    return f"{usd(abs(sums.gain))} {'loss' if sums.gain < 0 else 'gain'}"


def _state_notice(facts: YearFacts) -> str:
    rules = facts.situation.state
    if rules is None or rules.follows_wash_sales:
        return ""
    washed = sums_of(facts.sales.rows).adjustment
    return (
        f"{rules.name} does not follow the federal wash-sale rules: {usd(washed)} disallowed here is a loss "
        "there, and wash additions are not part of a basis there. Keep a state record of both."
    )


# --- tables -----------------------------------------------------------------------------------------


def _totals_table(sales: TaxSales) -> Table:
    columns = (
        Column("Box", width_share=40),
        Column("Reported to you", width_share=230),
        Column("Schedule D line", width_share=70),
        Column("Rows", Align.RIGHT, 50),
        *_money_columns(totalled=False),
    )
    rows: list[Row] = []
    for term in (Term.SHORT, Term.LONG):
        boxes = [box for box in sales.boxes() if box.term is term]
        for box in boxes:
            head = (box.value, _capital(BOX_NAMES[box]), box.schedule_d_line)
            rows.append(_sum_row(head, sums_of(sales.of_box(box)), RowKind.BODY))
        if boxes:
            name = TERM_NAMES[term]
            of_term = sums_of(r for r in sales.rows if r.term is term)
            rows.append(_sum_row((name, "", ""), of_term, RowKind.SUM))
    total = _sum_row(("All sales", "", ""), sums_of(sales.rows), RowKind.SUM)
    return Table(columns, tuple(rows), total.cells)


def _capital(text: str) -> str:
    """Return text with its first letter large; `capitalize` would write 1099-b."""
    return text[:1].upper() + text[1:]


def _sum_row(head: tuple[str, ...], sums: Sums, kind: RowKind) -> Row:
    return Row((*head, f"{sums.rows:,}", *_figures(sums)), kind)


def _figures(sums: Sums) -> tuple[str, str, str, str]:
    return usd(sums.proceeds), usd(sums.basis), usd(sums.adjustment), usd(sums.gain)


def _money_columns(*, totalled: bool) -> tuple[Column, ...]:
    return (
        Column("(d) Proceeds", Align.RIGHT, 115, totalled),
        Column("(e) Cost or other basis", Align.RIGHT, 115, totalled),
        Column("(g) Adjustment", Align.RIGHT, 95, totalled),
        Column("(h) Gain or loss", Align.RIGHT, 110, totalled),
    )


def _part(facts: YearFacts, term: Term) -> Iterator[Block]:
    boxes = [box for box in facts.sales.boxes() if box.term is term]
    if not boxes:
        return
    yield Heading(PART_NAMES[term])
    for box in boxes:
        yield Heading(f"Box {box.value}: {BOX_NAMES[box]}", 2)
        yield _box_table(facts, box)


def _box_table(facts: YearFacts, box: Box) -> Table:
    snapshot, rows = facts.snapshot, facts.sales.of_box(box)
    proceeds, basis, adjustment, gain = _money_columns(totalled=True)
    columns = (
        Column("No.", width_share=34),
        Column("(a) Description", width_share=150),
        Column("(b) Acquired", width_share=84),
        Column("(c) Sold", width_share=84),
        proceeds,
        basis,
        Column("(f)", Align.CENTER, 24),
        adjustment,
        gain,
        Column("Rule", Align.CENTER, 32),
    )
    letters = rule_letters(facts.sales)
    by_account: dict[AccountId, list[TaxSale]] = defaultdict(list)
    for row in rows:
        by_account[row.account_id].append(row)
    lines: list[Row] = []
    for account_id, group in by_account.items():
        lines.append(Row((account_label(snapshot, account_id),), RowKind.GROUP))
        lines += [_sale_row(facts, row, letters) for row in group]
        if len(by_account) > 1:
            lines.append(_total_row("Account", sums_of(group)))
    return Table(columns, tuple(lines), _total_row(f"Box {box.value}", sums_of(rows)).cells)


def _sale_row(facts: YearFacts, row: TaxSale, letters: Mapping[str, str]) -> Row:
    mark = MARK if facts.readings.sales.get(row.sale) else ""
    return Row(
        (
            f"{row.number}{mark}",
            description(facts.snapshot, row),
            acquired_text(row),
            day(row.sold_on),
            usd(row.proceeds),
            "unknown" if row.basis is None else usd(row.basis),
            row.code,
            usd(row.adjustment) if row.adjustment else "",
            "unknown" if row.gain is None else usd(row.gain),
            letters[row.standing.rule],
        )
    )


def rule_letters(sales: TaxSales) -> dict[str, str]:
    """Return a letter for each rule that put a row into its box, in order of their first row."""
    rules = dict.fromkeys(row.standing.rule for row in (*sales.rows, *sales.unknown))
    return dict(zip(rules, ascii_lowercase, strict=False))


def _total_row(name: str, sums: Sums) -> Row:
    proceeds, basis, adjustment, gain = _figures(sums)
    cells = (name, "", "", "", proceeds, basis, "", adjustment, gain, "")
    return Row(cells, RowKind.SUM)


# --- what is left out, and why rows are where they are ----------------------------------------------


def _unknown(snapshot: HouseholdSnapshot, sales: TaxSales) -> Iterator[Block]:
    if not sales.unknown:
        return
    columns = (
        Column("No.", width_share=34),
        Column("(a) Description", width_share=150),
        Column("Account", width_share=150),
        Column("(b) Acquired", width_share=84),
        Column("(c) Sold", width_share=84),
        Column("(d) Proceeds", Align.RIGHT, 110),
        Column("What is missing", width_share=150),
        Column("Rule", Align.CENTER, 32),
    )
    letters = rule_letters(sales)
    rows = tuple(
        Row(
            (
                str(row.number),
                description(snapshot, row),
                account_label(snapshot, row.account_id),
                acquired_text(row),
                day(row.sold_on),
                usd(row.proceeds),
                "Cost" if row.acquired_on else "Cost and date acquired",
                letters[row.standing.rule],
            )
        )
        for row in sales.unknown
    )
    yield Heading("Not summed: sales whose cost is not known")
    yield Paragraph(
        "None of these is in any total of this page or of Schedule D. Enter the cost, or import the history or "
        "lot file that has it, and print again.",
        Tone.WARNING,
    )
    yield Table(columns, rows)


def _boxes_explained(sales: TaxSales) -> Iterator[Block]:
    by_rule: dict[str, list[TaxSale]] = defaultdict(list)
    for row in (*sales.rows, *sales.unknown):
        by_rule[row.standing.rule].append(row)
    if not by_rule:
        return
    columns = (
        Column("Rule", Align.CENTER, 34),
        Column("What decided", width_share=420),
        Column("Boxes", width_share=60),
        Column("Rows", Align.RIGHT, 50),
    )
    letters = rule_letters(sales)
    rows = tuple(
        Row(
            (
                letters[rule],
                COVERED_RULES.get(rule, rule),
                ", ".join(sorted({row.box.value for row in group})),
                f"{len(group):,}",
            )
        )
        for rule, group in by_rule.items()
    )
    yield Heading("How the boxes were chosen")
    yield Paragraph(ASSUMED)
    yield Table(columns, rows)


def _remarks(facts: YearFacts) -> Iterator[Block]:
    snapshot, sales = facts.snapshot, facts.sales
    items: list[tuple[str, str]] = [("•", problem.described()) for problem in facts.problems]
    undated = [r for r in sales.rows if r.acquired_on is None and not r.is_inherited]
    if undated:
        items.append(
            (
                "•",
                _UNDATED.format(rows=rows_named(undated)),
            )
        )
    given = [r for r in sales.rows if r.source is LotSource.GIFT and _is_loss(r)]
    if given:
        items.append(("•", _GIFT_LOSS.format(rows=rows_named(given))))
    yield Heading("Remarks")
    if items:
        yield Points(tuple(items))
    yield from readings_by_option(facts)
    yield from policy_blocks(snapshot.household.wash)


def _is_loss(row: TaxSale) -> bool:
    return row.basis is not None and row.proceeds < row.basis


def _tacked(snapshot: HouseholdSnapshot, rows: Sequence[TaxSale]) -> Iterator[Block]:
    """Yield the rows whose term is another than the trade date in column (b) makes it seem."""
    dated = [r for r in rows if r.acquired_on and not r.is_inherited]
    turned = [r for r in dated if r.acquired_on and term_of(r.acquired_on, r.sold_on) is not r.term]
    if not turned:
        return
    columns = (
        Column("No.", width_share=34),
        Column("(a) Description", width_share=170),
        Column("(b) Acquired", width_share=90),
        Column("(c) Sold", width_share=90),
        Column("Counts as held from", width_share=110),
        Column("Term", width_share=70),
    )
    lines = tuple(
        Row(
            (
                str(r.number),
                description(snapshot, r),
                acquired_text(r),
                day(r.sold_on),
                "IRC §1233" if r.kind == SHORT_SALE else day(r.adjusted_on),
                "Long" if r.term is Term.LONG else "Short",
            )
        )
        for r in turned
    )
    yield Heading("Term by an earlier date than column (b)")
    yield Paragraph(
        "These shares replaced others sold in a wash sale, so the days held before count too (IRC §1223(3)), or "
        "another rule moves their holding period: identical shares held when a short sale was opened decide its term "
        "(IRC §1233(b), (d)). The trade date stays in column (b)."
    )
    yield Table(columns, lines)
