"""What a page owes a paying reader: room for its columns, words for its empty states, no held-up window."""

import time
from dataclasses import replace
from decimal import Decimal

import pytest
import view_samples as vs
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication
from test_view_pages import PAGES, desk

from harvestdesk.gui import formatting
from harvestdesk.gui.pages import prepared
from harvestdesk.gui.theme import Scheme, Theme
from harvestdesk.gui.view_base import ViewContext
from harvestdesk.gui.views.drift import DriftPage
from harvestdesk.gui.views.lots import LotsPage
from harvestdesk.gui.views.lots.ready import ReadyLots
from harvestdesk.gui.views.overview import OverviewPage
from harvestdesk.gui.views.plan import PlanPage
from harvestdesk.gui.views.wash_calendar import WashCalendarPage
from harvestdesk.gui.workers.runner import Lane
from harvestdesk.services.views.agenda import EventKind

_KEYS = ("import", "plan.run", "plan.cancel", "worksheet.print", "orders.export")
_HELD_SECONDS = 0.050
"""What the window may be held up for; tests allow three times as much."""


class Lanes:
    """Stands for the lanes: keeps what it is asked for."""

    def __init__(self):
        self.asked = []

    def start(self, title, lane, work):
        self.asked.append((title, lane, work))
        return self

    @property
    def succeeded(self):
        return self

    def connect(self, slot):
        self.slot = slot


@pytest.fixture
def lanes():
    return Lanes()


@pytest.fixture
def show(qapp, qtbot, lanes):
    theme = Theme(qapp, Scheme.LIGHT)
    theme.apply()
    went = []
    ctx = ViewContext(
        app=None,
        theme=theme,
        runner=lanes,
        navigate=lambda *to: went.append(to),
        actions={key: QAction(key) for key in _KEYS},
    )

    def make(page_class, snapshot=None, proposal=None, size=(1130, 780)):
        snapshot = snapshot or vs.household()
        page = page_class(ctx)
        qtbot.addWidget(page)
        page.went = went
        page.resize(*size)
        page.refresh(desk(snapshot, proposal))
        page.show()
        QApplication.processEvents()
        return page

    return make


def planned(**changes):
    return replace(vs.plan(vs.household()), **changes)


# --- empty states ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("page_class", [OverviewPage, *PAGES])
def test_empty_household__words_and_button_are_on_view(show, page_class):
    page = show(page_class, vs.empty_household())
    assert page._empty_words.isVisible()
    assert page._empty_button.isVisible()


@pytest.mark.parametrize("page_class", [OverviewPage, *PAGES])
def test_household_with_lots__is_never_taken_for_empty(show, page_class):
    page = show(page_class, proposal=planned())
    for segments in (getattr(page, "parts", None), getattr(page, "looks", None)):
        if segments is not None:
            segments.chosen.emit(2)
    assert not page.is_empty


# --- plan -----------------------------------------------------------------------------------------------
def test_plan__wide_page_shows_term_loss_tax_and_reason_without_scrolling(show):
    page = show(PlanPage, proposal=planned())
    table = page.trades.tables[0]
    assert {"symbol", "shares", "acquired", "term", "loss", "tax_value", "why"} <= set(
        table.shown_columns
    )
    assert table.horizontalHeader().length() <= table.viewport().width() + 1
    assert page.trades.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize("width", [780, 840, 960, 1130, 1500])
def test_plan__never_hides_what_to_sell_which_lot_and_why(show, width):
    page = show(PlanPage, proposal=planned(), size=(width, 600))
    for table in page.trades.tables:
        assert {"symbol", "shares", "why"} <= set(table.shown_columns)
        assert table.horizontalHeader().length() <= table.viewport().width() + 1
        assert table.columnViewportPosition(len(table.columns_model.columns) - 1) > 0


def test_plan__hidden_columns_stay_in_the_copy(show):
    page = show(PlanPage, proposal=planned(), size=(780, 600))
    assert "proceeds" not in page.trades.tables[0].shown_columns
    assert "Proceeds $" in page.trades.as_text()


def test_plan__narrow_page_folds_and_unfolds(show):
    page = show(PlanPage, proposal=planned(), size=(900, 700))
    assert page.before_after.isVisible()
    assert not page.columns.right.isVisible()
    page.resize(1300, 700)
    QApplication.processEvents()
    assert page.columns.right.isVisible()
    assert page.before_after.isVisible()


def test_plan__checks_are_one_line_until_asked_for(show):
    page = show(PlanPage, proposal=planned())
    passed = len(page._view.proposal.checks)
    assert f"{passed} of {passed} exact checks passed" in page.checks.toggle.text()
    assert not any("passed:" in line.words for line in page.checks.lines)
    page.checks.toggle.click()
    assert sum("passed:" in line.words for line in page.checks.lines) == passed


def test_plan__failed_check_is_said_at_once(show):
    checks = vs.plan(vs.household()).checks
    page = show(PlanPage, proposal=planned(checks=(replace(checks[0], passed=False), *checks[1:])))
    assert page.checks.toggle.text().startswith("\u2716 1 of")
    assert page.checks.lines[0].words.startswith("\u2716 failed")
    assert "cannot be exported" in page.notice.words
    assert not page._view.can_export


def test_plan__picked_buy_says_the_whole_reason(show):
    page = show(PlanPage, proposal=planned())
    page.trades.tables[1].selectRow(0)
    assert page.why.text().startswith("INTD: ")


# --- figures --------------------------------------------------------------------------------------------
def test_shares__whole_column_has_no_decimals_and_a_fraction_aligns_all(show):
    page = show(LotsPage)
    column = page.model.column_number("shares")
    texts = {page.model.index(r, column).data() for r in range(page.model.rowCount())}
    assert not any("." in t for t in texts)
    lots = (replace(vs.LOTS[0], shares=Decimal("12.345")), *vs.LOTS[1:])
    page.refresh(desk(vs.household(lots=lots)))
    texts = {page.model.index(r, column).data() for r in range(page.model.rowCount())}
    assert {len(t.split(".")[1]) for t in texts} == {3}


@pytest.mark.parametrize(
    ("value", "text"),
    [("109", "109"), ("1200.50", "1,200.5"), ("0.123456", "0.1235"), ("-3", "\u22123")],
)
def test_shares__in_a_sentence_need_no_more_than_they_have(value, text):
    assert formatting.shares(Decimal(value)) == text


# --- overview -------------------------------------------------------------------------------------------
def test_overview__says_what_to_do_dated_and_with_dollars(show):
    page = show(OverviewPage, proposal=planned())
    rows = range(page.events.model.rowCount())
    kinds = [page.events.model.values_at(r)["kind"] for r in rows]
    assert kinds[0] is EventKind.CARRY_OUT
    assert EventKind.YEAR_END in kinds
    assert all(page.events.model.values_at(r)["dollars"] > 0 for r in rows)


def test_overview__opens_the_page_where_it_is_done(show):
    page = show(OverviewPage, proposal=planned())
    page.events.activated.emit(0)
    assert page.went[-1][0] == "plan"


def test_overview__tables_are_no_higher_than_their_rows(show):
    page = show(OverviewPage, proposal=planned(), size=(1130, 1400))
    for table in (page.accounts, page.events):
        rows = table.model.rowCount() * page.theme.row_height
        assert table.height() <= rows + 3 * page.theme.row_height


# --- calendar -------------------------------------------------------------------------------------------
def test_calendar__pane_begins_with_what_to_do(show):
    page = show(WashCalendarPage, proposal=planned())
    assert [x.words for x in page.detail.lines][1:2] == ["WHAT TO DO"]
    assert "Pause the" in page.detail.text
    assert "in any account before" in page.detail.text


# --- nothing holds the window up ------------------------------------------------------------------------
@pytest.fixture(scope="module")
def many():
    data = desk(vs.many_lots(10_000))
    return replace(data, prepared=prepared(data))


def test_lots__refresh_takes_what_a_lane_prepared(show, many, monkeypatch):
    page = show(LotsPage)
    monkeypatch.setattr(ReadyLots, "of", lambda view: pytest.fail("worked out on the GUI thread"))
    page.refresh(many)
    assert page.model.total == len(many.overview.lots.rows)


def test_lots__thousands_of_marks_are_painted_in_turns(show, many):
    page = show(LotsPage)
    page.refresh(many)
    page.scatter.repaint()
    first = page.scatter.painted
    assert 0 < first < page.scatter.shown
    for _ in range(10):
        QApplication.processEvents()
    assert page.scatter.painted == page.scatter.shown


def test_drift__thousands_of_lots_are_looked_through_on_a_lane(show, many, lanes):
    page = show(DriftPage)
    lanes.asked.clear()
    page.refresh(many)
    (_title, lane, work), *_ = lanes.asked
    assert lane is Lane.READ
    assert "Working out" in page.detail.text
    lanes.slot(work(None, None))
    assert "WHO HOLDS IT" in page.detail.text


def test_drift__an_answer_for_another_class_is_dropped(show, many, lanes):
    page = show(DriftPage)
    lanes.asked.clear()
    page.refresh(many)
    late = lanes.asked[0][2](None, None)
    page._on_bar_selected(1)
    lanes.slot(late)
    assert page.detail.title == page._view.lines[1].name
    assert "Working out" in page.detail.text


@pytest.mark.parametrize("page_class", [OverviewPage, LotsPage, DriftPage, WashCalendarPage])
def test_ten_thousand_lots__refresh_and_each_turn_stay_short(show, many, page_class):
    page = show(page_class)
    page.refresh(many)  # warm: fonts and code
    for _ in range(10):
        QApplication.processEvents()
    longest = 0.0
    for step in (lambda: page.refresh(many), *[QApplication.processEvents] * 10):
        begun = time.perf_counter()
        step()
        longest = max(longest, time.perf_counter() - begun)
    assert longest <= 3 * _HELD_SECONDS
