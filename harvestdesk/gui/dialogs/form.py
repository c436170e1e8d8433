"""The frame of a dialog that asks: title, words, fields with their problems beside them, two buttons."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.gui.a11y import name
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.gui.widgets.notice_bar import NoticeBar

LEAVE_WORDS = (
    "What you typed is not saved yet. Press Esc once more to leave without it, or save it."
)


class FormDialog(QDialog):
    """Subclasses add fields and connect `buttons.accepted`; Escape warns before typed words are lost."""

    def __init__(
        self, theme: Theme, title: str, words: str, accept: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setWindowTitle(title)
        self.notice = NoticeBar(theme)
        self.problems: Mapping[str, str] = {}
        self._fields: dict[str, tuple[QWidget, QLabel]] = {}
        self._first_state: tuple[str, ...] | None = None
        self._warned = False
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Cancel)
        self.accept_button = self.buttons.button(standard.Ok)
        self.accept_button.setText(accept)
        self.accept_button.setProperty("primary", True)
        self.buttons.rejected.connect(self.reject)
        self.column = QVBoxLayout()
        self.column.setSpacing(theme.px(Space.LARGE))
        self._lay_out(title, words)

    def _lay_out(self, title: str, words: str) -> None:
        theme = self.theme
        layout = QVBoxLayout(self)
        edge = theme.px(Space.HUGE)
        layout.setContentsMargins(edge, edge, edge, edge)
        layout.setSpacing(theme.px(Space.LARGE))
        heading = QLabel(title)
        heading.setFont(theme.font(TextSize.SECTION, strong=True))
        layout.addWidget(heading)
        if words:
            layout.addWidget(wrapped(words))
        layout.addLayout(self.column, 1)
        layout.addWidget(self.notice)

    # --- fields ----------------------------------------------------------------------------------
    def new_form(self) -> QFormLayout:
        """Return an empty form of the house's spacing."""
        form = QFormLayout()
        form.setHorizontalSpacing(self.theme.px(Space.MEDIUM))
        form.setVerticalSpacing(self.theme.px(Space.SMALL))
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        return form

    def add_field(
        self, form: QFormLayout, key: str, label: str, field: QWidget, buddy: QWidget | None = None
    ) -> None:
        """Add a field with the place for its problem below it; `buddy` takes the label's mnemonic."""
        words = QLabel(label)
        words.setBuddy(buddy or field)
        # The underlined letter is drawn apart from the rest, which then takes a little more room.
        words.setMinimumWidth(words.sizeHint().width() + self.theme.px(3))
        remark = QLabel()
        remark.setWordWrap(True)
        remark.setFont(self.theme.font(TextSize.CAPTION))
        palette = remark.palette()
        palette.setColor(QPalette.ColorRole.WindowText, self.theme.text(Tone.ERROR))
        remark.setPalette(palette)
        remark.hide()
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(self.theme.px(Space.TINY) // 2)
        inside.addWidget(field)
        inside.addWidget(remark)
        form.addRow(words, holder)
        self._fields[key] = (buddy or field, remark)

    def caption(self, words: str, tone: Tone = Tone.MUTED) -> QLabel:
        """Return small words of one line that explain what stands above them.

        A wrapped label in a form takes the room it would need where it is narrowest.
        """
        label = QLabel(words)
        label.setFont(self.theme.font(TextSize.CAPTION))
        palette = label.palette()
        palette.setColor(QPalette.ColorRole.WindowText, self.theme.text(tone))
        label.setPalette(palette)
        return label

    def show_problems(self, problems: Mapping[str, str]) -> bool:
        """Say what is wrong beside each field and go to the first; True when something is."""
        self.problems = dict(problems)
        elsewhere = [words for key, words in problems.items() if key not in self._fields]
        self.notice.say(" ".join(elsewhere), Tone.ERROR)
        first = True
        for key, (field, remark) in self._fields.items():
            words = problems.get(key, "")
            remark.setText(f"\u2716 {words}" if words else "")
            remark.setVisible(bool(words))
            field.setAccessibleDescription(words)
            if words and first:
                first = False
                field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._grow()
        return bool(problems)

    def _grow(self) -> None:
        """Make room for the remarks without ever shrinking what the person has sized."""
        layout = self.layout()
        if layout is not None:
            # A form inside another layout measures a row anew only when the whole is laid out: until then
            # a row just shown takes no room, and what stands above it is pressed together.
            layout.activate()
        hint = self.sizeHint()
        sized = self.isVisible() or self.testAttribute(Qt.WidgetAttribute.WA_Resized)
        least = self.size() if sized else self.minimumSize()
        width, height = max(least.width(), hint.width()), hint.height()
        if layout is not None and layout.hasHeightForWidth():
            height = max(height, layout.totalHeightForWidth(width))
        self.resize(width, max(least.height(), height))

    # --- showing ---------------------------------------------------------------------------------
    def setVisible(self, visible: bool) -> None:
        """Put the buttons behind the fields, so that Tab comes to them last; start in the first field."""
        layout = self.layout()
        if visible and layout is not None and self.buttons.parentWidget() is None:
            layout.addWidget(self.buttons)
            self.ensurePolished()
            self._grow()
            if self._fields:
                next(iter(self._fields.values()))[0].setFocus()
        super().setVisible(visible)

    # --- leaving ---------------------------------------------------------------------------------
    def showEvent(self, event: QShowEvent) -> None:
        """Remember what stood in the fields at first."""
        super().showEvent(event)
        if self._first_state is None:
            self._first_state = self._state()

    @property
    def is_changed(self) -> bool:
        """True when something typed or chosen would be lost by leaving."""
        return self._first_state is not None and self._state() != self._first_state

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Warn at the first Escape while something typed would be lost."""
        leaving = event.key() == Qt.Key.Key_Escape
        if leaving and self.is_changed and not self._warned:
            self._warned = True
            self.notice.say(LEAVE_WORDS)
            self._grow()
            return
        super().keyPressEvent(event)

    def _state(self) -> tuple[str, ...]:
        # A dialog opened over this one is its child, and a window of its own.
        fields = [f for f in self.findChildren(QWidget) if f.window() is self]
        return tuple(text for field in fields if (text := _typed(field)) is not None)


def _typed(field: QWidget) -> str | None:
    if isinstance(field, QLineEdit):
        return field.text()
    if isinstance(field, QComboBox):
        return field.currentText()
    return str(field.isChecked()) if isinstance(field, QCheckBox) else None


def wrapped(words: str) -> QLabel:
    """Return a label whose words wrap."""
    label = QLabel(words)
    label.setWordWrap(True)
    return label


def with_button(field: QLineEdit, spoken: str) -> tuple[QWidget, QPushButton]:
    """Return a row of a path field and the button that opens a file dialog."""
    row = QWidget()
    across = QHBoxLayout(row)
    across.setContentsMargins(0, 0, 0, 0)
    across.addWidget(field, 1)
    button = name(QPushButton("&Choose…"), spoken)
    button.setAutoDefault(False)
    across.addWidget(button)
    return row, button
