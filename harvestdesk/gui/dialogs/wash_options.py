"""The judgement calls of wash-sale law: one choice each, with what stands behind it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from harvestdesk.domain.wash_policy import DEFAULT_POLICY, WashPolicy
from harvestdesk.gui.a11y import name
from harvestdesk.gui.desk import Desk
from harvestdesk.gui.dialogs.form import FormDialog, wrapped
from harvestdesk.gui.errors import words_of
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.gui.widgets.fields import Choice
from harvestdesk.services.wash_options import OptionRow, option_rows, policy_with

_WORDS = (
    "Where the law leaves a question open, HarvestDesk asks it. The first choice of each is the careful or "
    "usual reading. Saving works out every lot and loss anew; reports name each choice that differs from it."
)
CHANGED = "Not the usual reading: reports will say so."


class WashOptionsDialog(FormDialog):
    """Saves the household's readings as one undo step."""

    def __init__(
        self, theme: Theme, desk: Desk, policy: WashPolicy, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, "Wash-sale readings", _WORDS, "Save", parent)
        self._desk = desk
        self._policy = policy
        self.boxes: dict[str, Choice] = {}
        self.remarks: dict[str, QLabel] = {}
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, theme.px(Space.LARGE), 0)
        column.setSpacing(theme.px(Space.LARGE))
        for option in option_rows(policy):
            column.addWidget(self._question(option))
        column.addStretch(1)
        area = name(QScrollArea(), "Questions")
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        self.column.addWidget(area, 1)
        self.setMinimumSize(theme.px(760), theme.px(640))
        self.buttons.accepted.connect(self._on_save)

    def _question(self, option: OptionRow) -> QWidget:
        theme = self.theme
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(Space.TINY))
        title = wrapped(option.title)
        title.setFont(theme.font(TextSize.BODY, strong=True))
        box = Choice(theme, option.title, option.authority)
        box.offer([(c.value, c.words) for c in option.choices], option.current)
        title.setBuddy(box)
        authority = self.caption(f"Authority: {option.authority}")
        authority.setWordWrap(True)
        remark = self.caption("", Tone.WARNING)
        self.boxes[option.name], self.remarks[option.name] = box, remark
        box.currentIndexChanged.connect(lambda _index, o=option: self._remark(o))
        for widget in (title, box, authority, remark):
            column.addWidget(widget)
        self._remark(option)
        return holder

    def _remark(self, option: OptionRow) -> None:
        departs = option.departs(str(self.boxes[option.name].currentData()))
        remark = self.remarks[option.name]
        remark.setText(f"\u26a0 {CHANGED}" if departs else "")
        remark.setVisible(departs)

    def policy(self) -> WashPolicy:
        """Return the readings as chosen."""
        chosen = {key: str(box.currentData()) for key, box in self.boxes.items()}
        return policy_with(DEFAULT_POLICY, chosen)

    def _on_save(self) -> None:
        from harvestdesk.services.wash_options import save_policy

        policy = self.policy()
        if policy == self._policy:
            self.accept()
            return
        self.accept_button.setEnabled(False)
        handle = self._desk.quiet_work(
            "Working out the lots anew", lambda app: save_policy(app, policy)
        )
        handle.succeeded.connect(lambda _changes: self.accept())
        handle.succeeded.connect(self._desk.reload)
        handle.failed.connect(self._on_failed)

    def _on_failed(self, error: BaseException) -> None:
        self.accept_button.setEnabled(True)
        self.notice.say(words_of(error), Tone.ERROR)
