"""Live figures, the curve, another lot and scenarios on the Rebalance page: what is asked, shown, dropped and closed."""

from dataclasses import replace
from decimal import Decimal

import factories as f
import pytest
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from harvestdesk.domain.conflict import Conflict, ConflictError, RuleGive, RuleKind
from harvestdesk.domain.errors import NoPlanError
from harvestdesk.domain.frontier import Frontier, FrontierPoint, LiveFigures
from harvestdesk.domain.plan_settings import PlanKind, PlanSettings
from harvestdesk.domain.what_if import WhatIf
from harvestdesk.gui import a11y
from harvestdesk.gui.plots.frontier import ticks
from harvestdesk.gui.theme import Scheme, Theme
from harvestdesk.gui.view_base import DeskData, ViewContext
from harvestdesk.gui.views.rebalance import RebalancePage
from harvestdesk.gui.views.rebalance.jobs import JOBS
from harvestdesk.jobs.choices import ChoiceInputs, open_live, open_lots
from harvestdesk.jobs.job import WorkerLostError
from harvestdesk.services.views.overview import overview
from harvestdesk.services.views.rebalance import rebalance_view


class Talk(QObject):
    """A session that answers when the test does."""

    opened, ended = Signal(), Signal()
    answered, refused, failed = Signal(int, object), Signal(int, object), Signal(object)

    def __init__(self, session):
        super().__init__()
        self.session, self.steps, self.closed = session, [], False

    def ask(self, step):
        self.steps.append(step)
        return len(self.steps)

    def close(self):
        self.closed = True

    @property
    def number(self):
        return len(self.steps)


class Handle(QObject):
    """A job that ends when the test says so."""

    succeeded, failed = Signal(object), Signal(object)
    cancelled, finished = Signal(), Signal()

    def __init__(self, job):
        super().__init__()
        self.job, self.stopped = job, False

    def cancel(self):
        self.stopped = True
        self.cancelled.emit()
        self.finished.emit()

    def end(self, curve):
        self.succeeded.emit(curve)
        self.finished.emit()

    def fail(self, error):
        self.failed.emit(error)
        self.finished.emit()


class Runner:
    """Keeps what was started."""

    def __init__(self):
        self.talks, self.jobs = [], []

    def converse(self, session):
        self.talks.append(Talk(session))
        return self.talks[-1]

    def start_job(self, _title, job):
        self.jobs.append(Handle(job))
        return self.jobs[-1]


def point(error, tax, aversion, orders=10):
    return FrontierPoint(
        Decimal(error), Decimal(tax), Decimal(100), Decimal("0.04"), orders, Decimal(aversion), 1e-5
    )


NOTHING = replace(point("98.1", 0, 0, 0), turnover=Decimal(0))
CURVE = Frontier(
    tuple(
        point(error, tax, aversion)
        for error, tax, aversion in (
            ("10", 9000, 5000), ("20", 4000, "1234.5678"), ("30", 1000, 80), ("60", -400, 10), ("99", -912, 1),
        )
    ),
    NOTHING,
    3,
    2,
    ("min_trade",),
)  # fmt: skip
FIGURES = LiveFigures(point("55.7", -912, 10, 12), NOTHING, ("min_trade", "max_trades"))


@pytest.fixture
def runner():
    return Runner()


@pytest.fixture
def asked():
    return []


@pytest.fixture
def show(qapp, qtbot, runner, asked):
    theme = Theme(qapp, Scheme.LIGHT)
    theme.apply()
    keys = ("import", "plan.trades", "plan.cancel", "scenario.compare")
    ctx = ViewContext(
        None, theme, runner, lambda *to: None, {k: QAction(k) for k in keys}, asked.append
    )

    def make(plan=None):
        page = RebalancePage(ctx)
        qtbot.addWidget(page)
        page.resize(1300, 820)
        page.refresh(desk(plan))
        page.show()
        QApplication.processEvents()
        return page

    return make


def desk(plan=None, snapshot=None):
    snapshot = snapshot or f.snapshot()
    return DeskData(
        snapshot=snapshot,
        overview=overview(snapshot, plan),
        proposal=plan,
        rebalance=rebalance_view(snapshot, plan) if plan else None,
    )


def opened(page, runner, qtbot):
    qtbot.waitUntil(lambda: bool(runner.talks), timeout=3000)
    return runner.talks[-1]


# --- live figures ----------------------------------------------------------------------------------------
def test_slider__is_asked_about_and_the_figures_stand_under_it(show, runner, qtbot):
    page = show()
    talk = opened(page, runner, qtbot)
    assert talk.session.function is open_live
    page.panel.risk.slider.setValue(70)
    assert talk.steps[-1] == page.settings()
    talk.answered.emit(talk.number, FIGURES)
    line = page.choices.live_line
    assert line.isVisible()
    assert line.labels["Tracking error"].text() == "55.7 bp, today 98.1 bp"
    assert line.labels["Tax this year"].text() == "−$912"
    assert line.labels["Turnover"].text() == "4.0 %"
    assert line.labels["Orders"].text() == "about 12"
    assert "without the smallest order and the number of orders" in line.words
    assert "Plan trades makes it exact" in line.words


def test_every_step_of_the_slider__is_one_question_and_none_waits(show, runner, qtbot):
    page = show()
    talk = opened(page, runner, qtbot)
    before = talk.number
    for step in range(101):
        page.panel.risk.slider.setValue(step)
    assert talk.number - before == 101 - (page.panel.risk.slider.value() == 50)
    talk.answered.emit(before + 1, FIGURES)  # an older one is shown until the newest comes
    assert page.choices.live_line.isVisible()


def test_page_left__closes_what_was_warm_and_coming_back_opens_it_anew(show, runner, qtbot):
    page = show()
    talk = opened(page, runner, qtbot)
    page.hide()
    assert talk.closed
    page.show()
    qtbot.waitUntil(lambda: len(runner.talks) == 2, timeout=3000)
    assert not runner.talks[1].closed


def test_passing_through__starts_no_process(show, runner, qtbot):
    page = show()
    page.hide()
    qtbot.wait(600)
    assert runner.talks == []


def test_household_changed__opens_another_session_and_the_same_household_does_not(
    show, runner, qtbot
):
    page = show()
    talk = opened(page, runner, qtbot)
    page.refresh(desk())
    assert not talk.closed
    cash = {account: Decimal(77) for account in f.snapshot().cash}
    page.refresh(desk(snapshot=replace(f.snapshot(), cash=cash)))
    assert talk.closed
    qtbot.waitUntil(lambda: len(runner.talks) == 2, timeout=3000)


def test_limits_that_contradict__are_said_and_old_errors_are_not(show, runner, qtbot):
    page = show()
    talk = opened(page, runner, qtbot)
    page.panel.risk.slider.setValue(70)
    page.panel.risk.slider.setValue(71)
    line = page.choices.live_line
    talk.refused.emit(talk.number - 1, NoPlanError("No plan.", code="infeasible"))
    assert line.words == "No live figures"
    talk.refused.emit(talk.number, NoPlanError("No plan.", code="infeasible"))
    assert "No plan keeps every limit" in line.words
    talk.refused.emit(talk.number, NoPlanError("None found.", code="fast.none"))
    assert "cannot be worked out while you wait" in line.words


def test_lost_process__is_said_and_the_next_change_opens_another(show, runner, qtbot):
    page = show()
    talk = opened(page, runner, qtbot)
    talk.failed.emit(WorkerLostError("The calculation ended unexpectedly; nothing was changed."))
    assert "ended unexpectedly" in page.choices.live_line.words
    page.panel.risk.slider.setValue(20)
    qtbot.waitUntil(lambda: len(runner.talks) == 2, timeout=3000)


@pytest.mark.parametrize("kind", [PlanKind.GAIN_HARVEST, PlanKind.GIFT])
def test_jobs_that_pick_by_rule__show_no_figures_and_say_why_there_is_no_curve(
    show, runner, qtbot, kind
):
    page = show()
    talk = opened(page, runner, qtbot)
    before = talk.number
    page.panel.job.setCurrentIndex(list(JOBS).index(kind))
    page.panel.amount.show_value(Decimal(5000))
    page.panel.changed.emit()
    assert talk.number == before
    assert not page.choices.live_line.isVisible()
    page.show_part("frontier")
    assert runner.jobs == []
    assert "there is no curve" in page.choices.frontier.words.text()


def test_plan_on_view__says_itself_what_it_comes_to(show, runner, qtbot):
    page = show(replace(f.household_plan(), settings=PlanSettings()))
    talk = opened(page, runner, qtbot)
    assert talk.steps == []
    page.panel.risk.slider.setValue(5)
    assert talk.steps == [page.settings()]
    talk.answered.emit(1, FIGURES)
    assert page.choices.live_line.isVisible()
    page.panel.job.setCurrentIndex(list(JOBS).index(PlanKind.WITHDRAW))  # which lacks its amount
    assert not page.choices.live_line.isVisible()


# --- the curve --------------------------------------------------------------------------------------------
def drawn(page, runner):
    page.show_part("frontier")
    runner.jobs[-1].end(CURVE)
    QApplication.processEvents()
    return page.choices.frontier


def test_curve__is_drawn_when_its_part_is_first_on_view(show, runner):
    page = show()
    page.see_curve.click()
    assert [h.job.inputs.settings for h in runner.jobs] == [page.settings()]
    part = page.choices.frontier
    assert part.stop.isVisible()
    runner.jobs[-1].end(CURVE)
    assert part.has_curve
    assert part.canvas.isVisible()
    page.show_part("trades")  # without a plan there are none: the beginning is on view again
    assert page.see_curve.isVisible()
    page.show_part("frontier")
    assert len(runner.jobs) == 1


def test_handle__snaps_to_points_by_keys_and_writes_the_price_of_risk(show, runner, qtbot):
    page = show()
    part = drawn(page, runner)
    assert part.canvas.chosen == 3  # the point of what is asked for
    qtbot.keyClick(part.canvas, Qt.Key.Key_Left)
    assert part.canvas.chosen == 2
    assert page.settings().risk_aversion == 80
    assert part.point.text() == (
        "Tracking error 30.0 bp, costs $1,000 of tax this year; 10 orders, turnover 4.0 %."
    )
    qtbot.keyClick(part.canvas, Qt.Key.Key_Home)
    assert page.settings().risk_aversion == 5000
    qtbot.keyClick(part.canvas, Qt.Key.Key_K)
    assert part.canvas.chosen == CURVE.knee
    qtbot.keyClick(part.canvas, Qt.Key.Key_End)
    qtbot.keyClick(part.canvas, Qt.Key.Key_Right)
    assert part.canvas.chosen == 4
    assert "saves $912 of tax" in part.canvas.accessibleDescription()


def test_handle__snaps_to_the_nearest_point_by_mouse_and_follows_the_drag(show, runner, qtbot):
    page = show()
    part = drawn(page, runner)
    canvas = part.canvas
    view_rows = [canvas.place_of(r) for r in canvas._view.points]
    beside = QPointF(view_rows[0].x() + 4, view_rows[0].y() + 5).toPoint()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=beside)
    assert canvas.chosen == 0
    qtbot.mouseMove(canvas, view_rows[4].toPoint())
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=view_rows[4].toPoint())
    assert canvas.chosen in {0, 4}  # the offscreen mouse holds no button while it moves
    assert all(canvas.rect().contains(p.toPoint()) for p in view_rows)
    assert "Tracking error 60.0 bp" in canvas.explain_at(view_rows[3])
    assert canvas.explain_at(QPointF(1, 1)) == ""


def test_price_of_a_point__has_four_digits_and_finds_its_point_again(show, runner, qtbot):
    page = show()
    part = drawn(page, runner)
    part.canvas._move(1)
    assert page.settings().risk_aversion == Decimal(1235)
    assert part.canvas.chosen == 1
    page.panel.risk.slider.setValue(0)
    assert part.canvas.chosen == 4


def test_plan_this_point__asks_for_the_exact_plan(show, runner, asked, qtbot):
    page = show()
    part = drawn(page, runner)
    qtbot.keyClick(part.canvas, Qt.Key.Key_Home)
    part.plan_button.click()
    assert asked == [page.settings()]
    assert asked[0].risk_aversion == 5000


def test_other_limits__make_the_curve_old_and_the_price_of_risk_does_not(show, runner, qtbot):
    page = show()
    part = drawn(page, runner)
    page.panel.risk.slider.setValue(90)
    assert not part.again.isVisible()
    qtbot.keyClick(page.panel.tax.tick, Qt.Key.Key_Space)
    assert part.again.isVisible()
    assert "changed since this curve" in part.old.words
    part.again.click()
    assert runner.jobs[-1].job.inputs.settings.tax_budget == 0


def test_stopped_curve__says_so_and_a_plan_does_not_wait_for_it(show, runner):
    page = show()
    page.show_part("frontier")
    page.choices.frontier.stop.click()
    assert runner.jobs[0].stopped
    assert page.choices.frontier.words.text() == "The curve was stopped."
    page.choices.frontier.start.click()
    page.ctx.actions["plan.trades"].trigger()
    assert runner.jobs[1].stopped


def test_curve_that_cannot_be__says_which_rules_contradict_each_other(show, runner):
    page = show()
    page.show_part("frontier")
    error = ConflictError("No plan keeps every rule.")
    error.conflict = Conflict((RuleGive(RuleKind.TAX_BUDGET, "", 0.0, 1240.0),))
    runner.jobs[0].fail(error)
    part = page.choices.frontier
    assert "Tax budget: $0 would have to be $1,240." in part.words.text()
    assert part.start.text() == "Try again"


def test_plan_there_is__is_marked_and_stands_in_the_table(show, runner):
    plan = f.household_plan()
    page = show(plan)
    part = drawn(page, runner)
    what = [part.model.values_at(n)["what"] for n in range(part.model.rowCount())]
    assert what[:2] == ["no trade", "this plan"]
    assert what.count("knee") == 1
    assert len(what) == 2 + len(CURVE.points)
    part.table.select_keys(["2"], announce=True)
    assert part.canvas.chosen == 0
    assert page.settings().risk_aversion == 5000


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK, Scheme.CONTRAST])
def test_curve__is_painted_in_every_look_and_everything_has_a_name(show, runner, scheme):
    page = show(f.household_plan())
    part = drawn(page, runner)
    page.theme.choose(scheme)
    image = part.canvas.grab().toImage()
    assert len({image.pixel(x, image.height() // 2) for x in range(image.width())}) > 3
    assert [w for w in a11y.nameless(page) if "NoticeBar" not in w] == []


def test_ticks__are_round_and_inside(show):
    assert ticks(0.0, 24.0, 5) == [0.0, 5.0, 10.0, 15.0, 20.0]
    assert ticks(-29_000.0, 2_000.0, 4) == [-20_000.0, -10_000.0, 0.0]


# --- another lot -----------------------------------------------------------------------------------------
def chosen_lot(page):
    page.show_part("kept")
    key = next(
        page.kept_model.key_at(n)
        for n in range(page.kept_model.rowCount())
        if page.kept_model.values_at(n)["row"].free_from is None
    )
    page.kept.select_keys([key], announce=True)
    QApplication.processEvents()
    return key


def test_kept_lot__is_asked_about_and_answered_in_dollars(show, runner):
    plan = f.household_plan()
    page = show(plan)
    key = chosen_lot(page)
    other = page.choices.other_lot
    assert other.button.text() == "What if this lot were sold instead?"
    other.button.click()
    talk = runner.talks[-1]
    assert talk.session.function is open_lots
    assert talk.session.inputs == ChoiceInputs(f.snapshot(), plan.asked)
    assert (talk.steps[0].lot_id, talk.steps[0].sold) == (key, True)
    assert not other.button.isEnabled()
    talk.answered.emit(1, WhatIf(Decimal(412), tax=Decimal(400), cost=Decimal(12), orders=3))
    assert other.answer.text().startswith("Selling this lot instead: +$412")
    assert other.button.isEnabled()


def test_answer__stays_with_its_lot_and_goes_with_its_plan(show, runner):
    plan = f.household_plan()
    page = show(plan)
    chosen_lot(page)
    other = page.choices.other_lot
    other.button.click()
    talk = runner.talks[-1]
    page.why.say(None)
    talk.answered.emit(1, WhatIf(Decimal(412), orders=1))
    assert other.answer.text() == ""
    assert not other.button.isVisible()
    page.kept.select_keys([], announce=True)
    chosen_lot(page)
    assert "+$412" in other.answer.text()
    page.refresh(desk(replace(plan, settings=PlanSettings())))
    assert talk.closed
    assert other.answers == {}


def test_plan_of_a_household_that_changed__cannot_be_asked(show, runner):
    page = show(replace(f.household_plan(), fingerprint="another"))
    chosen_lot(page)
    other = page.choices.other_lot
    assert not other.button.isEnabled()
    assert "plan again" in other.button.toolTip()


def test_refused_question__is_told_in_words(show, runner):
    page = show(f.household_plan())
    chosen_lot(page)
    page.choices.other_lot.button.click()
    runner.talks[-1].refused.emit(1, NoPlanError("No plan keeps every rule."))
    assert page.choices.other_lot.answer.text() == "No plan keeps every rule."
