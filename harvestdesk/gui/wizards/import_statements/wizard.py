"""The import wizard: files, what they are, whose accounts, what is new, confirm."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from harvestdesk.domain.errors import Severity
from harvestdesk.gui import formatting
from harvestdesk.gui.desk import Desk
from harvestdesk.gui.errors import words_of
from harvestdesk.gui.theme import Theme
from harvestdesk.gui.widgets.wizard_frame import WizardFrame
from harvestdesk.gui.wizards.import_statements.accounts import AccountsPage
from harvestdesk.gui.wizards.import_statements.choose_files import ChooseFilesPage
from harvestdesk.gui.wizards.import_statements.confirm import ConfirmPage
from harvestdesk.gui.wizards.import_statements.detected import DetectedPage
from harvestdesk.gui.wizards.import_statements.draft import (
    Columns,
    Decision,
    Draft,
    apply_decisions,
    read_files,
)
from harvestdesk.gui.wizards.import_statements.new_rows import NewRowsPage, columns_of
from harvestdesk.gui.workers.runner import JobHandle
from harvestdesk.services.import_statements import ImportPreview, confirm

FILES, DETECTED, ACCOUNTS, NEW_ROWS, CONFIRM = range(5)


class ImportWizard(WizardFrame):
    """Reads statements step by step; nothing is written before the last button."""

    def __init__(self, theme: Theme, desk: Desk, parent: QWidget | None = None) -> None:
        self._desk = desk
        self.draft = Draft()
        accounts = desk.loaded.data.snapshot.accounts if desk.loaded else ()
        self.files_page = ChooseFilesPage(theme, self.draft, desk.preferences.import_folder)
        self.detected_page = DetectedPage(theme, self.draft)
        self.accounts_page = AccountsPage(theme, self.draft, accounts)
        self.rows_page = NewRowsPage(theme, self.draft)
        self.confirm_page = ConfirmPage(theme, self.draft)
        self._running: JobHandle | None = None
        pages = (
            self.files_page,
            self.detected_page,
            self.accounts_page,
            self.rows_page,
            self.confirm_page,
        )
        super().__init__(theme, "Import statements", pages, parent)
        self.files_page.files_changed.connect(self._on_files_changed)
        self._say()

    def add_files(self, paths: list[Path]) -> None:
        """Add files as if the person had chosen them."""
        self.files_page.add(paths)

    def go_on(self) -> None:
        """Read, decide or write, then go to the next page."""
        if self.current == FILES and self.draft.preview is None:
            paths = tuple(self.draft.paths)
            self._work("Reading…", lambda app: read_files(app, paths), self._on_read)
        elif self.current == ACCOUNTS:
            decisions, preview = self.accounts_page.decisions(), self.draft.preview
            self._work("Comparing…", lambda app: _decide(app, preview, decisions), self._on_decided)
        elif self.current == CONFIRM:
            self._confirm()
        else:
            super().go_on()

    @property
    def is_changed(self) -> bool:
        """True once files have been chosen."""
        return bool(self.draft.paths)

    def reject(self) -> None:
        """Leave; nothing has been written."""
        if self._running is not None and self.current != CONFIRM:
            self._running.cancel()
        super().reject()

    # --- background ------------------------------------------------------------------------------
    def _work(
        self, words: str, use: Callable[[Any], Any], then: Callable[[Any], None]
    ) -> JobHandle:
        self.set_busy(words)
        handle = self._desk.quiet_work("Reading statements", use)
        self._running = handle
        handle.succeeded.connect(then)
        handle.failed.connect(self._on_failed)
        handle.finished.connect(self._on_work_over)
        return handle

    def _on_work_over(self) -> None:
        self._running = None
        self.set_busy("")
        self._say()

    def _on_failed(self, error: BaseException) -> None:
        self.complain(words_of(error))

    def _on_files_changed(self) -> None:
        self.draft.preview = None
        self.notice.say("")
        self._say()

    def _on_read(self, preview: ImportPreview) -> None:
        self.draft.preview = preview
        self._desk.remember(import_folder=str(self.draft.paths[0].parent))
        self.show_page(DETECTED)

    def _on_decided(self, decided: tuple[ImportPreview, Columns]) -> None:
        preview, self.draft.columns = decided
        self.draft.preview = preview
        if preview.open_questions:
            self.accounts_page.entered()
            self.complain("Say which account every file belongs to.")
        else:
            self.show_page(NEW_ROWS)

    def _confirm(self) -> None:
        preview = self.draft.preview
        if preview is not None:
            handle = self._work("Importing…", lambda app: confirm(app, preview), self._on_written)
            handle.succeeded.connect(self._desk.reload)

    def _on_written(self, _changes: object) -> None:
        self.accept()

    def show_page(self, number: int) -> None:
        """Go to a page and say what the import would do so far."""
        super().show_page(number)
        self._say()

    def _say(self) -> None:
        self.say_consequences(consequences(self.draft))


def _decide(
    app: Any, preview: ImportPreview | None, decisions: Sequence[Decision]
) -> tuple[ImportPreview, Columns]:
    decided = apply_decisions(app, preview, decisions)
    return decided, columns_of(decided)


def consequences(draft: Draft) -> list[str]:
    """Return what the import would do, as far as it is known."""
    preview = draft.preview
    if preview is None:
        count = len(draft.paths)
        known = f"{formatting.plural(count, 'file')} chosen." if count else "No file chosen yet."
        return [known, "Nothing is written before you confirm on the last page."]
    lines = [f"{formatting.plural(preview.new_rows, 'new row')} would be taken in."]
    duplicates = sum(f.duplicates for f in preview.files)
    if duplicates:
        lines.append(f"{formatting.plural(duplicates, 'row')} known already would be left alone.")
    if preview.new_accounts:
        lines.append(f"{formatting.plural(len(preview.new_accounts), 'account')} would be added.")
    if preview.new_securities:
        count = len(preview.new_securities)
        lines.append(f"{formatting.plural(count, 'security', 'securities')} would be added.")
    problems = [p for f in preview.files for p in f.problems]
    unread = sum(p.severity is Severity.ERROR for p in problems)
    if unread:
        lines.append(f"\u26a0 {formatting.plural(unread, 'row')} could not be read; see step 2.")
    if len(problems) > unread:
        others = formatting.plural(len(problems) - unread, "remark")
        lines.append(f"{others} on the files; see step 2.")
    if preview.open_questions:
        count = len(preview.open_questions)
        lines.append(f"{formatting.plural(count, 'account')} still to be chosen.")
    lines.append("One undo takes all of it back.")
    return lines
