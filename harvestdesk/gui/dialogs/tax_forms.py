"""Pages of a year's return to preview, and its sales as files tax software reads; the year is chosen here."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.gui import formatting
from harvestdesk.gui.a11y import name
from harvestdesk.gui.desk import Desk
from harvestdesk.gui.dialogs.form import FormDialog, wrapped
from harvestdesk.gui.errors import words_of
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.gui.widgets.fields import Choice

if TYPE_CHECKING:
    from harvestdesk.domain.errors import Problem
    from harvestdesk.services.tax_reports import TaxExport

_WORDS = (
    "The pages hold what goes onto the forms, line by line, with the reason beside each figure. They are for "
    "you and your preparer: compare them with the brokers' 1099-B before filing."
)
PAGES = (
    ("form-8949", "Form &8949\u2026", "Every sale by box, with code W and the disallowed loss"),
    ("schedule-d", "&Schedule D\u2026", "Sums by term, distributions, the year's result"),
    ("carryover", "&Carryover worksheet\u2026", "Losses carried into next year, line by line"),
    ("wash-ledger", "&Wash-sale ledger\u2026", "Where every disallowed dollar went, and by which rule"),
)  # fmt: skip
"""Pages of the return: kind, words of the button, what is on it."""
FORMATS = (
    ("txf", "TXF 042, for most tax programs", ".txf"),
    ("taxact", "CSV for TaxAct", ".csv"),
    ("csv", "CSV with every figure", ".csv"),
)
"""Files tax software reads: format, words, suffix."""
_SUFFIX = {file_format: suffix for file_format, _, suffix in FORMATS}
_LIST_ROWS = 6


class TaxFormsDialog(FormDialog):
    """Previews pages and saves files of the year chosen; stays open, for there are several."""

    def __init__(
        self, theme: Theme, desk: Desk, years: Sequence[int], parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, "Tax forms", _WORDS, "Close", parent)
        self._desk = desk
        self.buttons.button(self.buttons.StandardButton.Cancel).hide()
        self.accept_button.setProperty("primary", False)
        self.buttons.accepted.connect(self.accept)
        self.year_box = Choice(theme, "Tax year", "Years with sales or distributions")
        self.year_box.offer([(str(y), str(y)) for y in years], str(years[0]))
        form = self.new_form()
        self.add_field(form, "year", "Tax &year", self.year_box)
        self.column.addLayout(form)
        self.page_buttons: dict[str, QPushButton] = {}
        self.column.addWidget(self._pages())
        self.format_box = Choice(theme, "File format", "What the tax program reads")
        self.format_box.offer([(key, words) for key, words, _ in FORMATS], FORMATS[0][0])
        self.save_button = name(QPushButton("S&ave\u2026"), "Save sales for tax software")
        self.save_button.setAutoDefault(False)
        self.save_button.clicked.connect(lambda _checked=False: self._ask_and_save())
        self.saved_words = wrapped("")
        self.rows_to_see = self._list()
        self.column.addWidget(self._software())
        self.setMinimumWidth(theme.px(620))
        self.year_box.currentIndexChanged.connect(lambda _index: self._forget())
        self._forget()

    # --- layout --------------------------------------------------------------------------------------------
    def _section(self, title: str) -> tuple[QWidget, QVBoxLayout]:
        section = QFrame()
        column = QVBoxLayout(section)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.theme.px(Space.SMALL))
        head = QLabel(title)
        head.setFont(self.theme.font(TextSize.BODY, strong=True))
        column.addWidget(head)
        return section, column

    def _pages(self) -> QWidget:
        section, column = self._section("Preview, print or save as PDF")
        grid = QGridLayout()
        grid.setHorizontalSpacing(self.theme.px(Space.MEDIUM))
        grid.setVerticalSpacing(self.theme.px(Space.SMALL))
        grid.setColumnStretch(1, 1)
        for row, (kind, words, meaning) in enumerate(PAGES):
            button = name(QPushButton(words), words.replace("&", "").rstrip("\u2026"), meaning)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, kind=kind: self._preview(kind))
            self.page_buttons[kind] = button
            grid.addWidget(button, row, 0)
            grid.addWidget(wrapped(meaning), row, 1)
        column.addLayout(grid)
        return section

    def _software(self) -> QWidget:
        section, column = self._section("Sales for tax software")
        across = QGridLayout()
        across.setHorizontalSpacing(self.theme.px(Space.MEDIUM))
        label = QLabel("&Format")
        label.setBuddy(self.format_box)
        across.addWidget(label, 0, 0)
        across.addWidget(self.format_box, 0, 1)
        across.addWidget(self.save_button, 0, 2)
        across.setColumnStretch(1, 1)
        column.addLayout(across)
        column.addWidget(self.saved_words)
        column.addWidget(self.rows_to_see)
        return section

    def _list(self) -> QPlainTextEdit:
        rows = name(
            QPlainTextEdit(), "Rows to look at", "Rows that are not in the file, or not whole"
        )
        rows.setReadOnly(True)
        rows.setTabChangesFocus(True)
        rows.setFixedHeight(_LIST_ROWS * self.theme.row_height)
        return rows

    # --- state ---------------------------------------------------------------------------------------------
    @property
    def year(self) -> int:
        """The tax year chosen."""
        return int(self.year_box.currentData())

    @property
    def is_changed(self) -> bool:
        """A choice is nothing to lose."""
        return False

    def show_software(self) -> None:
        """Start at the file for tax software."""
        self.format_box.setFocus()

    def _forget(self) -> None:
        """Say nothing about a file of another year."""
        self.saved_words.hide()
        self.rows_to_see.hide()
        self.notice.say("")

    def _enable(self, *, on: bool) -> None:
        for button in (*self.page_buttons.values(), self.save_button):
            button.setEnabled(on)

    # --- pages ---------------------------------------------------------------------------------------------
    def _preview(self, kind: str) -> None:
        from harvestdesk.gui.desk_work import build_tax_form

        year = self.year
        self._enable(on=False)
        handle = self._desk.quiet_work(
            "Preparing the form", lambda app: build_tax_form(app, kind, year)
        )
        handle.succeeded.connect(lambda report: self._on_built(report, year))
        handle.failed.connect(self._on_failed)

    def _on_built(self, report: Any, year: int) -> None:
        from harvestdesk.gui.printing.preview import PreviewDialog

        self._enable(on=True)
        preview = PreviewDialog(report, self, theme=self.theme)
        preview.file_name = f"{report.title} {year}"
        preview.setModal(True)
        preview.finished.connect(preview.deleteLater)
        preview.open()

    # --- files ---------------------------------------------------------------------------------------------
    def _ask_and_save(self) -> None:
        file_format, year = str(self.format_box.currentData()), self.year
        suffix = _SUFFIX[file_format]
        folder = Path(self._desk.preferences.export_folder or Path.home())
        chosen, _ = QFileDialog.getSaveFileName(
            self,
            f"Save sales of {year} for tax software",
            str(folder / f"sales-{year}{suffix}"),
            f"{self.format_box.currentText()} (*{suffix})",
        )
        if chosen:
            self._save(file_format, suffixed(Path(chosen), suffix))

    def _save(self, file_format: str, path: Path) -> None:
        from harvestdesk.gui.desk_work import save_tax_file

        year = self.year
        self._desk.remember(export_folder=str(path.parent))
        self._forget()
        self._enable(on=False)
        handle = self._desk.quiet_work(
            "Saving sales for tax software", lambda app: save_tax_file(app, file_format, path, year)
        )
        handle.succeeded.connect(self._on_saved)
        handle.failed.connect(self._on_failed)

    def _on_saved(self, written: "TaxExport") -> None:
        """Say what was written; rows that are not in the file, or not whole, are named one by one."""
        self._enable(on=True)
        names = ", ".join(path.name for path in written.paths)
        words = f"Wrote {formatting.plural(written.rows, 'row')} to {names}."
        if written.problems:
            rows = formatting.plural(len(written.problems), "row needs", "rows need")
            words += f" {rows} a look before the file is used:"
        self.saved_words.setText(words)
        self.saved_words.show()
        self.rows_to_see.setPlainText(_listed(written.problems))
        self.rows_to_see.setVisible(bool(written.problems))
        self._grow()

    def _on_failed(self, error: BaseException) -> None:
        self._enable(on=True)
        self.notice.say(words_of(error), Tone.ERROR)
        self._grow()


def _listed(problems: "Sequence[Problem]") -> str:
    return "\n".join(f"\u26a0 {p.described()}" for p in problems)


def suffixed(path: Path, suffix: str) -> Path:
    """Return a path with the suffix of its format, in place of that of another one."""
    if path.suffix.lower() == suffix:
        return path
    known = set(_SUFFIX.values())
    return path.with_name((path.stem if path.suffix.lower() in known else path.name) + suffix)
