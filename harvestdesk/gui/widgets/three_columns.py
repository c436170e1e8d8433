"""What is asked at the left, what comes out in the middle, what it changes at the right; two columns where narrow."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QVBoxLayout, QWidget

from harvestdesk.gui.theme import Space, Theme

_THREE_COLUMNS = 1060
"""Least width, in design pixels, at which the right column stands by itself."""
_SIDE = 240


class ThreeColumns(QSplitter):
    """The columns; in a narrow window the right one folds around the left one.

    Args:
        left: what is asked; scrolls when it is higher than the page.
        middle: takes the room that is left.
        upper: head of the right column; folded, it stands above what is asked.
        lower: below it, as high as there is room; folded, it stands below what is asked.
    """

    def __init__(
        self, theme: Theme, left: QWidget, middle: QWidget, upper: QWidget, lower: QWidget
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._theme = theme
        self._left, self._middle, self._upper, self._lower = left, middle, upper, lower
        self._folded = False
        self._result = False
        self.setChildrenCollapsible(False)
        self.setStyleSheet("QSplitter::handle { background: transparent; }")
        self.addWidget(self._left_area(left))
        self.addWidget(middle)
        self.right = QWidget()
        self._right_column = self._column(self.right)
        self._right_column.addWidget(upper)
        self._right_column.addWidget(lower, 1)
        self.addWidget(self.right)
        for place, stretch in enumerate((0, 1, 0)):
            self.setStretchFactor(place, stretch)
        self.setHandleWidth(theme.px(Space.SMALL))

    def _left_area(self, left: QWidget) -> QScrollArea:
        holder = QWidget()
        self._left_column = self._column(holder)
        self._left_column.addWidget(left, 1)
        self._area = QScrollArea()
        self._area.setWidget(holder)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return self._area

    def _column(self, holder: QWidget) -> QVBoxLayout:
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._theme.px(Space.SMALL))
        return column

    def show_result(self, shown: bool) -> None:
        """Show the right column, or do without it while there is nothing to say."""
        self._result = shown
        for widget in (self._upper, self._lower):
            widget.setVisible(shown)
        self.right.setVisible(shown and not self._folded)

    def minimumSizeHint(self) -> QSize:
        """Return the room of two columns: the third one folds before anything is cut off."""
        bar = self._area.verticalScrollBar().sizeHint().width() + self._theme.px(2)
        sides = [self._left.minimumSizeHint().width()]
        if self._result:
            sides.append(self._upper.minimumSizeHint().width())
        middle = self._middle.minimumSizeHint().width()
        wide = max(sides) + bar + self.handleWidth() + middle
        return QSize(wide, super().minimumSizeHint().height())

    def size_columns(self) -> None:
        """Give the sides what their words need, and the middle all that is left."""
        side = max(self._upper.sizeHint().width(), self._theme.px(_SIDE))
        bar = self._area.verticalScrollBar().sizeHint().width() + self._theme.px(2)
        least = max(self._left.minimumSizeHint().width(), self._left.minimumWidth())
        wide = max(least, side if self._folded else 0)
        scrolls = self._folded or self._left.sizeHint().height() > self.height()
        self._area.setMinimumWidth(wide + (bar if scrolls else 0))
        self.setSizes([self._area.minimumWidth(), self.width(), side])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the right column where there is little room."""
        super().resizeEvent(event)
        folded = self.width() < self._theme.px(_THREE_COLUMNS)
        if folded != self._folded:
            self._fold(folded)
        self.size_columns()

    def _fold(self, folded: bool) -> None:
        self._folded = folded
        for widget in (self._upper, self._lower):
            self._left_column.removeWidget(widget)
            self._right_column.removeWidget(widget)
        if folded:
            self._left_column.insertWidget(0, self._upper)
            self._left_column.addWidget(self._lower)
        else:
            self._right_column.addWidget(self._upper)
            self._right_column.addWidget(self._lower, 1)
        self.show_result(self._result)
