"""The first page: explore the sample, start a household, open a file."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from harvestdesk.gui.a11y import name
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.gui.widgets.action_button import ActionButton
from harvestdesk.gui.widgets.notice_bar import NoticeBar

if TYPE_CHECKING:
    from harvestdesk.services.preferences import Preferences

_OFFERS = (
    (
        "household.sample",
        "Look around first",
        "A couple with five accounts and 400 lots, all invented. Nothing of yours is touched.",
    ),
    (
        "household.new",
        "Start your household",
        "Name it, say who belongs to it, then import what your brokers let you download.",
    ),
    (
        "household.open",
        "Open a household file",
        "A .harvest file you already have, from this computer or a backup.",
    ),
)


class WelcomePage(QWidget):
    """Shown while no household is open.

    Signals:
        book_chosen: path of a household opened before.
    """

    book_chosen = Signal(str)

    def __init__(
        self, theme: Theme, actions: Mapping[str, QAction], preferences: "Preferences"
    ) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("welcome")
        name(self, "Welcome")
        self.notice = NoticeBar(theme)
        column = QVBoxLayout()
        column.setSpacing(theme.px(Space.MEDIUM))
        title = QLabel("HarvestDesk")
        title.setFont(theme.font(TextSize.FIGURE, strong=True))
        column.addWidget(title)
        promise = QLabel(
            "Tax lots, wash sales and year-end loss harvesting for a whole household. "
            "Everything stays on this computer."
        )
        promise.setWordWrap(True)
        column.addWidget(promise)
        column.addWidget(self.notice)
        column.addSpacing(theme.px(Space.SMALL))
        for place, (key, heading, words) in enumerate(_OFFERS):
            column.addWidget(_offer(theme, actions[key], heading, words, first=place == 0))
        self._add_recent(column, preferences)
        holder = QWidget()
        holder.setLayout(column)
        holder.setFixedWidth(theme.px(640))
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        # No alignment flag here: it would take the height that wrapped words need.
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(holder)
        across.addStretch(1)
        outer.addLayout(across)
        outer.addStretch(3)

    def show_problem(self, words: str) -> None:
        """Say what went wrong with opening."""
        self.notice.say(words, Tone.ERROR)

    def _add_recent(self, column: QVBoxLayout, preferences: "Preferences") -> None:
        recent = [p for p in preferences.recent_books if Path(p).is_file()][:4]
        if not recent:
            return
        heading = QLabel("Opened last")
        heading.setFont(self._theme.font(TextSize.CAPTION, strong=True))
        column.addSpacing(self._theme.px(Space.SMALL))
        column.addWidget(heading)
        for path in recent:
            button = name(QPushButton(Path(path).stem), f"Open {Path(path).stem}", path)
            button.setProperty("quiet", True)
            button.setToolTip(path)
            button.clicked.connect(lambda _checked=False, path=path: self.book_chosen.emit(path))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)


def _offer(theme: Theme, action: QAction, heading: str, words: str, *, first: bool) -> QFrame:
    card = QFrame()
    card.setProperty("card", True)
    layout = QHBoxLayout(card)
    edge = theme.px(Space.LARGE)
    layout.setContentsMargins(edge, theme.px(Space.MEDIUM), edge, theme.px(Space.MEDIUM))
    layout.setSpacing(edge)
    text = QVBoxLayout()
    text.setSpacing(theme.px(Space.TINY))
    head = QLabel(heading)
    head.setFont(theme.font(TextSize.BODY, strong=True))
    body = QLabel(words)
    body.setWordWrap(True)
    text.addWidget(head)
    text.addWidget(body)
    layout.addLayout(text, 1)
    button = ActionButton(action, primary=first)
    button.setMinimumWidth(theme.px(180))
    layout.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
    return card
