"""Export orders: which format, which folder, and what must be true before anything is written."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from harvestdesk.domain.money import ZERO
from harvestdesk.domain.plan_settings import PLAN_NAMES, PlanKind
from harvestdesk.domain.proposal import Proposal
from harvestdesk.gui import formatting
from harvestdesk.gui.a11y import name
from harvestdesk.gui.desk import Desk
from harvestdesk.gui.dialogs.form import FormDialog, with_button
from harvestdesk.gui.errors import words_of
from harvestdesk.gui.theme import Theme, Tone
from harvestdesk.gui.view_base import DeskData
from harvestdesk.gui.widgets.fields import Choice
from harvestdesk.gui.widgets.notice_bar import NoticeBar
from harvestdesk.reports.wording import sentence
from harvestdesk.services.views.plan import cautions


class ExportOrdersDialog(FormDialog):
    """Writes the latest plan's orders into a folder.

    Signals:
        exported: words on what was written.
    """

    exported = Signal(str)

    def __init__(
        self, theme: Theme, desk: Desk, data: DeskData, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, "Export orders", summary(data), "Write files", parent)
        from harvestdesk.orders.export import FORMAT_NAMES

        self._desk = desk
        self._data = data
        self.format_box = Choice(theme, "Format")
        self.format_box.offer(FORMAT_NAMES.items(), desk.preferences.order_format)
        start = desk.preferences.export_folder or str(Path.home())
        self.folder_field = name(QLineEdit(start), "Folder")
        folder_row, choose = with_button(self.folder_field, "Choose the folder")
        form = self.new_form()
        self.add_field(form, "format", "&Format", self.format_box)
        self.add_field(form, "folder", "F&older", folder_row, self.folder_field)
        self.column.addLayout(form)
        self.caution = NoticeBar(theme)
        self.column.addWidget(self.caution)
        if data.proposal is not None:
            self.caution.say(" ".join(map(sentence, cautions(data.proposal))))
        self.setMinimumWidth(theme.px(600))
        choose.clicked.connect(self._on_choose)
        self.buttons.accepted.connect(self._on_save)

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
            self.show_problems({"folder": "This folder is not there; choose another."})
            return
        self.show_problems({})
        order_format = str(self.format_box.currentData())
        self.accept_button.setEnabled(False)

        def write(app: Any) -> Any:
            from harvestdesk.services.orders import export_orders

            return export_orders(app, proposal.id, order_format, folder)

        handle = self._desk.quiet_work("Writing orders", write)
        handle.succeeded.connect(self._on_written)
        handle.succeeded.connect(
            lambda _paths: self._desk.remember(export_folder=str(folder), order_format=order_format)
        )
        handle.failed.connect(self._on_failed)

    def _on_written(self, paths: tuple[Path, ...]) -> None:
        listed = ", ".join(p.name for p in paths)
        self.exported.emit(f"Wrote {formatting.plural(len(paths), 'file')}: {listed}")
        self.accept()

    def _on_failed(self, error: BaseException) -> None:
        self.accept_button.setEnabled(True)
        self.notice.say(words_of(error), Tone.ERROR)


def summary(data: DeskData) -> str:
    """Return what the files would order."""
    proposal = data.proposal
    if proposal is None:
        return "There is no plan."
    if proposal.kind is not PlanKind.HARVEST:
        return _trades_summary(proposal)
    sold = sum((s.proceeds for s in proposal.sales), start=proposal.realised_loss * 0)
    bought = sum((p.amount for p in proposal.purchases), start=proposal.realised_loss * 0)
    return (
        f"The plan of {proposal.as_of.isoformat()} sells {formatting.dollars(sold)} in "
        f"{formatting.plural(len(proposal.sales), 'lot')}, realises "
        f"{formatting.dollars(proposal.realised_loss)} of losses and buys "
        f"{formatting.dollars(bought)} of replacements. Lots are named in the instructions that are "
        "written beside the orders. Look at every order before you send it."
    )


def _trades_summary(proposal: Proposal) -> str:
    """Return what the files of a household plan would order."""
    sold = sum((s.proceeds for s in proposal.sales), start=ZERO)
    bought = sum((p.amount for p in proposal.purchases), start=ZERO)
    gifts = " Gifts are no orders: the papers name their lots." if proposal.gifts else ""
    return (
        f"{PLAN_NAMES[proposal.kind]} of {proposal.as_of.isoformat()}: sells {formatting.dollars(sold)} in "
        f"{formatting.plural(len(proposal.sales), 'lot')} and buys {formatting.dollars(bought)} in "
        f"{formatting.plural(len(proposal.purchases), 'purchase')}.{gifts} Lots are named in the instructions that "
        "are written beside the orders. Look at every order before you send it."
    )
