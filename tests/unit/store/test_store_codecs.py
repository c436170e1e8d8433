"""The JSON of kept plans: exact, canonical, and refusing what it can't hold."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

import pytest
from factories import proposal

from harvestdesk.domain.proposal import HarvestSettings, Proposal
from harvestdesk.store import codecs
from harvestdesk.store.database import HouseholdBook


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    amount: Decimal
    on: date | None = None


@dataclass(frozen=True)
class Outer:
    inner: tuple[Inner, ...]
    ratio: float
    colour: Colour = Colour.RED
    facts: Mapping[str, str] = field(default_factory=dict)
    flag: bool = False
    count: int = 0


SAMPLE = Outer((Inner(Decimal("1.50"), date(2025, 1, 2)), Inner(Decimal("-0"))), 0.1, count=2**60)
TEXT = (
    '{"colour":"red","count":1152921504606846976,"facts":{},"flag":false,"inner":'
    '[{"amount":"1.50","on":"2025-01-02"},{"amount":"-0","on":null}],"ratio":0.1}'
)


def test_dumps__is_canonical() -> None:
    assert codecs.dumps(SAMPLE) == TEXT


def test_loads__keeps_types_and_digits() -> None:
    back = codecs.loads(Outer, TEXT)
    assert back == SAMPLE
    assert repr(back) == repr(SAMPLE)
    assert isinstance(back.colour, Colour)


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), 1e-320, 0.1 + 0.2])
def test_floats__come_back_exactly(value: float) -> None:
    assert codecs.loads(Outer, codecs.dumps(Outer((), value))).ratio == value


def test_defaults__fill_what_an_older_plan_lacks() -> None:
    assert codecs.loads(Outer, '{"inner":[],"ratio":1}') == Outer((), 1.0)


def test_defaults__settings_and_sales_of_an_older_plan() -> None:
    """Plans stored before a part of a loss could be accepted are read as they were meant."""
    settings = json.loads(codecs.dumps(HarvestSettings(min_loss=Decimal(40))))
    del settings["max_disallowed_percent"]
    assert codecs.loads(HarvestSettings, json.dumps(settings)) == HarvestSettings(
        min_loss=Decimal(40)
    )
    newer = proposal()
    plan = json.loads(codecs.dumps(newer))
    for sale in plan["sales"]:
        del sale["disallowed"]
    assert codecs.loads(Proposal, json.dumps(plan)) == newer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"inner":[]}',
        '{"inner":[],"ratio":1,"more":1}',
        '{"inner":{},"ratio":1}',
        '{"inner":[],"ratio":true}',
        '{"inner":[],"ratio":"x"}',
        '{"inner":[],"ratio":1,"colour":"blue"}',
        '{"inner":[],"ratio":1,"flag":1}',
        '{"inner":[],"ratio":1,"count":1.0}',
        '{"inner":[{"amount":1.5}],"ratio":1}',
        '{"inner":[{"amount":"x"}],"ratio":1}',
        '{"inner":[{"amount":"1","on":"2025-02-30"}],"ratio":1}',
    ],
)
def test_loads__refuses_what_is_not_of_the_type(text: str) -> None:
    with pytest.raises(codecs.CodecError):
        codecs.loads(Outer, text)


@pytest.mark.parametrize(
    "value", [Outer(({1, 2},), 1.0), Outer((datetime(2025, 1, 2, tzinfo=UTC),), 1.0), Outer((), 1.0, facts={1: "x"})]
)  # fmt: skip
def test_dumps__refuses_what_has_no_exact_form(value: Outer) -> None:
    with pytest.raises(codecs.CodecError):
        codecs.dumps(value)


def test_packed__comes_back_whole_and_says_when_damaged() -> None:
    text = '{"a":"' + "0123456789" * 500 + '"}'
    assert codecs.unpacked(codecs.packed(text)) == text
    assert len(codecs.packed(text)) < len(text) / 10
    for damaged in ("!", codecs.packed(text)[:-8], "AAAA"):
        with pytest.raises(codecs.CodecError):
            codecs.unpacked(damaged)


def test_proposals__are_kept_with_the_household_they_were_made_for(book: HouseholdBook) -> None:
    inputs = book.snapshot(date(2025, 12, 5))
    with book.write("Plan") as w:
        w.add_proposal(proposal(), inputs)
    kept = book.inputs(proposal().id)
    assert repr(kept) == repr(inputs)  # the history has gaps, and NaN equals nothing
    assert kept.fingerprint == inputs.fingerprint
    assert book.proposal_ids() == (proposal().id,)


def test_proposals__are_kept_with_every_digit(book: HouseholdBook) -> None:
    plan = proposal()
    with book.write("Plan") as w:
        w.add_proposal(plan)
    assert book.proposals() == (plan,)
    kept = book.proposal(plan.id)
    assert codecs.dumps(kept) == codecs.dumps(plan)  # equal Decimals may differ in their digits
    assert isinstance(kept, Proposal)
    assert book.proposal("nobody") is None
    book.undo()
    assert book.proposals() == ()
