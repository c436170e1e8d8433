"""Before and after, and the gap badge of a plan."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout

from harvestdesk.gui import formatting
from harvestdesk.gui.plans.words import MEASURES, badge, measured
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.services.views.plan import Comparison, Measure, PlanView

_BETTER = "\u2713\u200a"
"""Begins a change for the better, so that its colour is not alone."""
_LESS_IS_BETTER = frozenset({Measure.TAX, Measure.TRACKING_ERROR, Measure.WORST_DRIFT})
"""The others are means, not ends: nobody trades for the sake of turnover or of a net gain."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class BeforeAfter(QFrame):
    """What the plan changes, one line per measure, each explained on hover."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[PlanView, Sequence[Comparison]] | None = None
        self.setProperty("card", True)
        column = QVBoxLayout(self)
        side = theme.px(Space.MEDIUM)
        column.setContentsMargins(side, theme.px(Space.MEDIUM), side, theme.px(Space.MEDIUM))
        column.setSpacing(theme.px(Space.SMALL))
        self.badge = QLabel()
        self.badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.badge.setWordWrap(True)
        column.addWidget(self.badge)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(4))
        self._grid.setVerticalSpacing(theme.px(Space.TINY))
        self._grid.setColumnStretch(0, 1)
        column.addLayout(self._grid)
        self.cells: dict[str, tuple[str, str, str]] = {}
        theme.changed.connect(self._on_theme_changed)

    def show_plan(self, view: PlanView, lines: Sequence[Comparison] = ()) -> None:
        """Show the badge of a plan and its measures, or `lines` in their place."""
        self._shown = (view, lines)
        words, tone, explanation = badge(view)
        self.badge.setText(words)
        self.badge.setToolTip(explanation)
        self.badge.setAccessibleName(f"Quality of the plan: {words}")
        self.badge.setAccessibleDescription(explanation)
        ink, radius = self._theme.text(tone).name(), self._theme.radius
        self.badge.setStyleSheet(
            f"color: {ink}; border: {self._theme.hairline}px solid {ink}; border-radius: {radius}px; "
            f"padding: {self._theme.px(Space.TINY)}px; font-weight: 600;"
        )
        self._fill(lines or view.comparison)

    def _fill(self, lines: Sequence[Comparison]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.cells = {}
        for place, text in enumerate(("", "before", "after", "change")):
            self._put(0, place, text, "", Tone.MUTED)
        for row, line in enumerate(lines, start=1):
            title, explanation = MEASURES[line.measure]
            texts = (
                measured(line, line.before),
                measured(line, line.after),
                _change(line),
            )
            self.cells[line.measure.value] = texts
            self._put(row, 0, title, explanation, Tone.PLAIN)
            for place, text in enumerate(texts, start=1):
                tone = Tone.PLAN if place == 3 and text.startswith(_BETTER) else Tone.PLAIN
                self._put(row, place, text, explanation, tone)

    def _put(self, row: int, place: int, text: str, explanation: str, tone: Tone) -> None:
        label = QLabel(text)
        label.setFont(self._theme.font(TextSize.CAPTION))
        label.setToolTip(explanation)
        if place:
            label.setAlignment(_RIGHT)
        palette = label.palette()
        palette.setColor(QPalette.ColorRole.WindowText, self._theme.text(tone))
        label.setPalette(palette)
        self._grid.addWidget(label, row, place)

    def _on_theme_changed(self) -> None:
        if self._shown is not None:
            self.show_plan(*self._shown)


def _change(line: Comparison) -> str:
    """Return what changes, with a tick where it changes for the better."""
    text = measured(line, line.change, sign=True)
    if formatting.reads_as_nothing(text):
        return formatting.NOTHING
    better = line.change < 0 and line.measure in _LESS_IS_BETTER
    return f"{_BETTER}{text}" if better else text
