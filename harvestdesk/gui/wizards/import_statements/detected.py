"""Page 2: what each file is, and every remark with its line."""

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from harvestdesk.domain.errors import Problem, Severity
from harvestdesk.gui import formatting
from harvestdesk.gui.models.table_base import Column, ColumnTable, Kind, RowValues
from harvestdesk.gui.theme import TextSize, Theme, Tone
from harvestdesk.gui.widgets.data_table import DataTable
from harvestdesk.gui.widgets.wizard_frame import WizardPage
from harvestdesk.gui.wizards.import_statements.draft import Draft

_MOST_FILES = 6
BROKERS = {
    "harvestdesk": "HarvestDesk CSV",
    "schwab": "Schwab",
    "fidelity": "Fidelity",
    "ibkr": "Interactive Brokers",
    "prices": "Prices",
}
SEVERITIES = {
    Severity.ERROR: "\u2716 not read",
    Severity.WARNING: "\u26a0 look at it",
    Severity.INFO: "\u2013 left out",
}
_TONES = {Severity.ERROR: Tone.ERROR, Severity.WARNING: Tone.WARNING, Severity.INFO: Tone.MUTED}


def _severity_tone(row: RowValues) -> Tone:
    return _TONES[row["severity"]]


def _words(problem: Problem) -> str:
    return f"{problem.column}: {problem.message}" if problem.column else problem.message


_FILES = (
    Column("file", "File", explain="Name of the file.", stretch=True),
    Column("broker", "From", explain="Whose layout it is, found from the content.", width=16),
    Column("kind", "Holds", explain="What the file lists.", width=11),
    Column("on", "As of", Kind.DATE, explain="Day the file's holdings are of."),
    Column("rows", "Rows", Kind.INTEGER, explain="Data rows in the file."),
    Column("remarks", "Remarks", Kind.INTEGER, explain="Remarks below.", width=7),
)
_PROBLEMS = (
    Column("file", "File", explain="Name of the file.", width=14),
    Column("line", "Line", Kind.INTEGER, explain="Line number in the file.", width=5),
    Column("kind", "Remark", explain="How much it matters.", tone=_severity_tone, width=12),
    Column(
        "words",
        "What was found",
        explain="What was found and expected.",
        explain_cell=lambda r: str(r["words"]),
        stretch=True,
    ),
)


class DetectedPage(WizardPage):
    """Files above, remarks below."""

    step = "What they are"
    question = "This is what the files hold"

    def __init__(self, theme: Theme, draft: Draft) -> None:
        super().__init__(theme)
        self._draft = draft
        self.files = DataTable(ColumnTable(_FILES, theme), theme, "Files read", filters=False)
        self.problems = DataTable(ColumnTable(_PROBLEMS, theme), theme, "Remarks", filters=False)
        self._heading = QLabel()
        self._heading.setFont(theme.font(TextSize.BODY, strong=True))
        self.full_words = QLabel()
        self.full_words.setWordWrap(True)
        self.full_words.setMinimumHeight(2 * theme.row_height)
        self.full_words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.problems.selection_changed.connect(self._on_problem_chosen)
        self.body.addWidget(self.files)
        self.body.addWidget(self._heading)
        self.body.addWidget(self.problems, 3)
        self.body.addWidget(self.full_words)
        self.body.addStretch(0)

    def entered(self) -> None:
        """Show what was read."""
        preview = self._draft.preview
        if preview is None:
            return
        files = preview.files
        self.files.model.set_rows(
            {
                "file": [f.path.name for f in files],
                "broker": [BROKERS.get(f.broker, f.broker) for f in files],
                "kind": [f.kind.replace("_", " ") for f in files],
                "on": [f.batch.as_of for f in files],
                "rows": [f.rows for f in files],
                "remarks": [len(f.problems) for f in files],
            },
            list(range(len(files))),
        )
        self.files.fit_rows(_MOST_FILES)
        found = [(f.path.name, p) for f in files for p in f.problems]
        self.problems.model.set_rows(
            {
                "file": [name for name, _ in found],
                "line": [p.line for _, p in found],
                "kind": [SEVERITIES[p.severity] for _, p in found],
                "severity": [p.severity for _, p in found],
                "words": [_words(p) for _, p in found],
            },
            list(range(len(found))),
        )
        self.problems.setVisible(bool(found))
        self.full_words.setVisible(bool(found))
        self._heading.setText(remarks([p for _, p in found]))
        self._heading.setWordWrap(True)
        if found:
            self.problems.select_keys([0], announce=True)

    def _on_problem_chosen(self, keys: list[int]) -> None:
        """Write the chosen remark out: a table cell shows one line of it."""
        model = self.problems.model
        rows = [r for r in range(model.rowCount()) if model.key_at(r) in keys[:1]]
        values = [model.values_at(r) for r in rows]
        self.full_words.setText(
            "".join(f"{v['file']}, line {v['line']}: {v['words']}" for v in values)
        )


def remarks(problems: Sequence[Problem]) -> str:
    """Return how many rows of each kind there are remarks on, and what becomes of them."""
    count = Counter(p.severity for p in problems)
    if not problems:
        return "Every row was understood."
    parts = []
    if count[Severity.ERROR]:
        rows = formatting.plural(count[Severity.ERROR], "row")
        parts.append(f"{rows} could not be read and will stay out; correct the file to have them.")
    if count[Severity.WARNING]:
        parts.append(f"{formatting.plural(count[Severity.WARNING], 'row')} to look at.")
    if count[Severity.INFO]:
        rows = formatting.plural(count[Severity.INFO], "line")
        parts.append(f"{rows} left out on purpose, such as totals; nothing is lost.")
    return " ".join(parts)
