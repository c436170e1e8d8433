"""The Tax page: answer, bracket bar, tables, pane, keyboard, and the commands of the Tax menu."""

import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import view_samples as vs
from gui_help import make_book, settle, texts
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWhatsThis

from harvestdesk.domain.household import RateSource, TaxProfile
from harvestdesk.domain.ids import AccountId, SecurityId, TransactionId
from harvestdesk.domain.tax_year import (
    ExternalGain,
    ExternalKind,
    ExternalTerm,
    LawChange,
    LawTarget,
)
from harvestdesk.domain.transaction import Transaction, TransactionType
from harvestdesk.gui import a11y
from harvestdesk.gui.dialogs.tax_forms import PAGES, suffixed
from harvestdesk.gui.printing.preview import PreviewDialog
from harvestdesk.gui.theme import Scheme, Theme
from harvestdesk.gui.view_base import DeskData, ViewContext
from harvestdesk.gui.views.tax import TaxPage
from harvestdesk.gui.views.tax.bracket_layout import tick_step
from harvestdesk.services.views.overview import overview
from harvestdesk.services.views.tax import tax_view
from harvestdesk.tax.tables import load_tax_year

D = Decimal
KEYS = ("import", "tax.profile", "tax.outside", "tax.forms", "tax.reconcile", "wash.options")
PROFILE = TaxProfile(
    rate_source=RateSource.TABLES,
    wages=D(310_000),
    investment_income=D(8_000),
    qualified_dividends=D(12_000),
    realised_long=D(30_000),
    realised_short=D(5_000),
)
GAINS = (
    ExternalGain("e1", date(2025, 3, 31), ExternalTerm.LONG, D(9_000), realised=True, kind=ExternalKind.K1),
    ExternalGain("e2", date(2025, 12, 31), ExternalTerm.SHORT, D(25_000), D("0.8"), note="bonus"),
)  # fmt: skip


def household(profile=PROFILE, **changes):
    changes.setdefault("tax_year", load_tax_year(2025))
    base = vs.household(**changes)
    return replace(base, household=replace(base.household, tax=profile))


def desk(snapshot, plan=None):
    return DeskData(
        snapshot=snapshot,
        overview=overview(snapshot, plan),
        proposal=plan,
        tax=tax_view(snapshot, plan),
    )


@pytest.fixture
def ctx(qapp):
    theme = Theme(qapp, Scheme.LIGHT)
    theme.apply()
    return ViewContext(
        app=None,
        theme=theme,
        runner=None,
        navigate=lambda *to: None,
        actions={key: QAction(key) for key in KEYS},
    )


@pytest.fixture
def show(ctx, qtbot):
    def make(snapshot=None, *, with_plan=True, width=1200):
        snapshot = household(external_gains=GAINS) if snapshot is None else snapshot
        page = TaxPage(ctx)
        qtbot.addWidget(page)
        page.resize(width, 820)
        page.refresh(desk(snapshot, vs.plan(snapshot) if with_plan else None))
        page.show()
        QApplication.processEvents()
        return page

    return make


# --- what it says ----------------------------------------------------------------------------------------------
def test_page__begins_with_an_answer_and_explained_figures(show):
    page = show()
    assert page.answer.startswith("As things stand 2025 will cost $")
    assert "the plan would bring it to $" in page.answer
    labels = [f.label for f in page.figures.shown]
    assert labels[:3] == ["Tax as things stand", "With the plan", "Realised so far"]
    assert all(f.explanation.endswith(".") for f in page.figures.shown)


def test_figures__of_tax_and_plan_add_up_as_they_are_shown(show):
    now, planned = show().figures.shown[:2]
    shown = [
        int(f.value.replace("$", "").replace(",", "").replace("−", "-")) for f in (now, planned)
    ]
    assert planned.note == f"${shown[0] - shown[1]:,} less"


def test_every_widget__has_a_name(show):
    for typed in (False, True):
        source = RateSource.TYPED if typed else RateSource.TABLES
        page = show(household(replace(PROFILE, rate_source=source)))
        assert [w for w in a11y.nameless(page) if "NoticeBar" not in w] == []


def test_every_cell__explains_itself(show):
    page = show()
    tables = (
        page.so_far,
        page.carry,
        page.measures,
        page.outside,
        page.quarters,
        page.next,
        page.ahead,
    )
    for table in tables:
        model = table.columns_model
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        assert model.rowCount()
        for place in range(model.rowCount()):
            for number in range(model.columnCount()):
                index = model.index(place, number)
                assert index.data(Qt.ItemDataRole.ToolTipRole)
                assert index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_typed_rates__stand_in_place_of_the_bar_and_offer_income(show, ctx, qtbot):
    page = show(household(TaxProfile()))
    assert not page.bar.isVisible()
    assert "Typed rates are in force: 40.8" in page.typed_words.text()
    with qtbot.waitSignal(ctx.actions["tax.profile"].triggered):
        page.income_button.click()
    ctx.actions["tax.profile"].setEnabled(False)
    assert not page.income_button.isEnabled()


def test_no_plan__leaves_its_columns_and_figures_out(show):
    page = show(with_plan=False)
    assert page.measures.shown_columns == ["measure", "now"]
    assert "planned" not in page.carry.shown_columns
    assert "With the plan" not in [f.label for f in page.figures.shown]
    assert page.bar.part("plan-other") is None


def test_empty_household__offers_to_import(show, ctx, qtbot):
    page = show(vs.empty_household(), with_plan=False)
    assert page.is_empty
    with qtbot.waitSignal(ctx.actions["import"].triggered):
        page._empty_button.click()


def test_no_outside_gains__says_what_to_enter(show):
    page = show(household(replace(PROFILE, realised_long=D(0), realised_short=D(0))))
    page.select({"part": "2"})
    assert page.no_outside.isVisible()
    assert not page.outside.isVisible()


def test_warnings__stand_above_the_page_and_in_the_pane(show):
    law = LawChange("l", 2025, LawTarget.LONG_TERM, D("0.05"))
    page = show(
        household(law_changes=(law,), tax_year=replace(load_tax_year(2025), figures_of=2024))
    )
    assert "those of 2024 are used" in page.notice.words
    assert "+5.0 points on long-term rates" in page.notice.words
    assert "REMARKS" in page.detail.text


@pytest.mark.parametrize("scheme", [Scheme.DARK, Scheme.CONTRAST])
def test_look__switching_repaints(show, ctx, scheme):
    page = show()
    before = page.grab().toImage()
    ctx.theme.choose(scheme)
    QApplication.processEvents()
    assert page.grab().toImage() != before


# --- the bracket bar ---------------------------------------------------------------------------------------------
def test_bar__shows_layers_bands_and_the_line_of_investment_tax(show):
    page = show()
    keys = {p.key for p in page.bar.parts()}
    assert {"now-other", "now-short", "now-preferred", "plan-other", "niit", "preferred-1"} <= keys
    layers = [p.box for p in page.bar.parts() if p.key.startswith("now-")]
    assert [b.left() for b in layers[1:]] == pytest.approx([b.right() for b in layers[:-1]])
    assert all(page.bar.rect().toRectF().contains(p.box) for p in page.bar.parts())


def test_bar__hover_says_what_is_under_the_pointer(show):
    bar = show().bar
    niit = bar.part("niit")
    assert "net investment income is taxed at 3.8" in bar.explain_at(niit.box.center())
    layer = bar.part("now-other")
    assert "after deductions of $31,500" in bar.explain_at(layer.box.center())
    assert bar.explain_at(QPointF(1, 1)) == ""


def test_bar__is_walked_by_keyboard_and_read_aloud(show):
    page = show()
    page.bar.setFocus()
    QTest.keyClick(page.bar, Qt.Key.Key_Right)
    assert page.bar.selected == "now-other"
    assert page.detail.title == "Other income"
    QTest.keyClick(page.bar, Qt.Key.Key_Right)
    assert page.bar.selected == "now-short"
    QTest.keyClick(page.bar, Qt.Key.Key_Up)
    assert page.bar.selected == "niit"
    QTest.keyClick(page.bar, Qt.Key.Key_Up)
    assert page.bar.selected.startswith("preferred-")
    for _ in range(9):
        QTest.keyClick(page.bar, Qt.Key.Key_Left)
    assert page.bar.selected == "preferred-0"
    QTest.keyClick(page.bar, Qt.Key.Key_Escape)
    assert page.bar.selected == ""
    assert page.detail.title == "Where you stand"
    assert "Taxable income $" in page.bar.accessibleDescription()
    assert "3.8 % on investment income" in page.bar.accessibleDescription()


def test_bar__a_click_picks_and_a_click_beside_lets_go(show):
    page = show()
    place = page.bar.part("ordinary-2").box.center().toPoint()
    QTest.mouseClick(page.bar, Qt.MouseButton.LeftButton, pos=place)
    assert page.detail.title == "Ordinary income at 22 %"
    QTest.mouseClick(page.bar, Qt.MouseButton.LeftButton, pos=page.bar.rect().bottomLeft())
    assert page.detail.title == "Where you stand"


@pytest.mark.parametrize("wages", ["0", "-80000", "12000", "12345678.90"])
def test_bar__any_income_fits(show, wages):
    page = show(household(replace(PROFILE, wages=D(wages))))
    assert page.bar.axis_end() > page.bar._bar.now.top
    assert all(page.bar.rect().toRectF().contains(p.box) for p in page.bar.parts())
    assert not page.bar.grab().isNull()


@pytest.mark.parametrize(
    ("end", "width", "least", "step"),
    [(100_000, 800, 100, 20_000), (1_000_000, 300, 100, 500_000), (7, 800, 100, 1), (95_000, 90, 100, 100_000)],
)  # fmt: skip
def test_ticks__are_round_and_have_room(end, width, least, step):
    assert tick_step(D(end), width, least) == step


# --- tables and pane --------------------------------------------------------------------------------------------
def test_row__picked_says_how_it_comes_about(show):
    page = show()
    page.so_far.selectRow(1)
    assert page.detail.title == "Long-term so far"
    assert "$9,000.00 of entries with a date" in page.detail.text
    page.select({"part": "1"})
    page.measures.selectRow(page.measures.columns_model.rowCount() - 3)
    assert page.detail.title == "Tax on capital results"
    assert "of the same year without any capital gain or loss" in page.detail.text


def test_parts__show_one_group_of_tables(show):
    page = show()
    for number, table in enumerate((page.so_far, page.measures, page.outside, page.next)):
        page.select({"part": str(number)})
        shown = [t for t in (page.so_far, page.measures, page.outside, page.next) if t.isVisible()]
        assert shown == [table]


@pytest.mark.parametrize("width", [750, 1200])
def test_tables__fit_into_the_page(show, width):
    page = show(width=width)
    for number, tables in enumerate(((page.so_far, page.carry), (page.measures,), (page.outside, page.quarters),
                                     (page.next, page.ahead))):  # fmt: skip
        page.select({"part": str(number)})
        QApplication.processEvents()
        for table in tables:
            columns = range(table.columns_model.columnCount())
            wide = sum(table.columnWidth(n) for n in columns if not table.isColumnHidden(n))
            assert wide <= table.viewport().width(), table.accessibleName()
            assert not table.isColumnHidden(0)


def test_tables__amounts_of_millions_fit_a_narrow_page_without_cents(show):
    profile = replace(PROFILE, realised_long=D("-12345678.90"), carryforward_long=D("12345678.90"))
    page = show(household(profile), width=720)
    for table in (page.so_far, page.carry):
        columns = range(table.columns_model.columnCount())
        wide = sum(table.columnWidth(n) for n in columns if not table.isColumnHidden(n))
        assert wide <= table.viewport().width(), table.accessibleName()
    assert page.carry.columns_model.whole_dollars
    assert page.carry.model().index(1, 1).data() == "12,345,679"
    assert "12,345,678.90" in page.carry.columns_model.as_tsv([1])
    page.resize(1200, 820)
    QApplication.processEvents()
    assert page.carry.model().index(1, 1).data() == "12,345,678.90"


def test_sums__stand_out(show):
    page = show()
    bold = page.so_far.model().index(2, 0).data(Qt.ItemDataRole.FontRole)
    assert bold is not None
    assert page.so_far.model().index(0, 0).data(Qt.ItemDataRole.FontRole) is None


def washed_by_two(**changes):
    """Lots sold at a loss that purchases in two accounts could wash: a judgement call of the law."""

    def row(number, on, kind, account, shares, amount):
        return Transaction(
            TransactionId(f"w{number}"),
            on,
            kind,
            account,
            SecurityId("s:ACLX"),
            D(shares),
            D(amount),
        )

    return household(
        lots=(),
        transactions=(
            row(1, date(2025, 1, 10), TransactionType.BUY, vs.DIRECT, 10, 1_000),
            row(2, date(2025, 6, 2), TransactionType.SELL, vs.DIRECT, 10, 700),
            row(3, date(2025, 6, 10), TransactionType.BUY, vs.IRA, 10, 720),
            row(4, date(2025, 6, 12), TransactionType.BUY, vs.DIRECT, 10, 730),
        ),
        **changes,
    )  # fmt: skip


def test_other_readings__that_would_change_the_year_are_told_with_their_figures(show):
    page = show(washed_by_two(), with_plan=False)
    words = page.reading_words.text()
    assert page.reading_words.isVisible()
    assert "Another reading of wash-sale law would change 2025" in words
    assert "instead of" in words
    assert words.splitlines()[0] in page.detail.text
    assert not show(with_plan=False).reading_words.isVisible()


def test_refresh__even_the_first_is_quick(show, ctx, qtbot):
    show()  # Qt loads its fonts with the first page of a run
    page = TaxPage(ctx)
    qtbot.addWidget(page)
    data = desk(household(external_gains=GAINS))
    begun = time.perf_counter()
    page.refresh(data)
    assert time.perf_counter() - begun <= 3 * 0.050


def sold_last_year(path):
    """A household with a sale in 2024, and one of 2022 whose purchase nobody reported."""
    from harvestdesk.store.database import HouseholdBook

    def row(number, on, kind, security, shares, amount):
        return Transaction(
            TransactionId(f"t{number}"), on, kind, AccountId("account-1"), SecurityId(security),
            D(shares), D(amount),
        )  # fmt: skip

    make_book(path)
    with HouseholdBook.open(path) as book, book.write("Import old.csv") as w:
        w.add_transactions(
            [
                row(1, date(2022, 5, 2), TransactionType.SELL, "sec-2", 3, 150),
                row(2, date(2024, 1, 10), TransactionType.BUY, "sec-1", 4, 200),
                row(3, date(2024, 6, 3), TransactionType.SELL, "sec-1", 4, 240),
            ]
        )
    return path


# --- in the window ---------------------------------------------------------------------------------------------
def test_window__works_the_tax_out_and_shows_it(open_window):
    window = open_window()
    assert window.desk.loaded.data.tax.year == 2025
    window.navigate("tax", {})
    assert window.pages["tax"].answer.startswith("As things stand 2025 brings no tax")
    menus = {a.text(): a.menu() for a in window.menuBar().actions()}
    shown = {a.objectName() for a in menus["&Tax"].actions() if not a.isSeparator()}
    assert shown == {
        "tax.profile", "tax.outside", "wash.options", "tax.forms", "tax.save", "tax.reconcile",
    }  # fmt: skip


@pytest.mark.parametrize(
    "key", ["tax.profile", "tax.outside", "wash.options", "tax.forms", "tax.save"]
)
def test_menu__opens_its_dialog(open_window, qtbot, key):
    window = open_window()
    window.actions_by_key[key].trigger()
    (dialog,) = window.commands.open_dialogs
    assert dialog.isVisible()
    dialog.reject()
    settle(qtbot, window)


def forms_dialog(window):
    window.actions_by_key["tax.forms"].trigger()
    (dialog,) = window.commands.open_dialogs
    return dialog


@pytest.mark.parametrize("kind", [kind for kind, _, _ in PAGES])
def test_tax_forms__previews_each_page_of_the_return(open_window, qtbot, kind):
    window = open_window()
    dialog = forms_dialog(window)
    dialog.page_buttons[kind].click()
    settle(qtbot, window)
    (preview,) = dialog.findChildren(PreviewDialog)
    assert "preview" in preview.windowTitle().lower()
    assert dialog.page_buttons[kind].isEnabled()
    preview.reject()
    dialog.accept()


def test_tax_forms__of_last_year_are_chosen_in_spring(open_window, qtbot, tmp_path):
    window = open_window(sold_last_year(tmp_path / "spring.harvest"))
    dialog = forms_dialog(window)
    years = [dialog.year_box.itemText(n) for n in range(dialog.year_box.count())]
    assert years == ["2025", "2024", "2022"]
    dialog.year_box.setCurrentIndex(1)
    dialog.page_buttons["form-8949"].click()
    settle(qtbot, window)
    (preview,) = dialog.findChildren(PreviewDialog)
    assert preview.file_name == "Form 8949 worksheet 2024"
    preview.reject()
    dialog.accept()


def test_sales__are_saved_under_the_suffix_of_their_format_and_problems_listed(
    open_window, qtbot, tmp_path, monkeypatch
):
    window = open_window(sold_last_year(tmp_path / "spring.harvest"))
    dialog = forms_dialog(window)
    dialog.year_box.setCurrentIndex(1)
    dialog.format_box.setCurrentIndex(2)
    chosen = tmp_path / "sales.txf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(chosen), ""))
    dialog.save_button.click()
    settle(qtbot, window)
    assert (tmp_path / "sales.csv").is_file()
    assert dialog.saved_words.text().startswith("Wrote 1 row to sales.csv.")
    assert window.desk.preferences.export_folder == str(tmp_path)
    assert suffixed(Path("my.2025"), ".txf") == Path("my.2025.txf")
    dialog.year_box.setCurrentIndex(0)
    assert not dialog.saved_words.isVisible()
    dialog.accept()


def test_sales__of_unknown_basis_are_named_after_saving(open_window, qtbot, tmp_path, monkeypatch):
    window = open_window(sold_last_year(tmp_path / "spring.harvest"))
    dialog = forms_dialog(window)
    dialog.year_box.setCurrentIndex(2)
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *a, **k: (str(tmp_path / "old.txf"), "")
    )
    dialog.save_button.click()
    settle(qtbot, window)
    assert "before the file is used" in dialog.saved_words.text()
    assert "BRAV" in dialog.rows_to_see.toPlainText()
    assert a11y.nameless(dialog) == []
    dialog.accept()


def test_tax_forms__a_folder_that_is_gone_is_told_in_the_dialog(
    open_window, qtbot, tmp_path, monkeypatch
):
    window = open_window()
    dialog = forms_dialog(window)
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *a, **k: (str(tmp_path / "file" / "x.txf"), "")
    )
    dialog.save_button.click()
    settle(qtbot, window)
    assert dialog.notice.words
    assert dialog.save_button.isEnabled()
    dialog.reject()


def test_compare__with_a_file_that_is_none_says_so_on_the_page(
    open_window, qtbot, tmp_path, monkeypatch
):
    window = open_window()
    window.navigate("tax", {})
    path = tmp_path / "letter.csv"
    path.write_text("Dear client,\nthank you\n", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *a, **k: ([str(path)], ""))
    window.actions_by_key["tax.reconcile"].trigger()
    settle(qtbot, window)
    assert "letter.csv" in window.pages["tax"].notice.words
    assert not window.commands.open_dialogs


CLOSED_LOTS = """Account,Symbol,Quantity,Acquired,Sold,Proceeds,Cost Basis,Wash Sale Disallowed,Term
Taxable one,ALFA,4,2024-01-10,2024-06-03,240.00,{basis},0.00,short
"""


def compare(window, path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *a, **k: ([str(path)], ""))
    window.actions_by_key["tax.reconcile"].trigger()


def test_compare__shows_what_differs(open_window, qtbot, tmp_path, monkeypatch):
    window = open_window(sold_last_year(tmp_path / "spring.harvest"))
    path = tmp_path / "closed.csv"
    path.write_text(CLOSED_LOTS.format(basis="200.00"), encoding="utf-8")
    compare(window, path, monkeypatch)
    settle(qtbot, window)
    (preview,) = window.commands.open_dialogs
    assert isinstance(preview, PreviewDialog)
    preview.reject()


def test_compare__asks_for_the_account_a_file_does_not_name(
    open_window, qtbot, tmp_path, monkeypatch
):
    window = open_window(sold_last_year(tmp_path / "spring.harvest"))
    path = tmp_path / "closed.csv"
    text = CLOSED_LOTS.format(basis="200.00").replace("Taxable one", "Somewhere")
    path.write_text(text, encoding="utf-8")
    compare(window, path, monkeypatch)
    settle(qtbot, window)
    (asked,) = window.commands.open_dialogs
    assert a11y.nameless(asked) == []
    assert [asked.account_box.itemText(n) for n in range(asked.account_box.count())] == [
        "Taxable one (Taxable)"
    ]
    asked.accept_button.click()
    settle(qtbot, window)
    (preview,) = window.commands.open_dialogs
    assert isinstance(preview, PreviewDialog)
    preview.reject()


def test_compare__several_files_of_unnamed_accounts_go_one_at_a_time(
    open_window, qtbot, tmp_path, monkeypatch
):
    window = open_window(sold_last_year(tmp_path / "spring.harvest"))
    paths = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for path in paths:
        text = CLOSED_LOTS.format(basis="200.00").replace("Taxable one", path.stem)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(
        QFileDialog, "getOpenFileNames", lambda *a, **k: ([str(p) for p in paths], "")
    )
    window.actions_by_key["tax.reconcile"].trigger()
    settle(qtbot, window)
    (said,) = window.commands.open_dialogs
    assert "which account it is of" in texts(said)
    said.reject()


def test_f1__explains_the_cell_and_the_part_with_the_focus(open_window, monkeypatch):
    said = []
    monkeypatch.setattr(QWhatsThis, "showText", lambda place, words, widget: said.append(words))
    window = open_window()
    window.navigate("tax", {})
    page = window.pages["tax"]
    page.so_far.setFocus()
    page.so_far.setCurrentIndex(page.so_far.model().index(0, 1))
    window.actions_by_key["help.explain"].trigger()
    assert said == ["No short-term sale in a taxable account had a gain in 2025."]
