"""What an imported security is: the file's hints, then the table of funds, then a stock."""

import pytest

from harvestdesk.domain.security import AssetClass, Security, SecurityKind
from harvestdesk.importers.batch import ImportBatch, ParsedSecurity, SourceFile
from harvestdesk.services.importing.classify import SecurityBook, fund_facts, read_toml


def book(*known):
    numbers = iter(range(1, 100))
    return SecurityBook(known, lambda kind: f"{kind}-{next(numbers)}")


def batch(*securities):
    return ImportBatch(SourceFile("x", "0", 1), "schwab", "lots", securities=securities)


def test_a_known_fund_gets_its_index_and_class():
    found = book().of("vti")
    assert (found.symbol, found.kind, found.asset_class) == (
        "VTI", SecurityKind.ETF, AssetClass.US_EQUITY,
    )  # fmt: skip
    assert found.tracked_index == "CRSP US Total Market"


def test_anything_else_is_a_stock_of_unknown_sector():
    found = book().of("ZZZA")
    assert (found.kind, found.asset_class, found.sector) == (
        SecurityKind.STOCK, AssetClass.US_EQUITY, "",
    )  # fmt: skip


def test_a_fund_nobody_knows_is_of_no_known_class():
    securities = book()
    securities.learn(batch(ParsedSecurity("ZZFX", "Some fund", SecurityKind.MUTUAL_FUND)))
    assert securities.of("ZZFX").asset_class is AssetClass.OTHER


def test_the_files_hints_come_before_the_table():
    securities = book()
    securities.learn(batch(ParsedSecurity("VTI", "Own name", asset_class=AssetClass.OTHER)))
    assert (securities.of("VTI").name, securities.of("VTI").asset_class) == (
        "Own name", AssetClass.OTHER,
    )  # fmt: skip


def test_what_the_household_knows_stays_and_what_is_empty_is_filled_in():
    securities = book(Security("s1", "ZZZA", name="Mine"))
    securities.learn(batch(ParsedSecurity("ZZZA", "Theirs", sector="Energy", cusip="123456789")))
    found = securities.of("ZZZA")
    assert (found.id, found.name, found.sector, found.cusip) == (
        "s1",
        "Mine",
        "Energy",
        "123456789",
    )
    assert list(securities.changed) == ["s1"]
    assert not securities.added


def test_a_security_is_found_by_its_cusip():
    securities = book(Security("s1", "OLD", cusip="123456789"))
    securities.learn(batch(ParsedSecurity("NEW", cusip="123456789")))
    assert not securities.added


def test_share_classes_are_one_security_however_they_are_written():
    securities = book()
    assert securities.of("BRK/B").id == securities.of("BRK.B").id == securities.of("brk b").id


def test_an_option_knows_its_underlying():
    securities = book()
    securities.learn(
        batch(ParsedSecurity("ZZZA260116C00050000", kind=SecurityKind.OPTION, underlying="ZZZA"))
    )
    option = securities.of("ZZZA260116C00050000")
    assert option.underlying_id == securities.of("ZZZA").id


def test_every_pair_of_the_starter_list_is_of_known_funds_that_track_different_indices():
    facts = fund_facts()
    for row in read_toml("starter_pairs.toml")["pair"]:
        sold, bought = facts[row["sold"]], facts[row["bought"]]
        assert sold.tracked_index != bought.tracked_index, row
        assert sold.asset_class == bought.asset_class, row
        assert 0 <= row["hurdle_bp"] <= 999


@pytest.mark.parametrize("name", ["etf_facts.toml", "starter_pairs.toml"])
def test_built_in_tables_say_when_and_where_they_come_from(name):
    table = read_toml(name)
    assert table["as_of"].year >= 2025
    assert table["source"]
