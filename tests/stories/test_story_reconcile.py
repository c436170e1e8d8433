"""Year end: a broker's closed lots show a loss that a purchase in the spouse's account has washed."""

from decimal import Decimal
from pathlib import Path

import pytest

ACCOUNTS = """account,name,type,custodian,number_tail,owner
joint,Rivera joint,joint,schwab,4321,Alex; Jordan
jordan,Jordan taxable,taxable,fidelity,5432,Jordan
ira,Alex IRA,ira,fidelity,9911,Alex
"""
LEDGER = """account,date,type,symbol,shares,amount,fees
joint,2024-02-01,buy,QVTI,100,10000.00,0
joint,2025-03-03,sell,QVTI,100,8000.00,0
jordan,2025-03-10,buy,QVTI,60,4900.00,0
ira,2025-03-12,buy,QVTI,40,3300.00,0
jordan,2025-09-02,sell,QVTI,60,5000.00,0
joint,2025-01-06,buy,EMBR,10,1000.00,0
joint,2025-06-06,sell,EMBR,10,1200.00,0
"""
CLOSED = """account,symbol,shares,acquired,sold,proceeds,cost_basis,disallowed,term,covered
Rivera joint,QVTI,60,2024-02-01,2025-03-03,4800.00,6000.00,0.00,long,yes
account-000001,QVTI,40,2024-02-01,2025-03-03,3200.00,4000.00,0.00,long,yes
Rivera joint,EMBR,10,2025-01-06,2025-06-06,1200.00,1000.00,0.00,short,yes
"""
FIDELITY = """Symbol(CUSIP),Security Description,Quantity,Date Acquired,Date Sold,Proceeds,Cost Basis,Short Term Gain/Loss,Long Term Gain/Loss
QVTI(123456789),"QUILL TOTAL INTL ETF",60.00000,03/10/2025,09/02/2025,"$5000.00 ","$4900.00 ","$100.00 ",-
"""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    named = {
        "accounts": ("accounts.csv", ACCOUNTS),
        "ledger": ("ledger.csv", LEDGER),
        "closed": ("closed.csv", CLOSED),
        "fidelity": ("Realized_Gain_Loss_Account_Z98765432.csv", FIDELITY),
    }
    for name, text in named.values():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return {key: tmp_path / name for key, (name, _) in named.items()}


@pytest.fixture
def household(desk, files: dict[str, Path], tmp_path: Path) -> Path:
    book = tmp_path / "rivera.harvest"
    desk.json("import", files["accounts"], files["ledger"], "--household", book)
    return book


def test_loss_no_1099_shows__is_explained_to_the_last_dollar(
    desk, files, household: Path, tmp_path: Path
) -> None:
    found = desk.json(
        "reconcile", files["closed"], files["fidelity"], "--household", household, "--year", "2025",
        "--out", tmp_path / "reconciliation.pdf",
    )  # fmt: skip
    assert found["unexplained"] == 0
    assert found["ties_out"] is True
    by_kind = {d["kind"]: d for d in found["differences"]}
    assert set(by_kind) == {
        "wash_cross_account", "wash_permanent", "basis_cross_account", "term_tacking",
    }  # fmt: skip
    assert by_kind["wash_cross_account"]["effect"]["total"] == "1200.00"
    assert by_kind["wash_cross_account"]["facts"]["account"] == "Jordan taxable"
    assert by_kind["wash_permanent"]["effect"]["total"] == "800.00"
    assert by_kind["wash_permanent"]["facts"]["account"] == "Alex IRA"
    told = sum(Decimal(d["effect"]["total"]) for d in found["differences"])
    assert told == Decimal(found["difference"]["total"]) == Decimal("800.00")
    paper = desk.papers["reconciliation.pdf"]
    assert paper.title == "Reconciliation with the broker's closed lots"
    assert found["agreed"] == 1  # EMBR
    assert found["compared"] == 3


def test_nothing_is_stored(desk, files, household: Path) -> None:
    before = household.read_bytes()
    assert desk.run("reconcile", files["closed"], "--household", household) == 0
    assert "not explained" in desk.out
    assert "Jordan taxable" in desk.out
    assert household.read_bytes() == before


def test_csv(desk, files, household: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "reconciliation.csv"
    assert desk.run("reconcile", files["closed"], "--household", household, "--out", out) == 0
    assert "Losses washed by a purchase in another account" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("a,b\n1,2\n", (), "no list of closed lots"),
        ("", (), "the file is empty"),
        (CLOSED, ("--year", "2019"), "no sale of 2019"),
        (CLOSED, ("--account", "nowhere"), "no account nowhere"),
        (CLOSED, ("--out", "x.docx"), ".pdf or .csv"),
        (FIDELITY, (), "--account with one of"),
    ],
)
def test_bad_input__exit_code_2_and_the_way_out(
    desk, household: Path, tmp_path: Path, text: str, options: tuple[str, ...], words: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    assert desk.run("reconcile", path, "--household", household, *options) == 2
    assert words in desk.err
    assert desk.out == ""


def test_the_import_points_to_the_comparison(desk, files, household: Path) -> None:
    assert desk.run("import", files["closed"], "--household", household) == 2
    assert "Compare with broker's closed lots" in desk.err


def test_a_file_that_names_no_account_is_not_taken_for_one_of_a_retirement_account(
    desk, tmp_path
) -> None:
    from harvestdesk.services.sample import build_sample

    path, closed = tmp_path / "sample.harvest", tmp_path / "gainloss.csv"
    build_sample(path)
    closed.write_text(
        "Security,Trans type,Qty,Open date,Adj cost,Close date,Adj proceeds,Adj gain($),Adj gain(%),Term\n"
        'Quill (QVTI),Sell.FIFO,20.,1/10/2020,"1,300.00 ",3/15/2020,"1,310.00 ",10.00 ,0.77 ,Short-term\n'
    )
    assert desk.run("reconcile", closed, "--household", path) == 2
    assert "does not say which account it is of" in desk.err
    assert "Direct index" in desk.err
    assert "IRA" not in desk.err.partition("Expected")[2]
    account = desk.json("accounts", "--household", path)[1]["id"]
    assert desk.run("reconcile", closed, "--household", path, "--account", account) == 0
    assert "QVTI in Direct index: Sold at the broker, not in the ledger" in desk.out
