"""Print preview: the pages as they will be, zoom, print, and save as PDF."""

from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.files import atomic_write_bytes
from harvestdesk.domain.safe_text import safe_file_name
from harvestdesk.gui.a11y import name
from harvestdesk.gui.printing.paper import LETTER, UNITS_PER_INCH
from harvestdesk.gui.printing.render import PrintedReport
from harvestdesk.gui.theme import Theme
from harvestdesk.gui.widgets.fields import Choice
from harvestdesk.reports.document import Report

_PAPER_NAMES = {"letter": "Letter", "a4": "A4"}
_ZOOMS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
_KEPT_PICTURES = 6
"""Pages kept as pictures around the ones on screen."""


class PagesView(QAbstractScrollArea):
    """The pages of a report under each other; only those on screen are painted.

    Signals:
        page_changed: number of the uppermost page on screen, from 0.
    """

    page_changed = Signal(int)

    def __init__(self, printed: PrintedReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._printed = printed
        self._zoom: float | None = None
        self._pictures: OrderedDict[tuple[int, int], QPixmap] = OrderedDict()
        self._current = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Mid)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        name(self, f"Pages of {printed.report.title}")
        self._measure()

    def show_report(self, printed: PrintedReport) -> None:
        """Show other pages, or the same ones on another paper."""
        self._printed = printed
        self._current = -1
        self._pictures.clear()
        self._measure()
        self.viewport().update()

    @property
    def zoom(self) -> float:
        """Size on screen relative to paper."""
        if self._zoom is not None:
            return self._zoom
        paper = self._printed.paper.width / UNITS_PER_INCH * self.logicalDpiX()
        return max(0.2, (self.viewport().width() - 2 * self._gap()) / paper)

    def set_zoom(self, zoom: float | None) -> None:
        """Set the size relative to paper; None fits the width."""
        self._zoom = zoom
        self._pictures.clear()
        self._measure()
        self.viewport().update()

    def go_to(self, number: int) -> None:
        """Scroll to a page, from 0."""
        self.verticalScrollBar().setValue(number * self._step())

    def sizeHint(self) -> QSize:
        """Return room for most of a page."""
        unit = self.fontMetrics().height()
        return QSize(unit * 48, unit * 44)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the pages again."""
        super().resizeEvent(event)
        if self._zoom is None:
            self._pictures.clear()
        self._measure()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pages that are on screen."""
        painter = QPainter(self.viewport())
        for number in range(self._printed.page_count):
            place = self._place(number)
            if place.intersects(event.rect()):
                painter.drawPixmap(place, self._picture(number))
                painter.setPen(self.palette().color(QPalette.ColorRole.Dark))
                painter.drawRect(place.adjusted(-1, -1, 0, 0))
        painter.end()

    def _gap(self) -> int:
        return self.fontMetrics().height()

    def _page_size(self) -> QSize:
        scale = self.zoom * self.logicalDpiX() / UNITS_PER_INCH
        paper = self._printed.paper
        return QSize(round(paper.width * scale), round(paper.height * scale))

    def _step(self) -> int:
        return self._page_size().height() + self._gap()

    def _place(self, number: int) -> QRect:
        size = self._page_size()
        left = max(self._gap(), (self.viewport().width() - size.width()) // 2)
        top = self._gap() + number * self._step()
        bars = self.horizontalScrollBar().value(), self.verticalScrollBar().value()
        return QRect(left - bars[0], top - bars[1], size.width(), size.height())

    def _measure(self) -> None:
        size, view, gap = self._page_size(), self.viewport().size(), self._gap()
        tall = self._printed.page_count * self._step() + gap
        down, across = self.verticalScrollBar(), self.horizontalScrollBar()
        down.setRange(0, max(0, tall - view.height()))
        down.setPageStep(view.height())
        down.setSingleStep(gap * 3)
        across.setRange(0, max(0, size.width() + 2 * gap - view.width()))
        across.setPageStep(view.width())
        self._on_scrolled(down.value())

    def _picture(self, number: int) -> QPixmap:
        ratio = self.devicePixelRatioF()
        dpi = self.zoom * self.logicalDpiX() * ratio
        key = (number, round(dpi * 10))
        found = self._pictures.get(key)
        if found is None:
            found = QPixmap.fromImage(self._printed.image(number, dpi))
            found.setDevicePixelRatio(ratio)
            self._pictures[key] = found
            while len(self._pictures) > _KEPT_PICTURES:
                self._pictures.popitem(last=False)
        return found

    def _on_scrolled(self, value: int) -> None:
        half = self.viewport().height() // 2
        number = min(self._printed.page_count - 1, max(0, (value + half) // self._step()))
        if number != self._current:
            self._current = number
            self.setAccessibleDescription(self._printed.page(number).text())
            self.page_changed.emit(number)


def _box(theme: Theme | None, spoken: str) -> QComboBox:
    """Return a combo box; without a theme, Qt's own."""
    if theme is not None:
        return Choice(theme, spoken)
    box = name(QComboBox(), spoken)
    name(box.view(), f"{spoken}: choices")
    return box


class PreviewDialog(QDialog):
    """Shows a report as it will be on paper.

    Signals:
        saved: path of the PDF that was written.
    """

    saved = Signal(str)

    def __init__(
        self,
        report: Report,
        parent: QWidget | None = None,
        paper: str = LETTER.name,
        theme: Theme | None = None,
    ) -> None:
        super().__init__(parent)
        self._printed = PrintedReport(report, paper)
        self.file_name = report.title
        """Name the PDF is offered under, without suffix."""
        self.setWindowTitle(f"Print preview: {report.title}")
        self.setSizeGripEnabled(True)
        self.pages = PagesView(self._printed)
        self.paper_box = _box(theme, "Paper")
        for key, words in _PAPER_NAMES.items():
            self.paper_box.addItem(words, key)
        self.paper_box.setCurrentIndex(self.paper_box.findData(self._printed.paper.name))
        self.zoom_box = _box(theme, "Zoom")
        self.zoom_box.addItem("Fit width", None)
        for zoom in _ZOOMS:
            self.zoom_box.addItem(f"{zoom:.0%}", zoom)
        self.page_label = QLabel()
        self.said = name(QLabel(), "Result")
        self.said.setWordWrap(True)
        self.print_button = QPushButton("&Print…")
        self.save_button = QPushButton("&Save PDF…")
        self.close_button = QPushButton("Close")
        self._lay_out()
        self._connect()
        self._on_page_changed(0)

    def save_to(self, path: Path) -> bool:
        """Write the PDF to `path`; say so, or why not, and return whether it was written."""
        try:
            atomic_write_bytes(path, self._printed.pdf())
        except BadInputError as error:
            self.said.setText(error.message)
            return False
        self.said.setText(f"Saved {path}")
        self.saved.emit(str(path))
        return True

    def print_on(self, printer: QPrinter) -> None:
        """Print the pages the person chose."""
        printer.setFullPage(True)
        printer.setPageSize(self._printed.page_size())
        first = max(1, printer.fromPage()) - 1
        last = min(self._printed.page_count, printer.toPage() or self._printed.page_count)
        painter = QPainter()
        if not painter.begin(printer):
            self.said.setText("The printer could not be started; check that it is connected.")
            return
        try:
            self._printed.paint_on(printer, painter, range(first, last))
        finally:
            painter.end()

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        for text, box in (("Pa&per", self.paper_box), ("&Zoom", self.zoom_box)):
            label = QLabel(text)
            label.setBuddy(box)
            bar.addWidget(label)
            bar.addWidget(box)
        bar.addWidget(self.page_label)
        bar.addStretch(1)
        for button in (self.print_button, self.save_button, self.close_button):
            bar.addWidget(button)
        self.print_button.setDefault(True)
        layout = QVBoxLayout(self)
        layout.addLayout(bar)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.said)

    def _connect(self) -> None:
        self.paper_box.currentIndexChanged.connect(self._on_paper_chosen)
        self.zoom_box.currentIndexChanged.connect(self._on_zoom_chosen)
        self.pages.page_changed.connect(self._on_page_changed)
        self.print_button.clicked.connect(self._on_print)
        self.save_button.clicked.connect(self._on_save)
        self.close_button.clicked.connect(self.reject)
        for key, slot in (
            (QKeySequence.StandardKey.ZoomIn, self._on_zoom_in),
            (QKeySequence.StandardKey.ZoomOut, self._on_zoom_out),
            (QKeySequence.StandardKey.Print, self._on_print),
            (QKeySequence.StandardKey.Save, self._on_save),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(slot)

    def _on_paper_chosen(self) -> None:
        self._printed = PrintedReport(self._printed.report, str(self.paper_box.currentData()))
        self.pages.show_report(self._printed)

    def _on_zoom_chosen(self) -> None:
        self.pages.set_zoom(self.zoom_box.currentData())

    def _on_zoom_in(self) -> None:
        larger = [n for n, zoom in enumerate(_ZOOMS, 1) if zoom > self.pages.zoom + 0.01]
        if larger:
            self.zoom_box.setCurrentIndex(larger[0])

    def _on_zoom_out(self) -> None:
        smaller = [n for n, zoom in enumerate(_ZOOMS, 1) if zoom < self.pages.zoom - 0.01]
        if smaller:
            self.zoom_box.setCurrentIndex(smaller[-1])

    def _on_page_changed(self, number: int) -> None:
        self.page_label.setText(f"Page {number + 1} of {self._printed.page_count}")

    def _on_print(self) -> None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(self._printed.report.title)
        printer.setPageSize(self._printed.page_size())
        dialog = QPrintDialog(printer, self)
        dialog.setMinMax(1, self._printed.page_count)
        dialog.accepted.connect(lambda: self.print_on(printer))
        dialog.finished.connect(dialog.deleteLater)
        dialog.setModal(True)
        dialog.show()

    def _on_save(self) -> None:
        dialog = QFileDialog(self, "Save as PDF")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("PDF (*.pdf)")
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile(f"{safe_file_name(self.file_name, 'report')}.pdf")
        dialog.fileSelected.connect(lambda chosen: self.save_to(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
