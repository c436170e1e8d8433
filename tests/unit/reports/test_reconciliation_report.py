"""The page of a reconciliation: it ties out, says what to do, and shows what nobody could explain."""

from datetime import date
from decimal import Decimal

import factories
import pytest

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.lot import Term
from harvestdesk.domain.reconciliation import (
    UNEXPLAINED,
    AccountTotals,
    ByTerm,
    Difference,
    DifferenceKind,
    FileCompared,
    Reconciliation,
    SaleSide,
    SideTotals,
)
from harvestdesk.reports.document import Heading, Paragraph, Report, RowKind, Table
from harvestdesk.reports.figures import plain_figure
from harvestdesk.reports.render_csv import render_csv
from harvestdesk.reports.tax_forms.reconciliation import reconciliation_report
from harvestdesk.reports.tax_forms.reconciliation_words import CODES, KINDS, detail, measured

JOINT, DIRECT = factories.JOINT, factories.DIRECT


def side(basis: str | None, disallowed: str, result: ByTerm, **changes: object) -> SaleSide:
    fields = {
        "shares": Decimal(100), "sold": date(2025, 3, 3), "acquired": date(2025, 1, 6),
        "adjusted": date(2025, 1, 6), "proceeds": Decimal("8000.00"),
        "basis": None if basis is None else Decimal(basis), "original_basis": None,
        "disallowed": Decimal(disallowed), "result": result, "term": Term.SHORT,
        "rows": ("lot-1",), "box": "A",
    }  # fmt: skip
    return SaleSide(**(fields | changes))


def differ(kind: DifferenceKind, effect: ByTerm, account: AccountId = DIRECT, **facts: str):
    ours = side("10000.00", "2000.00", ByTerm())
    theirs = side("10000.00", "0", ByTerm(Decimal(-2000)), rows=("closed.csv:2",))
    return Difference(
        kind, account, SecurityId("security-ARBX"), "ARBX", date(2025, 3, 3), Decimal(100),
        effect, ours, theirs, facts,
    )  # fmt: skip


def comparison(*rows: Difference) -> Reconciliation:
    effect = ByTerm()
    for row in rows:
        effect += row.effect
    theirs = SideTotals(1, Decimal(8000), Decimal(10000), Decimal(0), ByTerm(Decimal(-2000)))
    ours = SideTotals(1, Decimal(8000), Decimal(10000), Decimal(2000), theirs.result + effect)
    return Reconciliation(
        as_of=factories.AS_OF,
        years=(2025,),
        files=(FileCompared("closed.csv", "schwab", "realized gain/loss", 1, 0, 0, (DIRECT,), ()),),
        totals=(AccountTotals(DIRECT, 2025, ours, theirs),),
        differences=rows,
        agreed=3,
        compared=3 + len(rows),
        not_compared=(JOINT,),
    )


def page(found: Reconciliation) -> Report:
    return reconciliation_report(found, factories.snapshot())


def words(report: Report) -> str:
    return " ".join(b.text for b in report.blocks if isinstance(b, (Heading, Paragraph)))


@pytest.mark.parametrize("kind", DifferenceKind)
def test_every_kind_has_words_and_can_be_printed(kind: DifferenceKind) -> None:
    row = differ(kind, ByTerm(Decimal(2000)), account="Joint", purchases="60 ARBX")
    said = KINDS[kind]
    assert said.title
    assert said.why
    assert said.to_do
    assert measured(row.ours, said.measure)
    assert isinstance(detail(row), str)
    text = words(page(comparison(row)))
    assert said.title in text
    assert said.to_do in text


def test_kinds_settled_on_the_form_are_explained_ones() -> None:
    assert not set(CODES) & UNEXPLAINED
    assert all(KINDS[kind].authority for kind in CODES)


def test_bridge_adds_up_from_the_brokers_result_to_ours() -> None:
    found = comparison(
        differ(DifferenceKind.WASH_CROSS_ACCOUNT, ByTerm(Decimal(1200)), account="Joint"),
        differ(DifferenceKind.TERM_TACKING, ByTerm(Decimal(-50), Decimal(50))),
    )
    bridge = next(t for t in page(found).tables() if t.totals and t.totals[0] == "Result here")
    for column in (2, 3, 4):
        figures = [plain_figure(row.cells[column]) for row in bridge.rows]
        assert sum(f for f in figures if f is not None) == plain_figure(bridge.totals[column])
    assert found.ties_out


def test_row_of_the_form__adjustment_leads_from_the_brokers_figures_to_the_result() -> None:
    report = page(
        comparison(differ(DifferenceKind.WASH_CROSS_ACCOUNT, ByTerm(Decimal(2000)), account="J"))
    )
    table = next(t for t in report.tables() if t.columns[0].title == "(a) Description")
    row = next(r for r in table.rows if r.kind is RowKind.BODY)
    assert row.cells == (
        "100 sh ARBX", "A", "01/06/2025", "03/03/2025", "$8,000.00", "$10,000.00", "W",
        "$2,000.00", "$0.00",
    )  # fmt: skip


def test_unexplained_rows_are_shown_whole_from_both_sides() -> None:
    report = page(comparison(differ(DifferenceKind.BASIS, ByTerm(Decimal(-12)))))
    assert "could not be explained" in words(report)
    table = next(t for t in report.tables() if t.columns[0].title == "Side")
    rows = [r.cells for r in table.rows if r.kind is RowKind.BODY]
    assert [r[0] for r in rows] == ["Broker", "Here"]
    assert [r[-1] for r in rows] == ["closed.csv:2", "lot-1"]
    # Nothing unexplained goes onto the form.
    assert not any(t.columns[0].title == "(a) Description" for t in report.tables())


def test_accounts_without_a_file_are_named() -> None:
    assert "Not compared: Rivera joint" in words(page(comparison()))


def test_csv_has_the_same_figures_and_no_formula() -> None:
    text = render_csv(
        page(comparison(differ(DifferenceKind.WASH_PERMANENT, ByTerm(Decimal(2000)), account="I")))
    )
    assert "Rev. Rul. 2008-5" in text
    assert "-2000" in text
    assert not [line for line in text.split("\n") if line.startswith(("=", "+", "@"))]


def test_tables_say_where_a_term_has_two() -> None:
    both = side("1.00", "0", ByTerm(), term=None)
    assert measured(both, "term") == "both"
    assert measured(side(None, "0", ByTerm()), "basis") == "not known"
    assert measured(side("1", "0", ByTerm(), shows_wash=False), "disallowed") == "not shown"
    assert measured(None, "basis") == "—"
    assert isinstance(page(comparison()).blocks[0], Paragraph)
    assert all(isinstance(t, Table) for t in page(comparison()).tables())
