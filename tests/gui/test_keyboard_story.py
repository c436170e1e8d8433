"""The whole job without a mouse, taking it back step by step, and Escape that loses nothing."""

import pytest
from gui_help import settle
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QFileDialog

from harvestdesk.gui.actions import ACTIONS
from harvestdesk.gui.widgets.wizard_frame import LEAVE_WORDS

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def press(qtbot, key, modifiers=Qt.KeyboardModifier.NoModifier):
    """Press a key where the keyboard is."""
    target = QApplication.focusWidget() or QApplication.activeWindow()
    qtbot.keyClick(target, key, modifiers)


def type_text(qtbot, text):
    qtbot.keyClicks(QApplication.focusWidget(), text)


def tab_to(qtbot, words, limit=60):
    """Press Tab until a widget of that name has the keyboard."""
    for _ in range(limit):
        focused = QApplication.focusWidget()
        if focused is not None and words in focused.accessibleName():
            return focused
        press(qtbot, Qt.Key.Key_Tab)
    raise AssertionError(f"Tab never came to {words}")


def active(qtbot, window):
    """Wait until the keyboard is in that window; no window manager hands it over here."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=5_000)


@pytest.fixture
def price_file(tmp_path, monkeypatch):
    path = tmp_path / "older-prices.csv"
    path.write_text("date,symbol,close\n2025-06-02,ZBYT,123.45\n", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *a, **k: ([str(path)], ""))
    return path


def open_sample(window, qtbot):
    active(qtbot, window)
    button = tab_to(qtbot, "Open sample household")
    assert button.hasFocus()
    with qtbot.waitSignal(window.desk.opened, timeout=60_000):
        press(qtbot, Qt.Key.Key_Space)
    settle(qtbot, window)
    active(qtbot, window)


def import_by_keyboard(window, qtbot):
    press(qtbot, Qt.Key.Key_I, CTRL)
    (wizard,) = window.commands.open_dialogs
    active(qtbot, wizard)
    press(qtbot, Qt.Key.Key_A, ALT)
    qtbot.waitUntil(lambda: len(wizard.draft.paths) == 1)
    for page in range(1, 5):
        press(qtbot, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda page=page: wizard.current == page, timeout=10_000)
        settle(qtbot, window)
    with qtbot.waitSignal(window.desk.refreshed, timeout=20_000):
        press(qtbot, Qt.Key.Key_Return)
    settle(qtbot, window)
    active(qtbot, window)


def test_first_run_to_exported_orders__without_a_mouse(make_window, qtbot, tmp_path, price_file):
    window = make_window()
    open_sample(window, qtbot)
    import_by_keyboard(window, qtbot)
    assert window.actions_by_key["edit.undo"].text() == "&Undo Import older-prices.csv"

    press(qtbot, Qt.Key.Key_3, CTRL)
    assert window.current_page == "drift"
    with qtbot.waitSignal(window.desk.planned, timeout=60_000):
        press(qtbot, Qt.Key.Key_R, CTRL)
    settle(qtbot, window)
    assert window.current_page == "plan"

    press(qtbot, Qt.Key.Key_P, CTRL)
    settle(qtbot, window)
    (preview,) = window.commands.open_dialogs
    active(qtbot, preview)
    press(qtbot, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.commands.open_dialogs)
    active(qtbot, window)

    out = tmp_path / "orders"
    out.mkdir()
    press(qtbot, Qt.Key.Key_E, CTRL)
    (dialog,) = window.commands.open_dialogs
    active(qtbot, dialog)
    press(qtbot, Qt.Key.Key_O, ALT)
    assert dialog.folder_field.hasFocus()
    dialog.folder_field.selectAll()
    type_text(qtbot, str(out))
    with qtbot.waitSignal(dialog.exported, timeout=20_000):
        press(qtbot, Qt.Key.Key_Return)
    assert list(out.glob("*.csv"))
    assert window.desk.preferences.export_folder == str(out)
    assert window.desk.preferences.import_folder == str(price_file.parent)
    assert window.saved_preferences[-1] == window.desk.preferences


def test_import_and_settings__are_taken_back_and_made_again_on_every_page(
    make_window, qtbot, price_file
):
    window = make_window()
    open_sample(window, qtbot)
    states = [window.desk.loaded.data.snapshot]
    import_by_keyboard(window, qtbot)
    states.append(window.desk.loaded.data.snapshot)
    press(qtbot, Qt.Key.Key_Comma, CTRL)
    (dialog,) = window.commands.open_dialogs
    active(qtbot, dialog)
    dialog.title_field.selectAll()
    type_text(qtbot, "Renamed")
    with qtbot.waitSignal(window.desk.refreshed, timeout=20_000):
        press(qtbot, Qt.Key.Key_Return)
    settle(qtbot, window)
    active(qtbot, window)
    states.append(window.desk.loaded.data.snapshot)
    shown = []
    for page in window.pages.values():
        page.refresh_was = page.refresh
        page.refresh = lambda data, page=page: (shown.append(page.key), page.refresh_was(data))

    def step(key, modifiers, wanted):
        shown.clear()
        with qtbot.waitSignal(window.desk.refreshed, timeout=20_000):
            press(qtbot, key, modifiers)
        settle(qtbot, window)
        qtbot.waitUntil(lambda: set(shown) == set(window.pages))
        found = window.desk.loaded.data.snapshot
        assert found.fingerprint == states[wanted].fingerprint
        assert found.household.name in window.windowTitle()

    undo, redo = (window.actions_by_key[k] for k in ("edit.undo", "edit.redo"))
    shift = CTRL | Qt.KeyboardModifier.ShiftModifier
    assert undo.text() == "&Undo Household settings"
    step(Qt.Key.Key_Z, CTRL, 1)
    assert undo.text() == "&Undo Import older-prices.csv"
    assert redo.text() == "&Redo Household settings"
    step(Qt.Key.Key_Z, CTRL, 0)
    assert redo.text() == "&Redo Import older-prices.csv"
    step(Qt.Key.Key_Z, shift, 1)
    step(Qt.Key.Key_Z, shift, 2)
    assert not redo.isEnabled()


def test_escape__in_the_wizard_warns_before_the_files_are_forgotten(open_window, qtbot, price_file):
    window = open_window()
    press(qtbot, Qt.Key.Key_I, CTRL)
    (wizard,) = window.commands.open_dialogs
    active(qtbot, wizard)
    press(qtbot, Qt.Key.Key_A, ALT)
    qtbot.waitUntil(lambda: len(wizard.draft.paths) == 1)
    press(qtbot, Qt.Key.Key_Escape)
    assert wizard.isVisible()
    assert wizard.notice.words == LEAVE_WORDS
    press(qtbot, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.commands.open_dialogs)


def test_every_command__has_a_shortcut_or_a_letter_of_its_own_in_its_menu(make_window):
    window = make_window()
    shortcuts = [
        a.shortcut().toString()
        for a in window.actions_by_key.values()
        if not a.shortcut().isEmpty()
    ]
    assert len(shortcuts) == len(set(shortcuts))
    assert len(window.actions_by_key) == len([s for s in ACTIONS if s.key])
    for top in window.menuBar().actions():
        assert not QKeySequence.mnemonic(top.text()).isEmpty()
        entries = [a for a in top.menu().actions() if not a.isSeparator()]
        letters = [
            m.toString() for a in entries if not (m := QKeySequence.mnemonic(a.text())).isEmpty()
        ]
        assert len(letters) == len(set(letters)), top.text()
        for action in entries:
            reachable = (
                action.shortcut().isEmpty() and QKeySequence.mnemonic(action.text()).isEmpty()
            )
            assert not reachable, action.text()
