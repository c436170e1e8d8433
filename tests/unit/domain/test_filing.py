"""Whose accounts a return is of."""

from dataclasses import replace

import pytest

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.filing import return_accounts
from harvestdesk.domain.household import FilingStatus, Person
from harvestdesk.domain.ids import AccountId, PersonId

ALEX, JO = PersonId("p1"), PersonId("p2")
PEOPLE = (Person(ALEX, "Alex"), Person(JO, "Jo", is_spouse=True))
OWN, HERS, BOTH, JOINT, IRA, NOBODY = ACCOUNTS = (
    Account(AccountId("a1"), "Own", owner_ids=(ALEX,)),
    Account(AccountId("a2"), "Hers", owner_ids=(JO,)),
    Account(AccountId("a3"), "Both", AccountType.TRUST, (ALEX, JO)),
    Account(AccountId("a4"), "Joint", AccountType.JOINT, (JO,)),
    Account(AccountId("a5"), "IRA", AccountType.ROTH_IRA, (ALEX,)),
    Account(AccountId("a6"), "Nobody's"),
)


def test_joint_return__is_of_every_taxable_account() -> None:
    found = return_accounts(FilingStatus.JOINT, PEOPLE, ACCOUNTS)
    assert found.counted == (OWN, HERS, BOTH, JOINT, NOBODY)
    assert (found.left_out, found.shared) == ((), ())


@pytest.mark.parametrize("status", [s for s in FilingStatus if s is not FilingStatus.JOINT])
def test_any_other_return__leaves_out_the_spouses_own(status: FilingStatus) -> None:
    found = return_accounts(status, PEOPLE, ACCOUNTS)
    assert found.counted == (OWN, BOTH, JOINT, NOBODY)
    assert found.left_out == (HERS,)
    assert found.shared == (BOTH, JOINT)
    assert found.spouse == "Jo"
    assert found.ids == {"a1", "a3", "a4", "a6"}


def test_without_a_spouse__every_taxable_account_counts() -> None:
    alone = [replace(p, is_spouse=False) for p in PEOPLE]
    found = return_accounts(FilingStatus.SINGLE, alone, ACCOUNTS)
    assert found.counted == (OWN, HERS, BOTH, JOINT, NOBODY)
    assert not found.left_out
