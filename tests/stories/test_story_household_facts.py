"""A household says how its accounts take part and what it owns elsewhere, as files, and its plans keep to it."""

from decimal import Decimal
from pathlib import Path

import pytest

AS_OF = ("--as-of", "2025-12-05")
ACCOUNTS = (
    "account,name,type,cash,cash_on",
    "joint,Rivera joint,joint,2000,2025-12-05",
    "own,Alex taxable,taxable,500,2025-12-05",
    "plan,Workplace plan,401k,0,2025-12-05",
)
SECURITIES = (
    "symbol,name,kind,asset_class,sector,tracked_index",
    "QVTI,Broad fund,etf,us_equity,,Broad",
    "QVTX,Other broad fund,etf,us_equity,,Other broad",
    "QBND,Bond fund,etf,us_bond,,Bonds",
)
LOTS = (
    "account,symbol,shares,acquired,cost_basis,as_of,price",
    "joint,QVTI,400,2024-03-11,50000,2025-12-05,100",
    "own,QVTI,100,2024-05-13,12000,2025-12-05,100",
    "plan,QBND,200,2024-03-11,20000,2025-12-05,100",
)
REST = {
    "prices.csv": ("date,symbol,close", "2025-12-05,QVTX,50"),
    "targets.csv": ("asset_class,weight,low,high", "us_equity,70%,0%,100%", "us_bond,30%,0%,100%"),
    "swaps.csv": ("symbol,replacement", "QVTI,QVTX"),
}


def _file(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def book(desk, tmp_path: Path) -> Path:
    """A household of three accounts with losses in two."""
    path = tmp_path / "rivera.harvest"
    tables = {"accounts.csv": ACCOUNTS, "securities.csv": SECURITIES, "lots.csv": LOTS, **REST}
    files = [_file(tmp_path, name, *rows) for name, rows in tables.items()]
    desk.json("import", *files, "--household", path)
    return path


def sales(found) -> list[dict]:
    return [t for t in found["trades"] if t["action"] == "sell"]


def plan(desk, book: Path):
    return desk.json("plan", "harvest", "--household", book, *AS_OF, "--tracking-error", "900")


def test_rules_and_outside_holdings__come_as_files_and_plans_keep_to_them(desk, book, tmp_path):
    assert len(sales(plan(desk, book))) == 2
    rules = _file(
        tmp_path,
        "rules.csv",
        "account,role,menu,cash_min,cash_reserve,cash_max",
        "Alex taxable,never,,,,",
        "Rivera joint,first,QVTX QBND,500,1500,9000",
    )
    desk.json("import", rules, "--household", book)
    accounts = {a["name"]: a for a in desk.json("accounts", "--household", book)}
    joint = accounts["Rivera joint"]
    assert accounts["Alex taxable"]["role"] == "never"
    assert (joint["role"], joint["menu"]) == ("first", ["QVTX", "QBND"])
    assert Decimal(joint["cash_reserve"]) == 1500
    assert accounts["Workplace plan"]["cash_max"] is None
    ruled = plan(desk, book)
    assert {s["account"] for s in sales(ruled)} <= {joint["id"], joint["name"]}
    assert len(sales(ruled)) == 1
    header = "holding,value,symbol,asset_class,sector"
    stock = _file(tmp_path, "outside.csv", header, "Vested stock,60000,ZACM,us_equity,Energy")
    desk.json("import", stock, "--household", book)
    elsewhere = plan(desk, book)
    assert elsewhere["before"]["tracking_error"] > ruled["before"]["tracking_error"]
    assert desk.json("check", "--household", book)["ok"]


def test_bad_rows__are_told_by_line_and_column_and_leave_the_rest(desk, book, tmp_path):
    bad = _file(
        tmp_path,
        "rules.csv",
        "account,role,cash_min,cash_reserve",
        "Alex taxable,first,900,100",
        "Rivera joint,never,,",
    )
    told = desk.json("import", bad, "--household", book)
    (problem,) = [p for p in told["files"][0]["problems"] if p["severity"] == "error"]
    assert problem["line"] == 2
    assert "cash_reserve" in problem["message"]
    roles = {a["name"]: a["role"] for a in desk.json("accounts", "--household", book)}
    assert roles["Rivera joint"] == "never"
    assert roles["Alex taxable"] == "normal"
