"""A year's tax in the window, from the income to the form: all by what a person clicks and types."""

from decimal import Decimal

import pytest
from gui_help import settle
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLineEdit, QPushButton

from harvestdesk.domain.wash_policy import Tacking
from harvestdesk.gui.dialogs.outside_gain import GainDialog
from harvestdesk.gui.printing.preview import PreviewDialog

D = Decimal


@pytest.fixture
def window(make_window, qtbot):
    window = make_window()
    with qtbot.waitSignal(window.desk.opened, timeout=60_000):
        window.actions_by_key["household.sample"].trigger()
    settle(qtbot, window)
    return window


def press(window, keys):
    """Press a shortcut of the window."""
    for action in window.actions_by_key.values():
        if action.shortcut().toString() == keys:
            action.trigger()
            return
    raise AssertionError(f"no command has the shortcut {keys}")


def click(button):
    assert button.isVisible()
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def button(widget, words):
    """Return the visible button of a dialog or page that says these words."""
    (found,) = [
        b
        for b in widget.findChildren(QPushButton)
        if b.isVisible() and b.text().replace("&", "") == words
    ]
    return found


def retype(field: QLineEdit, words):
    assert field.isVisible()
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, words)


def pick(box: QComboBox, words):
    """Choose an entry of a list as the keyboard does: by going to it."""
    assert box.isVisible()
    place = next(n for n in range(box.count()) if box.itemText(n).startswith(words))
    while box.currentIndex() != place:
        step = Qt.Key.Key_Down if box.currentIndex() < place else Qt.Key.Key_Up
        QTest.keyClick(box, step)


def dialog(window):
    return window.commands.open_dialogs[-1]


def saved(window, qtbot, save):
    """Save, and wait until the pages show what was saved."""
    with qtbot.waitSignal(window.desk.refreshed, timeout=20_000):
        click(save)
    settle(qtbot, window)


def undone(window, qtbot):
    with qtbot.waitSignal(window.desk.refreshed, timeout=20_000):
        press(window, "Ctrl+Z")
    settle(qtbot, window)


def test_tax__from_income_to_the_form(window, qtbot, tmp_path, monkeypatch):
    press(window, "Ctrl+7")
    page = window.pages["tax"]
    assert window.current_page == "tax"
    first_answer, first = page.answer, window.desk.loaded.data.snapshot
    assert "will cost $" in first_answer

    # --- income of the year
    click(button(page, "Edit tax profile…"))
    profile = dialog(window)
    wages = profile.tax.figures["wages"]
    retype(wages, "210000")
    saved(window, qtbot, button(profile, "Save"))
    assert window.desk.loaded.data.snapshot.household.tax.wages == 210_000
    cheaper = page.answer
    assert cheaper != first_answer

    # --- a gain from outside
    click(button(page, "Outside gains"))
    click(button(page, "Outside gains…"))
    outside = dialog(window)
    click(outside.gains.add_button)
    (gain,) = [d for d in outside.findChildren(GainDialog) if d.isVisible()]
    retype(gain.amount_field, "40,000")
    pick(gain.kind_box, "Schedule K-1")
    pick(gain.term_box, "Short")
    retype(gain.chance_field, "50")
    saved(window, qtbot, gain.accept_button)
    click(button(outside, "Close"))
    shown = page.outside.columns_model
    amounts = [shown.index(row, 3).data() for row in range(shown.rowCount())]
    assert "40,000.00" in amounts
    assert page.answer != cheaper
    assert "expected, not certain" in page.detail.text

    # --- what the next dollar does, with F1
    click(button(page, "Next dollar"))
    page.next.selectRow(0)
    assert "How it comes about".casefold() in page.detail.text.casefold()

    # --- another reading of the law
    click(button(page, "Year so far"))
    click(button(page, "Wash-sale readings…"))
    readings = dialog(window)
    pick(readings.boxes["tacking"], "The date the sold shares")
    saved(window, qtbot, button(readings, "Save"))
    changed = window.desk.loaded.data.snapshot
    assert changed.household.wash.tacking is Tacking.ORIGINAL_DATE
    assert changed.lots != first.lots

    # --- everything back
    for _ in range(3):
        undone(window, qtbot)
    after = window.desk.loaded.data.snapshot
    assert (after.household, after.lots, after.external_gains) == (
        first.household, first.lots, first.external_gains,
    )  # fmt: skip
    assert page.answer == first_answer

    # --- the forms of the year
    click(button(page, "Tax forms…"))
    forms = dialog(window)
    click(button(forms, "Form 8949…"))
    settle(qtbot, window)
    (preview,) = [d for d in forms.findChildren(PreviewDialog) if d.isVisible()]
    pdf = tmp_path / "form.pdf"
    assert preview.save_to(pdf)
    assert pdf.read_bytes().startswith(b"%PDF")
    click(button(preview, "Close"))

    pick(forms.format_box, "TXF")
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *a, **k: (str(tmp_path / "sales"), "")
    )
    click(button(forms, "Save…"))
    settle(qtbot, window)
    text = (tmp_path / "sales.txf").read_text(encoding="latin-1")
    assert text.startswith("V042")
    assert text.count("\nTD") == 5
    assert forms.saved_words.text() == "Wrote 5 rows to sales.txf."
    click(button(forms, "Close"))
    assert not window.commands.open_dialogs
