"""The main job in the window: sample household, plan in the worker, paper, orders, pictures."""

import pytest
from gui_help import settle
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from harvestdesk.gui.actions import PAGE_KEYS
from harvestdesk.gui.screenshots import FILES, save_screens
from harvestdesk.gui.widgets.data_table import DataTable


@pytest.fixture
def planned(make_window, qtbot):
    window = make_window()
    with qtbot.waitSignal(window.desk.opened, timeout=60_000):
        window.actions_by_key["household.sample"].trigger()
    with qtbot.waitSignal(window.desk.planned, timeout=60_000):
        window.actions_by_key["plan.run"].trigger()
    settle(qtbot, window)
    return window


def test_sample__from_first_run_to_orders(planned, qtbot, tmp_path):
    window = planned
    assert window.current_page == "plan"
    assert "$71,400" in window.pages["plan"].answer
    assert window.actions_by_key["edit.undo"].text().startswith("&Undo ")
    for key in PAGE_KEYS:
        window.navigate(key, {})
        assert not window.pages[key].is_empty

    for key in ("worksheet.print", "instructions.print", "do_not_buy.print"):
        window.actions_by_key[key].trigger()
        settle(qtbot, window)
        (preview,) = window.commands.open_dialogs
        assert "preview" in preview.windowTitle().lower()
        preview.reject()

    window.actions_by_key["orders.export"].trigger()
    (dialog,) = window.commands.open_dialogs
    dialog.folder_field.setText(str(tmp_path / "missing"))
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert "not there" in dialog.problems["folder"]
    dialog.folder_field.setText(str(tmp_path))
    with qtbot.waitSignal(dialog.exported, timeout=20_000) as said:
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert said.args[0].startswith("Wrote ")
    assert list(tmp_path.glob("*.csv"))


def test_every_cell_of_every_table__explains_itself(planned):
    for page in planned.pages.values():
        for table in page.findChildren(DataTable):
            model = table.model
            for row in range(min(model.rowCount(), 50)):
                for column in range(model.columnCount()):
                    index = model.index(row, column)
                    where = (page.key, model.columns[column].key, row)
                    assert index.data(Qt.ItemDataRole.ToolTipRole), where
                    assert index.data(Qt.ItemDataRole.AccessibleTextRole), where


def test_pictures__are_saved_light_and_dark(planned, qtbot, tmp_path):
    path = planned.desk.loaded.app.book.path
    planned.close()
    light = save_screens(path, tmp_path / "light")
    dark = save_screens(path, tmp_path / "dark", dark=True)
    assert [p.name for p in light] == list(FILES.values())
    for bright, dim in zip(light, dark, strict=True):
        one, other = QImage(str(bright)), QImage(str(dim))
        assert one.size() == other.size()
        assert one.width() >= 1440
        bright_mean, dim_mean = (
            i.scaled(1, 1, mode=Qt.TransformationMode.SmoothTransformation).pixelColor(0, 0)
            for i in (one, other)
        )
        assert bright_mean.lightness() > dim_mean.lightness() + 100
