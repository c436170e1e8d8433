"""Problems that can't be used are refused by the field's name."""

import copy
import json

import pytest
from engine_books import book

from harvestdesk.domain.errors import BadInputError
from harvestdesk.optimize.engine.facts import read_problem

NAN = float("nan")


def changed(path: tuple, value: object) -> dict:
    document = copy.deepcopy(book())
    at = document
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return document


REFUSED = [
    (("schema",), "harvestdesk.problem/9", "schema"),
    (("as_of",), "5.12.2025", "as_of"),
    (("as_of",), 20251205, "as_of"),
    (("mode",), "guess", "mode"),
    (("colour",), "blue", "colour"),
    (("fractional",), 1, "fractional"),
    (("securities",), [], "securities"),
    (("securities",), {}, "securities"),
    (("securities", 1), "S1", "securities[1]"),
    (("securities", 1, "symbol"), "S0", "securities[1].symbol"),
    (("securities", 1, "symbol"), "", "securities[1].symbol"),
    (("securities", 1, "price"), NAN, "securities[1].price"),
    (("securities", 1, "price"), 0, "securities[1].price"),
    (("securities", 1, "price"), -3.0, "securities[1].price"),
    (("securities", 1, "price"), True, "securities[1].price"),
    (("securities", 1, "target_weight"), NAN, "securities[1].target_weight"),
    (("securities", 1, "target_weight"), 1.01, "securities[1].target_weight"),
    (("securities", 1, "target_weight"), -0.01, "securities[1].target_weight"),
    (("securities", 1, "target_weight"), "0.1", "securities[1].target_weight"),
    (("securities", 1, "target_weight"), 0.99, "securities"),
    (("securities", 1, "max_weight"), 1.5, "securities[1].max_weight"),
    (("securities", 1, "specific_variance"), -1e-9, "securities[1].specific_variance"),
    (("securities", 1, "specific_variance"), float("inf"), "securities[1].specific_variance"),
    (("securities", 1, "loadings"), [0.1], "securities[1].loadings"),
    (("securities", 1, "loadings", 2), NAN, "securities[1].loadings[2]"),
    (("securities", 1, "loadings", 2), None, "securities[1].loadings[2]"),
    (("securities", 1, "color"), "red", "securities[1].color"),
    (("securities", 1, "identical_set"), 7, "securities[1].identical_set"),
    (("accounts",), [], "accounts"),
    (("accounts", 0, "type"), "offshore", "accounts[0].type"),
    (("accounts", 0, "cash"), "-1", "accounts[0].cash"),
    (("accounts", 0, "cash"), "NaN", "accounts[0].cash"),
    (("accounts", 0, "cash"), "lots", "accounts[0].cash"),
    (("accounts", 0, "cash"), None, "accounts[0].cash"),
    (("accounts", 0, "owner"), "self", "accounts[0].owner"),
    (("lots", 3, "id"), "l0-0", "lots[3].id"),
    (("lots", 3, "account"), "A7", "lots[3].account"),
    (("lots", 3, "symbol"), "ZZZ", "lots[3].symbol"),
    (("lots", 3, "shares"), "-5", "lots[3].shares"),
    (("lots", 3, "shares"), "Infinity", "lots[3].shares"),
    (("lots", 3, "shares"), [], "lots[3].shares"),
    (("lots", 3, "basis_per_share"), "-0.01", "lots[3].basis_per_share"),
    (("lots", 3, "acquired"), "2025-13-01", "lots[3].acquired"),
    (("lots", 3, "acquired"), "2025-12-06", "lots[3].acquired"),
    (("lots", 3, "wash"), "1", "lots[3].wash"),
    (("tax", "rate_short"), 1.2, "tax.rate_short"),
    (("tax", "rate_long"), None, "tax.rate_long"),
    (("tax", "rate_ordinary"), 0.1, "tax.rate_ordinary"),
    (("tax", "profile"), {"filing_status": "alone"}, "tax.profile.filing_status"),
    (("tax", "profile"), {"filing_status": "mfj", "wages": "x"}, "tax.profile.wages"),
    (("tax", "profile"), {"filing_status": "mfj", "state": "ZZ"}, "tax.profile.state"),
    (("tax", "profile"), {"filing_status": "mfj", "spouse": 1}, "tax.profile.spouse"),
    (("objective", "risk_aversion"), -1, "objective.risk_aversion"),
    (("objective", "risk_aversion"), 10**400, "objective.risk_aversion"),
    (("objective", "cost_rate"), NAN, "objective.cost_rate"),
    (("objective", "alpha"), 1, "objective.alpha"),
    (("locks", "buy"), ["ZZZ"], "locks.buy[0]"),
    (("locks", "loss_sale"), "S1", "locks.loss_sale"),
    (("locks", "loss_sale"), [1], "locks.loss_sale[0]"),
    (("limits",), [], "limits"),
    (("limits", "tracking_error"), -0.01, "limits.tracking_error"),
    (("limits", "turnover"), "0.1", "limits.turnover"),
    (("limits", "tax_budget"), "much", "limits.tax_budget"),
    (("limits", "min_trade"), "-250", "limits.min_trade"),
    (("limits", "sectors"), {"Space": [0, 1]}, "limits.sectors.Space"),
    (("limits", "sectors"), {"Energy": [0.2]}, "limits.sectors.Energy"),
    (("limits", "sectors"), {"Energy": [0.3, 0.2]}, "limits.sectors.Energy"),
    (("limits", "sectors"), {"Energy": [0.3, 1.2]}, "limits.sectors.Energy[1]"),
    (("limits", "drawdown"), 1, "limits.drawdown"),
    (("securities", 1, "held_outside"), 1.2, "securities[1].held_outside"),
    (("securities", 1, "min_weight"), -0.1, "securities[1].min_weight"),
    (("securities", 1, "min_weight"), 0.99, "securities[1].min_weight"),
    (("securities", 1, "volume"), "-1", "securities[1].volume"),
    (("accounts", 0, "menu"), ["S1", "ZZZ"], "accounts[0].menu[1]"),
    (("accounts", 0, "menu"), "S1", "accounts[0].menu"),
    (("accounts", 0, "min_cash"), "-5", "accounts[0].min_cash"),
    (("accounts", 0, "never"), "no", "accounts[0].never"),
    (("accounts", 0, "fractional"), 0, "accounts[0].fractional"),
    (("limits", "groups"), {}, "limits.groups"),
    (("limits", "groups"), [{"symbols": ["S1"]}], "limits.groups[0].name"),
    (("limits", "groups"), [{"name": "G"}], "limits.groups[0]"),
    (
        ("limits", "groups"),
        [{"name": "G", "symbols": ["S1"], "weights": {"S1": 1}}],
        "limits.groups[0]",
    ),
    (("limits", "groups"), [{"name": "G", "symbols": ["ZZZ"]}], "limits.groups[0].symbols[0]"),
    (("limits", "groups"), [{"name": "G", "weights": {"Z": 1}}], "limits.groups[0].weights.Z"),
    (("limits", "groups"), [{"name": "G", "weights": {"S1": 2}}], "limits.groups[0].weights.S1"),
    (
        ("limits", "groups"),
        [{"name": "G", "symbols": ["S1"], "least": 0.3, "most": 0.2}],
        "limits.groups[0].least",
    ),
    (
        ("limits", "groups"),
        [{"name": "G", "symbols": ["S1"]}, {"name": "G", "symbols": ["S2"]}],
        "limits.groups[1].name",
    ),
    (("limits", "loss_at_least"), "-1", "limits.loss_at_least"),
    (("limits", "loss_short_only"), 1, "limits.loss_short_only"),
    (("limits", "payout"), "5000", "limits.payout"),
    (("limits", "payout"), {"accounts": ["A0"]}, "limits.payout.amount"),
    (("limits", "payout"), {"amount": "0"}, "limits.payout.amount"),
    (("limits", "payout"), {"amount": "9", "accounts": ["A7"]}, "limits.payout.accounts[0]"),
    (("limits", "payout"), {"amount": "9", "accounts": []}, "limits.payout.accounts"),
    (("limits", "payout"), {"amount": "9", "to": "me"}, "limits.payout.to"),
    (("limits", "ticket_cost"), -1, "limits.ticket_cost"),
    (("limits", "max_trades"), 2.5, "limits.max_trades"),
    (("limits", "max_trades"), -1, "limits.max_trades"),
    (("limits", "max_trades"), True, "limits.max_trades"),
    (("limits", "max_share_of_volume"), 0.1, "limits.max_share_of_volume"),
    (("limits", "max_share_of_volume"), 1.5, "limits.max_share_of_volume"),
]


@pytest.mark.parametrize(("path", "value", "field"), REFUSED)
def test_a_field_that_cant_be_used_is_named(path, value, field) -> None:
    with pytest.raises(BadInputError) as caught:
        read_problem(changed(path, value))
    assert caught.value.message.startswith(f"field {field}:")


@pytest.mark.parametrize(
    "path",
    [
        ("schema",),
        ("as_of",),
        ("securities",),
        ("accounts",),
        ("lots",),
        ("tax",),
        ("objective",),
        ("securities", 0, "price"),
        ("securities", 0, "loadings"),
        ("lots", 0, "acquired"),
        ("objective", "risk_aversion"),
    ],
)
def test_a_missing_field_is_named(path) -> None:
    document = copy.deepcopy(book())
    at = document
    for key in path[:-1]:
        at = at[key]
    del at[path[-1]]
    with pytest.raises(BadInputError, match="missing"):
        read_problem(document)


@pytest.mark.parametrize("document", [None, [], "x", 3])
def test_a_document_that_is_no_object(document) -> None:
    with pytest.raises(BadInputError, match="expected an object"):
        read_problem(document)


def test_a_household_worth_nothing() -> None:
    document = book(accounts=1, lots=1)
    document["lots"] = []
    document["accounts"][0]["cash"] = "0"
    with pytest.raises(BadInputError, match="worth nothing"):
        read_problem(document)


def test_limits_are_dollars_as_text_and_fractions_as_numbers() -> None:
    problem = read_problem(book(limits={"min_trade": "250", "tax_budget": 0.01}))
    assert problem.limits.min_trade == pytest.approx(250 / float(problem.exact.value))
    assert problem.limits.tax == 0.01


def test_accounts_say_what_they_offer_and_keep() -> None:
    document = book(accounts=3, limits={"max_cash": 0.0})
    document["accounts"][0] |= {"menu": ["S1", "S2"], "min_cash": "4500"}
    document["accounts"][1] |= {"never": True}
    document["accounts"][2] |= {"fractional": False}
    problem = read_problem(document)
    assert [list(np_true(row)) for row in problem.may_buy] == [[1, 2], [], list(range(8))]
    assert list(problem.limits.cash_least) == pytest.approx(
        [4500 / float(problem.exact.value), 0.0, 0.0]
    )
    assert list(problem.left_alone) == list(problem.lot_account == 1)
    assert list(problem.in_parts) == [True, True, False]
    assert problem.limits.cash[1] == problem.cash[1]
    assert problem.limits.cash[0] == 0.0
    assert problem.purses.count == 3


def test_a_household_of_like_accounts_has_one_purse() -> None:
    problem = read_problem(book(accounts=3))
    assert problem.purses.count == 1
    assert len(problem.purses) == int(problem.buyable.sum())
    assert problem.may_buy is None


def test_weights_outside_least_weights_groups_and_volumes() -> None:
    document = book(
        limits={
            "groups": [{"name": "bonds", "weights": {"S1": 0.5, "S2": 1}, "least": 0.1}],
            "max_share_of_volume": 0.1,
            "payout": {"amount": "5000"},
            "max_trades": 4,
            "loss_at_least": "3000",
            "ticket_cost": "1",
        }
    )
    document["securities"][3] |= {"held_outside": 0.2, "min_weight": 0.01, "volume": "1000"}
    problem = read_problem(document)
    value = float(problem.exact.value)
    assert list(np_true(problem.outside)) == [3]
    group, least = problem.limits.groups
    assert (list(group.members[:4]), group.least, group.most) == ([0, 0.5, 1, 0], 0.1, 1.0)
    assert (least.kind, least.name, least.least) == ("security", "S3", 0.01)
    price = float(problem.exact.prices[3])
    assert problem.most_sold[3] == problem.most_bought[3] == pytest.approx(100 * price / value)
    assert problem.most_sold[0] == float("inf")
    assert problem.limits.payout.amount == pytest.approx(5000 / value)
    assert list(problem.limits.payout.payers) == [True]
    assert problem.limits.max_trades == 4
    assert problem.limits.loss_least == pytest.approx(3000 / value)
    assert problem.limits.ticket_cost == pytest.approx(1 / value)


def test_a_lock_holds_for_the_whole_identical_set() -> None:
    problem = read_problem(book(members=2, locks={"buy": ["S0"], "loss_sale": ["S3"]}))
    assert list(np_true(problem.buy_locked)) == [0, 1]
    assert list(np_true(problem.loss_locked)) == [2, 3]


def np_true(mask):
    return mask.nonzero()[0]


def test_the_whole_document_survives_json() -> None:
    document = json.loads(json.dumps(book()))
    assert read_problem(document).symbols[0] == "S0"
