"""Export orders: which format, which folder, and what must be true before anything is written."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.gui import formatting
from harvestdesk.gui.a11y import name
from harvestdesk.gui.desk import Desk
from harvestdesk.gui.errors import words_of
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.gui.view_base import DeskData
from harvestdesk.gui.widgets.fields import Choice
from harvestdesk.gui.widgets.notice_bar import NoticeBar


class ExportOrdersDialog(QDialog):
    """Writes the latest plan's orders into a folder.

    Signals:
        exported: words on what was written.
    """

    exported = Signal(str)

    def __init__(
        self, theme: Theme, desk: Desk, data: DeskData, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        from harvestdesk.orders.export import FORMAT_NAMES

        self._theme = theme
        self._desk = desk
        self._data = data
        self.setWindowTitle("Export orders")
        self.format_box = Choice(theme, "Format")
        for key, words in FORMAT_NAMES.items():
            self.format_box.addItem(words, key)
        wanted = self.format_box.findData(desk.preferences.order_format)
        self.format_box.setCurrentIndex(max(0, wanted))
        start = desk.preferences.export_folder or str(Path.home())
        self.folder_field = name(QLineEdit(start), "Folder")
        self.notice = NoticeBar(theme)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self._lay_out()
        self.buttons.accepted.connect(self._on_save)
        self.buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        theme = self._theme
        layout = QVBoxLayout(self)
        edge = theme.px(Space.HUGE)
        layout.setContentsMargins(edge, edge, edge, edge)
        layout.setSpacing(theme.px(Space.LARGE))
        title = QLabel("Export orders")
        title.setFont(theme.font(TextSize.SECTION, strong=True))
        layout.addWidget(title)
        words = QLabel(summary(self._data))
        words.setWordWrap(True)
        layout.addWidget(words)
        form = QFormLayout()
        form.setSpacing(theme.px(Space.MEDIUM))
        form.addRow("&Format", self.format_box)
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(self.folder_field, 1)
        choose = name(QPushButton("Choose…"), "Choose the folder")
        choose.setAutoDefault(False)
        choose.clicked.connect(self._on_choose)
        across.addWidget(choose)
        label = QLabel("F&older")
        label.setBuddy(self.folder_field)
        form.addRow(label, row)
        layout.addLayout(form)
        layout.addWidget(self.notice)
        self._save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        self._save.setText("Write files")
        self._save.setProperty("primary", True)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(theme.px(560))

    def _on_choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder", self.folder_field.text())
        if chosen:
            self.folder_field.setText(chosen)

    def _on_save(self) -> None:
        folder = Path(self.folder_field.text()).expanduser()
        proposal = self._data.proposal
        if proposal is None:
            return
        if not folder.is_dir():
            self.notice.say("This folder is not there; choose another.", Tone.ERROR)
            self.folder_field.setFocus()
            return
        order_format = str(self.format_box.currentData())
        self._save.setEnabled(False)

        def write(app: Any) -> Any:
            from harvestdesk.services.orders import export_orders

            return export_orders(app, proposal.id, order_format, folder)

        handle = self._desk.quiet_work("Writing orders", write)
        handle.succeeded.connect(self._on_written)
        handle.failed.connect(self._on_failed)

    def _on_written(self, paths: tuple[Path, ...]) -> None:
        listed = ", ".join(p.name for p in paths)
        self.exported.emit(f"Wrote {formatting.plural(len(paths), 'file')}: {listed}")
        self.accept()

    def _on_failed(self, error: BaseException) -> None:
        self._save.setEnabled(True)
        self.notice.say(words_of(error), Tone.ERROR)


def summary(data: DeskData) -> str:
    """Return what the files would order."""
    proposal = data.proposal
    if proposal is None:
        return "There is no plan."
    sold = sum((s.proceeds for s in proposal.sales), start=proposal.realised_loss * 0)
    bought = sum((p.amount for p in proposal.purchases), start=proposal.realised_loss * 0)
    return (
        f"The plan of {proposal.as_of.isoformat()} sells {formatting.dollars(sold)} in "
        f"{formatting.plural(len(proposal.sales), 'lot')}, realises "
        f"{formatting.dollars(proposal.realised_loss)} of losses and buys "
        f"{formatting.dollars(bought)} of replacements. Lots are named in the instructions that are "
        "written beside the orders. Look at every order before you send it."
    )
