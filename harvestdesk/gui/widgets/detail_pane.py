"""The pane at the right: what is selected, why it stands so, and what can be done about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.gui.theme import Space, TextSize, Theme, Tone


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a pane.

    Attributes:
        words: what it says, at the left.
        figure: a figure at the right, in the same column as the others.
        note: small words under it.
        head: a section begins here.
    """

    words: str
    figure: str = ""
    note: str = ""
    tone: Tone = Tone.PLAIN
    head: bool = False
    strong: bool = False


class DetailPane(QScrollArea):
    """Lines of words and figures; scrolls when there are many, read out as one text."""

    def __init__(self, theme: Theme, spoken: str) -> None:
        super().__init__()
        self._theme = theme
        self._spoken = spoken
        self._lines: tuple[Line, ...] = ()
        self._title = ""
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(spoken)
        self.setMinimumWidth(theme.px(280))
        theme.changed.connect(self._on_theme_changed)
        self._build()

    @property
    def title(self) -> str:
        """What the pane is about."""
        return self._title

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines on view."""
        return self._lines

    @property
    def text(self) -> str:
        """Everything the pane says, one line each."""
        parts = (" ".join(t for t in (x.words, x.figure, x.note) if t) for x in self._lines)
        return "\n".join((self._title, *parts))

    def say(self, title: str, lines: Sequence[Line]) -> None:
        """Replace what the pane says."""
        if (title, tuple(lines)) == (self._title, self._lines):
            return
        self._title, self._lines = title, tuple(lines)
        self.setAccessibleDescription(self.text)
        self._build()

    def _on_theme_changed(self) -> None:
        self._build()

    def _build(self) -> None:
        card = QFrame()
        card.setProperty("card", True)
        column = QVBoxLayout(card)
        side = self._theme.px(Space.LARGE)
        column.setContentsMargins(side, self._theme.px(Space.MEDIUM), side, side)
        column.setSpacing(self._theme.px(Space.TINY))
        column.addWidget(self._label(self._title, TextSize.SECTION, strong=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(self._theme.px(Space.MEDIUM))
        grid.setVerticalSpacing(self._theme.px(2))
        grid.setColumnStretch(0, 1)
        for line in self._lines:
            self._add(grid, line)
        column.addLayout(grid)
        column.addStretch(1)
        self.setWidget(card)

    def _add(self, grid: QGridLayout, line: Line) -> None:
        row = grid.rowCount()
        if line.head:
            grid.setRowMinimumHeight(row, self._theme.px(Space.MEDIUM))
            row += 1
        tone = Tone.MUTED if line.head else line.tone
        size = TextSize.CAPTION if line.head else TextSize.BODY
        words = self._label(line.words, size, tone, strong=line.head or line.strong)
        figure = self._label(line.figure, size, line.tone, strong=line.strong)
        figure.setWordWrap(False)
        figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        if line.figure:
            grid.addWidget(words, row, 0)
            grid.addWidget(figure, row, 1)
        else:
            grid.addWidget(words, row, 0, 1, 2)
        if line.note:
            note = self._label(line.note, TextSize.CAPTION, Tone.MUTED)
            grid.addWidget(note, row + 1, 0, 1, 2)
            grid.setRowMinimumHeight(row + 2, self._theme.px(Space.TINY))

    def _label(
        self, text: str, size: TextSize, tone: Tone = Tone.PLAIN, *, strong: bool = False
    ) -> QLabel:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setFont(self._theme.font(size, strong=strong))
        if text:
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        palette = label.palette()
        palette.setColor(QPalette.ColorRole.WindowText, self._theme.text(tone))
        label.setPalette(palette)
        return label


def beside(picture: QWidget, detail: QWidget, theme: Theme) -> QSplitter:
    """Return a picture with its pane at the right, three to one."""
    split = quiet_splitter(Qt.Orientation.Horizontal, theme)
    split.addWidget(picture)
    split.addWidget(detail)
    split.setStretchFactor(0, 3)
    split.setStretchFactor(1, 1)
    split.setSizes([theme.px(840), theme.px(310)])
    return split


def quiet_splitter(direction: Qt.Orientation, theme: Theme) -> QSplitter:
    """Return a splitter whose handle is room between its parts, not a bar."""
    split = QSplitter(direction)
    split.setChildrenCollapsible(False)
    split.setHandleWidth(theme.px(Space.MEDIUM))
    split.setStyleSheet("QSplitter::handle { background: transparent; }")
    return split
