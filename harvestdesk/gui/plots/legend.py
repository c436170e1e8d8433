"""A line of marks with their words."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from harvestdesk.gui.plots.marks import Shape, paint_mark
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone


@dataclass(frozen=True, slots=True)
class Key:
    """One entry: a mark, or a bar where `shape` is None."""

    words: str
    tone: Tone
    shape: Shape | None = Shape.CIRCLE
    hatched: bool = False
    hollow: bool = False
    line: bool = False


class Legend(QWidget):
    """Keys in a line that wraps; never focusable, read out as one sentence."""

    def __init__(self, theme: Theme, keys: Sequence[Key] = ()) -> None:
        super().__init__()
        self.theme = theme
        self._keys: tuple[Key, ...] = tuple(keys)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.update)
        self._speak()

    @property
    def keys(self) -> tuple[Key, ...]:
        """The entries on view."""
        return self._keys

    def show_keys(self, keys: Sequence[Key]) -> None:
        """Replace the entries."""
        self._keys = tuple(keys)
        self._speak()
        self.updateGeometry()
        self.update()

    def _speak(self) -> None:
        self.setAccessibleName("Legend: " + ", ".join(k.words for k in self._keys))

    def _placed(self, width: float) -> list[tuple[Key, QRectF]]:
        metrics = QFontMetricsF(self.theme.font(TextSize.CAPTION))
        height = metrics.height() + self.theme.px(Space.TINY)
        left, top, found = 0.0, 0.0, []
        for key in self._keys:
            needed = height + self.theme.px(Space.TINY) + metrics.horizontalAdvance(key.words)
            if left > 0 and left + needed > width:
                left, top = 0.0, top + height
            found.append((key, QRectF(left, top, needed, height)))
            left += needed + self.theme.px(Space.LARGE)
        return found

    def hasHeightForWidth(self) -> bool:
        """Lines depend on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines at a width."""
        placed = self._placed(width)
        return round(placed[-1][1].bottom()) + 1 if placed else 0

    def sizeHint(self) -> QSize:
        """Return one line where there is room for it."""
        placed = self._placed(float("inf"))
        if not placed:
            return QSize(0, 0)
        return QSize(round(placed[-1][1].right()) + 1, round(placed[-1][1].bottom()) + 1)

    def minimumSizeHint(self) -> QSize:
        """Return the height of one line."""
        return QSize(self.theme.px(120), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint mark and words of each key."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.theme.font(TextSize.CAPTION))
        for key, box in self._placed(self.width()):
            side = box.height()
            swatch = QRectF(box.left(), box.top(), side, side)
            self._paint_swatch(painter, key, swatch)
            painter.setPen(self.theme.text(Tone.MUTED))
            words = box.adjusted(side + self.theme.px(Space.TINY), 0, 1, 0)
            painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), key.words)
        painter.end()

    def _paint_swatch(self, painter: QPainter, key: Key, box: QRectF) -> None:
        if key.shape is not None:
            radius = box.height() * (0.14 if key.shape is Shape.DOT else 0.3)
            paint_mark(
                painter,
                self.theme,
                key.shape,
                key.tone,
                QPointF(box.center()),
                radius,
                hatched=key.hatched,
                hollow=key.hollow,
            )
            return
        bar = box.adjusted(1, box.height() * 0.25, -1, -box.height() * 0.25)
        painter.setPen(QPen(self.theme.mark(key.tone), 1.5))
        if key.line:
            middle = box.center().x()
            painter.setPen(QPen(self.theme.mark(key.tone), 2))
            painter.drawLine(QPointF(middle, box.top() + 2), QPointF(middle, box.bottom() - 2))
        elif key.hollow:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            pen = QPen(self.theme.mark(key.tone), 1.5, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.drawRect(bar)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(
                self.theme.hatch(key.tone) if key.hatched else self.theme.mark(key.tone)
            )
            painter.drawRect(bar)
