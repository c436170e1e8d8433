"""What is owned elsewhere: checked by row and field, saved whole with what it is, one undo step."""

from dataclasses import replace
from decimal import Decimal

import pytest

from harvestdesk.domain.changes import Touched
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import OutsideHoldingId, SecurityId
from harvestdesk.domain.security import AssetClass, SecurityKind
from harvestdesk.services.outside_holdings import (
    OutsideEntry,
    entry_of,
    outside_problems,
    save_outside_holdings,
)

EMPLOYER = OutsideEntry(
    Decimal(250_000), symbol="acme", name=" Acme Corp ", kind=SecurityKind.STOCK, sector="Energy", note=" vests "
)  # fmt: skip
HOUSE = OutsideEntry(Decimal("410000.5"), name="Rental house", asset_class=AssetClass.REAL_ESTATE)


def described(ctx):
    return {s.symbol: s for s in ctx.snapshot().securities if s.symbol in {"ACME", "RENTAL HOUSE"}}


def test_what_nobody_knows__becomes_a_security_without_a_price_in_the_same_step(ctx):
    before = ctx.snapshot()
    changes = save_outside_holdings(ctx, [EMPLOYER, HOUSE])
    assert changes.touched == Touched.OUTSIDE | Touched.SECURITIES
    seen = ctx.snapshot()
    first, second = seen.outside
    assert (first.value, first.note, second.value) == (250_000, "vests", Decimal("410000.5"))
    acme, house = seen.security_by_id[first.security_id], seen.security_by_id[second.security_id]
    assert (acme.symbol, acme.name, acme.sector) == ("ACME", "Acme Corp", "Energy")
    assert (house.symbol, house.asset_class) == ("RENTAL HOUSE", AssetClass.REAL_ESTATE)
    assert seen.prices.get(acme.id) is None
    assert seen.total_value() == before.total_value()
    assert seen.fingerprint != before.fingerprint
    ctx.book.undo()
    assert ctx.snapshot().fingerprint == before.fingerprint
    assert described(ctx) == {}


def test_what_the_household_knows__is_taken_as_it_is(sample):
    known = sample.snapshot().securities[0]
    by_symbol = replace(EMPLOYER, symbol=f" {known.symbol.lower()} ")
    by_id = OutsideEntry(Decimal(5), security_id=known.id)
    changes = save_outside_holdings(sample, [by_symbol, by_id])
    assert changes.touched == Touched.OUTSIDE
    assert {h.security_id for h in sample.snapshot().outside} == {known.id}
    assert known in sample.snapshot().securities


def test_stored_ones__stay_and_change_by_their_id(ctx):
    save_outside_holdings(ctx, [EMPLOYER, HOUSE])
    kept = ctx.snapshot().outside
    assert save_outside_holdings(ctx, kept).step == 0
    entries = [replace(entry_of(kept[0]), value=Decimal(1000)), kept[1]]
    assert save_outside_holdings(ctx, entries).touched == Touched.OUTSIDE
    assert [h.value for h in ctx.snapshot().outside] == [1000, Decimal("410000.5")]
    assert [h.id for h in ctx.snapshot().outside] == [h.id for h in kept]
    save_outside_holdings(ctx, kept[1:])
    assert ctx.snapshot().outside == kept[1:]


def test_a_description__is_corrected_while_nothing_else_knows_the_security(ctx):
    save_outside_holdings(ctx, [EMPLOYER])
    (kept,) = ctx.snapshot().outside
    better = replace(EMPLOYER, id=kept.id, sector="Utilities")
    changes = save_outside_holdings(ctx, [better])
    assert changes.touched == Touched.SECURITIES
    assert described(ctx)["ACME"].sector == "Utilities"
    assert ctx.snapshot().outside == (kept,)


def test_two_holdings_of_one_new_thing__share_its_security(ctx):
    save_outside_holdings(ctx, [EMPLOYER, replace(EMPLOYER, value=Decimal(9))])
    assert len(described(ctx)) == 1
    assert len({h.security_id for h in ctx.snapshot().outside}) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": Decimal(0)}, "value"),
        ({"value": Decimal(-1)}, "value"),
        ({"value": Decimal("NaN")}, "value"),
        ({"value": Decimal("1e13")}, "value"),
        ({"security_id": SecurityId("nothing")}, "security_id"),
        ({"symbol": "", "name": " "}, "symbol"),
        ({"symbol": "A" * 41}, "symbol"),
        ({"symbol": "A\x07B"}, "symbol"),
    ],
)
def test_what_can_not_be__is_told_by_row_and_field(ctx, change, field):
    before = ctx.snapshot().fingerprint
    bad = replace(EMPLOYER, **change)
    assert outside_problems([HOUSE, bad], ctx.snapshot().security_by_id).keys() == {(1, field)}
    with pytest.raises(BadInputError) as caught:
        save_outside_holdings(ctx, [HOUSE, bad])
    assert (caught.value.code, caught.value.facts["row"]) == (f"outside.{field}", 1)
    assert ctx.snapshot().fingerprint == before
    assert described(ctx) == {}


def test_a_row_twice__is_refused(ctx):
    twice = replace(HOUSE, id=OutsideHoldingId("outside-1"))
    with pytest.raises(BadInputError, match="twice"):
        save_outside_holdings(ctx, [twice, twice])
