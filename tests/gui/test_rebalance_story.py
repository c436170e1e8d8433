"""The second job in the window: ask for trades that cost no tax, judge them, print and export them."""

from decimal import Decimal

import pytest
from gui_help import settle
from PySide6.QtCore import Qt

from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.gui.views.rebalance.jobs import JOBS


@pytest.fixture
def sample(make_window, qtbot):
    window = make_window()
    with qtbot.waitSignal(window.desk.opened, timeout=60_000):
        window.actions_by_key["household.sample"].trigger()
    return window


def plan(window, qtbot):
    with qtbot.waitSignal(window.desk.planned, timeout=60_000):
        window.actions_by_key["plan.trades"].trigger()
    settle(qtbot, window)
    return window.desk.loaded.data.rebalance


def test_rebalance__tax_neutral_from_the_question_to_the_orders(sample, qtbot, tmp_path):
    window = sample
    window.actions_by_key["page.rebalance"].trigger()
    page = window.pages["rebalance"]
    assert "outside the band" in page.answer
    assert not window.actions_by_key["orders.export"].isEnabled()

    qtbot.keyClick(page.panel.tax.tick, Qt.Key.Key_Space)
    view = plan(window, qtbot)
    assert view.proposal.asked.tax_budget == 0
    assert view.tax_change <= 0
    assert window.current_page == "rebalance"
    assert page.answer.startswith("Selling ")
    assert page.trades.tables
    assert page.notice.words == ""
    assert page.before_after.badge.text().startswith("within ")
    assert window.actions_by_key["edit.undo"].text() == "&Undo Rebalance plan"

    window.actions_by_key["worksheet.print"].trigger()
    settle(qtbot, window)
    (preview,) = window.commands.open_dialogs
    assert "preview" in preview.windowTitle().lower()
    preview.reject()

    window.actions_by_key["orders.export"].trigger()
    (dialog,) = window.commands.open_dialogs
    dialog.folder_field.setText(str(tmp_path))
    with qtbot.waitSignal(dialog.exported, timeout=20_000):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    written = "".join(p.read_text(encoding="utf-8") for p in tmp_path.glob("*.csv"))
    assert all(s.symbol in written for s in view.sales)

    with qtbot.waitSignal(window.desk.refreshed, timeout=20_000):
        window.actions_by_key["edit.undo"].trigger()
    assert window.desk.loaded.data.rebalance is None
    assert page.settings().tax_budget == 0


def test_withdrawal__says_what_is_missing_then_raises_it(sample, qtbot):
    window = sample
    window.navigate("rebalance", {})
    page = window.pages["rebalance"]
    page.panel.job.setCurrentIndex(list(JOBS).index(PlanKind.WITHDRAW))
    window.actions_by_key["plan.trades"].trigger()
    assert window.desk.planning is None
    assert page.notice.words == "Say how many dollars to raise."
    page.panel.amount.show_value(Decimal(60_000))
    view = plan(window, qtbot)
    assert view.paid_out == 60_000
    assert page.answer.startswith("$60,000 is ")


def test_limits_no_plan_keeps__one_is_let_give_and_the_plan_made(sample, qtbot):
    window = sample
    window.navigate("rebalance", {})
    page = window.pages["rebalance"]
    page.panel.tracking_error.show_value(Decimal(1))
    page.panel.turnover.show_value(Decimal("0.001"))
    with qtbot.waitSignal(window.desk.not_planned, timeout=60_000):
        window.actions_by_key["plan.trades"].trigger()
    settle(qtbot, window)
    assert window.actions_by_key["plan.trades"].isEnabled()
    assert page.no_plan.isVisible()
    button = page.no_plan.buttons[-1]
    with qtbot.waitSignal(window.desk.planned, timeout=60_000):
        button.click()
    settle(qtbot, window)
    assert not page.no_plan.isVisible()
    asked = window.desk.loaded.data.rebalance.proposal.asked
    assert asked == page.settings()
    assert (asked.tracking_error_bp, asked.turnover) != (1, Decimal("0.001"))


def test_latest_plans__each_page_shows_its_own_kind(sample, qtbot):
    window = sample
    with qtbot.waitSignal(window.desk.planned, timeout=60_000):
        window.actions_by_key["plan.run"].trigger()
    settle(qtbot, window)
    view = plan(window, qtbot)
    data = window.desk.loaded.data
    assert data.plan.proposal.kind is PlanKind.HARVEST
    assert data.proposal is view.proposal
    window.navigate("plan", {})
    assert window.shown_plan is data.plan
    assert "$71,400" in window.pages["plan"].answer
    window.navigate("rebalance", {})
    assert window.shown_plan is view.plan
    window.navigate("drift", {})
    assert window.shown_plan is view.plan
    said = [k.words for k in window.pages["drift"].legend.keys]
    assert any(w.startswith("after the plan: Rebalance of ") for w in said)
