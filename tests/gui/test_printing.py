import itertools
import os
import re
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from factories import proposal, snapshot
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from harvestdesk.domain.errors import BadInputError
from harvestdesk.gui import a11y
from harvestdesk.gui.printing import PrintedReport, page_images, render_pdf
from harvestdesk.gui.printing.marks import Text
from harvestdesk.gui.printing.paper import A4, LETTER, MARGIN
from harvestdesk.gui.printing.preview import PreviewDialog
from harvestdesk.reports.document import (
    Align,
    Checklist,
    Column,
    Heading,
    Paragraph,
    Points,
    Report,
    Row,
    RowKind,
    Signatures,
    Table,
    Tone,
)
from harvestdesk.reports.figures import plain_figure, usd
from harvestdesk.reports.worksheets.do_not_buy import do_not_buy_sheet
from harvestdesk.reports.worksheets.harvest import harvest_worksheet
from harvestdesk.reports.worksheets.lot_instructions import lot_instruction_sheet

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture(scope="module")
def worksheet() -> Report:
    household = snapshot()
    return harvest_worksheet(proposal(household), household)


def long_table(rows: int = 200) -> Table:
    columns = (
        Column("Security", width_share=100),
        Column("What it is", width_share=300),
        Column("Amount", Align.RIGHT, 150, total=True),
    )
    body: list[Row] = []
    for n in range(rows):
        if n % 50 == 0:
            body.append(Row((f"Account {n // 50 + 1}",), RowKind.GROUP))
        body.append(Row((f"S{n:04}", "a holding", usd(Decimal(n) + Decimal("0.25")))))
    total = sum((Decimal(n) + Decimal("0.25") for n in range(rows)), Decimal(0))
    return Table(columns, tuple(body), ("Total", "", usd(total)))


def words(printed: PrintedReport) -> str:
    return " ".join(printed.page(n).text() for n in range(printed.page_count))


@pytest.mark.parametrize("paper", ["letter", "a4"])
def test_every_page_says_whose_it_is_which_it_is_and_that_it_is_simulated(
    worksheet: Report, paper: str
) -> None:
    printed = PrintedReport(worksheet, paper)
    assert printed.page_count > 1
    for number in range(printed.page_count):
        text = printed.page(number).text()
        assert "Alex and Jordan Rivera  ·  as of December 5, 2025" in text
        assert f"Page {number + 1} of {printed.page_count}" in text
        assert "SIMULATED DATA" in text
    real = PrintedReport(replace(worksheet, simulated=False), paper)
    assert "SIMULATED DATA" not in real.page(0).text()


@pytest.mark.parametrize("paper", [LETTER, A4], ids=lambda p: p.name)
def test_nothing_stands_outside_the_margins(paper: object) -> None:
    assert paper in (LETTER, A4)
    size = LETTER if paper is LETTER else A4
    household = snapshot()
    plan = proposal(household)
    for report in (
        harvest_worksheet(plan, household),
        do_not_buy_sheet(household, plan.locks),
        lot_instruction_sheet(plan, household),
    ):
        printed = PrintedReport(report, size.name)
        for number in range(printed.page_count):
            for mark in printed.page(number).marks:
                if not isinstance(mark, Text):
                    continue
                right = mark.x + printed._setter.advance(mark.text, mark.voice)
                assert mark.x >= MARGIN - 1
                assert right <= size.width - MARGIN + 1, mark.text
                assert MARGIN <= mark.y <= size.height - MARGIN + 1, mark.text


def test_no_text_lies_over_another(worksheet: Report) -> None:
    printed = PrintedReport(worksheet)
    for number in range(printed.page_count):
        boxes = [
            (mark.y, mark.x, mark.x + printed._setter.advance(mark.text, mark.voice), mark.text)
            for mark in printed.page(number).marks
            if isinstance(mark, Text) and mark.text
        ]
        boxes.sort()
        for (y1, _, right, first), (y2, left, _, second) in itertools.pairwise(boxes):
            assert y1 != y2 or right <= left, f"{first!r} runs into {second!r}"


def test_no_word_of_the_report_is_lost(worksheet: Report) -> None:
    printed = words(PrintedReport(worksheet))
    compact = re.sub(r"\s+", "", printed)
    for table in worksheet.tables():
        for row in (*table.rows, Row(table.totals)) if table.totals else table.rows:
            for cell in row.cells:
                assert all(word in compact for word in cell.split()), cell
    for block in worksheet.blocks:
        if isinstance(block, Paragraph | Heading):
            assert all(word in compact for word in block.text.split()), block


def test_long_table__heads_sums_and_groups_on_each_page() -> None:
    table = long_table()
    printed = PrintedReport(Report("Long", blocks=(Heading("All of it"), table)))
    assert printed.page_count >= 4
    seen: list[str] = []
    total = Decimal(0)
    for number in range(printed.page_count):
        lines = printed.page(number).text().split("\n")
        shown = [line for line in lines if re.fullmatch(r"S\d{4}", line)]
        seen += shown
        assert "Security" in lines
        sums = plain_figure(lines[lines.index("This page") + 1])
        assert sums == sum((Decimal(int(s[1:])) + Decimal("0.25") for s in shown), Decimal(0))
        total += sums
        assert any(line.startswith("Account ") for line in lines)
    assert seen == [f"S{n:04}" for n in range(200)]
    assert usd(total) in printed.page(printed.page_count - 1).text().split("\n")


def test_short_table__no_page_sums() -> None:
    printed = PrintedReport(Report("Short", blocks=(long_table(8),)))
    assert printed.page_count == 1
    assert "This page" not in words(printed)


@pytest.mark.parametrize("filler", range(30, 50))
def test_no_heading_is_left_at_the_foot_of_a_page(filler: int) -> None:
    blocks = (
        *(Paragraph(f"line {n}") for n in range(filler)),
        Heading("A heading"),
        long_table(12),
    )
    printed = PrintedReport(Report("Orphans", blocks=blocks))
    for number in range(printed.page_count):
        lines = printed.page(number).text().split("\n")
        if "A heading" in lines:
            assert sum(bool(re.fullmatch(r"S\d{4}", line)) for line in lines) >= 3
        if "Total" in lines:
            assert sum(bool(re.fullmatch(r"S\d{4}", line)) for line in lines) >= 2


def test_signatures_stay_together() -> None:
    for filler in range(30, 50):
        blocks = (
            *(Paragraph(f"line {n}") for n in range(filler)),
            Heading("Signatures"),
            Signatures(("Prepared by", "Reviewed by", "Approved by Alex")),
        )
        printed = PrintedReport(Report("S", blocks=blocks))
        pages = [printed.page(n).text().split("\n") for n in range(printed.page_count)]
        (page,) = [p for p in pages if "Prepared by" in p]
        assert "Signatures" in page
        assert "Approved by Alex" in page


def test_runaway_text_is_broken_not_clipped() -> None:
    blob = "W" * 900
    column = (Column("A"), Column("B"))
    blocks = (
        Table(column, (Row((blob, "=cmd")), Row(("x\ny\tz", "…")))),
        Paragraph(blob),
        Paragraph("word " * 3000),
        Points((("•", blob),)),
        Checklist((blob,)),
    )
    printed = PrintedReport(Report(blob, blocks=blocks))
    assert words(printed).replace("\n", "").replace(" ", "").count("W") >= 900 * 4
    assert words(printed).count("word") == 3000


def test_empty_report_is_one_page() -> None:
    printed = PrintedReport(
        Report("Empty", blocks=(Table((Column("A"),), (), empty_text="None."),))
    )
    assert printed.page_count == 1
    assert "None." in printed.page(0).text()


def test_pictures__black_on_white_and_never_by_colour_alone() -> None:
    warning = Report("W", blocks=(Paragraph("Do not buy", Tone.WARNING),))
    (image,) = page_images(warning, dpi=72)
    assert (image.width(), image.height()) == (612, 792)
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    shades = [grey.pixelColor(x, y).red() for x in range(0, 612, 2) for y in range(0, 792, 2)]
    assert max(shades) == 255
    assert min(shades) < 80
    assert "!" in PrintedReport(warning).page(0).text()
    (a4,) = page_images(warning, dpi=72, paper="a4")
    assert (a4.width(), a4.height()) == (595, 842)


def test_pdf__same_report_same_bytes_and_dated_as_of(tmp_path: Path, worksheet: Report) -> None:
    first, second = tmp_path / "1.pdf", tmp_path / "2.pdf"
    render_pdf(worksheet, first)
    render_pdf(worksheet, second)
    content = first.read_bytes()
    assert content == second.read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert b"/CreationDate (D:20251205000000" in content
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    moved = replace(worksheet, dated=date(2024, 1, 1))
    assert PrintedReport(moved).pdf() != content


def test_pdf__offsets_still_fit_after_dating(worksheet: Report) -> None:
    content = PrintedReport(worksheet).pdf()
    start = int(content.rsplit(b"startxref", 1)[1].split()[0])
    assert content[start:].startswith(b"xref")
    entries = re.findall(rb"(\d{10}) 00000 n", content[start:])
    assert entries
    for place, offset in enumerate(entries, 1):
        assert content[int(offset) :].startswith(b"%d 0 obj" % place)


def test_pdf__without_an_application_and_with_another_hash_seed(
    tmp_path: Path, worksheet: Report
) -> None:
    script = (
        "import sys; sys.path[:0] = ['tests', '.']\n"
        "from pathlib import Path\n"
        "from factories import proposal, snapshot\n"
        "from harvestdesk.gui.printing import render_pdf\n"
        "from harvestdesk.reports.worksheets.harvest import harvest_worksheet\n"
        "household = snapshot()\n"
        "render_pdf(harvest_worksheet(proposal(household), household), Path(sys.argv[1]))\n"
    )
    outcomes = []
    for seed in ("0", "12345"):
        target = tmp_path / f"{seed}.pdf"
        environment = {
            k: v for k, v in os.environ.items() if k not in {"DISPLAY", "QT_QPA_PLATFORM"}
        }
        environment |= {"PYTHONHASHSEED": seed}
        subprocess.run(
            [sys.executable, "-c", script, str(target)], check=True, cwd=ROOT, env=environment
        )
        outcomes.append(target.read_bytes())
    assert outcomes[0] == outcomes[1]
    assert len(outcomes[0]) > 10_000


def test_pdf__a_household_file_is_never_the_target(tmp_path: Path, worksheet: Report) -> None:
    with pytest.raises(BadInputError, match="household file"):
        render_pdf(worksheet, tmp_path / "rivera.harvest")
    with pytest.raises(BadInputError, match="a4, letter"):
        render_pdf(worksheet, tmp_path / "x.pdf", "legal")


def test_preview__pages_zoom_and_saving(qtbot: object, tmp_path: Path, worksheet: Report) -> None:
    dialog = PreviewDialog(worksheet)
    qtbot.addWidget(dialog)  # type: ignore[attr-defined]
    dialog.resize(900, 700)
    with qtbot.waitActive(dialog):  # type: ignore[attr-defined]
        dialog.show()
    assert a11y.nameless(dialog) == []
    pages = PrintedReport(worksheet).page_count
    assert dialog.page_label.text() == f"Page 1 of {pages}"
    dialog.pages.go_to(2)
    assert dialog.page_label.text() == f"Page 3 of {pages}"
    assert dialog.pages.accessibleDescription() == PrintedReport(worksheet).page(2).text()
    dialog.zoom_box.setCurrentIndex(dialog.zoom_box.findData(2.0))
    assert dialog.pages.zoom == 2.0
    assert dialog.pages.horizontalScrollBar().maximum() > 0
    qtbot.keyClick(dialog, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)  # type: ignore[attr-defined]
    assert dialog.pages.zoom == 1.5
    assert dialog.save_to(tmp_path / "w.pdf")
    assert (tmp_path / "w.pdf").read_bytes() == PrintedReport(worksheet).pdf()
    assert not dialog.save_to(tmp_path / "no" / "w.pdf")
    assert "folder does not exist" in dialog.said.text()


def test_preview__another_paper(qtbot: object, worksheet: Report) -> None:
    dialog = PreviewDialog(worksheet, paper="a4")
    qtbot.addWidget(dialog)  # type: ignore[attr-defined]
    assert dialog.paper_box.currentText() == "A4"
    dialog.paper_box.setCurrentIndex(dialog.paper_box.findData("letter"))
    assert dialog.page_label.text().startswith("Page 1 of")
    grabbed = dialog.pages.grab()
    assert not grabbed.isNull()
