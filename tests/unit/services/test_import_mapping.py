"""Whose account a file is of: by number, else by name, else by being the broker's only one."""

import pytest

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.household import Person
from harvestdesk.importers.batch import ImportBatch, ParsedAccount, ParsedCash, SourceFile
from harvestdesk.services.importing.mapping import map_accounts

JOINT = Account("account-1", "Joint", AccountType.JOINT, custodian="schwab", number_tail="4417")
OTHER = Account("account-2", "Index", custodian="ibkr", number_tail="0318")
PEOPLE = [Person("person-1", "Alex"), Person("person-2", "Jordan")]


def batch(*accounts, broker="schwab", rows=()):
    source = SourceFile("x.csv", "0", 1)
    return ImportBatch(source, broker, "positions", accounts=accounts, cash=tuple(rows))


def mapped(*batches, answers=None, accounts=(JOINT, OTHER)):
    return map_accounts(batches, accounts, PEOPLE, answers or {})


@pytest.mark.parametrize("tail", ["4417", "417"])
def test_the_number_decides_whatever_the_name_says(tail):
    (found,), made = mapped(batch(ParsedAccount("k", "Something else", tail, custodian="schwab")))
    assert (found.account_id, found.reason, found.certain) == ("account-1", "number", True)
    assert made == ()


def test_the_same_number_at_another_broker_is_another_account():
    (found,), made = mapped(batch(ParsedAccount("k", "", "4417", custodian="fidelity")))
    assert found.reason == "new"
    assert made[0].custodian == "fidelity"


def test_the_name_decides_where_there_is_no_number():
    (found,), _ = mapped(batch(ParsedAccount("k", "JOINT", custodian="schwab")))
    assert (found.account_id, found.reason) == ("account-1", "name")


def test_the_name_does_not_decide_against_the_number():
    (found,), made = mapped(batch(ParsedAccount("k", "Joint", "9999", custodian="schwab")))
    assert (found.reason, len(made)) == ("new", 1)


def test_a_file_that_names_nothing_goes_to_the_brokers_only_account_but_is_not_certain():
    (found,), _ = mapped(batch(ParsedAccount("", custodian="schwab")))
    assert (found.account_id, found.reason, found.certain) == ("account-1", "only_one", False)


def test_a_file_that_names_nothing_asks_where_the_broker_has_two_accounts():
    second = Account("account-3", "IRA", custodian="schwab", number_tail="1")
    (found,), _ = mapped(
        batch(ParsedAccount("", custodian="schwab")), accounts=(JOINT, OTHER, second)
    )
    assert (found.account_id, found.reason) == (None, "ask")
    assert found.choices == ("account-1", "account-2", "account-3")


def test_an_answer_wins():
    (found,), made = mapped(
        batch(ParsedAccount("k", "New", "77", custodian="schwab")), answers={(0, "k"): "account-2"}
    )
    assert (found.account_id, found.reason, made) == ("account-2", "given", ())


def test_two_files_of_one_new_account_make_one_account():
    new = ParsedAccount("k", "Roth", "7755", AccountType.ROTH_IRA, "fidelity", ("Jordan",))
    found, made = mapped(batch(new), batch(new, broker="fidelity"))
    assert len(made) == 1
    assert {m.account_id for m in found} == {made[0].id}
    assert (made[0].type, made[0].owner_ids) == (AccountType.ROTH_IRA, ("person-2",))


def test_our_own_tables_share_their_keys():
    first = batch(ParsedAccount("joint", "Joint", custodian="schwab"), broker="harvestdesk")
    second = batch(ParsedAccount("joint", "", custodian="other"), broker="harvestdesk")
    found, _ = mapped(first, second)
    assert [m.account_id for m in found] == ["account-1", "account-1"]


def test_rows_of_an_account_the_file_does_not_list_are_asked_for():
    from datetime import date
    from decimal import Decimal

    row = ParsedCash(3, "ghost", date(2025, 1, 1), Decimal(1))
    second = Account("account-3", "More", custodian="ibkr")
    (found,), _ = mapped(batch(rows=[row], broker="ibkr"), accounts=(OTHER, second))
    assert (found.key, found.reason) == ("ghost", "ask")


def test_a_brokers_first_file_makes_its_account_though_it_names_none():
    (found,), made = mapped(batch(ParsedAccount("", custodian="fidelity")))
    assert (found.reason, found.certain) == ("new", False)
    assert [(a.name, a.custodian) for a in made] == [("Fidelity", "fidelity")]


def test_an_own_table_that_names_no_account_asks_unless_there_is_none_yet():
    nameless = batch(ParsedAccount(""), broker="harvestdesk")
    (asked,), _ = mapped(nameless)
    (first,), made = mapped(nameless, accounts=())
    assert (asked.reason, first.reason, len(made)) == ("ask", "new", 1)


def test_a_new_account_learns_from_every_file_that_names_it_in_any_order():
    bare = ParsedAccount("k", "Alex 401(k)")
    full = ParsedAccount(
        "k", "Alex 401(k)", "55", AccountType.PLAN_401K, "fidelity", ("Alex",), reinvests=True
    )
    for files in ((bare, full), (full, bare)):
        found, (made,) = mapped(*(batch(a, broker="harvestdesk") for a in files))
        assert {m.account_id for m in found} == {made.id}
        assert (made.type, made.owner_ids, made.reinvests) == (
            AccountType.PLAN_401K,
            ("person-1",),
            True,
        )
        assert (made.number_tail, made.custodian) == ("55", "fidelity")


def test_accounts_of_one_file_with_the_same_digits_are_never_taken_for_one():
    listed = (
        ParsedAccount("a", "Core", "0000", custodian="fidelity"),
        ParsedAccount("b", "Roth", "0000", AccountType.ROTH_IRA, custodian="fidelity"),
        ParsedAccount("c", "Core", "0000", custodian="fidelity"),
    )
    first, made = mapped(batch(*listed, broker="fidelity"))
    assert len({m.account_id for m in first}) == len(made) == 3
    assert [a.type for a in made] == [
        AccountType.TAXABLE,
        AccountType.ROTH_IRA,
        AccountType.TAXABLE,
    ]
    kept = [Account(f"account-{n}", a.name, a.type, custodian="fidelity", number_tail="0000") for n, a in enumerate(made)]  # fmt: skip
    again, more = mapped(batch(*listed, broker="fidelity"), accounts=kept)
    assert [m.account_id for m in again] == [a.id for a in kept]
    assert more == ()
