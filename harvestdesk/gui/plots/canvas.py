"""The base of every picture: colours from the theme, hover words, keyboard focus, a spoken summary."""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWhatsThis, QWidget

from harvestdesk.gui.theme import Space, TextSize, Theme, Tone

_CHOSEN = 0.16
"""Share of the accent in the ground of a selected row."""
_NEAR = 2
"""Half the side of the square in which a tooltip stays, in design pixels."""


class Canvas(QWidget):
    """A picture. Subclasses paint with `self.theme`, and answer `explain_at`.

    Everything a picture shows stands in a table too; the accessible description is its summary.
    """

    def __init__(self, theme: Theme, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setAccessibleName(spoken)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self._on_theme_changed)

    def explain_at(self, place: QPointF) -> str:
        """Return the words about what is at a place, or nothing."""
        return ""

    def explain(self) -> None:
        """Say what the picture shows, below it; pictures with parts explain the one that is picked."""
        QWhatsThis.showText(
            self.mapToGlobal(self.rect().bottomLeft()), self.accessibleDescription(), self
        )

    def restyle(self) -> None:
        """Drop whatever was prepared with the old colours."""

    # --- helpers ---------------------------------------------------------------------------------
    def metrics(self, size: TextSize = TextSize.CAPTION, *, strong: bool = False) -> QFontMetricsF:
        """Return the metrics of a type size of the theme."""
        return QFontMetricsF(self.theme.font(size, strong=strong))

    def gap(self, step: Space) -> float:
        """Return a spacing step in pixels."""
        return float(self.theme.px(step))

    def write(
        self,
        painter: QPainter,
        box: QRectF,
        text: str,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        tone: Tone = Tone.PLAIN,
    ) -> None:
        """Write one line of text inside a box, elided on the right where it does not fit."""
        shown = QFontMetricsF(painter.font()).elidedText(
            text, Qt.TextElideMode.ElideRight, box.width()
        )
        painter.setPen(self.theme.text(tone))
        painter.drawText(box, int(align | Qt.AlignmentFlag.AlignVCenter), shown)

    def hairline(self, name: str = "hairline", width: float = 1.0) -> QPen:
        """Return the pen of thin lines."""
        return QPen(self.theme.colour(name), width)

    def faded(self, tone: Tone, share: float) -> QColor:
        """Return the colour of a tone with part of its strength."""
        colour = self.theme.mark(tone)
        colour.setAlphaF(share)
        return colour

    def chosen_ground(self) -> QColor:
        """Return the ground of a selected row: a touch of the accent, so that all words stay readable."""
        ground, accent = self.theme.colour("surface"), self.theme.colour("accent")
        pairs = (
            (ground.red(), accent.red()),
            (ground.green(), accent.green()),
            (ground.blue(), accent.blue()),
        )
        return QColor(*(round(g + (a - g) * _CHOSEN) for g, a in pairs))

    def paint_focus(self, painter: QPainter) -> None:
        """Frame the picture while it has the keyboard."""
        if not self.hasFocus():
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.colour("focus"), 2))
        radius = self.theme.radius
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)

    # --- Qt's side -------------------------------------------------------------------------------
    def event(self, event: QEvent) -> bool:
        """Explain what is under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            words = self.explain_at(QPointF(event.pos()))
            if words:
                near = self.theme.px(_NEAR)
                around = QRectF(QPointF(event.pos()), QPointF(event.pos())).adjusted(
                    -near, -near, near, near
                )
                QToolTip.showText(event.globalPos(), words, self, around.toAlignedRect())
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def _on_theme_changed(self) -> None:
        self.restyle()
        self.updateGeometry()
        self.update()
