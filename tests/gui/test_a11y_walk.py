"""Every focusable widget of every window, dialog, wizard and page can be announced."""

from dataclasses import replace

import pytest
import view_samples as vs
from gui_help import settle
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QLineEdit, QTableView, QVBoxLayout, QWidget

from harvestdesk.domain.errors import Notice
from harvestdesk.gui.a11y import nameless
from harvestdesk.gui.actions import PAGE_KEYS
from harvestdesk.gui.dialogs.export_orders import ExportOrdersDialog
from harvestdesk.gui.dialogs.new_household import NewHouseholdDialog
from harvestdesk.gui.wizards.import_statements.wizard import ImportWizard


def test_walk__finds_a_silent_widget(qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    layout = QVBoxLayout(holder)
    field, table, named = QLineEdit(), QTableView(), QLineEdit()
    label = QLabel("&Name")
    label.setBuddy(named)
    for widget in (field, table, label, named):
        layout.addWidget(widget)
    assert len(nameless(holder)) == 2


def test_welcome_and_window(make_window):
    assert nameless(make_window()) == []


def test_pages(open_window):
    window = open_window()
    for key in PAGE_KEYS:
        window.navigate(key, {})
    assert nameless(window) == []


def test_new_household(theme, qtbot, tmp_path):
    dialog = NewHouseholdDialog(theme, tmp_path)
    qtbot.addWidget(dialog)
    assert nameless(dialog) == []


def test_import_wizard__on_every_page(open_window, qtbot, tmp_path):
    window = open_window()
    path = tmp_path / "kim.csv"
    path.write_text(
        "account,date,type,symbol,shares,amount\nKim,2025-03-03,buy,ALFA,10,612.50\nKim,x,buy,A,1,1\n",
        encoding="utf-8",
    )
    wizard = ImportWizard(window.theme, window.desk, window)
    qtbot.addWidget(wizard)
    wizard.show()
    wizard.add_files([path])
    assert nameless(wizard) == []
    for page in range(1, 5):
        wizard.go_on()
        qtbot.waitUntil(lambda page=page: wizard.current == page, timeout=10_000)
        assert nameless(wizard) == []
    wizard.reject()
    settle(qtbot, window)


def test_export_orders(open_window, qtbot):
    window = open_window()
    dialog = ExportOrdersDialog(window.theme, window.desk, window.desk.loaded.data, window)
    qtbot.addWidget(dialog)
    assert nameless(dialog) == []
    assert dialog.caution.words == ""


def test_export_orders__says_what_the_plan_does_not_know(open_window, qtbot):
    window = open_window()
    household = vs.household()
    told = {"sales": "1", "of_sales": "2", "symbols": "ACLX", "uncovered": "Roth (2025-12-04)"}
    thin = replace(vs.plan(household), notices=(Notice("coverage_incomplete", told),))
    data = replace(window.desk.loaded.data, proposal=thin)
    dialog = ExportOrdersDialog(window.theme, window.desk, data, window)
    qtbot.addWidget(dialog)
    assert "Roth (December 4, 2025)" in dialog.caution.words
    assert not dialog.caution.isHidden()
    assert dialog.accept_button.isEnabled()
    assert nameless(dialog) == []


def test_tables_of_pages__speak_through_qts_interface(open_window):
    window = open_window()
    window.navigate("overview", {})
    grid = window.pages["overview"].accounts.grid
    spoken = QAccessible.queryAccessibleInterface(grid)
    assert spoken.text(QAccessible.Text.Name) == "Accounts"


@pytest.mark.parametrize("key", PAGE_KEYS)
def test_tab__goes_through_a_page_and_comes_back(open_window, qtbot, key):
    window = open_window()
    window.navigate(key, {})
    seen = []
    window.sidebar.focus_pages()
    for _ in range(200):
        widget = window.focusWidget()
        if widget in seen:
            break
        seen.append(widget)
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    assert len(seen) > 3
    assert any(window.pages[key].isAncestorOf(w) for w in seen)
