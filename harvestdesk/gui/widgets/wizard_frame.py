"""The frame of a wizard: steps at the left, one question, what it would do at the right."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.gui.a11y import name
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.gui.widgets.notice_bar import NoticeBar

LEAVE_WORDS = "Nothing has been taken in yet. Press Esc once more to leave without it, or go on."


class WizardPage(QWidget):
    """One question. Subclasses fill `body`; the wizard asks `problem` before it goes on.

    Class attributes:
        step: two or three words for the list of steps.
        question: the heading.
        next_text: words of the button that goes on.
    """

    step = ""
    question = ""
    next_text = "&Next"

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        name(self, self.question)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(Space.MEDIUM))
        heading = QLabel(self.question)
        heading.setFont(theme.font(TextSize.SECTION, strong=True))
        heading.setWordWrap(True)
        layout.addWidget(heading)
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.px(Space.MEDIUM))
        layout.addLayout(self.body, 1)

    def entered(self) -> None:
        """Called each time the page comes on view."""

    def problem(self) -> str:
        """Return why one can't go on from here, or nothing."""
        return ""


class _Steps(QFrame):
    """The list of steps; says which one is open and which are done."""

    def __init__(self, theme: Theme, steps: Sequence[str]) -> None:
        super().__init__()
        self._theme = theme
        self._steps = tuple(steps)
        self.setProperty("sidebar", True)
        layout = QVBoxLayout(self)
        side = theme.px(Space.LARGE)
        layout.setContentsMargins(side, theme.px(Space.HUGE), side, side)
        layout.setSpacing(theme.px(Space.MEDIUM))
        self._labels = [QLabel() for _ in steps]
        for label in self._labels:
            layout.addWidget(label)
        layout.addStretch(1)
        self.setFixedWidth(theme.text_width(22))

    def show_step(self, current: int) -> None:
        """Mark the open step."""
        for number, (label, words) in enumerate(zip(self._labels, self._steps, strict=True)):
            mark = "\u2713" if number < current else f"{number + 1}"
            label.setText(f"{mark}  {words}")
            label.setFont(self._theme.font(strong=number == current))
            palette = label.palette()
            tone = Tone.PLAIN if number == current else Tone.MUTED
            palette.setColor(QPalette.ColorRole.WindowText, self._theme.text(tone))
            label.setPalette(palette)


class WizardFrame(QDialog):
    """A dialog of pages. Back never loses input; nothing happens before the last page's button."""

    def __init__(
        self, theme: Theme, title: str, pages: Sequence[WizardPage], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.pages = tuple(pages)
        self.setWindowTitle(title)
        self.notice = NoticeBar(theme)
        self.back_button = QPushButton("&Back")
        self.next_button = QPushButton("&Next")
        self.next_button.setProperty("primary", True)
        self.next_button.setDefault(True)
        self.cancel_button = QPushButton("Cancel")
        self._steps = _Steps(theme, [p.step for p in pages])
        self._stack = QStackedWidget()
        self._consequences = QLabel()
        self._lay_out()
        for page in self.pages:
            self._stack.addWidget(page)
        self.back_button.clicked.connect(self.go_back)
        self.next_button.clicked.connect(self._on_next)
        self.cancel_button.clicked.connect(self.reject)
        self.resize(theme.px(1120), theme.px(640))
        self.setMinimumWidth(theme.px(720))
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(button is self.next_button)  # Enter always goes on
        self.show_page(0)

    def _lay_out(self) -> None:
        theme = self.theme
        edge = theme.px(Space.HUGE)
        self._consequences.setWordWrap(True)
        self._consequences.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._consequences.setTextFormat(Qt.TextFormat.PlainText)
        panel = QFrame()
        panel.setProperty("card", True)
        panel_layout = QVBoxLayout(panel)
        heading = QLabel("What this would do")
        heading.setFont(theme.font(TextSize.CAPTION, strong=True))
        panel_layout.addWidget(heading)
        panel_layout.addWidget(self._consequences, 1)
        panel.setFixedWidth(theme.text_width(26))
        middle = QHBoxLayout()
        middle.setSpacing(theme.px(Space.LARGE))
        middle.addWidget(self._stack, 1)
        middle.addWidget(panel)
        buttons = QHBoxLayout()
        buttons.addWidget(self.cancel_button)
        buttons.addStretch(1)
        buttons.addWidget(self.back_button)
        buttons.addWidget(self.next_button)
        content = QVBoxLayout()
        content.setContentsMargins(edge, edge, edge, theme.px(Space.LARGE))
        content.setSpacing(theme.px(Space.MEDIUM))
        content.addLayout(middle, 1)
        content.addWidget(self.notice)
        content.addLayout(buttons)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._steps)
        outer.addLayout(content, 1)

    # --- leaving ---------------------------------------------------------------------------------
    @property
    def is_changed(self) -> bool:
        """True when something chosen would be lost by leaving."""
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Warn at the first Escape while something chosen would be lost."""
        leaving = event.key() == Qt.Key.Key_Escape
        if leaving and self.is_changed and self.notice.words != LEAVE_WORDS:
            self.notice.say(LEAVE_WORDS)
            return
        super().keyPressEvent(event)

    # --- moving ----------------------------------------------------------------------------------
    @property
    def current(self) -> int:
        """Number of the page on view."""
        return self._stack.currentIndex()

    @property
    def page(self) -> WizardPage:
        """The page on view."""
        return self.pages[self.current]

    def show_page(self, number: int) -> None:
        """Go to a page."""
        self._stack.setCurrentIndex(number)
        self._steps.show_step(number)
        self.notice.say("")
        self.back_button.setEnabled(number > 0)
        self.next_button.setText(self.page.next_text)
        self.page.entered()

    def go_back(self) -> None:
        """Go one page back; everything typed stays."""
        if self.current > 0:
            self.show_page(self.current - 1)

    def _on_next(self) -> None:
        problem = self.page.problem()
        if problem:
            self.complain(problem)
            return
        self.notice.say("")
        self.go_on()

    def go_on(self) -> None:
        """Go one page on; subclasses may have work to do first."""
        if self.current + 1 < len(self.pages):
            self.show_page(self.current + 1)

    def complain(self, words: str) -> None:
        """Say why it does not go on."""
        self.notice.say(words, Tone.ERROR)

    def set_busy(self, words: str) -> None:
        """Say what is being done and hold the buttons; empty words let go."""
        for button in (self.back_button, self.next_button):
            button.setEnabled(not words)
        if words:
            self.next_button.setText(words)
        else:
            self.next_button.setText(self.page.next_text)
            self.back_button.setEnabled(self.current > 0)

    def say_consequences(self, lines: Sequence[str]) -> None:
        """Show what going through with it would do."""
        self._consequences.setText("\n\n".join(lines))
        self._consequences.setAccessibleName(". ".join(lines))
