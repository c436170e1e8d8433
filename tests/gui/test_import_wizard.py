"""The import wizard from files to Confirm, by keyboard, with nothing written before the last button."""

import hashlib
from decimal import Decimal

import pytest
from gui_help import settle
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from harvestdesk.domain.account import AccountType
from harvestdesk.gui.wizards.import_statements.wizard import (
    ACCOUNTS,
    CONFIRM,
    DETECTED,
    FILES,
    NEW_ROWS,
)

GOOD = """account,date,type,symbol,shares,amount,note
Kim brokerage,2025-03-03,buy,ALFA,10,612.50,first
Kim brokerage,2025-04-01,buy,ALFA,5,300.00,
Kim brokerage,2025-04-01,buy,ALFA,5,300.00,the same fill again
Kim brokerage,not-a-day,buy,ALFA,5,300.00,broken
"""

NAMELESS = """"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"
"06/02/2025","Buy","ALFA","ALFA INC","10","$50.00","","-$500.00"
"07/01/2025","Cash Dividend","ALFA","ALFA INC","","","","$12.34"
"""


@pytest.fixture
def csv(tmp_path):
    path = tmp_path / "kim.csv"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.fixture
def wizard(open_window, qtbot):
    window = open_window()
    window.actions_by_key["import"].trigger()
    (wizard,) = window.commands.open_dialogs
    qtbot.waitUntil(wizard.isVisible)
    wizard.window_ = window
    yield wizard
    if wizard in window.commands.open_dialogs:
        wizard.reject()
    settle(qtbot, window)


def press_next(qtbot, wizard, expected):
    qtbot.keyClick(wizard, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: wizard.current == expected, timeout=10_000)
    qtbot.waitUntil(wizard.next_button.isEnabled, timeout=10_000)


def content(wizard):
    path = wizard.window_.desk.app.book.path
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_story__from_file_to_lots_by_keyboard(wizard, qtbot, csv):
    window = wizard.window_
    before = content(wizard)
    wizard.add_files([csv])
    press_next(qtbot, wizard, DETECTED)
    problems = wizard.detected_page.problems.model
    assert problems.rowCount() == 1
    assert problems.values_at(0)["line"] == 5
    press_next(qtbot, wizard, ACCOUNTS)
    (row,) = wizard.accounts_page.rows
    assert row.name_field.text() == "Kim brokerage"
    row.type_box.setCurrentIndex(row.type_box.findData(AccountType.JOINT.value))
    press_next(qtbot, wizard, NEW_ROWS)
    counts = wizard.rows_page.files.model.values_at(0)
    assert (counts["new"], counts["known"]) == (3, 0)
    press_next(qtbot, wizard, CONFIRM)
    assert "3 rows of 1 file" in wizard.confirm_page.words.text()
    assert "Kim brokerage (Joint taxable)" in wizard.confirm_page.words.text()
    assert content(wizard) == before
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        qtbot.keyClick(wizard, Qt.Key.Key_Return)
    snapshot = window.desk.loaded.data.snapshot
    account = next(a for a in snapshot.accounts if a.name == "Kim brokerage")
    lots = [lot for lot in snapshot.lots if lot.account_id == account.id]
    assert account.type is AccountType.JOINT
    assert sum(lot.shares for lot in lots) == Decimal(20)
    assert window.actions_by_key["edit.undo"].text() == "&Undo Import kim.csv"
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        window.actions_by_key["edit.undo"].trigger()
    assert "Kim brokerage" not in [a.name for a in window.desk.loaded.data.snapshot.accounts]


def test_back__loses_nothing_and_does_not_read_again(wizard, qtbot, csv):
    wizard.add_files([csv])
    press_next(qtbot, wizard, DETECTED)
    press_next(qtbot, wizard, ACCOUNTS)
    wizard.accounts_page.rows[0].name_field.setText("Kim's new name")
    read = wizard.draft.preview
    wizard.go_back()
    wizard.go_back()
    assert wizard.current == FILES
    assert wizard.files_page.list.count() == 1
    press_next(qtbot, wizard, DETECTED)
    assert wizard.draft.preview is read
    press_next(qtbot, wizard, ACCOUNTS)
    assert wizard.accounts_page.rows[0].name_field.text() == "Kim's new name"
    press_next(qtbot, wizard, NEW_ROWS)
    assert [a.name for a in wizard.draft.preview.new_accounts] == ["Kim's new name"]


def test_same_file_again__brings_nothing(wizard, qtbot, csv):
    window = wizard.window_
    wizard.add_files([csv])
    for page in (DETECTED, ACCOUNTS, NEW_ROWS, CONFIRM):
        press_next(qtbot, wizard, page)
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        qtbot.keyClick(wizard, Qt.Key.Key_Return)
    window.actions_by_key["import"].trigger()
    again = window.commands.open_dialogs[-1]
    again.window_ = window
    again.add_files([csv])
    for page in (DETECTED, ACCOUNTS, NEW_ROWS, CONFIRM):
        press_next(qtbot, again, page)
    assert "Nothing in 1 file is new" in again.confirm_page.words.text()
    again.reject()


def test_cancel__writes_nothing(wizard, qtbot, csv):
    before = content(wizard)
    wizard.add_files([csv])
    for page in (DETECTED, ACCOUNTS, NEW_ROWS, CONFIRM):
        press_next(qtbot, wizard, page)
    path = wizard.window_.desk.app.book.path
    qtbot.keyClick(wizard, Qt.Key.Key_Escape)
    settle(qtbot, wizard.window_)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_no_file__is_said(wizard, qtbot):
    qtbot.keyClick(wizard, Qt.Key.Key_Return)
    assert wizard.current == FILES
    assert "Add at least one file" in wizard.notice.words


def test_unreadable_file__is_named_and_can_be_removed(wizard, qtbot, csv, tmp_path):
    bad = tmp_path / "photo.csv"
    bad.write_bytes(b"\x00\x01\x02" * 100)
    wizard.add_files([csv, bad])
    qtbot.keyClick(wizard, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(wizard.notice.words), timeout=10_000)
    assert wizard.current == FILES
    assert "photo.csv" in wizard.notice.words
    wizard.files_page.list.setCurrentRow(1)
    qtbot.keyClick(wizard.files_page.list, Qt.Key.Key_Delete)
    press_next(qtbot, wizard, DETECTED)


def test_file_without_an_account__asks_for_one_and_takes_a_new_one(wizard, qtbot, tmp_path):
    path = tmp_path / "nameless.csv"
    path.write_text(NAMELESS, encoding="utf-8")
    wizard.add_files([path])
    press_next(qtbot, wizard, DETECTED)
    press_next(qtbot, wizard, ACCOUNTS)
    (row,) = wizard.accounts_page.rows
    row.target.setCurrentIndex(row.target.count() - 1)
    row.name_field.clear()
    assert row.is_open
    qtbot.keyClick(wizard, Qt.Key.Key_Return)
    assert "Choose an account" in wizard.notice.words
    qtbot.keyClicks(row.name_field, "Named by hand")
    press_next(qtbot, wizard, NEW_ROWS)
    assert [a.name for a in wizard.draft.preview.new_accounts] == ["Named by hand"]
    assert wizard.draft.preview.ready


def test_new_account_of_two_files__is_corrected_once_for_both(wizard, qtbot, csv, tmp_path):
    second = tmp_path / "kim2.csv"
    second.write_text(GOOD.replace("2025", "2024"), encoding="utf-8")
    wizard.add_files([csv, second])
    press_next(qtbot, wizard, DETECTED)
    press_next(qtbot, wizard, ACCOUNTS)
    first, other = wizard.accounts_page.rows
    first.type_box.setCurrentIndex(first.type_box.findData(AccountType.ROTH_IRA.value))
    first.name_field.setText("Kim Roth")
    assert other.name_field.text() == "Kim Roth"
    press_next(qtbot, wizard, NEW_ROWS)
    made = [(a.name, a.type) for a in wizard.draft.preview.new_accounts]
    assert made == [("Kim Roth", AccountType.ROTH_IRA)]


def test_dropped_files__are_taken(wizard, csv):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(csv)), QUrl("https://example.invalid/x.csv")])
    drop = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    wizard.files_page.dropEvent(drop)
    assert wizard.draft.paths == [csv]


def test_consequences__stand_at_the_right_all_along(wizard, qtbot, csv):
    said = wizard._consequences
    assert "No file chosen" in said.text()
    wizard.add_files([csv])
    assert "1 file chosen" in said.text()
    press_next(qtbot, wizard, DETECTED)
    assert "3 new rows would be taken in" in said.text()
    assert "One undo takes all of it back" in said.text()
