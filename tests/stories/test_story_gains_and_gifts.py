"""A year of low income: gains taken in the 0 % band and bought back, and shares given instead of cash."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from harvestdesk.domain.household import Person, RateSource
from harvestdesk.domain.ids import PersonId
from harvestdesk.services.books import open_book
from harvestdesk.services.context import AppContext
from harvestdesk.services.household_settings import save_household

AS_OF = ("--as-of", "2025-12-05")
FILES = {
    "accounts.csv": (
        "account,name,type,cash,cash_on",
        "joint,Rivera joint,joint,2000,2025-12-05",
        "ira,Alex IRA,traditional_ira,500,2025-12-05",
    ),
    "securities.csv": (
        "symbol,name,kind,asset_class,sector,tracked_index",
        "QVTI,Broad fund,etf,us_equity,,Broad",
        "QBND,Bond fund,etf,us_bond,,Bonds",
    ),
    "lots.csv": (
        "account,symbol,shares,acquired,cost_basis,as_of,price",
        "joint,QVTI,400,2019-03-11,16000,2025-12-05,100",
        "joint,QVTI,100,2025-08-11,6000,2025-12-05,100",
        "joint,QBND,100,2021-05-13,12000,2025-12-05,100",
        "ira,QVTI,100,2019-05-13,1000,2025-12-05,100",
    ),
}


@pytest.fixture
def book(desk, tmp_path: Path) -> Path:
    """A household with 24,000 of long-term gains, and none of its tax from tables yet."""
    path, folder = tmp_path / "rivera.harvest", tmp_path / "files"
    folder.mkdir()
    for name, rows in FILES.items():
        (folder / name).write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    files = [folder / name for name in FILES]
    assert desk.run("import", *files, "--household", path) == 0, desk.err
    return path


def earning(book: Path, wages: int, **more) -> None:
    """Let the household's tax come from tables, with so much income."""
    with open_book(book) as opened:
        ctx = AppContext(opened)
        household = ctx.snapshot().household
        tax = replace(household.tax, rate_source=RateSource.TABLES, wages=Decimal(wages), **more)
        people = opened.people() or (Person(PersonId("person-1"), "Alex"),)
        save_household(ctx, replace(household, tax=tax), people)


def test_gains__need_tables_then_fill_the_band_and_are_repeated(desk, book) -> None:
    assert desk.run("plan", "gains", "--household", book, *AS_OF) == 2
    assert "tax tables" in desk.err
    earning(book, 115000)  # 2025, joint: 83,500 after the deduction, 13,200 below the line
    document = desk.json("plan", "gains", "--household", book, *AS_OF)
    assert document["status"] == "optimal"
    (sale,) = _sales(document)
    assert Decimal(sale["gain"]) == 13200
    assert document["measures"]["tax"] == "0.00"
    assert desk.run("plan", "repeat", "--household", book) == 0, desk.err
    assert desk.run("plan", "gains", "--household", book, *AS_OF, "--amount", "6000") == 0
    assert "6,000.00" in desk.out
    earning(book, 300000)
    assert desk.run("plan", "gains", "--household", book, *AS_OF) == 0, desk.err
    assert "above the line" in desk.out


def _sales(document) -> list:
    return [t for t in document["trades"] if t["action"] == "sell"]


def test_gains__leave_as_orders_and_on_paper(desk, book, tmp_path) -> None:
    earning(book, 115000)
    plan = desk.json("plan", "gains", "--household", book, *AS_OF)["id"]
    out = tmp_path / "orders"
    orders = ("export-orders", "--plan", plan, "--format", "generic-csv", "--out", out)
    assert desk.run(*orders, "--household", book) == 0, desk.err
    rows = "".join(p.read_text(encoding="utf-8-sig") for p in out.iterdir())
    assert "QVTI" in rows
    paper = tmp_path / "trades.pdf"
    report = ("report", "trades", "--plan", plan, "--out", paper, "--household", book)
    assert desk.run(*report) == 0, desk.err
    assert paper.name in desk.papers


def test_gift__whole_shares_to_a_charity(desk, book, tmp_path) -> None:
    asked = ("--amount", "9950", "--to", "Shelter of Hope")
    document = desk.json("plan", "gift", "--household", book, *AS_OF, *asked)
    (gift,) = document["gifts"]
    assert (gift["symbol"], Decimal(gift["shares"]), gift["gain"]) == ("QVTI", 100, "6000.00")
    assert document["status"] == "optimal"
    assert not document["trades"]
    assert desk.run("plan", "gift", "--household", book, *AS_OF, *asked) == 0
    assert "Shelter of Hope" in desk.out
    assert "QBND: lots at a loss of $2,000.00 are not given" in desk.out
    paper = tmp_path / "lots.pdf"
    report = ("report", "lot-instructions", "--plan", document["id"], "--out", paper)
    assert desk.run(*report, "--household", book) == 0, desk.err
    assert paper.name in desk.papers
    orders = ("export-orders", "--plan", document["id"], "--format", "generic-csv")
    assert desk.run(*orders, "--out", tmp_path / "orders", "--household", book) == 2
