"""Page 5: say it in one sentence, then write."""

from PySide6.QtWidgets import QLabel

from harvestdesk.domain.account import ACCOUNT_TYPE_NAMES
from harvestdesk.domain.errors import Severity
from harvestdesk.gui import formatting
from harvestdesk.gui.theme import Theme
from harvestdesk.gui.widgets.wizard_frame import WizardPage
from harvestdesk.gui.wizards.import_statements.draft import Draft
from harvestdesk.services.import_statements import ImportPreview


class ConfirmPage(WizardPage):
    """The last page; its button writes everything as one step."""

    step = "Confirm"
    question = "Take it in?"
    next_text = "&Import"

    def __init__(self, theme: Theme, draft: Draft) -> None:
        super().__init__(theme)
        self._draft = draft
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.body.addWidget(self.words)
        self.body.addStretch(1)

    def entered(self) -> None:
        """Say what the button will do."""
        if self._draft.preview is not None:
            self.words.setText("\n\n".join(summary(self._draft.preview)))


def summary(preview: ImportPreview) -> list[str]:
    """Return what confirming does, in sentences."""
    files = formatting.plural(len(preview.files), "file")
    known = sum(f.duplicates for f in preview.files)
    if preview.new_rows == 0:
        lines = [f"Nothing in {files} is new: every row is known already."]
    else:
        left = f"; {formatting.plural(known, 'row')} known already will be left alone"
        rows = formatting.plural(preview.new_rows, "row")
        lines = [f"{rows} of {files} will be taken in{left if known else ''}."]
    unread = sum(p.severity is Severity.ERROR for f in preview.files for p in f.problems)
    if unread:
        lines.append(
            f"\u26a0 {formatting.plural(unread, 'row')} could not be read and will stay out; step 2 "
            "names each one."
        )
    if preview.new_accounts:
        listed = ", ".join(f"{a.name} ({ACCOUNT_TYPE_NAMES[a.type]})" for a in preview.new_accounts)
        lines.append(f"New accounts: {listed}.")
    if preview.new_securities:
        symbols = sorted(s.symbol for s in preview.new_securities)
        more = f" and {len(symbols) - 30} more" if len(symbols) > 30 else ""
        lines.append(f"New securities: {', '.join(symbols[:30])}{more}.")
    lines.append("It is one step: Edit, Undo takes all of it back.")
    return lines
