"""What the settings at the left would come to, worked out while they move."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout

from harvestdesk.domain.frontier import FrontierPoint, LiveFigures
from harvestdesk.gui import formatting
from harvestdesk.gui.a11y import name
from harvestdesk.gui.plots.frontier_words import left_out_words
from harvestdesk.gui.theme import Space, Theme
from harvestdesk.gui.views.rebalance.sentences import Muted

SHOW_AFTER_MS = 600
_WAITING = "Working out what this comes to…"
_ROWS = ("Tracking error", "Tax this year", "Turnover", "Orders")


class LiveLine(QFrame):
    """Four figures under the slider; about, because they are in weights. Quick work never flickers."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.labels = {row: QLabel() for row in _ROWS}
        self.note = Muted(theme)
        self.note.setWordWrap(True)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(Space.SMALL))
        grid.setVerticalSpacing(theme.px(2))
        grid.setColumnStretch(1, 1)
        self._heads = []
        for place, (row, label) in enumerate(self.labels.items()):
            head = Muted(theme, row)
            self._heads.append(head)
            grid.addWidget(head, place, 0)
            grid.addWidget(label, place, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*([theme.px(Space.SMALL)] * 4))
        column.setSpacing(theme.px(Space.TINY))
        column.addLayout(grid)
        column.addWidget(self.note)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(SHOW_AFTER_MS)
        self._patience.timeout.connect(lambda: self._say(None, _WAITING))
        self.hide()

    @property
    def words(self) -> str:
        """Everything it says."""
        return self.accessibleName()

    def wait(self) -> None:
        """An answer is on its way; say so if it takes long."""
        if not self._patience.isActive():
            self._patience.start()

    def show_figures(self, figures: LiveFigures) -> None:
        """Show what was worked out."""
        left = left_out_words(figures.left_out)
        note = f"About, in weights{', ' + left if left else ''}. Plan trades makes it exact."
        self._patience.stop()
        self._say((figures.point, figures.nothing), note)

    def show_words(self, words: str) -> None:
        """Say in words why there are no figures; nothing hides the line."""
        self._patience.stop()
        self._say(None, words)

    def _say(self, found: tuple[FrontierPoint, FrontierPoint] | None, note: str) -> None:
        texts = _texts(*found) if found else dict.fromkeys(_ROWS, "")
        for head, (row, label) in zip(self._heads, self.labels.items(), strict=True):
            label.setText(texts[row])
            label.setVisible(bool(texts[row]))
            head.setVisible(bool(texts[row]))
        self.note.setText(note)
        told = [f"{row} {text}" for row, text in texts.items() if text]
        name(self, ". ".join([*told, note]) or "No live figures")
        self.setVisible(bool(note))


def _texts(point: FrontierPoint, nothing: FrontierPoint) -> dict[str, str]:
    return {
        "Tracking error": f"{formatting.basis_points(point.tracking_error_bp)}, "
        f"today {formatting.basis_points(nothing.tracking_error_bp)}",
        "Tax this year": formatting.dollars(point.tax, sign=True),
        "Turnover": formatting.percent(point.turnover),
        "Orders": f"about {formatting.number(point.orders)}",
    }
