"""Account rules, outside holdings and the risk model, as a person uses them."""

from decimal import Decimal

import pytest
from gui_help import texts
from PySide6.QtCore import Qt

from harvestdesk.domain.account_rule import AccountRole, AccountRule
from harvestdesk.domain.risk_settings import DEFAULT_RISK
from harvestdesk.domain.security import AssetClass
from harvestdesk.gui.a11y import nameless
from harvestdesk.gui.dialogs.account_rules import AccountRuleDialog
from harvestdesk.gui.dialogs.outside_holdings import OutsideHoldingDialog
from harvestdesk.gui.models.table_base import KeyRole


@pytest.fixture
def window(open_window):
    return open_window()


def snapshot(window):
    return window.desk.loaded.data.snapshot


def open_dialog(window, action):
    window.actions_by_key[action].trigger()
    (dialog,) = window.commands.open_dialogs
    assert nameless(dialog) == []
    return dialog


def child(dialog, kind):
    (found,) = [d for d in dialog.findChildren(kind) if d.isVisible()]
    assert nameless(found) == []
    return found


def select(records, row):
    model = records.table.model
    records.table.select_keys([model.data(model.index(row, 0), KeyRole)], announce=True)


def saved(window, qtbot):
    return qtbot.waitSignal(window.desk.refreshed, timeout=10_000)


def test_account_rules__are_edited_refused_reset_and_undone(window, qtbot):
    before = snapshot(window)
    account = before.accounts[0]
    dialog = open_dialog(window, "household.rules")
    assert dialog.rules.table.model.rowCount() == len(before.accounts)
    assert not dialog.rules.add_button.isVisible()
    dialog.rules.table.activated.emit(str(account.id))
    rule = child(dialog, AccountRuleDialog)
    rule.role_box.setCurrentIndex(rule.role_box.findData(AccountRole.FIRST.value))
    rule.cash["cash_min"].setText("500")
    rule.cash["cash_reserve"].setText("100")
    rule.accept_button.click()
    assert "below the least cash" in texts(rule)
    assert snapshot(window).account_rules == ()
    rule.cash["cash_reserve"].setText("2,500")
    assert not rule.cash["cash_max"].isEnabled()
    rule.limit_box.setChecked(True)
    rule.cash["cash_max"].setText("10,000")
    with saved(window, qtbot):
        rule.accept_button.click()
    wanted = AccountRule(
        account.id, AccountRole.FIRST, (), Decimal(500), Decimal(2500), Decimal(10_000)
    )
    assert snapshot(window).account_rules == (wanted,)
    select(dialog.rules, 0)
    with saved(window, qtbot):
        dialog.rules.remove_button.click()
    assert snapshot(window).account_rules == ()
    dialog.accept()
    with saved(window, qtbot):
        window.actions_by_key["edit.undo"].trigger()
    assert snapshot(window).account_rules == (wanted,)


def test_menu__is_found_by_typing_and_ticked(window, qtbot):
    seen = snapshot(window)
    last = seen.securities[-1]
    dialog = AccountRuleDialog(window.theme, seen, seen.accounts[1], window)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.picker.isVisible()
    dialog.menu_box.setChecked(True)
    assert dialog.picker.isVisible()
    assert nameless(dialog) == []
    assert dialog.found().keys() == {"menu"}
    dialog.picker.filter_field.setText(last.symbol.lower())
    shown = [i for i in dialog.picker._items() if not i.isHidden()]
    assert last.symbol in {i.text().partition(" ")[0] for i in shown}
    assert len(shown) < len(seen.securities)
    dialog.picker.list.setCurrentItem(shown[0])
    qtbot.keyClick(dialog.picker.list, Qt.Key.Key_Space)
    dialog.picker.filter_field.clear()
    assert len(dialog.record().menu) == 1
    assert dialog.found() == {}
    dialog.picker.tick(seen.securities[0].id)
    dialog.picker.tick(dialog.record().menu[0], on=False)
    assert len(dialog.record().menu) in {0, 1}
    dialog.role_box.setCurrentIndex(dialog.role_box.findData(AccountRole.NEVER.value))
    assert not dialog.picker.isVisible()
    dialog.close()


def test_outside_holding__is_described_saved_corrected_and_undone(window, qtbot):
    before = snapshot(window)
    dialog = open_dialog(window, "household.outside")
    assert "Nothing is entered" in texts(dialog)
    dialog.holdings.add_button.click()
    holding = child(dialog, OutsideHoldingDialog)
    holding.accept_button.click()
    assert {"value", "symbol"} <= holding.problems.keys()
    holding.symbol_field.setText("zacm")
    holding.name_field.setText("Acme")
    holding.sector_box.setCurrentIndex(holding.sector_box.findData("Energy"))
    holding.value_field.setText("250,000")
    with saved(window, qtbot):
        holding.accept_button.click()
    (kept,) = snapshot(window).outside
    acme = snapshot(window).security_by_id[kept.security_id]
    assert (acme.symbol, acme.sector, kept.value) == ("ZACM", "Energy", 250_000)
    assert "$250,000 elsewhere" in dialog.total.text()
    select(dialog.holdings, 0)
    dialog.holdings.edit_button.click()
    again = child(dialog, OutsideHoldingDialog)
    assert again.class_box.isEnabled()
    again.class_box.setCurrentIndex(again.class_box.findData(AssetClass.INTL_EQUITY.value))
    with saved(window, qtbot):
        again.accept_button.click()
    assert snapshot(window).outside == (kept,)
    assert snapshot(window).security_by_id[acme.id].asset_class is AssetClass.INTL_EQUITY
    dialog.accept()
    for _ in range(2):
        with saved(window, qtbot):
            window.actions_by_key["edit.undo"].trigger()
    assert snapshot(window).fingerprint == before.fingerprint


def test_outside_holding__of_what_the_household_knows_has_its_class(window, qtbot):
    seen = snapshot(window)
    known = seen.securities[0]
    dialog = OutsideHoldingDialog(window.theme, seen, None, window)
    qtbot.addWidget(dialog)
    dialog.symbol_field.setText(known.symbol.lower())
    assert not dialog.class_box.isEnabled()
    assert "The household knows" in dialog.told.text()
    assert dialog.record().security_id == known.id
    assert dialog.record().asset_class is known.asset_class
    dialog.symbol_field.clear()
    assert dialog.class_box.isEnabled()
    assert dialog.record().security_id is None


def test_risk_model__settings_are_saved_refused_and_set_back(window, qtbot):
    dialog = open_dialog(window, "household.risk")
    assert dialog.values() == {
        name: getattr(DEFAULT_RISK, name) if name != "volatility_half_life_days" else None
        for name in dialog.values()
    }
    dialog.figures["lookback_days"].setText("100")
    dialog.accept_button.click()
    assert "needed_days" in dialog.problems
    dialog.figures["lookback_days"].setText("756")
    dialog.switches["half_life_days"].setChecked(False)
    assert not dialog.figures["half_life_days"].isEnabled()
    with saved(window, qtbot):
        dialog.accept_button.click()
    risk = snapshot(window).risk
    assert (risk.lookback_days, risk.half_life_days) == (756, None)
    dialog = open_dialog(window, "household.risk")
    dialog.usual_button.click()
    with saved(window, qtbot):
        dialog.accept_button.click()
    assert snapshot(window).risk == DEFAULT_RISK


def test_risk_model__tells_what_each_security_rests_on(window, qtbot):
    dialog = open_dialog(window, "household.risk")
    dialog.sections._group.button(1).click()
    seen = snapshot(window)
    qtbot.waitUntil(lambda: dialog.table.model.rowCount() == len(seen.securities), timeout=10_000)
    assert dialog.table.isVisible()
    assert dialog.described.text().endswith(".")
    dialog.ticks["use_history"].setChecked(False)
    assert not dialog.figures["needed_days"].isEnabled()
    assert dialog.figures["least_own_volatility"].isEnabled()
    dialog.reject()
