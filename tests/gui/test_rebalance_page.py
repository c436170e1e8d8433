"""The Rebalance page: what is asked, what comes out, what it costs, and where no plan keeps every rule."""

from dataclasses import replace
from decimal import Decimal

import factories as f
import pytest
import view_samples as vs
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from harvestdesk.domain.conflict import Conflict, ConflictError, RuleGive, RuleKind
from harvestdesk.domain.errors import BadInputError, Notice
from harvestdesk.domain.plan_settings import (
    HOUSEHOLD_KINDS,
    PLAN_NAMES,
    PlanKind,
    PlanSettings,
    Zone,
)
from harvestdesk.domain.proposal import Check, Reason, RulePrice
from harvestdesk.domain.security import AssetClass
from harvestdesk.domain.target import ClassTarget
from harvestdesk.gui import a11y
from harvestdesk.gui.theme import Scheme, Theme, Tone
from harvestdesk.gui.view_base import DeskData, ViewContext
from harvestdesk.gui.views.rebalance import RebalancePage
from harvestdesk.gui.views.rebalance.jobs import JOBS
from harvestdesk.gui.views.rebalance.settings_panel import IN_BANDS
from harvestdesk.gui.views.rebalance.words import brief_reason, line_name
from harvestdesk.services.views.overview import overview
from harvestdesk.services.views.rebalance import FACTOR, WeightLine, rebalance_view

_KEYS = ("import", "plan.trades", "plan.cancel", "worksheet.print", "orders.export")


def desk(snapshot, plan=None) -> DeskData:
    return DeskData(
        snapshot=snapshot,
        overview=overview(snapshot, plan),
        proposal=plan,
        rebalance=rebalance_view(snapshot, plan) if plan else None,
    )


@pytest.fixture
def asked():
    """What the page asked the window to plan."""
    return []


@pytest.fixture
def ctx(qapp, asked):
    theme = Theme(qapp, Scheme.LIGHT)
    theme.apply()
    return ViewContext(
        app=None,
        theme=theme,
        runner=None,
        navigate=lambda *to: None,
        actions={key: QAction(key) for key in _KEYS},
        plan=asked.append,
    )


@pytest.fixture
def show(ctx, qtbot):
    def make(plan=None, snapshot=None, size=(1300, 820)):
        page = RebalancePage(ctx)
        qtbot.addWidget(page)
        page.resize(*size)
        page.refresh(desk(snapshot or f.snapshot(), plan))
        page.show()
        QApplication.processEvents()
        return page

    return make


def lines(page):
    return "\n".join(f"{x.words} {x.figure} {x.note}" for x in page.pane.lines)


# --- what comes out ------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", HOUSEHOLD_KINDS)
def test_every_kind__is_told_in_a_sentence_figures_and_trades(show, kind):
    plan = f.household_plan(kind)
    page = show(plan)
    assert page.answer.endswith(".")
    assert page.figures.shown
    assert all(x.explanation and x.label for x in page.figures.shown)
    text = page.trades.as_text()
    for row in (*plan.sales, *plan.gifts):
        assert f.snapshot().security_by_id[row.security_id].symbol in text
    assert PLAN_NAMES[kind] in page.pane.title
    assert [w for w in a11y.nameless(page) if "NoticeBar" not in w] == []


def test_answer__says_what_it_does_to_tracking_error_and_to_tax(show):
    page = show(f.household_plan())
    assert page.answer == (
        "Selling 3 lots and buying 2 securities brings tracking error from 98.1 bp to 55.7 bp; "
        "it saves $912 of tax this year."
    )


def test_answer__where_tracking_error_rises_tax_comes_first(show):
    plan = f.household_plan()
    worse = replace(plan.after, tracking_error_bp=Decimal(120))
    page = show(replace(plan, after=worse))
    assert page.answer.startswith("Selling 3 lots and buying 2 securities saves $912 of tax")
    assert page.answer.endswith("tracking error rises from 98.1 bp to 120.0 bp.")


def test_nothing_to_trade__says_so(show):
    page = show(f.household_plan(sales=(), purchases=()))
    assert page.answer == "Leave everything as it is: no trade brings more than it costs."
    assert page.trades.tables == []


def test_sale__shows_gain_and_tax_with_their_signs(show):
    plan = f.household_plan()
    page = show(plan)
    rows = [
        table.columns_model.values_at(r)
        for table in page.trades.tables
        for r in range(table.columns_model.rowCount())
        if "gain" in {c.key for c in table.columns_model.columns}
    ]
    assert {r["gain"] for r in rows} == {s.gain for s in plan.sales}
    assert {r["tax"] for r in rows} == {-s.tax_value for s in plan.sales}


def test_untaxed_account__has_no_columns_of_gain_and_tax(show):
    plan = f.household_plan()
    sheltered = next(a.id for a in f.snapshot().accounts if not a.type.is_taxable)
    page = show(replace(plan, sales=(replace(plan.sales[0], account_id=sheltered),), purchases=()))
    (table,) = page.trades.tables
    assert not {"gain", "tax", "term"} & set(table.shown_columns)


def test_picked_row__is_explained_with_its_figures(show):
    page = show(f.household_plan())
    assert "Pick a trade" in page.why.words.text()
    page.trades.tables[0].selectRow(0)
    assert page.why.title.text().startswith("Sell ")
    assert "basis $" in page.why.facts.text()
    assert page.why.title.text() in page.why.accessibleName()
    page.show_part("kept")
    page.kept.grid.selectRow(0)
    assert page.why.title.text().startswith("Keep ")


def test_picked_row__stays_on_view_above_its_reason(show):
    page = show(f.household_plan(), size=(760, 460))
    table = page.trades.tables[-1]
    table.selectRow(0)
    QApplication.processEvents()
    place = table.visualRect(table.columns_model.index(0, 0)).center()
    shown = table.viewport().mapTo(page.trades.viewport(), place)
    assert page.trades.viewport().rect().contains(shown)
    assert page.why.words.height() >= page.why.words.heightForWidth(page.why.words.width())


def test_before_after_and_badge(show):
    page = show(f.household_plan())
    assert page.before_after.badge.text() == "within 0.03 % of the best possible"
    assert page.before_after.cells["tracking_error"] == (
        "98.1 bp",
        "55.7 bp",
        "\u2713\u200a\u221242.4 bp",
    )
    assert page.before_after.cells["worst_drift"] == ("16.2 %", "3.8 %", "\u2713\u200a\u221212.4 %")
    assert page.before_after.cells["turnover"] == ("0.0 %", "11.8 %", "+11.8 %")


def test_rules__have_their_price_and_cheap_ones_are_counted(show):
    prices = (
        RulePrice("tax_budget", "", Decimal("21.00"), Decimal(1000), Decimal("3.1")),
        RulePrice("cash", f.JOINT, Decimal("0.40"), Decimal(1000)),
        RulePrice("cash", f.DIRECT, Decimal("0.30"), Decimal(1000)),
    )
    page = show(f.household_plan(measures=f.measures(prices=prices)))
    said = lines(page)
    assert "Tax budget $21" in said
    assert "2 more rules hold" in said


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"removed_bp": "1.24"}, "nearer to target, \u22121.2 bp"),
        ({"added_bp": "0.3"}, "nearer to target, +0.3 bp"),
        ({"added_bp": "0.04"}, "nearer to target"),
    ],
)
def test_brief_reason__names_what_tracking_error_moves_by(facts, words):
    assert brief_reason(Reason("buy_cuts_risk", facts)) == words


def test_exposure__picture_and_table_say_the_same_and_select_each_other(show, qtbot):
    page = show(f.household_plan())
    page.show_part("exposure")
    part = page.exposure
    assert part.model.rowCount() == len(part.bars.boxes()) == 4
    assert "US stocks" in part.bars.explain_at(QPointF(part.bars.boxes()[0].center()))
    qtbot.keyClick(part.bars, Qt.Key.Key_Down)
    assert part.bars.selected == 1
    assert part.table.selected_keys() == ["1"]
    for look in range(3):
        part.show_look(look)
        QApplication.processEvents()
        assert not page.grab().isNull()
    assert not page.why.isVisible()


def test_bars__still_outside_the_band_have_a_sign(show):
    still = replace(f.measures().weights[0], after=Decimal("0.64"))
    page = show(f.household_plan(measures=f.measures(weights=(still,))))
    (line,) = page._view.weights
    assert line.breach_after == Decimal("0.04")
    assert "4.0 % above its band" in page.exposure.bars.accessibleDescription()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("statistical:3", "Common movement 3"),
        ("class:us_bond (BND)", "US bonds, among themselves"),
        ("assumed-sector:Energy", "Energy stocks, among themselves"),
        ("identical:index:S&P 500", "S&P 500 funds"),
        ("Market", "Market"),
    ],
)
def test_factor__is_named_in_words(name, words):
    nothing = Decimal(0)
    assert line_name(WeightLine(FACTOR, name, nothing, nothing, None, None, None)) == words


@pytest.mark.parametrize("scheme", [Scheme.DARK, Scheme.CONTRAST])
def test_look__switching_repaints(show, ctx, scheme):
    page = show(f.household_plan())
    before = page.grab().toImage()
    ctx.theme.choose(scheme)
    QApplication.processEvents()
    assert page.grab().toImage() != before


def test_wide_page__offers_to_copy_and_to_compare_at_once(show):
    page = show(f.household_plan())
    assert page.copy_button.isVisible()
    assert page.scenarios_button.isVisible()


def test_narrow_page__folds_and_nothing_is_wider_than_it(show):
    page = show(f.household_plan(), size=(760, 560))
    assert page.width() == 760
    assert not page.columns.right.isVisible()
    assert page.before_after.isVisible()


# --- what is asked -------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", HOUSEHOLD_KINDS)
def test_settings__of_a_plan_come_back_as_they_were(show, kind):
    page = show()
    page.panel.show_settings(f.ASKED[kind])
    assert page.settings() == f.ASKED[kind]


def test_usual_settings__are_what_the_page_starts_with(show):
    assert show().settings() == PlanSettings()


@pytest.mark.parametrize("kind", list(JOBS))
def test_job__asks_only_what_it_can_use(show, kind):
    page = show()
    bandless = replace(f.ASKED[PlanKind.REBALANCE], keep_bands=False, zone=Zone.NONE)
    page.panel.show_settings(bandless)
    page.panel.job.setCurrentIndex(list(JOBS).index(kind))
    if kind in {PlanKind.WITHDRAW, PlanKind.HARVEST_TARGET, PlanKind.GIFT}:
        page.panel.amount.show_value(Decimal(5000))
    # Typed rates, as the household has them, know no band of 0 %.
    needs_tables = {"kind"} if kind is PlanKind.GAIN_HARVEST else set()
    assert set(page.panel.problems(f.snapshot())) == needs_tables


def test_tax_budget__zero_is_asked_for_with_one_key(show, qtbot):
    page = show()
    assert page.settings().tax_budget is None
    assert not page.panel.tax.field.isEnabled()
    qtbot.keyClick(page.panel.tax.tick, Qt.Key.Key_Space)
    assert page.settings().tax_budget == 0
    assert page.panel.tax.field.isEnabled()


def test_slider__words_follow_and_an_odd_value_is_kept(show):
    page = show()
    page.panel.risk.show_value(Decimal("12.34"))
    assert page.settings().risk_aversion == Decimal("12.34")
    assert "costs 12.34 bp a year" in page.panel.risk.words.text()
    page.panel.risk.slider.setValue(100)
    assert page.settings().risk_aversion == 10_000
    page.panel.risk.slider.setValue(0)
    assert page.settings().risk_aversion == 1


def test_missing_amount__is_said_and_pointed_at(show):
    page = show()
    page.activateWindow()
    page.panel.job.setCurrentIndex(list(JOBS).index(PlanKind.WITHDRAW))
    assert not page.ready()
    assert page.notice.words == "Say how many dollars to raise."
    page.panel.amount.show_value(Decimal(4000))
    assert page.ready()


def test_no_account_ticked__cannot_be_planned(show):
    page = show()
    for box in page.panel.more.accounts.boxes:
        box.setChecked(False)
    assert not page.ready()
    assert "at least one account" in page.notice.words
    assert page.panel.more.toggle.isChecked()


def test_group_limit__is_typed_by_name_and_taken_off(show):
    page = show()
    limits = page.panel.more.groups
    limits.add_button.click()
    (row,) = limits.rows
    row.what.setText("us stocks")
    row.high.show_value(Decimal(60))
    (limit,) = page.settings().group_limits
    assert (limit.name, limit.high) == ("us_equity", Decimal("0.6"))
    row.what.setText("no such thing")
    assert page.settings().group_limits == ()
    row.off.click()
    assert limits.rows == []


def test_figures_changed__says_plan_again(show):
    page = show(f.household_plan())
    assert page.notice.words == ""
    page.panel.tax.field.show_value(Decimal(1000))
    assert page.notice.words.startswith("The figures at the left have changed")
    page.panel.show_settings(f.ASKED[PlanKind.REBALANCE])
    page.panel.changed.emit()
    assert page.notice.words == ""


def test_refresh__keeps_what_is_being_typed(show):
    plan = f.household_plan()
    page = show(plan)
    page.panel.tax.field.show_value(Decimal(777))
    page.refresh(desk(f.snapshot(), plan))
    assert page.settings().tax_budget == 777


# --- states --------------------------------------------------------------------------------------------
def test_household_changed_since__warns(show):
    page = show(f.household_plan(), replace(f.snapshot(), cash={}))
    assert "has changed since" in page.notice.words


def test_failed_check__forbids_trading(show):
    plan = f.household_plan(
        checks=(Check("cash_not_negative", False, {"accounts": "Rivera joint"}),)
    )
    page = show(plan)
    assert page.answer.startswith("Do not trade")
    assert page.before_after.badge.text() == "failed: do not trade"
    assert any(x.tone is Tone.ERROR and x.words.startswith("\u2716") for x in page.pane.lines)


def test_plan_not_proved__is_not_said_to_have_failed_a_check(show):
    plan = f.household_plan()
    page = show(replace(plan, solver=replace(plan.solver, status="user_limit")))
    assert page.before_after.badge.text() == "not proved optimal"
    assert page.notice.words.startswith("This plan keeps every rule, but time ran out")


def test_empty_household__offers_the_import(show, ctx, qtbot):
    page = show(snapshot=vs.empty_household())
    assert page.is_empty
    with qtbot.waitSignal(ctx.actions["import"].triggered):
        page._empty_button.click()


def test_no_targets__says_what_to_do_and_offers_it(show):
    bare = replace(f.snapshot(), class_targets=(), security_targets=())
    page = show(snapshot=bare)
    assert "No targets are set" in page.answer
    assert page._import.isVisible()


def test_no_plan_yet__says_how_many_classes_are_off(show):
    page = show(snapshot=vs.household())
    assert "outside the band" in page.answer
    assert not page.columns.right.isVisible()


def test_conflict__names_the_rules_and_lets_one_give(show, asked):
    page = show(f.household_plan())
    settings = PlanSettings(tax_budget=Decimal(0), turnover=Decimal("0.01"))
    tax = RuleGive(RuleKind.TAX_BUDGET, "", 0.0, 1239.2)
    turnover = RuleGive(RuleKind.TURNOVER, "", 0.01, 0.04)
    page.ask(settings)
    error = ConflictError("No plan.")
    error.conflict = Conflict((tax,), (tax, turnover))
    page.show_failure(settings, error)
    assert page.no_plan.isVisible()
    assert page.answer == "No plan keeps every rule that is asked for."
    assert "contradict" in page.no_plan.words.text()
    texts = [b.text() for b in page.no_plan.buttons]
    assert len(texts) == 2
    assert "the plan may cost $1,250.00 instead of $0.00" in texts[0]
    assert texts[1].endswith("instead of 1\u00a0%")
    assert a11y.nameless(page.no_plan) == []
    page.no_plan.buttons[0].click()
    (loosened,) = asked
    assert loosened.tax_budget == 1250
    assert page.settings() == loosened
    assert not page.no_plan.isVisible()


def test_conflict_of_several_rules__lets_all_of_them_give_at_once(show, asked):
    page = show(f.household_plan())
    settings = PlanSettings(tax_budget=Decimal(0), turnover=Decimal("0.01"))
    page.ask(settings)
    error = ConflictError("No plan.")
    error.conflict = Conflict(
        (
            RuleGive(RuleKind.TAX_BUDGET, "", 0.0, 1239.2),
            RuleGive(RuleKind.TURNOVER, "", 0.01, 0.04),
        )
    )
    page.show_failure(settings, error)
    (button,) = page.no_plan.buttons
    button.click()
    (loosened,) = asked
    assert loosened.tax_budget == 1250
    assert loosened.turnover >= Decimal("0.04")


def test_bad_settings__are_said_in_the_bar(show):
    page = show(f.household_plan())
    page.show_failure(PlanSettings(), BadInputError("The amount is more than zero dollars."))
    assert "more than zero dollars" in page.notice.words
    assert not page.no_plan.isVisible()


def test_slots__take_parts_of_others(show, qtbot):
    from PySide6.QtWidgets import QLabel, QPushButton

    page = show(f.household_plan())
    page.add_part("frontier", "Frontier", QLabel("curve"))
    page.select({"part": "frontier"})
    assert page.part == "frontier"
    assert page.parts.words[-1] == "Frontier"
    page.why.add_action(QPushButton("What if"))
    page.panel.place_live(QLabel("live"))
    page.no_plan.place(QLabel("doctor"))


# --- bands -----------------------------------------------------------------------------------------------
BANDED = f.snapshot(
    class_targets=(
        ClassTarget(AssetClass.US_EQUITY, Decimal("0.6"), Decimal("0.5"), Decimal("0.7")),
    )
)


def test_bands__a_rebalance_keeps_them_where_the_household_has_some(show):
    page = show(snapshot=BANDED)
    assert page.settings() == PlanSettings(keep_bands=True)
    assert IN_BANDS in page.panel.about.text()
    assert not page.panel.more.toggle.isChecked()
    page.panel.more.keep_bands.setChecked(False)
    assert page.settings() == PlanSettings()
    assert IN_BANDS not in page.panel.about.text()


def test_bands__follow_the_job_until_a_person_says_otherwise(show):
    panel = show(snapshot=BANDED).panel
    jobs = list(JOBS)
    panel.job.setCurrentIndex(jobs.index(PlanKind.INVEST))
    assert not panel.settings().keep_bands
    panel.job.setCurrentIndex(jobs.index(PlanKind.REBALANCE))
    assert panel.settings().keep_bands
    panel.more.keep_bands.setChecked(False)
    panel.job.setCurrentIndex(jobs.index(PlanKind.GIFT))
    panel.job.setCurrentIndex(jobs.index(PlanKind.REBALANCE))
    assert not panel.settings().keep_bands


def test_bands__what_is_asked_already_is_not_overwritten(show):
    page = show(snapshot=f.snapshot())
    page.panel.risk.show_value(Decimal(33))
    page.panel.changed.emit()
    page.panel.more.keep_bands.setChecked(True)
    page.panel.more.keep_bands.setChecked(False)
    page.refresh(desk(BANDED, None))
    assert not page.settings().keep_bands
    assert page.settings().risk_aversion == 33


def test_answer__an_empty_gain_harvest_says_why(show):
    why = Notice("gain_room_losses", {"carried": "7000.00"})
    plan = f.household_plan(PlanKind.GAIN_HARVEST, sales=(), purchases=(), notices=(why,))
    assert show(plan).answer.startswith("Losses of $7,000.00 are carried into next year")


def test_answer__a_target_out_of_reach_says_what_keeps_the_rest(show):
    facts = {"asked": "500000.00", "reached": "14500.00", "locked": "9000.00"}
    plan = f.household_plan(
        PlanKind.HARVEST_TARGET,
        settings=replace(f.ASKED[PlanKind.HARVEST_TARGET], amount=Decimal(500000)),
        notices=(Notice("loss_out_of_reach", facts),),
    )
    said = show(plan).answer
    assert "of the $500,000 of losses asked for" in said
    assert "nothing else can be sold because $9,000.00 is locked by wash-sale rules" in said
