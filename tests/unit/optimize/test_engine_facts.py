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


def test_a_lock_holds_for_the_whole_identical_set() -> None:
    problem = read_problem(book(members=2, locks={"buy": ["S0"], "loss_sale": ["S3"]}))
    assert list(np_true(problem.buy_locked)) == [0, 1]
    assert list(np_true(problem.loss_locked)) == [2, 3]


def np_true(mask):
    return mask.nonzero()[0]


def test_the_whole_document_survives_json() -> None:
    document = json.loads(json.dumps(book()))
    assert read_problem(document).symbols[0] == "S0"
