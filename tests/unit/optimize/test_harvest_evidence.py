"""A plan whose losses rest on purchases nobody knows of says so, in the sale and in its notices."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from harvest_households import AS_OF, check_sound, etf, lot, plan, snapshot, swap

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.errors import Severity
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.codes import SALE_EVIDENCE
from harvestdesk.optimize.thin_evidence import uncovered
from harvestdesk.reports.wording import sentence
from harvestdesk.washsale.evidence import Gap, GapKind

YESTERDAY = date(2025, 12, 4)
SECURITIES = (etf("AAA"), etf("BBB"), etf("CCC"), etf("DDD"))
UNPLACED = Security(SecurityId("OPT"), "OPT", kind=SecurityKind.OPTION)


def home(heard=("joint", "roth"), lots=(), securities=SECURITIES, **days: date):
    """Losses in AAA and DDD; accounts are heard of until yesterday, or until the day given."""
    known = snapshot(
        securities,
        [
            lot("a", "AAA", 100, 10000),
            lot("d", "DDD", 50, 6000),
            lot("c", "CCC", 4000, 200000),
            *lots,
        ],
        {"AAA": 80, "BBB": 50, "CCC": 100, "DDD": 100, "OPT": 1},
        replacements=[swap("AAA", "BBB"), swap("DDD", "BBB")],
    )
    return replace(known, cash_on={AccountId(a): days.get(a, YESTERDAY) for a in heard})


def of_code(proposal, code: str) -> list[dict[str, str]]:
    found = [n for n in proposal.notices if n.code == code]
    assert all(n.severity is Severity.WARNING for n in found)
    return [dict(n.facts) for n in found]


def thin_lots(proposal) -> set[str]:
    return {s.lot_id for s in proposal.sales if "evidence" in s.reason.facts}


def planned(household: HouseholdSnapshot):
    proposal = plan(household, tracking_error_bp=Decimal(500))
    check_sound(household, proposal)
    assert {s.lot_id for s in proposal.sales} == {"a", "d"}
    assert proposal.passed
    return proposal


def test_a_covered_household__its_plan_stays_as_it_is() -> None:
    proposal = planned(home())
    assert thin_lots(proposal) == set()
    assert of_code(proposal, "coverage_incomplete") == of_code(proposal, "evidence_unclear") == []
    assert "ncomplete" not in " ".join(sentence(s.reason) for s in proposal.sales)


@pytest.mark.parametrize(
    ("household", "missing"),
    [
        (home(heard=("joint",)), "Roth (2025-11-05 to 2025-12-04)"),
        (home(roth=date(2025, 11, 20)), "Roth (2025-11-21 to 2025-12-04)"),
        (home(roth=date(2025, 12, 3)), "Roth (2025-12-04)"),
        (home(heard=()), "Joint (2025-11-05 to 2025-12-04), Roth (2025-11-05 to 2025-12-04)"),
    ],
)
def test_days_of_an_account_nobody_knows__in_notice_and_sales(household, missing: str) -> None:
    proposal = planned(household)
    facts = {"sales": "2", "of_sales": "2", "symbols": "AAA, DDD", "uncovered": missing}
    assert of_code(proposal, "coverage_incomplete") == [facts]
    for sale in proposal.sales:
        assert sale.reason.facts["evidence"] == "coverage_incomplete"
        assert sale.reason.facts["uncovered"] == missing
        assert sale.reason.facts["tax_value"] != "0.00"
        assert set(sale.reason.facts) >= set(SALE_EVIDENCE["coverage_incomplete"].facts)
        assert "Coverage incomplete: " in sentence(sale.reason)


def test_undated_shares_elsewhere__only_the_sales_of_their_set_are_marked() -> None:
    position = lot("r", "DDD", 10, 900, account="roth", on=None)
    proposal = planned(home(lots=[position]))
    assert thin_lots(proposal) == {"d"}
    (facts,) = of_code(proposal, "coverage_incomplete")
    assert (facts["sales"], facts["of_sales"], facts["symbols"]) == ("1", "2", "DDD")


def test_an_option_on_something_unknown__makes_every_loss_unclear() -> None:
    option = lot("o", "OPT", 1, 1)
    proposal = planned(home(lots=[option], securities=(*SECURITIES, UNPLACED)))
    (facts,) = of_code(proposal, "evidence_unclear")
    assert facts == {"sales": "2", "of_sales": "2", "symbols": "AAA, DDD", "options": "OPT"}
    assert of_code(proposal, "coverage_incomplete") == []
    assert {s.reason.facts["evidence"] for s in proposal.sales} == {"unclear"}
    assert all("what OPT is an option on" in sentence(s.reason) for s in proposal.sales)


def test_many_accounts__are_named_in_part_each_once() -> None:
    names = [f"n{i}" for i in range(6)]
    accounts = [Account(AccountId(n), n.upper(), AccountType.JOINT) for n in names]
    known = snapshot(SECURITIES, [], {}, accounts=accounts)
    days = [(date(2025, 11, 5), date(2025, 11, 20)), (date(2025, 11, 10), YESTERDAY)]
    gaps = [Gap(GapKind.NO_HISTORY, AccountId(n), None, *d) for n in names for d in days]
    assert uncovered(known, gaps) == (
        ", ".join(f"N{i} (2025-11-05 to 2025-12-04)" for i in range(4)) + " and 2 more"
    )
    assert uncovered(known, [Gap(GapKind.WINDOW_OPEN, None, SecurityId("AAA"), AS_OF, AS_OF)]) == ""
