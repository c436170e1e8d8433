"""What the household owns elsewhere: a list, and a dialog for one holding."""

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from harvestdesk.domain.ids import OutsideHoldingId
from harvestdesk.domain.outside import OutsideHolding
from harvestdesk.domain.security import (
    ASSET_CLASS_NAMES,
    AssetClass,
    Security,
    SecurityKind,
    normal_symbol,
)
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.gui import formatting
from harvestdesk.gui.a11y import name
from harvestdesk.gui.desk import Desk, Loaded
from harvestdesk.gui.dialogs.form import FormDialog
from harvestdesk.gui.dialogs.records import Acts, RecordList, RecordsDialog, with_record
from harvestdesk.gui.models.table_base import Column, Kind
from harvestdesk.gui.theme import Theme
from harvestdesk.gui.widgets.fields import Choice, FigureField
from harvestdesk.risk.builtin_classes import SECTOR_VOLATILITY
from harvestdesk.services.outside_holdings import (
    OutsideEntry,
    described_here,
    entry_of,
    outside_problems,
    save_outside_holdings,
)

_TITLE = "Outside holdings"
_WORDS = (
    "What the household owns in places that are not imported: a workplace plan, vested stock, a trust, a house. "
    "No plan trades it, but it counts in risk and in drift: targets are meant for everything that is owned. Each "
    "change is one step Edit, Undo takes back."
)
_EMPTY = "Nothing is entered. Add what weighs: employer stock above all, and plans and accounts at other places."
_COLUMNS = (
    Column("symbol", "What", explain="Symbol or name of it.", width=18),
    Column("name", "Name", explain="Name of the security.", stretch=True),
    Column("class", "Asset class", explain="Asset class it counts in.", width=20),
    Column("sector", "Sector", explain="Sector it counts in.", width=20),
    Column("value", "Value $", Kind.DOLLARS, "What it is worth.", width=13),
    Column("note", "Note", explain="Your own words.", width=22),
)
_HOLDING_WORDS = (
    "Type a symbol the household knows, or describe it: where there is no price history, its asset class and "
    "sector say how risky it is. Leave the symbol empty for something without one, such as a house."
)
_KNOWN = "The household knows {what}: class and sector are its own."
_NEW = "Nobody knows this yet: it becomes a security without a price."
_KINDS = {
    SecurityKind.STOCK: "One company's stock",
    SecurityKind.ETF: "An exchange-traded fund",
    SecurityKind.MUTUAL_FUND: "A fund",
    SecurityKind.OTHER: "Something else",
}
_NO_SECTOR = "No sector, or all of them"
_MOST = Decimal(999_999_999)


class OutsideHoldingsDialog(RecordsDialog):
    """A row for each holding."""

    def __init__(
        self, theme: Theme, desk: Desk, loaded: Loaded, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, desk, loaded, _TITLE, _WORDS, parent)
        acts = Acts(self._add, self._edit, self._remove)
        self.holdings = RecordList(theme, _TITLE, "holding", _COLUMNS, acts, empty=_EMPTY)
        self.total = self.caption("")
        self.column.addWidget(self.holdings, 1)
        self.column.addWidget(self.total)
        self.resize(theme.px(1060), theme.px(500))
        self._show()

    def _show(self) -> None:
        found = self._snapshot.outside
        securities = [self._snapshot.security_by_id[h.security_id] for h in found]
        self.holdings.show_rows(
            {
                "symbol": [s.symbol for s in securities],
                "name": [s.name for s in securities],
                "class": [ASSET_CLASS_NAMES[s.asset_class] for s in securities],
                "sector": [s.sector for s in securities],
                "value": [h.value for h in found],
                "note": [h.note for h in found],
            },
            [str(h.id) for h in found],
        )
        elsewhere = sum((h.value for h in found), Decimal(0))
        own = formatting.dollars(self._snapshot.total_value())
        self.total.setText(
            f"{formatting.dollars(elsewhere)} elsewhere, {own} in the imported accounts."
        )

    def _add(self) -> None:
        self._open(OutsideHoldingDialog(self.theme, self._snapshot, None, self), self._save)

    def _edit(self, key: str) -> None:
        for holding in [h for h in self._snapshot.outside if h.id == key]:
            dialog = OutsideHoldingDialog(self.theme, self._snapshot, holding, self)
            self._open(dialog, self._save)

    def _remove(self, key: str) -> None:
        self._write_entries([entry_of(h) for h in self._snapshot.outside if h.id != key], None)

    def _save(self, dialog: "OutsideHoldingDialog") -> None:
        entries = with_record([entry_of(h) for h in self._snapshot.outside], dialog.record())
        if not dialog.show_problems(dialog.found()):
            self._write_entries(entries, dialog)

    def _write_entries(self, entries: Sequence[OutsideEntry], dialog: FormDialog | None) -> None:
        self._write(_TITLE, lambda app: save_outside_holdings(app, entries), dialog)


class OutsideHoldingDialog(FormDialog):
    """Adds a holding or edits one; whoever opens it saves `record()`."""

    def __init__(
        self,
        theme: Theme,
        snapshot: HouseholdSnapshot,
        holding: OutsideHolding | None,
        parent: QWidget | None = None,
    ) -> None:
        title = "Edit outside holding" if holding else "Add outside holding"
        super().__init__(theme, title, _HOLDING_WORDS, "Save holding", parent)
        self._securities = snapshot.security_by_id
        self._id = holding.id if holding else OutsideHoldingId("")
        self._by_symbol = {s.symbol: s for s in snapshot.securities}
        self._correctable = described_here(snapshot)
        shown = snapshot.security_by_id[holding.security_id] if holding else None
        self.symbol_field = QLineEdit(shown.symbol if shown else "")
        self.symbol_field.setPlaceholderText("symbol, or empty")
        self._complete()
        self.name_field = QLineEdit(shown.name if shown else "")
        self.kind_box = Choice(theme, "Kind")
        self.kind_box.offer([(k.value, words) for k, words in _KINDS.items()], SecurityKind.STOCK)
        self.class_box = Choice(theme, "Asset class")
        classes = [(c.value, words) for c, words in ASSET_CLASS_NAMES.items()]
        self.class_box.offer(classes, AssetClass.US_EQUITY)
        self.sector_box = Choice(theme, "Sector")
        self.value_field = FigureField(theme, "Value $", most=_MOST, step=1000)
        self.value_field.setFixedWidth(theme.text_width(16))
        self.value_field.show_value(holding.value if holding else Decimal(0))
        self.note_field = QLineEdit(holding.note if holding else "")
        self.told = self.caption("")
        self._lay_out_fields(shown)
        self.symbol_field.textChanged.connect(self._on_symbol)
        self._on_symbol()

    def _complete(self) -> None:
        completer = QCompleter(sorted(self._by_symbol), self.symbol_field)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        popup = completer.popup()
        if popup is not None:
            name(popup, "Symbols that fit")
        self.symbol_field.setCompleter(completer)

    def _lay_out_fields(self, shown: Security | None) -> None:
        sectors = {*SECTOR_VOLATILITY, *({shown.sector} if shown and shown.sector else ())}
        self.sector_box.offer([("", _NO_SECTOR), *((s, s) for s in sorted(sectors))], "")
        form = self.new_form()
        self.add_field(form, "symbol", "S&ymbol", self.symbol_field)
        form.addRow("", self.told)
        self.add_field(form, "name", "&Name", self.name_field)
        self.add_field(form, "kind", "&Kind", self.kind_box)
        self.add_field(form, "asset_class", "&Asset class", self.class_box)
        self.add_field(form, "sector", "&Sector", self.sector_box)
        self.add_field(form, "value", "&Value $", self.value_field)
        self.add_field(form, "note", "N&ote", self.note_field)
        self.column.addLayout(form)
        self.column.addStretch(1)
        self.setMinimumWidth(self.theme.px(560))
        if shown is not None:
            self._show_security(shown)

    def _show_security(self, security: Security) -> None:
        self.name_field.setText(security.name)
        for box, value in (
            (self.kind_box, security.kind.value),
            (self.class_box, security.asset_class.value),
            (self.sector_box, security.sector),
        ):
            place = box.findData(value)
            if place < 0:
                box.addItem(str(value).replace("_", " "), value)
                place = box.count() - 1
            box.setCurrentIndex(place)

    def _known(self) -> Security | None:
        """The security the symbol names, where its description is not this dialog's to change."""
        found = self._by_symbol.get(normal_symbol(self.symbol_field.text()))
        return None if found is None or found.id in self._correctable else found

    def _on_symbol(self) -> None:
        known = self._known()
        described = (self.name_field, self.kind_box, self.class_box, self.sector_box)
        for field in described:
            field.setEnabled(known is None)
        if known is not None:
            self._show_security(known)
        what = known.name or known.symbol if known else ""
        self.told.setText(_KNOWN.format(what=what) if known else _NEW)

    def record(self) -> OutsideEntry:
        """Return the holding as typed."""
        known = self._known()
        return OutsideEntry(
            self.value_field.value,
            self._id,
            security_id=known.id if known else None,
            symbol=self.symbol_field.text().strip(),
            name=self.name_field.text().strip(),
            kind=SecurityKind(self.kind_box.currentData()),
            asset_class=AssetClass(self.class_box.currentData()),
            sector=str(self.sector_box.currentData()),
            note=self.note_field.text().strip(),
        )

    def found(self) -> dict[str, str]:
        """Return what is wrong, by field."""
        problems = outside_problems([self.record()], self._securities)
        found = {field: words for (_row, field), words in problems.items()}
        if not self.value_field.hasAcceptableInput():
            found["value"] = f"Value $: {self.value_field.range_words}."
        return found
