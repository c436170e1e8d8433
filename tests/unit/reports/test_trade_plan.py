"""The sheet of a household plan, its lot instructions, and the words of what was asked."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from factories import ASKED, IRA, household_plan, measures, proposal, snapshot

from harvestdesk.domain.errors import Notice
from harvestdesk.domain.plan_settings import HOUSEHOLD_KINDS, PlanKind, PlanSettings
from harvestdesk.domain.proposal import Check, HarvestSettings, Payout, Reason, RiskLimit
from harvestdesk.reports.asked_words import asked, asked_rows
from harvestdesk.reports.document import Checklist, Heading, Paragraph, Report, RowKind, Table, Tone
from harvestdesk.reports.figures import plain_figure
from harvestdesk.reports.render_csv import render_csv
from harvestdesk.reports.worksheets.lot_instructions import lot_instruction_sheet
from harvestdesk.reports.worksheets.trade_plan import decision, trade_plan_sheet

Golden = Callable[[str, bytes], None]
HOUSEHOLD = snapshot()


def table(report: Report, first: str) -> Table:
    return next(t for t in report.tables() if t.columns[0].title == first)


def headings(report: Report) -> list[str]:
    return [b.text for b in report.blocks if isinstance(b, Heading)]


def todo(report: Report) -> tuple[str, ...]:
    return next(b for b in reversed(report.blocks) if isinstance(b, Checklist)).items


@pytest.mark.parametrize("kind", HOUSEHOLD_KINDS)
def test_sheets_are_as_kept(golden: Golden, kind: PlanKind) -> None:
    sheet = trade_plan_sheet(household_plan(kind), HOUSEHOLD)
    golden(f"worksheets/trades-{kind.value}.csv", render_csv(sheet).encode())


@pytest.mark.parametrize("kind", [PlanKind.REBALANCE, PlanKind.GIFT])
def test_lot_instructions_are_as_kept(golden: Golden, kind: PlanKind) -> None:
    sheet = lot_instruction_sheet(household_plan(kind), HOUSEHOLD)
    golden(f"worksheets/lot-instructions-{kind.value}.csv", render_csv(sheet).encode())


def test_the_decision_comes_first_in_one_sentence() -> None:
    sheet = trade_plan_sheet(household_plan(), HOUSEHOLD)
    assert headings(sheet)[0] == "Decision"
    lead = sheet.blocks[1]
    assert isinstance(lead, Paragraph)
    assert lead.tone is Tone.LEAD
    assert lead.text == (
        "Sell 3 lots in 2 accounts for $97,048.00 and make 2 purchases for $60,602.10: the tax on 2025's gains "
        "goes from $17,346.80 to $16,434.45, and tracking error goes from 98.1 bp to 55.7 bp a year."
    )


def test_each_job_says_what_it_does() -> None:
    def said(kind: PlanKind) -> str:
        return decision(household_plan(kind), HOUSEHOLD)

    assert said(PlanKind.INVEST).startswith("Invest $8,000.00: make 2 purchases")
    assert said(PlanKind.WITHDRAW).startswith(
        "Raise $24,000.00, $18,000.00 from Rivera joint …4417 and $6,000.00 from Direct index …9031: sell"
    )
    assert "$14,500.00 of losses (asked for: $14,500.00)" in said(PlanKind.HARVEST_TARGET)
    assert said(PlanKind.GAIN_HARVEST).startswith("Realise $27,120.00 of gains: sell 1 lot")
    assert said(PlanKind.GIFT) == (
        "Give 1 lot worth $14,814.90 to Shelter of Hope instead of selling: $5,333.60 of gains are never taxed, "
        "$1,269.40 of tax this year had they been sold."
    )


def test_a_tax_that_does_not_change_stays() -> None:
    plan = household_plan()
    same = replace(plan, after=replace(plan.after, tax=plan.before.tax))
    assert "gains stays at $17,346.80" in decision(same, HOUSEHOLD)


def test_a_plan_without_trades_says_why() -> None:
    idle = household_plan(sales=(), purchases=(), notices=(), locks=())
    assert decision(idle, HOUSEHOLD).startswith("Nothing to trade: no trade is worth")
    told = replace(idle, notices=(Notice("no_targets"),))
    assert "No targets are set" in decision(told, HOUSEHOLD)


def test_a_plan_that_failed_says_so_before_anything_else() -> None:
    failed = household_plan(checks=(Check("not_buy_locked", False, {"symbols": "PYRE"}),))
    warning = trade_plan_sheet(failed, HOUSEHOLD).blocks[1]
    assert isinstance(warning, Paragraph)
    assert "must not be traded" in warning.text


def test_gains_and_losses_add_up_by_term_and_over_all() -> None:
    sales = table(trade_plan_sheet(household_plan(), HOUSEHOLD), "Sell")
    place = [c.title for c in sales.columns].index("Gain or loss")
    body = [plain_figure(r.cells[place]) for r in sales.rows if r.kind is RowKind.BODY]
    terms = [plain_figure(r.cells[place]) for r in sales.rows if r.kind is RowKind.SUM]
    assert len(body) == 3
    assert sum(v or 0 for v in body) == sum(v or 0 for v in terms) == Decimal("12620.00")
    assert plain_figure(sales.totals[place]) == Decimal("12620.00")


def test_sales_no_return_knows_of_have_neither_term_nor_tax() -> None:
    plan = household_plan()
    sheltered = replace(plan.sales[2], account_id=IRA, taxed=False)
    sheet = trade_plan_sheet(replace(plan, sales=(*plan.sales[:2], sheltered)), HOUSEHOLD)
    sales = table(sheet, "Sell")
    titles = [c.title for c in sales.columns]
    row = next(r.cells for r in sales.rows if r.kind is RowKind.BODY and r.cells[0] == "SIMV")
    assert [row[titles.index(t)] for t in ("Term", "Gain or loss", "Tax")] == ["—", "—", "—"]
    assert plain_figure(sales.totals[titles.index("Gain or loss")]) == Decimal("-14500.00")


def test_losses_warn_of_january_and_gains_do_not() -> None:
    def warned(kind: PlanKind) -> bool:
        blocks = trade_plan_sheet(household_plan(kind), HOUSEHOLD).blocks
        return any("January" in b.text for b in blocks if isinstance(b, Paragraph))

    assert warned(PlanKind.REBALANCE)
    assert not warned(PlanKind.GAIN_HARVEST)


def test_drift_is_told_against_target_and_band() -> None:
    drift = table(trade_plan_sheet(household_plan(), HOUSEHOLD), "Asset class")
    rows = {r.cells[0]: r.cells[1:] for r in drift.rows}
    assert rows["US stocks"] == (
        "55.0%", "50.0% to 60.0%", "71.2%", "58.8%", "3.8%", "back in its band",
    )  # fmt: skip


def test_lots_nobody_weighed_come_after_those_that_were() -> None:
    plan = household_plan()
    weighed, locked = plan.kept
    ruled_out = replace(
        weighed,
        gain=Decimal(99000),
        reason=Reason("not_a_payer", {"account": "Alex traditional IRA"}),
    )
    sheet = trade_plan_sheet(replace(plan, kept=(ruled_out, weighed, locked)), HOUSEHOLD)
    rows = table(sheet, "Security").rows
    assert [r.cells[4] for r in rows] == ["−$2,209.00", "$1,970.00", "$99,000.00"]


def test_rules_that_bind_are_priced_and_none_is_said() -> None:
    def text(**changes: object) -> str:
        plan = household_plan(measures=measures(**changes))
        return render_csv(trade_plan_sheet(plan, HOUSEHOLD))

    assert "$35.80" in text()
    assert text().index("$35.80") < text().index("$2.10")
    assert "No limit holds the plan back" in text(prices=())


def test_things_to_do_fit_the_job() -> None:
    withdrawn = todo(trade_plan_sheet(household_plan(PlanKind.WITHDRAW), HOUSEHOLD))
    assert any("Move $18,000.00 out of Rivera joint" in item for item in withdrawn)
    given = todo(trade_plan_sheet(household_plan(PlanKind.GIFT), HOUSEHOLD))
    assert any("Shelter of Hope" in item for item in given)
    assert not any("sales first" in item for item in given)
    invested = todo(trade_plan_sheet(household_plan(PlanKind.INVEST), HOUSEHOLD))
    assert not any("basis" in item for item in invested)


def test_a_payout_of_a_traditional_ira_is_income() -> None:
    paid = measures(payouts=(Payout(IRA, Decimal(500)),))
    sheet = trade_plan_sheet(household_plan(PlanKind.WITHDRAW, measures=paid), HOUSEHOLD)
    assert "§408(d)" in table(sheet, "Pays").rows[0].cells[2]


def test_lot_instructions_with_gains_say_gain_or_loss() -> None:
    mixed = lot_instruction_sheet(household_plan(), HOUSEHOLD)
    joint = next(iter(mixed.tables()))
    assert joint.columns[-1].title == "Gain or loss"
    assert plain_figure(joint.totals[-1]) == Decimal("27120.00")
    losses = lot_instruction_sheet(proposal(HOUSEHOLD), HOUSEHOLD)
    assert {t.columns[-1].title for t in losses.tables()} == {"Loss"}


# --- what was asked ----------------------------------------------------------------------------------
def test_only_what_is_unusual_is_said() -> None:
    assert asked(PlanSettings(), HOUSEHOLD) == (("Job", "Rebalance"),)
    told = dict(asked(ASKED[PlanKind.REBALANCE], HOUSEHOLD))
    assert told["Turnover at most"] == "25.0%"
    assert told["Weights after the plan"] == (
        "Energy at most 5.0%; US stocks 40.0% to 60.0%; JUNO at most 8.0%"
    )
    assert told["Never sold"] == "LUMA"
    assert "Smallest order" not in told


def test_a_harvest_tells_what_it_was_asked_too() -> None:
    rising = HarvestSettings(risk_limit=RiskLimit.INCREASE, replace=False)
    told = dict(asked(rising, HOUSEHOLD))
    assert told["The limit is on"] == "the rise over today"
    assert told["Replacements are bought"] == "no"


def test_every_setting_a_person_may_choose_has_a_row() -> None:
    fields = {r.field for r in asked_rows(PlanSettings(), HOUSEHOLD)}
    assert set(PlanSettings.__dataclass_fields__) - fields == {"time_limit_seconds"}
    fields = {r.field for r in asked_rows(HarvestSettings(), HOUSEHOLD)}
    assert set(HarvestSettings.__dataclass_fields__) - fields == {
        "time_limit_seconds",
        "ladder_length",
    }
