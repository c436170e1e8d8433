"""Household settings and prices in the window: validation beside the field, one undo step, stale plans said."""

from dataclasses import replace
from decimal import Decimal

import pytest
from gui_help import settle, texts
from PySide6.QtCore import Qt

from harvestdesk.domain.account import AccountType, ReliefMethod
from harvestdesk.domain.household import FilingStatus
from harvestdesk.domain.ids import PersonId
from harvestdesk.gui.a11y import nameless
from harvestdesk.gui.dialogs.account import AccountDialog
from harvestdesk.gui.dialogs.form import LEAVE_WORDS
from harvestdesk.gui.dialogs.household import HouseholdDialog
from harvestdesk.gui.dialogs.prices import PricesDialog
from harvestdesk.gui.dialogs.tax_fields import RATES_NOTE
from harvestdesk.gui.main_window import STALE_PLAN
from harvestdesk.services.household_settings import save_account
from harvestdesk.services.preferences import Preferences


@pytest.fixture
def window(open_window):
    return open_window()


def open_settings(window):
    window.sidebar.settings.click()
    (dialog,) = window.commands.open_dialogs
    assert isinstance(dialog, HouseholdDialog)
    return dialog


def snapshot(window):
    return window.desk.loaded.data.snapshot


def test_household__is_edited_saved_and_undone(window, qtbot):
    dialog = open_settings(window)
    assert nameless(dialog) == []
    before = snapshot(window).household
    assert dialog.household() == before
    dialog.title_field.setText("Larger family")
    dialog.people_editor.add_button.click()
    (_, kim) = dialog.people_editor._rows
    assert kim.spouse_box.isChecked()
    qtbot.keyClicks(kim.name_field, "Kim")
    dialog.show_taxes()
    assert RATES_NOTE in texts(dialog)
    assert nameless(dialog) == []
    dialog.tax.status_box.setCurrentIndex(
        dialog.tax.status_box.findData(FilingStatus.SEPARATE.value)
    )
    dialog.tax.figures["rate_long"].setText("18.8")
    dialog.tax.figures["realised_short"].setText("-2,500")
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        dialog.accept_button.click()
    after = snapshot(window)
    assert after.household.name == "Larger family"
    assert after.household.tax.filing_status is FilingStatus.SEPARATE
    assert after.household.tax.rate_long == Decimal("0.188")
    assert after.household.tax.realised_short == Decimal(-2500)
    assert [(p.name, p.is_spouse) for p in after.people] == [("Robin Small", False), ("Kim", True)]
    assert "Larger family" in window.windowTitle()
    assert window.actions_by_key["edit.undo"].text() == "&Undo Household settings"
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        window.actions_by_key["edit.undo"].trigger()
    assert snapshot(window).household == before
    assert len(snapshot(window).people) == 1


def test_household__what_cannot_be_is_said_beside_the_field(window, qtbot):
    dialog = open_settings(window)
    dialog.show_accounts()
    dialog.title_field.clear()
    dialog.tax.figures["rate_short"].setText("140")
    dialog.tax.figures["carryforward_long"].clear()
    dialog.accept_button.click()
    assert set(dialog.problems) == {"name", "rate_short", "carryforward_long"}
    assert "Give the household a name." in texts(dialog)
    assert dialog.focusWidget() is dialog.title_field
    assert dialog.isVisible()
    assert snapshot(window).household.name == "Small family"
    dialog.reject()


def test_household__owner_cannot_be_taken_away(window, qtbot):
    dialog = open_settings(window)
    editor = dialog.people_editor
    assert not editor._rows[0].remove_button.isEnabled()
    editor.add_button.click()
    editor._rows[1].name_field.setText("Kim")
    editor._rows[1].spouse_box.setChecked(False)
    editor._rows[0].remove_button.click()
    dialog.accept_button.click()
    settle(qtbot, window)
    assert "Robin Small owns an account" in dialog.notice.words
    assert dialog.isVisible()
    dialog.reject()


def test_escape__warns_once_before_typed_words_are_lost(window, qtbot):
    dialog = open_settings(window)
    qtbot.keyClick(dialog.title_field, Qt.Key.Key_End)
    qtbot.keyClicks(dialog.title_field, "!")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.notice.words == LEAVE_WORDS
    assert dialog.title_field.text() == "Small family!"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert snapshot(window).household.name == "Small family"
    dialog = open_settings(window)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not window.commands.open_dialogs


def account_dialog(dialog):
    (found,) = [d for d in dialog.findChildren(AccountDialog) if d.isVisible()]
    return found


def test_account__is_added_then_edited_one_step_each(window, qtbot):
    dialog = open_settings(window)
    dialog.show_accounts()
    dialog.add_button.click()
    account = account_dialog(dialog)
    assert nameless(account) == []
    account.accept_button.click()
    assert set(account.problems) == {"name", "owner_ids"}
    qtbot.keyClicks(account.name_field, "Health")
    account.type_box.setCurrentIndex(account.type_box.findData(AccountType.HSA.value))
    account.owner_boxes[PersonId("person-1")].setChecked(True)
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        account.accept_button.click()
    assert dialog.accounts.model.total == 3
    (added,) = [a for a in snapshot(window).accounts if a.name == "Health"]

    dialog.accounts.select_keys([added.id], announce=True)
    dialog.edit_button.click()
    account = account_dialog(dialog)
    assert not account.relief_words.isVisible()
    account.relief_box.setCurrentIndex(account.relief_box.findData(ReliefMethod.MIN_TAX.value))
    assert account.relief_words.isVisible()
    assert account.relief_box.accessibleDescription() == account.relief_words.text()
    account.relief_box.setCurrentIndex(account.relief_box.findData(ReliefMethod.HIFO.value))
    account.reinvests_box.setChecked(True)
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        account.accept_button.click()
    changed = snapshot(window).account_by_id[added.id]
    assert (changed.relief, changed.reinvests, changed.type) == (
        ReliefMethod.HIFO,
        True,
        AccountType.HSA,
    )
    dialog.reject()
    undo = window.actions_by_key["edit.undo"]
    for label, count in (("Edit account Health", 3), ("Add account Health", 2)):
        assert undo.text() == f"&Undo {label}"
        with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
            undo.trigger()
        assert len(snapshot(window).accounts) == count


def test_account__explanation_of_least_tax_has_room_for_all_its_words(window, qtbot):
    loaded = window.desk.loaded
    shown = loaded.data.snapshot.accounts[0]
    for chosen_while_open in (False, True):
        account = AccountDialog(
            window.theme, window.desk, shown, loaded.data.snapshot.people, window
        )
        if chosen_while_open:
            account.show()
        account.relief_box.setCurrentIndex(account.relief_box.findData(ReliefMethod.MIN_TAX.value))
        account.show()
        settle(qtbot, window)
        words = account.relief_words
        assert words.height() >= words.heightForWidth(words.width())
        for box in account.owner_boxes.values():
            assert box.height() >= box.sizeHint().height()
        account.close()


def test_plan_made_before__is_said_to_be_out_of_date_until_undone(make_window, qtbot):
    window = make_window(Preferences())
    with qtbot.waitSignal(window.desk.opened, timeout=60_000):
        window.actions_by_key["household.sample"].trigger()
    with qtbot.waitSignal(window.desk.planned, timeout=60_000):
        window.actions_by_key["plan.run"].trigger()
    settle(qtbot, window)
    assert window.actions_by_key["orders.export"].isEnabled()
    account = snapshot(window).accounts[0]
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        window.desk.change(
            "Edit", lambda app: save_account(app, replace(account, name="Our joint account"))
        )
    settle(qtbot, window)
    assert window.notice.isVisible()
    assert window.notice.words == STALE_PLAN
    assert not window.actions_by_key["orders.export"].isEnabled()
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        window.actions_by_key["edit.undo"].trigger()
    settle(qtbot, window)
    assert not window.notice.isVisible()
    assert window.actions_by_key["orders.export"].isEnabled()


def test_prices__stale_ones_first_and_the_way_to_newer_ones(window, qtbot):
    window.top_bar.stale.click()
    (dialog,) = window.commands.open_dialogs
    assert isinstance(dialog, PricesDialog)
    assert nameless(dialog) == []
    assert "1 price of 4 held securities" in texts(dialog)
    model = dialog.table.model
    first = [model.index(0, n).data() for n in range(model.columnCount())]
    assert first[0] == "DELT"
    assert "stale" in first[5]
    assert "10 days old" in model.index(0, 4).data(Qt.ItemDataRole.ToolTipRole)
    column = [c.key for c in model.columns].index("price")
    model.sort(column, Qt.SortOrder.DescendingOrder)
    values = [model.index(r, column).data() for r in range(model.rowCount())]
    assert values == ["80.00", "70.00", "60.00", "50.00"]
    dialog.accept_button.click()
    (wizard,) = window.commands.open_dialogs
    assert wizard.windowTitle() == "Import statements"
    wizard.reject()
