"""Holding periods, relief methods, netting and the tax of a year."""

from datetime import date
from decimal import Decimal

import pytest

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import FilingStatus, TaxProfile
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lot import TaxLot, Term
from harvestdesk.tax.holding_period import days_to_long_term, long_term_from, term_of
from harvestdesk.tax.liability import further_loss, loss_value, year_tax
from harvestdesk.tax.netting import NettingInput, deduction_limit, net_year
from harvestdesk.tax.netting_facts import evaluate_netting
from harvestdesk.tax.relief import SORT_KEYS, order_lots
from harvestdesk.tax.situation import TaxSituation


@pytest.mark.parametrize(
    ("acquired", "first_long"),
    [
        (date(2012, 9, 19), date(2013, 9, 20)),
        (date(2023, 2, 27), date(2024, 2, 28)),
        (date(2023, 2, 28), date(2024, 3, 1)),
        (date(2024, 2, 28), date(2025, 3, 1)),
        (date(2024, 2, 29), date(2025, 3, 1)),
        (date(2025, 2, 28), date(2026, 3, 1)),
        (date(2023, 12, 31), date(2025, 1, 1)),
        (date(2024, 1, 31), date(2025, 2, 1)),
        (date(2023, 12, 30), date(2024, 12, 31)),
    ],
)
def test_long_term_from__is_the_day_after_the_anniversary(acquired: date, first_long: date) -> None:
    assert long_term_from(acquired) == first_long
    assert term_of(acquired, first_long) is Term.LONG
    assert days_to_long_term(acquired, first_long) == 0
    eve = date.fromordinal(first_long.toordinal() - 1)
    assert term_of(acquired, eve) is Term.SHORT
    assert days_to_long_term(acquired, eve) == 1


def lot(name: str, acquired: date | None, basis: str) -> TaxLot:
    return TaxLot(
        LotId(name), AccountId("a"), SecurityId("x"), Decimal(1), acquired, acquired, Decimal(basis)
    )


LOTS = [
    lot("long gain", date(2020, 1, 2), "50"),
    lot("long loss", date(2021, 1, 2), "130"),
    lot("short loss", date(2025, 1, 2), "120"),
    lot("short gain", date(2025, 3, 2), "70"),
]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (ReliefMethod.FIFO, ["long gain", "long loss", "short loss", "short gain"]),
        (ReliefMethod.SPECIFIC, ["long gain", "long loss", "short loss", "short gain"]),
        (ReliefMethod.LIFO, ["short gain", "short loss", "long loss", "long gain"]),
        (ReliefMethod.HIFO, ["long loss", "short loss", "short gain", "long gain"]),
        (ReliefMethod.LOFO, ["long gain", "short gain", "short loss", "long loss"]),
        (ReliefMethod.MIN_TAX, ["short loss", "long loss", "long gain", "short gain"]),
        (ReliefMethod.MAX_LOSS, ["long loss", "short loss", "short gain", "long gain"]),
    ],
)
def test_relief__order_of_lots(method: ReliefMethod, expected: list) -> None:
    found = order_lots(LOTS[::-1], method, date(2025, 6, 2), Decimal(100))
    assert [x.id for x in found] == expected


def test_relief__every_method_has_a_key_and_undated_lots_count_as_oldest() -> None:
    assert SORT_KEYS.keys() == set(ReliefMethod)
    undated = lot("undated", None, "60")
    found = order_lots([*LOTS, undated], ReliefMethod.FIFO, date(2025, 6, 2), Decimal(100))
    assert found[0] is undated
    found = order_lots([*LOTS, undated], ReliefMethod.MIN_TAX, date(2025, 6, 2), Decimal(100))
    assert found[-1] is undated


def net(short: int, long: int, **more: object):
    return net_year(NettingInput(Decimal(short), Decimal(long), **more))


def test_netting__short_gains_take_long_losses_and_the_rest_is_taxed_short() -> None:
    result = net(10_000, -4_000)
    assert (result.taxable_short, result.taxable_long, result.deduction) == (6_000, 0, 0)


def test_netting__long_gain_left_over_keeps_its_character() -> None:
    result = net(-4_000, 10_000)
    assert (result.taxable_short, result.taxable_long) == (0, 6_000)


def test_netting__both_gains() -> None:
    result = net(1_000, 2_000)
    assert (result.taxable_short, result.taxable_long, result.total) == (1_000, 2_000, 3_000)


def test_netting__short_losses_are_deducted_before_long_ones() -> None:
    result = net(-2_000, -8_000)
    assert result.deduction == 3_000
    assert (result.carryover_short, result.carryover_long) == (0, 7_000)


def test_netting__loss_against_gain_of_the_other_term_then_deduction() -> None:
    result = net(-10_000, 4_000)
    assert (result.deduction, result.carryover_short, result.carryover_long) == (3_000, 3_000, 0)


def test_netting__carryforwards_come_first() -> None:
    result = net(2_000, 4_000, carryforward_short=Decimal(6_000), carryforward_long=Decimal(9_000))
    assert (result.net_short, result.net_long) == (-4_000, -5_000)
    assert (result.carryover_short, result.carryover_long) == (1_000, 5_000)


def test_netting__too_little_income_keeps_the_deduction_for_later() -> None:
    result = net(0, -1_200, other_income=Decimal(500))
    assert (result.deduction, result.carryover_long) == (1_200, 700)


def test_netting__half_limit_when_filing_separately() -> None:
    assert deduction_limit(FilingStatus.SEPARATE) == 1_500
    assert deduction_limit(FilingStatus.JOINT) == 3_000


@pytest.mark.parametrize(
    ("change", "words"),
    [({"filing_status": "x"}, "filing_status"), ({"short_term_net": "x"}, "short_term_net")],
)
def test_netting_facts__bad_fields_are_named(change: dict, words: str) -> None:
    good = {
        "filing_status": "single", "short_term_net": "0", "long_term_net": "0",
        "carryover_in_short": "0", "carryover_in_long": "0",
        "taxable_income_without_capital_items": "1",
    }  # fmt: skip
    assert evaluate_netting(good)["worksheet_lines"] == {}
    with pytest.raises(BadInputError, match=words):
        evaluate_netting(good | change)


PROFILE = TaxProfile(
    rate_short=Decimal("0.40"), rate_long=Decimal("0.20"), rate_ordinary=Decimal("0.30"),
    realised_short=Decimal(5_000), realised_long=Decimal(10_000),
)  # fmt: skip
SITUATION = TaxSituation(PROFILE, 2025)


def test_year_tax__realised_gains_of_the_profile_count() -> None:
    assert year_tax(SITUATION, Decimal(0), Decimal(0)).tax == 5_000 * Decimal("0.4") + 2_000


def test_loss_value__long_loss_beyond_long_gains_is_worth_the_short_rate() -> None:
    value = loss_value(SITUATION, Decimal(0), Decimal(0), Decimal(12_000), Term.LONG)
    assert value == 10_000 * Decimal("0.2") + 2_000 * Decimal("0.4")


def test_loss_value__beyond_gains_saves_ordinary_tax_up_to_the_limit() -> None:
    found = further_loss(SITUATION, Decimal(0), Decimal(0), Decimal(25_000), Term.SHORT)
    assert found.saved == 2_000 + 2_000 + 3_000 * Decimal("0.3")
    assert found.carried == 25_000 - 15_000 - 3_000


def test_loss_value__carryforward_already_covers_everything() -> None:
    situation = TaxSituation(TaxProfile(carryforward_short=Decimal(50_000)), 2025)
    found = further_loss(situation, Decimal(0), Decimal(0), Decimal(1_000), Term.LONG)
    assert (found.saved, found.carried) == (0, 1_000)
