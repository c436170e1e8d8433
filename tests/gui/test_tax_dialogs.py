"""Tax profile, outside gains, readings of the law and a lot's history, as a person uses them."""

from datetime import date
from decimal import Decimal

import pytest
from gui_help import AS_OF, settle, texts
from PySide6.QtCore import QLocale

from harvestdesk.domain.household import RateSource
from harvestdesk.domain.tax_year import ExternalKind, ExternalTerm, LawTarget
from harvestdesk.domain.wash_policy import DEFAULT_POLICY, Tacking
from harvestdesk.gui.a11y import nameless
from harvestdesk.gui.dialogs.outside_gain import GainDialog, LawChangeDialog
from harvestdesk.gui.dialogs.outside_gains import OutsideDialog
from harvestdesk.gui.dialogs.wash_options import CHANGED, WashOptionsDialog
from harvestdesk.gui.views.lots.detail import PICK_WORDS
from harvestdesk.gui.widgets.fields import FigureField


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


def choose(box, value):
    place = box.findData(value)
    assert place >= 0
    box.setCurrentIndex(place)


def child(dialog, kind):
    (found,) = [d for d in dialog.findChildren(kind) if d.isVisible()]
    assert nameless(found) == []
    return found


def test_tax_profile__income_and_state_are_saved_and_undone(window, qtbot):
    dialog = open_dialog(window, "tax.profile")
    tax = dialog.tax
    assert tax.isVisible()
    before = snapshot(window).household
    assert not tax.figures["wages"].isVisible()
    choose(tax.source_box, RateSource.TABLES.value)
    assert tax.figures["wages"].isVisible()
    assert not tax.figures["rate_short"].isVisible()
    tax.figures["wages"].setText("250,000")
    tax.figures["qualified_dividends"].setText("4,000")
    tax.itemise_box.setChecked(True)
    tax.figures["itemised"].setText("41,000")
    choose(tax.state_box, "CA")
    assert not tax.figures["state_rate"].isEnabled()
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        dialog.accept_button.click()
    saved = snapshot(window)
    profile = saved.household.tax
    assert (profile.rate_source, profile.wages, profile.qualified_dividends) == (
        RateSource.TABLES, Decimal(250_000), Decimal(4_000),
    )  # fmt: skip
    assert (profile.itemised, profile.state, profile.state_rate) == (Decimal(41_000), "CA", None)
    assert saved.tax_year is not None
    assert saved.state_rules is not None
    assert saved.state_rules.code == "CA"
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        window.actions_by_key["edit.undo"].trigger()
    assert snapshot(window).household == before


def test_figures__are_grouped_and_read_in_every_language(theme, qtbot):
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    try:
        field = FigureField(theme, "Wages", most=Decimal(10_000_000), least=Decimal(-10_000_000))
        qtbot.addWidget(field)
        for value, shown in (
            ("472000", "472,000"), ("-1234567.89", "-1,234,567.89"), ("-0.5", "-0.5"), ("9999", "9999"),
        ):  # fmt: skip
            field.show_value(Decimal(value))
            assert (field.text(), field.value) == (shown, Decimal(value))
            assert field.hasAcceptableInput()
    finally:
        QLocale.setDefault(before)


def test_tax_profile__state_without_a_table_asks_for_its_rate(window, qtbot):
    dialog = open_dialog(window, "tax.profile")
    tax = dialog.tax
    choose(tax.source_box, RateSource.TABLES.value)
    choose(tax.state_box, "OR")
    assert tax.own_rate_box.isChecked()
    assert not tax.own_rate_box.isEnabled()
    assert tax.figures["state_rate"].isEnabled()
    tax.figures["state_rate"].setText("9.9")
    assert tax.profile().state_rate == Decimal("0.099")
    tax.figures["wages"].clear()
    dialog.accept_button.click()
    assert "wages" in dialog.problems
    choose(tax.source_box, RateSource.TYPED.value)
    assert "wages" not in tax.half_typed()
    dialog.reject()


def test_outside_gain__is_added_edited_and_removed(window, qtbot):
    dialog = open_dialog(window, "tax.outside")
    assert isinstance(dialog, OutsideDialog)
    assert "Nothing is entered yet" in texts(dialog)
    dialog.gains.add_button.click()
    gain = child(dialog, GainDialog)
    gain.accept_button.click()
    assert set(gain.problems) == {"amount"}
    gain.amount_field.setText("-12,500")
    choose(gain.kind_box, ExternalKind.K1.value)
    choose(gain.term_box, ExternalTerm.SHORT.value)
    choose(gain.year_box, str(AS_OF.year + 1))
    choose(gain.quarter_box, "2")
    gain.chance_field.setText("60")
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        gain.accept_button.click()
    (kept,) = snapshot(window).external_gains
    assert (kept.on, kept.amount, kept.probability) == (
        date(AS_OF.year + 1, 6, 30), Decimal(-12_500), Decimal("0.6"),
    )  # fmt: skip
    assert (kept.kind, kept.term, kept.realised) == (ExternalKind.K1, ExternalTerm.SHORT, False)
    model = dialog.gains.table.model
    row = [model.index(0, n).data() for n in range(model.columnCount())]
    assert row[:6] == [
        "2026 Q2",
        "Schedule K-1",
        "short",
        "\u221212,500.00",
        "60 %",
        "\u22127,500.00",
    ]
    dialog.gains.table.select_keys([kept.id], announce=True)
    dialog.gains.edit_button.click()
    gain = child(dialog, GainDialog)
    gain.realised_box.setChecked(True)
    gain.accept_button.click()
    assert set(gain.problems) == {"realised"}
    gain.realised_box.setChecked(False)
    gain.chance_field.setText("100")
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        gain.accept_button.click()
    assert [g.expected for g in snapshot(window).external_gains] == [Decimal(-12_500)]
    dialog.gains.table.select_keys([kept.id], announce=True)
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        dialog.gains.remove_button.click()
    assert snapshot(window).external_gains == ()
    dialog.accept()
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        window.actions_by_key["edit.undo"].trigger()
    assert len(snapshot(window).external_gains) == 1


def test_law_change__is_added(window, qtbot):
    dialog = open_dialog(window, "tax.outside")
    dialog.sections.choose(1)
    dialog.sections.chosen.emit(1)
    dialog.changes.add_button.click()
    change = child(dialog, LawChangeDialog)
    change.points_field.setText("0")
    change.accept_button.click()
    assert set(change.problems) == {"points"}
    choose(change.target_box, LawTarget.ORDINARY.value)
    change.points_field.setText("-2.5")
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        change.accept_button.click()
    (kept,) = snapshot(window).law_changes
    assert (kept.target, kept.points) == (LawTarget.ORDINARY, Decimal("-0.025"))
    model = dialog.changes.table.model
    assert [model.index(0, n).data() for n in range(3)] == [
        str(AS_OF.year + 1), "Ordinary rates", "\u22122.5",
    ]  # fmt: skip
    dialog.accept()


def test_wash_readings__the_unusual_one_is_marked_saved_and_undone(window, qtbot):
    dialog = open_dialog(window, "wash.options")
    assert isinstance(dialog, WashOptionsDialog)
    assert dialog.policy() == DEFAULT_POLICY
    assert CHANGED not in texts(dialog)
    choose(dialog.boxes["tacking"], Tacking.ORIGINAL_DATE.value)
    assert CHANGED in texts(dialog)
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        dialog.accept_button.click()
    assert snapshot(window).household.wash.tacking is Tacking.ORIGINAL_DATE
    with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
        window.actions_by_key["edit.undo"].trigger()
    assert snapshot(window).household.wash == DEFAULT_POLICY


def test_lot_history__follows_the_selection(window, qtbot):
    window.navigate("lots", {})
    page = window.pages["lots"]
    assert PICK_WORDS in page.detail.text
    lot = snapshot(window).lots[0]
    page.select({"lot": lot.id})
    settle(qtbot, window)
    assert "History" in page.detail.text
    assert "Adjusted basis" in page.detail.text
    page.select({"lot": "no such lot"})
    page.scatter.select([])
    page.table.select_keys([], announce=True)
    assert PICK_WORDS in page.detail.text
