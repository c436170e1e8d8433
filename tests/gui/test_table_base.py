"""The column table: order, filters, words, selection; and that it is quick on 100,000 rows."""

import time
from datetime import date, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from harvestdesk.gui.formatting import MINUS, NOTHING
from harvestdesk.gui.models.filter_text import matcher, number_of
from harvestdesk.gui.models.table_base import Column, ColumnTable, KeyRole, Kind
from harvestdesk.gui.theme import Tone
from harvestdesk.gui.widgets.data_table import DataTable

COLUMNS = (
    Column("symbol", "Symbol", explain="Ticker."),
    Column("on", "Acquired", Kind.DATE, explain="Trade date."),
    Column(
        "gain",
        "Gain $",
        Kind.MONEY,
        explain_cell=lambda r: f"{r['symbol']}: value less basis",
        tone=lambda r: Tone.LOSS if (r["gain"] or 0) < 0 else Tone.PLAIN,
    ),
    Column("fraction", "Gain %", Kind.PERCENT, explain="Of the adjusted basis."),
)
ROWS = {
    "symbol": ["beta", "Alfa", "beta", "gamma"],
    "on": [date(2025, 1, 2), date(2024, 6, 1), None, date(2025, 3, 9)],
    "gain": [Decimal("-1234.5"), Decimal("0"), None, Decimal("88.005")],
    "fraction": [-0.253, 0.0, float("nan"), 0.5],
}
KEYS = ["b1", "a", "b2", "g"]


@pytest.fixture
def model(theme):
    model = ColumnTable(COLUMNS, theme)
    model.set_rows(ROWS, KEYS)
    return model


def shown(model):
    return model.visible_keys()


def test_model__keeps_qts_contract(model, qtbot):
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.sort(2)
    model.set_filter("symbol", "a")
    model.set_rows({c.key: () for c in COLUMNS}, [])
    assert tester.model() is model


@pytest.mark.parametrize(
    ("column", "order", "expected"),
    [
        (0, Qt.SortOrder.AscendingOrder, ["a", "b1", "b2", "g"]),
        (0, Qt.SortOrder.DescendingOrder, ["g", "b1", "b2", "a"]),
        (2, Qt.SortOrder.AscendingOrder, ["b1", "a", "g", "b2"]),
        (2, Qt.SortOrder.DescendingOrder, ["g", "a", "b1", "b2"]),
        (3, Qt.SortOrder.DescendingOrder, ["g", "a", "b1", "b2"]),
    ],
)
def test_sort__is_stable_case_blind_and_keeps_unknown_last(model, column, order, expected):
    model.sort(column, order)
    assert shown(model) == expected


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("symbol", "ETA", ["b1", "b2"]),
        ("on", "2025-0", ["b1", "g"]),
        ("gain", "<0", ["b1"]),
        ("gain", f"<={MINUS}1,234.5", ["b1"]),
        ("gain", "0..100", ["a", "g"]),
        ("gain", "88", ["g"]),
        ("gain", "88.00", ["g"]),
        ("gain", "90", []),
        ("gain", "nonsense", []),
        ("fraction", ">=50", ["g"]),
        ("fraction", "-25.3", ["b1"]),
    ],
)
def test_filter__finds(model, key, text, expected):
    model.set_filter(key, text)
    assert shown(model) == expected
    model.set_filter(key, "")
    assert shown(model) == KEYS


def test_filters__combine_and_survive_new_rows(model):
    model.set_filter("symbol", "beta")
    model.set_filter("gain", "<0")
    assert shown(model) == ["b1"]
    model.set_rows(ROWS, KEYS)
    assert shown(model) == ["b1"]


def test_show_only__narrows_besides_the_filters(model):
    model.show_only(["a", "b2", "unknown"])
    assert shown(model) == ["a", "b2"]
    model.set_filter("symbol", "beta")
    assert shown(model) == ["b2"]
    model.show_only(None)
    assert shown(model) == ["b1", "b2"]


def test_cells__are_written_aligned_and_explained(model, theme):
    gain = model.index(0, 2)
    assert gain.data() == f"{MINUS}1,234.50"
    assert model.index(3, 2).data() == "88.01"
    assert model.index(2, 2).data() == NOTHING
    assert model.index(0, 3).data() == f"{MINUS}25.3 %"
    assert model.index(2, 3).data() == NOTHING
    assert gain.data(Qt.ItemDataRole.TextAlignmentRole) & int(Qt.AlignmentFlag.AlignRight)
    assert gain.data(Qt.ItemDataRole.ToolTipRole) == "beta: value less basis"
    assert gain.data(Qt.ItemDataRole.ForegroundRole) == theme.text(Tone.LOSS)
    assert gain.data(Qt.ItemDataRole.AccessibleTextRole) == f"Gain $: {MINUS}1,234.50 dollars"
    assert model.index(2, 2).data(Qt.ItemDataRole.AccessibleTextRole) == "Gain $: unknown"
    assert gain.data(KeyRole) == "b1"


def test_every_cell_has_an_explanation(model):
    for row in range(model.rowCount()):
        for column in range(model.columnCount()):
            assert model.index(row, column).data(Qt.ItemDataRole.ToolTipRole)


def test_copy__gives_heads_and_rows_as_tsv(model):
    assert model.as_tsv([0]).splitlines() == [
        "Symbol\tAcquired\tGain $\tGain %",
        f"beta\t2025-01-02\t{MINUS}1,234.50\t{MINUS}25.3 %",
    ]
    assert model.as_tsv([0, 2], raw=True).splitlines()[1:] == [
        "beta\t2025-01-02\t-1234.5\t-0.253",
        "beta\t\t\t",
    ]


@pytest.fixture
def table(model, theme, qtbot):
    table = DataTable(model, theme, "Lots")
    qtbot.addWidget(table)
    table.resize(900, 300)
    table.show()
    return table


def test_selection__survives_sorting_filtering_and_new_rows(table):
    table.select_keys(["b2", "g"])
    table.model.sort(2)
    assert set(table.selected_keys()) == {"b2", "g"}
    table.set_filter("symbol", "gamma")
    assert table.selected_keys() == ["g"]
    table.model.set_rows(ROWS, KEYS)
    assert table.selected_keys() == ["g"]


def test_selecting__announces_keys_only_when_the_person_does_it(table, qtbot):
    heard = []
    table.selection_changed.connect(heard.append)
    table.select_keys(["a"])
    assert heard == []
    table.grid.clearSelection()
    assert heard == [[]]
    table.grid.selectRow(0)
    assert heard[-1] == ["b1"]


def test_keyboard__filters_and_copies(table, qtbot, qapp):
    field = table.filter_row.fields["symbol"]
    qtbot.keyClicks(field, "alf")
    qtbot.waitUntil(lambda: table.model.rowCount() == 1)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: table.model.rowCount() == 4)
    table.grid.selectRow(1)
    qtbot.keyClick(table.grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert qapp.clipboard().text().splitlines()[1].startswith("Alfa\t")


def test_typed_numbers__are_understood():
    assert number_of(f"{MINUS}$1,234.5") == -1234.5
    assert number_of("abc") is None
    assert matcher("..")(__import__("numpy").array([1.0])).tolist() == [True]


def big(count):
    return {
        "symbol": [f"S{n % 977}" for n in range(count)],
        "on": [date(2020, 1, 1) + timedelta(days=n * 7 % 2000) for n in range(count)],
        "gain": [Decimal(n * 7919 % 1_000_003 - 500_000) / 100 for n in range(count)],
        "fraction": [(n * 104729 % 2000 - 1000) / 1000 for n in range(count)],
    }


def test_100000_rows__sort_and_filter_in_time(theme, qtbot):
    """The promise is 100 ms; three times that for busy machines."""
    model = ColumnTable(COLUMNS, theme)
    table = DataTable(model, theme, "Lots")
    qtbot.addWidget(table)
    table.show()
    model.set_rows(big(100_000), range(100_000))
    slowest = 0.0
    for column in range(4):
        begin = time.perf_counter()
        model.sort(column, Qt.SortOrder.DescendingOrder)
        table.repaint()
        slowest = max(slowest, time.perf_counter() - begin)
    for key, text in (("symbol", "s9"), ("gain", ">100"), ("on", "2021")):
        begin = time.perf_counter()
        model.set_filter(key, text)
        table.repaint()
        slowest = max(slowest, time.perf_counter() - begin)
    assert slowest < 0.3
