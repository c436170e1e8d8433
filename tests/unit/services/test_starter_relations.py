"""Starter relations are only added where the household has said nothing."""

from harvestdesk.domain.relations import IdenticalSet, Replacement
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.services.importing.starter import identical_starters, replacement_starters


def fund(symbol, index):
    return Security(f"s-{symbol}", symbol, kind=SecurityKind.ETF, tracked_index=index)


SPY, IVV, VV = fund("SPY", "S&P 500"), fund("IVV", "S&P 500"), fund("VV", "CRSP US Large Cap")


def test_funds_of_one_index_are_one_set():
    (found,) = identical_starters([SPY, IVV, VV], ())
    assert set(found.security_ids) == {"s-SPY", "s-IVV"}
    assert found.reason


def test_one_fund_alone_is_no_set():
    assert identical_starters([SPY, VV], ()) == ()


def test_a_fund_that_comes_later_joins_the_starter_set():
    first = identical_starters([SPY, IVV], ())
    (found,) = identical_starters([SPY, IVV, fund("VOO", "S&P 500")], first)
    assert set(found.security_ids) == {"s-SPY", "s-IVV", "s-VOO"}


def test_a_set_of_the_person_is_left_alone_and_not_doubled():
    own = IdenticalSet("set:mine", "mine", ("s-SPY", "s-VV"))
    assert identical_starters([SPY, IVV, VV], [own]) == (own,)


def test_replacements_need_both_funds_in_the_household():
    assert replacement_starters([SPY], (), ()) == ()
    (found,) = replacement_starters([SPY, VV], (), ())
    assert (found.security_id, found.replacement_id, found.rank) == ("s-SPY", "s-VV", 1)


def test_a_security_with_replacements_of_its_own_gets_no_more():
    own = Replacement("s-SPY", "s-IVV")
    assert replacement_starters([SPY, VV, IVV], [own], ())[0] == own
    assert [r for r in replacement_starters([SPY, VV], [own], ()) if r.security_id == "s-SPY"] == [
        own
    ]


def test_never_a_replacement_from_the_same_identical_set():
    together = IdenticalSet("set:large", "large", ("s-SPY", "s-VV"))
    assert replacement_starters([SPY, VV], (), [together]) == ()
