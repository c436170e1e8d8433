"""Gains outside the ledger and changes of law: checked by row and field, saved whole, one undo step."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from harvestdesk.domain.changes import Touched
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.tax_year import (
    ExternalGain,
    ExternalKind,
    ExternalTerm,
    LawChange,
    LawTarget,
)
from harvestdesk.services.outside_gains import (
    external_gain_problems,
    law_change_problems,
    quarter_end,
    quarter_of,
    save_external_gains,
    save_law_changes,
)

K1 = ExternalGain("", date(2025, 11, 3), ExternalTerm.LONG, Decimal(9000), kind=ExternalKind.K1)
FUND = ExternalGain(
    "", date(2025, 12, 31), ExternalTerm.SHORT, Decimal(1000), Decimal("0.8"), note=" estimate "
)
SOLD = ExternalGain(
    "", date(2025, 3, 31), ExternalTerm.LONG, Decimal(-500), Decimal("0.5"), realised=True
)
RISE = LawChange("", 2027, LawTarget.LONG_TERM, Decimal("0.05"), " plan ")


def test_gains__are_saved_on_the_last_day_of_their_quarter_as_one_step(ctx):
    before = ctx.snapshot()
    changes = save_external_gains(ctx, [FUND, K1])
    kept = ctx.snapshot().external_gains
    assert changes.touched == Touched.TAX_FACTS
    assert [g.on for g in kept] == [date(2025, 12, 31)] * 2
    assert [g.note for g in kept if g.term is ExternalTerm.SHORT] == ["estimate"]
    assert len({g.id for g in kept}) == 2
    assert ctx.snapshot().fingerprint != before.fingerprint
    assert save_external_gains(ctx, kept).step == 0
    save_external_gains(ctx, kept[:1])
    assert ctx.snapshot().external_gains == kept[:1]
    ctx.book.undo()
    assert ctx.snapshot().external_gains == kept
    ctx.book.undo()
    assert ctx.snapshot().fingerprint == before.fingerprint


def test_law_changes__are_saved_by_year_as_one_step(ctx):
    later = replace(RISE, from_year=2029, target=LawTarget.NIIT, points=Decimal("-0.038"))
    before = ctx.snapshot().fingerprint
    assert save_law_changes(ctx, [later, RISE]).touched == Touched.TAX_FACTS
    kept = ctx.snapshot().law_changes
    assert [(c.from_year, c.note) for c in kept] == [(2027, "plan"), (2029, "plan")]
    assert ctx.book.undo_label() == "Changes of law"
    ctx.book.undo()
    assert ctx.snapshot().fingerprint == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal("NaN")}, "amount"),
        ({"amount": Decimal("0.0000001")}, "amount"),
        ({"amount": Decimal(10) ** 13}, "amount"),
        ({"probability": Decimal("1.01")}, "probability"),
        ({"probability": Decimal("-0.01")}, "probability"),
        ({"on": date(1912, 12, 31)}, "on"),
        ({"on": date(2026, 1, 1), "realised": True}, "realised"),
    ],
)
def test_gain_that_cannot_be__is_refused_by_row_and_field(ctx, change, field):
    gains = [K1, replace(K1, **change)]
    assert list(external_gain_problems(gains, ctx.as_of())) == [(1, field)]
    with pytest.raises(BadInputError, match="Row 2") as refused:
        save_external_gains(ctx, gains)
    assert refused.value.code == f"gain.{field}"
    assert refused.value.facts == {"row": 1, "field": field}
    assert ctx.snapshot().external_gains == ()
    assert ctx.book.undo_label() is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"from_year": 1912}, "from_year"),
        ({"from_year": 10000}, "from_year"),
        ({"points": Decimal(0)}, "points"),
        ({"points": Decimal("1.5")}, "points"),
        ({"points": Decimal("0.000000001")}, "points"),
    ],
)
def test_law_change_that_cannot_be__is_refused_by_row_and_field(ctx, change, field):
    assert list(law_change_problems([replace(RISE, **change)])) == [(0, field)]
    with pytest.raises(BadInputError) as refused:
        save_law_changes(ctx, [replace(RISE, **change)])
    assert refused.value.code == f"law.{field}"


def test_rows__with_one_id_are_refused():
    as_of = date(2025, 12, 5)
    same = [replace(K1, id="a"), replace(FUND, id="a")]
    assert list(external_gain_problems(same, as_of)) == [(1, "id")]
    assert external_gain_problems([K1, FUND], as_of) == {}  # new ones have none yet
    assert list(law_change_problems([replace(RISE, id="a")] * 2)) == [(1, "id")]


def test_realised__may_be_of_the_quarter_that_runs():
    """The quarter's last day is kept, which may lie ahead of the day itself."""
    assert external_gain_problems([replace(K1, realised=True)], date(2025, 10, 1)) == {}
    assert list(external_gain_problems([replace(K1, realised=True)], date(2025, 9, 30))) == [
        (0, "realised")
    ]


@pytest.mark.parametrize(
    ("day", "quarter", "end"),
    [
        (date(2024, 1, 1), 1, date(2024, 3, 31)),
        (date(2024, 3, 31), 1, date(2024, 3, 31)),
        (date(2024, 4, 1), 2, date(2024, 6, 30)),
        (date(2024, 9, 30), 3, date(2024, 9, 30)),
        (date(2024, 12, 31), 4, date(2024, 12, 31)),
    ],
)
def test_quarters__are_those_of_the_calendar(day, quarter, end):
    assert quarter_of(day) == quarter
    assert quarter_end(day.year, quarter) == end


def test_quarter__five_is_refused():
    with pytest.raises(BadInputError, match="quarter 5"):
        quarter_end(2025, 5)
