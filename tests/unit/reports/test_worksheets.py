from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from factories import (
    AS_OF,
    DIRECT,
    FIRST_SAFE,
    IRA,
    JOINT,
    LAST_LOCKED,
    planned_lock,
    proposal,
    security_id,
    snapshot,
)

from harvestdesk.domain.account import Account, ReliefMethod
from harvestdesk.domain.errors import Notice
from harvestdesk.domain.ids import AccountId
from harvestdesk.domain.lock import LockKind
from harvestdesk.domain.proposal import (
    Check,
    HarvestSettings,
    KeptLot,
    Reason,
    RiskLimit,
    SolverRecord,
)
from harvestdesk.reports.brokers import broker_guide
from harvestdesk.reports.document import (
    Checklist,
    Heading,
    Paragraph,
    Points,
    Report,
    RowKind,
    Signatures,
    Table,
    Tone,
)
from harvestdesk.reports.figures import plain_figure, usd
from harvestdesk.reports.relief_match import method_that_sells
from harvestdesk.reports.render_csv import render_csv
from harvestdesk.reports.worksheets.do_not_buy import (
    buy_locks,
    do_not_buy_sheet,
    matrix_tables,
    pause_items,
)
from harvestdesk.reports.worksheets.harvest import (
    decision,
    harvest_worksheet,
    january_warning,
    optimality,
)
from harvestdesk.reports.worksheets.lot_instructions import (
    instruction_line,
    lot_instruction_sheet,
    method_note,
)

Golden = Callable[[str, bytes], None]
HOUSEHOLD = snapshot()
PLAN = proposal(HOUSEHOLD)


def table(report: Report, first: str) -> Table:
    return next(t for t in report.tables() if t.columns[0].title == first)


def paragraphs(report: Report) -> str:
    return "\n".join(b.text for b in report.blocks if isinstance(b, Paragraph))


# --- golden ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("harvest", harvest_worksheet(PLAN, HOUSEHOLD)),
        ("do-not-buy", do_not_buy_sheet(HOUSEHOLD, PLAN.locks)),
        ("lot-instructions", lot_instruction_sheet(PLAN, HOUSEHOLD)),
    ],
)
def test_worksheets_are_as_kept(golden: Golden, name: str, report: Report) -> None:
    golden(f"worksheets/{name}.csv", render_csv(report).encode())


# --- the harvest worksheet ---------------------------------------------------------------------------
def test_harvest__everything_a_preparer_needs_in_reading_order() -> None:
    report = harvest_worksheet(PLAN, HOUSEHOLD)
    labels = dict(report.header)
    assert labels["As of"] == "December 5, 2025"
    assert labels["Prices of"].startswith("12/05/2025")
    assert "0.1.0" in labels["Engine"]
    assert labels["Data"].startswith("SIMULATED")
    headings = [b.text for b in report.blocks if isinstance(b, Heading) and b.level == 1]
    assert headings == [
        "Decision",
        "Gains to offset, and the household before and after",
        "Lots to sell",
        "Purchases",
        "What not to buy, and until when",
        "Losses left alone, and why",
        "The next lots beyond the limit",
        "Lot instructions at the brokers",
        "Remarks and checks",
        "Before, during and after the trades",
        "Signatures",
    ]
    last = report.blocks[-1]
    assert isinstance(last, Paragraph)
    assert last.tone is Tone.SMALL
    assert report.simulated
    assert report.dated == AS_OF


def test_harvest__decision_in_one_sentence() -> None:
    text = decision(PLAN)
    assert text.startswith("Sell 14 lots in 2 accounts to realise $66,348.01 of losses")
    assert "$31,318.00 short-term and $35,030.01 long-term" in text
    assert "buy 5 replacements for $77,797.49" in text
    assert text.endswith("(limit 35.0 bp).")
    rising = replace(PLAN, settings=HarvestSettings(risk_limit=RiskLimit.INCREASE), purchases=())
    assert "keep the proceeds in cash" in decision(rising)
    assert "limit: 35.0 bp more than today" in decision(rising)


def test_harvest__totals_add_up_by_term_and_over_all() -> None:
    sales = table(harvest_worksheet(PLAN, HOUSEHOLD), "Sell")
    loss = [c.title for c in sales.columns].index("Loss")
    body = [plain_figure(r.cells[loss]) for r in sales.rows if r.kind is RowKind.BODY]
    terms = [plain_figure(r.cells[loss]) for r in sales.rows if r.kind is RowKind.SUM]
    assert len(body) == 14
    assert len(terms) == 2
    assert sum(v or 0 for v in body) == sum(v or 0 for v in terms) == Decimal("66348.01")
    assert sales.totals[loss] == usd(PLAN.realised_loss)


def test_harvest__what_is_disallowed_has_a_column_only_if_there_is_any() -> None:
    first, *others = PLAN.sales
    washed = replace(PLAN, sales=(replace(first, disallowed=Decimal("12.40")), *others))
    sales = table(harvest_worksheet(washed, HOUSEHOLD), "Sell")
    titles = [c.title for c in sales.columns]
    place = titles.index("Disallowed")
    assert {len(r.cells) for r in sales.rows if r.kind is not RowKind.GROUP} == {len(titles)}
    body = [r.cells for r in sales.rows if r.kind is RowKind.BODY]
    assert [c[place] for c in body].count("$12.40") == 1
    assert (sales.totals[place - 1], sales.totals[place]) == ("$66,335.61", "$12.40")
    assert "§1091(d)" in sales.caption
    plain = table(harvest_worksheet(PLAN, HOUSEHOLD), "Sell")
    assert "Disallowed" not in [c.title for c in plain.columns]
    assert "Disallowed" not in plain.caption
    assert "to realise $66,335.61 of losses" in decision(washed)


def test_harvest__each_sale_says_what_replaces_it_and_when_it_is_safe() -> None:
    sales = table(harvest_worksheet(PLAN, HOUSEHOLD), "Sell")
    rows = {r.cells[0]: r.cells for r in sales.rows if r.kind is RowKind.BODY}
    assert rows["EMBR"][-2:] == ("PYRE", "01/05/2026")
    assert rows["CRNA"][-2] == "cash"


def test_harvest__room_counts_gains_carryforward_and_the_deduction() -> None:
    room = table(harvest_worksheet(PLAN, HOUSEHOLD), "Year 2025, dollars")
    by_name = {r.cells[0]: r.cells for r in room.rows}
    assert by_name["Realised elsewhere, as entered"][3] == "$61,050.00"
    assert by_name["Losses carried in from earlier years"][2] == "−$1,200.00"
    assert by_name["Room: further losses this year can use"][3] == "$62,850.00"
    lossy = replace(
        PLAN, before=replace(PLAN.before, net_short=Decimal(-9000), net_long=Decimal(0))
    )
    room = table(harvest_worksheet(lossy, HOUSEHOLD), "Year 2025, dollars")
    by_name = {r.cells[0]: r.cells for r in room.rows}
    assert by_name["Room: further losses this year can use"][3] == "$0.00"


def test_harvest__gap_is_rounded_up_never_down() -> None:
    def gap(value: float) -> str:
        return optimality(replace(PLAN, solver=replace(PLAN.solver, gap=value)))

    assert "within 0.16% of" in gap(0.00154)
    assert "within 0.01% of" in gap(0.0)
    assert "within 2.00% of" in gap(0.02)
    cut = optimality(replace(PLAN, solver=SolverRecord("user_limit", "SCS", "3", 0, 0, 0)))
    assert "nothing is proved" in cut


def test_harvest__january_warning() -> None:
    text = january_warning(PLAN)
    assert "through January 4, 2026" in text
    assert "first safe day is January 5, 2026" in text
    assert "January still destroys the 2025 loss" in text
    june = tuple(
        replace(k, last_day=date(2025, 7, 5), first_safe_day=date(2025, 7, 6)) for k in PLAN.locks
    )
    assert "end of the year" not in january_warning(replace(PLAN, locks=june))


def test_harvest__a_failed_plan_says_so_before_anything_else() -> None:
    failed = replace(PLAN, checks=(Check("not_buy_locked", False, {"symbols": "PYRE"}),))
    report = harvest_worksheet(failed, HOUSEHOLD)
    warning = report.blocks[1]
    assert isinstance(warning, Paragraph)
    assert "must not be traded" in warning.text
    points = next(b for b in report.blocks if isinstance(b, Points))
    assert points.items[0] == ("✗", "Something locked against purchases is bought: PYRE.")


def test_harvest__nothing_to_sell_is_an_answer_too() -> None:
    empty = replace(PLAN, sales=(), purchases=(), locks=())
    report = harvest_worksheet(empty, HOUSEHOLD)
    assert decision(empty).startswith("Nothing to sell: ")
    assert table(report, "Sell").rows == ()
    assert not [b for b in report.blocks if isinstance(b, Checklist)]


def test_harvest__losses_kept_are_listed_and_the_rest_is_counted() -> None:
    report = harvest_worksheet(PLAN, HOUSEHOLD)
    kept = next(
        t
        for t in report.tables()
        if t.columns[-1].title == "Why" and t.columns[0].title == "Security"
    )
    assert [r.cells[0] for r in kept.rows] == ["OPAL", "MIRA", "NOVX", "RIDG", "QUIL", "PYRE"]
    assert "for good" in kept.rows[-1].cells[-1]
    assert kept.caption == "Also left alone: 4 lots not below their basis."
    unknown = KeptLot(PLAN.kept[0].lot_id, Decimal(1), None, Reason("no_basis", {"symbol": "X"}))
    report = harvest_worksheet(replace(PLAN, kept=(unknown,)), HOUSEHOLD)
    assert "1 lot without a cost basis" in render_csv(report)


def test_harvest__real_households_are_not_marked() -> None:
    real = replace(HOUSEHOLD, household=replace(HOUSEHOLD.household, simulated=False))
    report = harvest_worksheet(PLAN, real)
    assert not report.simulated
    assert "SIMULATED" not in render_csv(report)


def test_harvest__everybody_signs() -> None:
    report = harvest_worksheet(PLAN, HOUSEHOLD)
    signatures = next(b for b in report.blocks if isinstance(b, Signatures))
    assert signatures.lines == (
        "Prepared by",
        "Reviewed by",
        "Approved by Alex",
        "Approved by Jordan",
    )


# --- do not buy --------------------------------------------------------------------------------------
def test_do_not_buy__each_account_has_its_page_its_dates_and_its_tasks() -> None:
    report = do_not_buy_sheet(HOUSEHOLD, PLAN.locks)
    tables = list(report.tables())
    assert len(tables) == len(HOUSEHOLD.accounts)
    for one in tables:
        assert len(one.rows) == 13
        assert {r.cells[3:] for r in one.rows} == {("01/04/2026", "01/05/2026")}
    text = paragraphs(report)
    assert text.count("lost for good (Rev. Rul. 2008-5).") >= 3
    tasks = [b.items for b in report.blocks if isinstance(b, Checklist)]
    assert any("LUMA" in items[0] and "gone for good" in items[0] for items in tasks)


def test_do_not_buy__overlapping_locks_end_with_the_last() -> None:
    first = planned_lock("ARBX", Decimal(100))
    later = replace(
        first,
        cause="loss_sale",
        cause_on=date(2025, 12, 20),
        last_day=date(2026, 1, 19),
        first_safe_day=date(2026, 1, 20),
    )
    over = replace(first, last_day=date(2025, 12, 4), first_safe_day=AS_OF)
    other_side = replace(first, kind=LockKind.LOSS_SALE_LOCKED, last_day=date(2026, 2, 1))
    (merged,) = buy_locks(HOUSEHOLD, [first, later, over, other_side])
    assert merged.first_safe_day == date(2026, 1, 20)
    assert merged.loss == Decimal(200)
    assert len(merged.causes) == 2


UNSURE = Notice(
    "coverage_incomplete",
    {
        "sales": "1",
        "of_sales": "13",
        "symbols": "ARBX",
        "uncovered": "Jordan Roth IRA (2025-11-05 to 2025-12-04)",
    },
)


def test_what_a_plan_does_not_know_stands_on_its_papers() -> None:
    thin = replace(PLAN, notices=(UNSURE, *PLAN.notices))
    for report in (
        harvest_worksheet(thin, HOUSEHOLD),
        do_not_buy_sheet(HOUSEHOLD, PLAN.locks, thin.notices),
    ):
        (warning,) = (
            b for b in report.blocks if isinstance(b, Paragraph) and "Coverage incomplete" in b.text
        )
        assert warning.tone is Tone.WARNING
        assert "Jordan Roth IRA (November 5, 2025 to December 4, 2025)" in warning.text
        points = [w for b in report.blocks if isinstance(b, Points) for _, w in b.items]
        assert not any("Coverage incomplete" in words for words in points)
    assert "Coverage incomplete" not in paragraphs(harvest_worksheet(PLAN, HOUSEHOLD))


def test_do_not_buy__nothing_locked() -> None:
    report = do_not_buy_sheet(HOUSEHOLD, ())
    assert "Nothing is locked" in paragraphs(report)
    assert all(t.rows == () for t in report.tables())


def test_do_not_buy__many_accounts_go_into_further_tables() -> None:
    extra = tuple(Account(AccountId(f"extra-{n}"), f"Extra {n}") for n in range(4))
    wide = replace(HOUSEHOLD, accounts=(*HOUSEHOLD.accounts, *extra))
    assert [len(t.columns) for t in matrix_tables(wide, PLAN.locks)] == [7, 6]


def test_pause__recurring_orders_and_reinvestments_of_what_is_sold_only() -> None:
    items = pause_items(HOUSEHOLD, PLAN.locks)
    joined = "\n".join(items)
    assert "Pause the automatic purchase of SIMI (next expected December 12, 2025)" in joined
    assert "resume on January 5, 2026" in joined
    assert "SIMB" not in joined


# --- lot instructions --------------------------------------------------------------------------------
def test_instructions__one_page_for_each_account_with_its_deadline() -> None:
    report = lot_instruction_sheet(PLAN, HOUSEHOLD)
    text = paragraphs(report)
    assert (
        "until midnight ET on the settlement date: December 8, 2025 if sold on December 5, 2025"
        in text
    )
    assert "until 8:30 PM ET on the trade date: December 5, 2025" in text
    one = lot_instruction_sheet(PLAN, HOUSEHOLD, DIRECT)
    assert "Schwab" not in render_csv(one)
    none = lot_instruction_sheet(PLAN, HOUSEHOLD, IRA)
    assert "no lots need be named" in paragraphs(none)


def test_instructions__a_plan_of_a_saturday_is_carried_out_on_monday() -> None:
    text = broker_guide("ibkr").deadline_for(date(2025, 12, 8))
    assert "December 8, 2025" in text
    report = lot_instruction_sheet(replace(PLAN, as_of=date(2025, 12, 6)), HOUSEHOLD, DIRECT)
    assert "on the trade date: December 8, 2025" in paragraphs(report)


def test_instructions__lots_as_text() -> None:
    simi = [s for s in PLAN.sales if s.security_id == security_id("SIMI")]
    assert instruction_line(HOUSEHOLD, simi) == (
        "SELL 252.5 SIMI VSP 212.5 sh 05/08/2024 @ 71.7324; 40 sh 02/03/2025 @ 72.00"
    )


def test_method__named_only_when_it_sells_exactly_these_lots() -> None:
    simi = [s for s in PLAN.sales if s.security_id == security_id("SIMI")]
    schwab = broker_guide("schwab")
    assert method_note(HOUSEHOLD, simi, schwab) == "Same result with the method High Cost."
    assert (
        method_note(HOUSEHOLD, simi[:1], schwab)
        == "No named method sells these shares: name the lots."
    )
    bolt = [s for s in PLAN.sales if s.security_id == security_id("BOLT")]
    assert method_note(HOUSEHOLD, bolt, broker_guide("ibkr")).startswith("All shares held")


def test_method__account_default_comes_first() -> None:
    accounts = tuple(
        replace(a, relief=ReliefMethod.LIFO) if a.id == JOINT else a for a in HOUSEHOLD.accounts
    )
    household = replace(HOUSEHOLD, accounts=accounts)
    simi = [s for s in PLAN.sales if s.security_id == security_id("SIMI")]
    note = method_note(household, simi, broker_guide("schwab"))
    assert note == "Same result with the method LIFO, this account's default."


def test_method__ties_and_unknown_lots_are_never_left_to_the_broker() -> None:
    held = [lot for lot in HOUSEHOLD.lots if lot.security_id == security_id("ARBX")]
    newer = held[0]
    twin = replace(newer, id=held[1].id, cost_basis=newer.cost_basis)
    chosen = {newer.id: newer.shares}
    every = [ReliefMethod.FIFO, ReliefMethod.LIFO, ReliefMethod.HIFO, ReliefMethod.LOFO]
    price = Decimal("41.20")
    assert method_that_sells(chosen, held, every, AS_OF, price) is ReliefMethod.LIFO
    assert method_that_sells(chosen, [newer, twin], every, AS_OF, price) is None
    blind = replace(held[1], acquired_on=None)
    assert method_that_sells(chosen, [newer, blind], every, AS_OF, price) is None
    too_many = {newer.id: newer.shares + 1000}
    assert method_that_sells(too_many, held, every, AS_OF, price) is None


def test_brokers__an_unknown_one_still_gets_rule_and_deadline() -> None:
    guide = broker_guide("somebody")
    assert guide.name == "the broker"
    assert "December 8, 2025" in guide.deadline_for(AS_OF)


def test_dates_of_the_example_are_those_of_the_law() -> None:
    assert (LAST_LOCKED - AS_OF).days == 30
    assert (FIRST_SAFE - AS_OF).days == 31
