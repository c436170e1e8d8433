"""What stands on a page: text, lines and frames at their places, and painting them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from harvestdesk.gui.printing.paper import HAIR, RULE, Voice
from harvestdesk.gui.printing.type import Typesetter


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; `y` is its baseline."""

    x: float
    y: float
    text: str
    voice: Voice


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    weight: float = 3.0
    ink: str = HAIR


@dataclass(frozen=True, slots=True)
class Frame:
    """The outline of a rectangle."""

    x: float
    y: float
    width: float
    height: float
    weight: float = 7.0
    ink: str = RULE


Mark = Text | Line | Frame


@dataclass(slots=True)
class Page:
    """One page: marks in paper units from its upper left corner."""

    marks: list[Mark] = field(default_factory=list)

    def place(self, marks: Sequence[Mark], x: float, y: float) -> None:
        """Put marks, given relative to a block's corner, with that corner at `x`, `y`."""
        self.marks += [moved(mark, x, y) for mark in marks]

    def text(self) -> str:
        """Return the words of the page in painting order, one line of type after another."""
        return "\n".join(mark.text for mark in self.marks if isinstance(mark, Text))


def moved(mark: Mark, x: float, y: float) -> Mark:
    """Return a mark shifted by `x` and `y`."""
    match mark:
        case Text():
            return Text(mark.x + x, mark.y + y, mark.text, mark.voice)
        case Line():
            return replace(mark, x1=mark.x1 + x, y1=mark.y1 + y, x2=mark.x2 + x, y2=mark.y2 + y)
        case Frame():
            return replace(mark, x=mark.x + x, y=mark.y + y)


def paint(page: Page, painter: QPainter, setter: Typesetter) -> None:
    """Paint a page; the painter's unit must be the paper's."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    voice: Voice | None = None
    for mark in page.marks:
        if isinstance(mark, Text):
            if mark.voice is not voice:
                voice = mark.voice
                painter.setFont(setter.font(voice))
                painter.setPen(QColor(voice.value.ink))
            painter.drawText(QPointF(mark.x, mark.y), mark.text)
            continue
        voice = None
        pen = QPen(QColor(mark.ink), mark.weight)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        if isinstance(mark, Line):
            painter.drawLine(QLineF(mark.x1, mark.y1, mark.x2, mark.y2))
        else:
            painter.drawRect(QRectF(mark.x, mark.y, mark.width, mark.height))
