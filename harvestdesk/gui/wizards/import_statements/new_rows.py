"""Page 4: what is new, what is known already, row by row."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from harvestdesk.gui.models.table_base import Column, ColumnTable, Kind
from harvestdesk.gui.theme import Theme
from harvestdesk.gui.widgets.data_table import DataTable
from harvestdesk.gui.widgets.wizard_frame import WizardPage
from harvestdesk.gui.wizards.import_statements.draft import Columns, Draft
from harvestdesk.services.import_statements import FilePreview, ImportPreview

_FILES = (
    Column("file", "File", explain="Name of the file.", stretch=True),
    Column("rows", "Rows", Kind.INTEGER, explain="Data rows in the file."),
    Column("new", "New", Kind.INTEGER, explain="Rows that would change something."),
    Column(
        "known",
        "Known already",
        Kind.INTEGER,
        explain="Rows stored already: of n identical rows in the file and m stored ones, "
        "n less m are new.",
        width=14,
    ),
    Column("before", "Read before", explain="This very file was taken in before.", width=12),
)
_ROWS = (
    Column("line", "Line", Kind.INTEGER, explain="Line number in the file.", width=5),
    Column("what", "What", explain="What the row is.", width=10),
    Column("on", "Day", Kind.DATE, explain="Trade date, or date of acquisition of a lot."),
    Column("symbol", "Symbol", explain="Security.", width=7),
    Column("shares", "Shares", Kind.SHARES, explain="Shares.", width=10),
    Column("amount", "Amount $", Kind.MONEY, explain="Dollars: cost, proceeds or cash.", width=11),
    Column("account", "Account", explain="Account in the file's words.", width=14, stretch=True),
)
_MOST_FILES = 6
Row = tuple[int, str, date | None, str, Decimal | None, Decimal | None, str]


class NewRowsPage(WizardPage):
    """Counts per file above, the rows of the files below."""

    step = "What is new"
    question = "What would be taken in"

    def __init__(self, theme: Theme, draft: Draft) -> None:
        super().__init__(theme)
        self._draft = draft
        self.files = DataTable(
            ColumnTable(_FILES, theme), theme, "New rows per file", filters=False
        )
        self.rows = DataTable(ColumnTable(_ROWS, theme), theme, "Rows of the files")
        self.body.addWidget(self.files)
        self.body.addWidget(self.rows, 5)

    def entered(self) -> None:
        """Show the counts and rows."""
        preview = self._draft.preview
        if preview is None:
            return
        files = preview.files
        self.files.model.set_rows(
            {
                "file": [f.path.name for f in files],
                "rows": [f.rows for f in files],
                "new": [f.new_rows for f in files],
                "known": [f.duplicates for f in files],
                "before": ["yes" if f.read_before else "no" for f in files],
            },
            list(range(len(files))),
        )
        self.files.fit_rows(_MOST_FILES)
        columns = self._draft.columns
        self.rows.model.set_rows(columns, range(len(columns["line"])))


def columns_of(preview: ImportPreview) -> Columns:
    """Return the rows of all files as columns; many rows take a while, so it is done on a lane."""
    rows = [row for f in preview.files for row in rows_of(f)]
    return {column.key: [row[n] for row in rows] for n, column in enumerate(_ROWS)}


def rows_of(file: FilePreview) -> Iterator[Row]:
    """Yield the rows of a file that a person would look for, in the order of the file's tables."""
    batch = file.batch
    names = {m.key: m.label for m in file.mappings}
    for lot in batch.lots:
        who = names.get(lot.account_key, "")
        yield (lot.line, "lot", lot.acquired_on, lot.symbol, lot.shares, lot.cost_basis, who)
    for t in batch.transactions:
        what = t.type.value.replace("_", " ")
        who = names.get(t.account_key, "")
        yield (t.line, what, t.on, t.symbol, t.shares or None, t.amount, who)
    for p in batch.positions:
        who = names.get(p.account_key, "")
        yield (p.line, "position", p.price_on, p.symbol, p.shares, p.value, who)
    for c in batch.cash:
        yield (c.line, "cash", c.on, "", None, c.amount, names.get(c.account_key, ""))
    for price in batch.prices:
        yield (price.line, "price", price.on, price.symbol, None, price.value, "")
