"""Where a broker's Form 1099-B will not show what the household's form must: losses washed elsewhere."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from harvestdesk.domain.money import ZERO
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.document import Align, Block, Column, Heading, Paragraph, Row, Table, Tone
from harvestdesk.reports.figures import count, day, usd
from harvestdesk.reports.tax_forms.boxes import Box
from harvestdesk.reports.tax_forms.parts import description
from harvestdesk.reports.tax_forms.sales import TaxSale
from harvestdesk.reports.worksheets.parts import account_name

_BASIS_REPORTED = frozenset({Box.A, Box.D, Box.G, Box.J})
WHY = (
    "A broker looks for wash sales within one account and one CUSIP only (Reg. 1.6045-1(d)(6)(iii)); you "
    "must look across all accounts, your spouse's and IRAs included (IRC §1091; Rev. Rul. 2008-5)."
)


def broker_differences(snapshot: HouseholdSnapshot, rows: Sequence[TaxSale]) -> Iterator[Block]:
    """Yield the rows a Form 1099-B will show otherwise, with the difference in dollars."""
    hidden = [row for row in rows if row.hidden > 0]
    based = [row for row in rows if row.hidden_basis > 0]
    if not hidden and not based:
        return
    yield Heading("Where your 1099-B will differ")
    yield Paragraph(WHY)
    if hidden:
        amount = sum((row.hidden for row in hidden), ZERO)
        yield Paragraph(
            f"Your 1099-B will not show this: {usd(amount)} of disallowed losses in "
            f"{count(len(hidden), 'row')}, because the shares that replaced those sold are in another account or "
            "are another security.",
            Tone.WARNING,
        )
        yield _hidden_table(snapshot, hidden)
    if based:
        yield Paragraph(
            "The basis of these rows holds disallowed losses of sales the broker did not connect with them: box "
            "1e of the 1099-B will be lower by up to the amount shown. In boxes A, D, G and J the form "
            "wants the broker's figure in column (e) and the difference in (g) with code B (Instructions for "
            "Form 8949); the gain is the same.",
            Tone.WARNING,
        )
        yield _based_table(snapshot, based)


def _hidden_table(snapshot: HouseholdSnapshot, rows: Sequence[TaxSale]) -> Table:
    columns = (
        Column("No.", width_share=34),
        Column("(a) Description", width_share=150),
        Column("(c) Sold", width_share=84),
        Column("Account", width_share=150),
        Column("(g) here", Align.RIGHT, 100),
        Column("Not on the 1099-B", Align.RIGHT, 110, total=True),
        Column("What becomes of it", width_share=150),
    )
    lines = tuple(
        Row(
            (
                str(row.number),
                description(snapshot, row),
                day(row.sold_on),
                account_name(snapshot, row.account_id),
                usd(row.adjustment),
                usd(row.hidden),
                _fate(row),
            )
        )
        for row in rows
    )
    total = sum((row.hidden for row in rows), Decimal(0))
    return Table(columns, lines, ("Total", "", "", "", "", usd(total), ""))


def _fate(row: TaxSale) -> str:
    if row.permanent == 0:
        return "In the basis of the replacement shares"
    if row.permanent >= row.adjustment:
        return "Lost for good (IRA)"
    return f"{usd(row.permanent)} lost for good (IRA), the rest in the replacement's basis"


def _based_table(snapshot: HouseholdSnapshot, rows: Sequence[TaxSale]) -> Table:
    columns = (
        Column("No.", width_share=34),
        Column("(a) Description", width_share=150),
        Column("(c) Sold", width_share=84),
        Column("Account", width_share=150),
        Column("(e) here", Align.RIGHT, 110),
        Column("Basis without wash additions", Align.RIGHT, 120),
        Column("Difference, up to", Align.RIGHT, 110),
        Column("Code", Align.CENTER, 40),
    )
    lines = tuple(
        Row(
            (
                str(row.number),
                description(snapshot, row),
                day(row.sold_on),
                account_name(snapshot, row.account_id),
                usd(row.basis or ZERO),
                usd(row.original_basis or ZERO),
                usd(row.hidden_basis),
                "B" if row.box in _BASIS_REPORTED else "",
            )
        )
        for row in rows
    )
    return Table(columns, lines)
