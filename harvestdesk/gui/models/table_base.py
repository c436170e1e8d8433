"""A table model over columns with its own sorting and filtering: 100,000 rows in well under 100 ms.

A proxy model over a Python `data()` needs minutes for what numpy does in milliseconds, so rows are
kept as columns, sorting is one stable argsort and filtering one boolean mask.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from harvestdesk.gui import formatting
from harvestdesk.gui.models.columns import WRITERS, Column, Kind, RowValues, RowView
from harvestdesk.gui.models.filter_text import matcher
from harvestdesk.gui.theme import Theme, Tone

__all__ = ["Column", "ColumnTable", "KeyRole", "Kind", "RowValues", "ValueRole"]

Role = Qt.ItemDataRole
KeyRole = int(Role.UserRole)
"""The key of the row, whatever the column."""
ValueRole = int(Role.UserRole) + 1
"""The value behind the text."""
_CACHED_ROWS = 4096
_Index = QModelIndex | QPersistentModelIndex


class ColumnTable(QAbstractTableModel):
    """Rows kept as columns; `set_rows` replaces them all."""

    def __init__(
        self,
        columns: Sequence[Column],
        theme: Theme,
        parent: QObject | None = None,
        *,
        is_sum: Callable[[RowValues], bool] | None = None,
    ) -> None:
        """Show `columns`; rows `is_sum` is true of are written in bold."""
        super().__init__(parent)
        self._is_sum = is_sum
        self._whole_dollars = False
        self.columns = tuple(columns)
        self._theme = theme
        self._values: Mapping[str, Sequence[Any]] = {c.key: () for c in self.columns}
        self._keys: Sequence[Hashable] = ()
        self._place: dict[Hashable, int] = {}
        self._order = np.arange(0)
        self._view = np.arange(0)
        self._filters: dict[str, str] = {}
        self._only: NDArray[np.bool_] | None = None
        self._sorted_by: tuple[int, Qt.SortOrder] | None = None
        self._ranks: dict[str, NDArray[Any]] = {}
        self._codes: dict[str, tuple[NDArray[np.int64], list[str]]] = {}
        self._cache: dict[int, tuple[str, ...]] = {}
        self._decimals: dict[str, int] = {}
        self._roles: dict[int, Callable[[int, int], Any]] = {
            int(Role.DisplayRole): self._display,
            int(Role.TextAlignmentRole): self._alignment,
            int(Role.ForegroundRole): self._foreground,
            int(Role.ToolTipRole): self._explanation,
            int(Role.AccessibleTextRole): self._spoken,
            int(Role.AccessibleDescriptionRole): self._explanation,
            int(Role.FontRole): self._font,
            KeyRole: self._key,
            ValueRole: self._value,
        }

    # --- rows --------------------------------------------------------------------------------
    def set_rows(self, values: Mapping[str, Sequence[Any]], keys: Sequence[Hashable]) -> None:
        """Replace all rows: one sequence per column key (more columns than shown are welcome)."""
        self.beginResetModel()
        self._values = values
        self._keys = keys
        self._place = {key: row for row, key in enumerate(keys)}
        self._ranks.clear()
        self._codes.clear()
        self._cache.clear()
        self._decimals.clear()
        self._only = None
        self._order = self._sorted_order()
        self._apply_filters()
        self.endResetModel()

    @property
    def total(self) -> int:
        """Number of rows before filtering."""
        return len(self._keys)

    def key_at(self, row: int) -> Hashable:
        """Return the key of a row on view."""
        return self._keys[int(self._view[row])]

    def row_of(self, key: Hashable) -> int | None:
        """Return the row on view of a key, or None if it is filtered away or unknown."""
        source = self._place.get(key)
        if source is None:
            return None
        found = np.nonzero(self._view == source)[0]
        return int(found[0]) if found.size else None

    def values_at(self, row: int) -> RowValues:
        """Return the values of a row on view by column key."""
        return RowView(self._values, int(self._view[row]))

    def visible_keys(self) -> list[Hashable]:
        """Return the keys on view, in order."""
        return [self._keys[int(i)] for i in self._view]

    def column_number(self, key: str) -> int:
        """Return the place of a column."""
        return next(i for i, c in enumerate(self.columns) if c.key == key)

    # --- sorting and filtering -----------------------------------------------------------------
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; unknown values stay last in both directions."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        held = [(int(self._view[i.row()]), i.column()) for i in before]
        self._sorted_by = (column, order) if 0 <= column < len(self.columns) else None
        self._order = self._sorted_order()
        self._apply_filters()
        if before:
            place = np.full(self.total, -1)
            place[self._view] = np.arange(self._view.size)
            after = [self.index(int(place[s]), c) for s, c in held]
            self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def set_filter(self, key: str, text: str) -> None:
        """Filter one column: part of a text or date, or `>100`, `<=5`, `10..20` on numbers."""
        text = text.strip()
        if self._filters.get(key, "") == text:
            return
        self.beginResetModel()
        if text:
            self._filters[key] = text
        else:
            self._filters.pop(key, None)
        self._apply_filters()
        self.endResetModel()

    def filters(self) -> Mapping[str, str]:
        """Return the filters in force by column key."""
        return dict(self._filters)

    def show_only(self, keys: Sequence[Hashable] | None) -> None:
        """Show only these rows besides the filters; None shows all again."""
        self.beginResetModel()
        self._only = None
        if keys is not None:
            self._only = np.zeros(self.total, dtype=np.bool_)
            rows = [self._place[k] for k in keys if k in self._place]
            self._only[rows] = True
        self._apply_filters()
        self.endResetModel()

    def _apply_filters(self) -> None:
        mask = np.ones(self.total, dtype=np.bool_) if self._only is None else self._only.copy()
        for key, text in self._filters.items():
            mask &= self._matches(self.columns[self.column_number(key)], text)
        self._view = self._order[mask[self._order]]

    def _matches(self, column: Column, text: str) -> NDArray[np.bool_]:
        if column.kind.is_number:
            scale = 100.0 if column.kind is Kind.PERCENT else 1.0
            return matcher(text)(self._numbers(column.key) * scale)
        codes, words = self._coded(column)
        needle = text.casefold()
        hits = np.fromiter((needle in w for w in words), dtype=np.bool_, count=len(words))
        return hits[codes] if words else np.zeros(0, dtype=np.bool_)

    def _sorted_order(self) -> NDArray[np.int64]:
        if self._sorted_by is None or not self.total:
            return np.arange(self.total)
        column = self.columns[self._sorted_by[0]]
        ranks = self._numbers(column.key) if column.kind.is_number else self._coded(column)[0]
        descending = self._sorted_by[1] == Qt.SortOrder.DescendingOrder
        # Negating keeps equal rows in their order and, with NaN always last, unknown values too.
        return np.argsort(-ranks if descending else ranks, kind="stable")

    def _numbers(self, key: str) -> NDArray[np.float64]:
        """Return a numeric column as floats [row], for comparing only; NaN where unknown."""
        if key not in self._ranks:
            values = self._values[key]
            floats = (float("nan") if v is None else float(v) for v in values)
            self._ranks[key] = np.fromiter(floats, dtype=np.float64, count=len(values))
        return self._ranks[key]

    def _coded(self, column: Column) -> tuple[NDArray[np.int64], list[str]]:
        """Return a text or date column as ranks [row] and the case-folded words they stand for."""
        if column.key not in self._codes:
            write = WRITERS[column.kind]
            values = self._values[column.key]
            distinct = {v: write(v).casefold() for v in set(values)}
            words = sorted(set(distinct.values()))
            rank = {w: i for i, w in enumerate(words)}
            by_value = {v: rank[w] for v, w in distinct.items()}
            codes = np.fromiter((by_value[v] for v in values), dtype=np.int64, count=len(values))
            self._codes[column.key] = (codes, words)
        return self._codes[column.key]

    # --- Qt's side -------------------------------------------------------------------------------
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of rows on view."""
        return 0 if parent.isValid() else int(self._view.size)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = int(Role.DisplayRole)) -> Any:
        """Return what a cell shows, says or explains."""
        serve = self._roles.get(int(role))
        if serve is None or not index.isValid():
            return None
        return serve(int(self._view[index.row()]), index.column())

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Role.DisplayRole)
    ) -> Any:
        """Return title, alignment and meaning of a column."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Role.DisplayRole:
            return column.title
        if role == Role.TextAlignmentRole:
            return _alignment(column.kind)
        if role in {Role.ToolTipRole, Role.AccessibleDescriptionRole}:
            return column.explain or column.title
        return None

    def _texts(self, row: int) -> tuple[str, ...]:
        texts = self._cache.get(row)
        if texts is None:
            if len(self._cache) >= _CACHED_ROWS:
                self._cache.clear()
            texts = self._written(row, whole=self._whole_dollars)
            self._cache[row] = texts
        return texts

    def _written(self, row: int, *, whole: bool = False) -> tuple[str, ...]:
        return tuple(self._text(c, self._values[c.key][row], whole=whole) for c in self.columns)

    def _text(self, column: Column, value: Any, *, whole: bool = False) -> str:
        if whole and column.kind is Kind.MONEY:
            return WRITERS[Kind.DOLLARS](value)
        if column.kind is not Kind.SHARES:
            return WRITERS[column.kind](value)
        decimals = self._decimals.get(column.key)
        if decimals is None:  # the same for the whole column: none when all are whole
            decimals = formatting.share_decimals(self._values[column.key])
            self._decimals[column.key] = decimals
        return formatting.shares(value, decimals)

    def _key(self, row: int, _column: int) -> Hashable:
        return self._keys[row]

    def _value(self, row: int, column: int) -> Any:
        return self._values[self.columns[column].key][row]

    def _display(self, row: int, column: int) -> str:
        return self._texts(row)[column]

    def _alignment(self, _row: int, column: int) -> int:
        return _alignment(self.columns[column].kind)

    def _foreground(self, row: int, column: int) -> Any:
        tone = self.columns[column].tone
        if tone is None:
            return None
        found = tone(RowView(self._values, row))
        return None if found is Tone.PLAIN else self._theme.text(found)

    def _font(self, row: int, _column: int) -> Any:
        if self._is_sum is None or not self._is_sum(RowView(self._values, row)):
            return None
        return self._theme.font(strong=True)

    @property
    def whole_dollars(self) -> bool:
        """True while amounts are written without cents, for want of room."""
        return self._whole_dollars

    def write_whole_dollars(self, *, whole: bool) -> None:
        """Write amounts without cents, or with them again; copies always have them."""
        if whole == self._whole_dollars:
            return
        self._whole_dollars = whole
        self._cache.clear()
        if self.rowCount():
            last = self.index(self.rowCount() - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def telling_rows(self, most: int) -> list[int]:
        """Return rows on view that show how wide each column's words get: all, or extremes and a sample."""
        count = self.rowCount()
        if count <= most:
            return list(range(count))
        found = set(range(0, count, -(-count // most))) | {count - 1}
        for column in self.columns:
            values = self._values[column.key]
            known = [(values[int(row)], place) for place, row in enumerate(self._view)]
            known = [pair for pair in known if pair[0] is not None]
            if not known or column.kind is Kind.DATE:
                continue
            if column.kind.is_number:
                found |= {min(known)[1], max(known)[1]}
            else:
                found.add(max(known, key=lambda pair: len(str(pair[0])))[1])
        return sorted(found)

    def has_sum(self) -> bool:
        """Return True where a row on view is written in bold."""
        is_sum = self._is_sum
        return is_sum is not None and any(is_sum(RowView(self._values, int(r))) for r in self._view)

    def _explanation(self, row: int, column: int) -> str:
        spec = self.columns[column]
        if spec.explain_cell is not None:
            return spec.explain_cell(RowView(self._values, row))
        return spec.explain or f"{spec.title}: {self._texts(row)[column]}"

    def _spoken(self, row: int, column: int) -> str:
        spec = self.columns[column]
        text = self._texts(row)[column]
        unit = " dollars" if spec.kind in {Kind.MONEY, Kind.DOLLARS, Kind.PRICE} else ""
        unknown = text == formatting.NOTHING
        return f"{spec.title}: {'unknown' if unknown else text + unit}"

    # --- copying -----------------------------------------------------------------------------------
    def as_tsv(self, rows: Sequence[int], *, raw: bool = False) -> str:
        """Return rows on view as tab separated text with heads; `raw` writes plain numbers."""
        lines = ["\t".join(c.title for c in self.columns)]
        for row in rows:
            source = int(self._view[row])
            texts = self._raw(source) if raw else self._written(source)
            lines.append("\t".join(" ".join(t.split()) for t in texts))
        return "\n".join(lines) + "\n"

    def _raw(self, row: int) -> tuple[str, ...]:
        return tuple(_plain(self._values[c.key][row]) for c in self.columns)


def _plain(value: object) -> str:
    if formatting.value_is_nothing(value):
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _alignment(kind: Kind) -> int:
    side = Qt.AlignmentFlag.AlignRight if kind.is_number else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)
