"""A report set on paper: pages as pictures, as a PDF file, or on a printer."""

import hashlib
import re
import uuid
from datetime import date
from pathlib import Path

from PySide6.QtCore import QBuffer, QHashSeed, QIODevice, QMarginsF, QSizeF, QUuid
from PySide6.QtGui import QImage, QPagedPaintDevice, QPageSize, QPainter, QPdfWriter

from harvestdesk import __version__
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.files import atomic_write_bytes
from harvestdesk.gui.printing.layout import lay_out
from harvestdesk.gui.printing.marks import Page, paint
from harvestdesk.gui.printing.paper import LETTER, PAPERS, PT, UNITS_PER_INCH, PaperSize
from harvestdesk.gui.printing.type import Typesetter, ensure_application
from harvestdesk.reports.document import Report

_PDF_DATE = re.compile(rb"\(D:\d{14}([^)]*)\)")
_XMP_DATE = re.compile(rb'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?([+-]\d\d:\d\d|Z)?"')
_EPOCH = date(1970, 1, 1)


class PrintedReport:
    """A report laid out on a paper; pages are painted only when asked for."""

    def __init__(self, report: Report, paper: str = LETTER.name) -> None:
        ensure_application()
        self.report = report
        self.paper = paper_of(paper)
        self._setter = Typesetter()
        self._pages = lay_out(report, self.paper, self._setter)

    @property
    def page_count(self) -> int:
        """Number of pages."""
        return len(self._pages)

    def page(self, number: int) -> Page:
        """Return page `number`, from 0, as marks."""
        return self._pages[number]

    def image(self, number: int, dpi: float = 96.0) -> QImage:
        """Return page `number`, from 0, as a picture, black on white."""
        scale = dpi / UNITS_PER_INCH
        image = QImage(
            round(self.paper.width * scale),
            round(self.paper.height * scale),
            QImage.Format.Format_RGB32,
        )
        image.fill(0xFFFFFFFF)
        dots_per_meter = round(dpi / 0.0254)
        image.setDotsPerMeterX(dots_per_meter)
        image.setDotsPerMeterY(dots_per_meter)
        painter = QPainter(image)
        try:
            painter.scale(scale, scale)
            paint(self._pages[number], painter, self._setter)
        finally:
            painter.end()
        return image

    def paint_on(self, device: QPagedPaintDevice, painter: QPainter, numbers: range) -> None:
        """Paint pages on a paged device, scaled to its resolution, each on a sheet of its own."""
        for place, number in enumerate(numbers):
            if place:
                device.newPage()
            painter.save()
            scale = device.logicalDpiX() / UNITS_PER_INCH
            painter.scale(scale, scale)
            paint(self._pages[number], painter, self._setter)
            painter.restore()

    def pdf(self) -> bytes:
        """Return the whole report as a PDF; the same report gives the same bytes."""
        # Qt writes the fonts in the order of a hash; unseeded it is the same in every process.
        QHashSeed.setDeterministicGlobalSeed()
        try:
            written = self._write()
        finally:
            QHashSeed.resetRandomGlobalSeed()
        return _dated(written, self.report.dated or _EPOCH)

    def _write(self) -> bytes:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setResolution(UNITS_PER_INCH)
        writer.setPageSize(self.page_size())
        writer.setPageMargins(QMarginsF(0, 0, 0, 0))
        writer.setTitle(self.report.title)
        writer.setCreator(f"HarvestDesk {__version__}")
        writer.setDocumentId(self._document_id())
        painter = QPainter(writer)
        try:
            self.paint_on(writer, painter, range(self.page_count))
        finally:
            painter.end()
        buffer.close()
        return bytes(buffer.data().data())

    def page_size(self) -> QPageSize:
        """Return the sheet in Qt's terms."""
        if self.paper is LETTER:
            return QPageSize(QPageSize.PageSizeId.Letter)
        return QPageSize(
            QSizeF(self.paper.width / PT, self.paper.height / PT),
            QPageSize.Unit.Point,
            self.paper.name,
        )

    def _document_id(self) -> QUuid:
        # Qt would take a random one; one made of the words on the pages keeps equal reports equal.
        words = "\f".join(page.text() for page in self._pages)
        digest = hashlib.sha256(words.encode()).hexdigest()
        return QUuid(str(uuid.UUID(digest[:32])))


def render_pdf(report: Report, path: Path, paper: str = LETTER.name) -> None:
    """Write a report as PDF, whole or not at all.

    Raises:
        BadInputError: when the file can't be written or the paper is unknown.
    """
    atomic_write_bytes(path, PrintedReport(report, paper).pdf())


def page_images(report: Report, dpi: float = 96.0, paper: str = LETTER.name) -> list[QImage]:
    """Return every page of a report as a picture."""
    printed = PrintedReport(report, paper)
    return [printed.image(number, dpi) for number in range(printed.page_count)]


def paper_of(name: str) -> PaperSize:
    """Return the paper of that name.

    Raises:
        BadInputError: when there is none.
    """
    paper = PAPERS.get(name.lower())
    if paper is None:
        raise BadInputError(f"There is no paper {name!r}; known are {', '.join(sorted(PAPERS))}.")
    return paper


def _dated(pdf: bytes, day: date) -> bytes:
    """Return the file dated `day` instead of the moment of writing, every offset as it was."""
    stamp = f"{day:%Y%m%d}000000".encode()
    iso = f"{day.isoformat()}T00:00:00".encode()

    def info(match: re.Match[bytes]) -> bytes:
        return b"(D:" + stamp + re.sub(rb"\d", b"0", match.group(1)) + b")"

    def xmp(match: re.Match[bytes]) -> bytes:
        zone = re.sub(rb"\d", b"0", match.group(1) or b"")
        return (b'"' + iso + zone).ljust(len(match.group(0)) - 1, b" ") + b'"'

    return _XMP_DATE.sub(xmp, _PDF_DATE.sub(info, pdf))
