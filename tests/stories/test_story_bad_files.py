"""Every reader against files that are cut, empty, binary, another broker's or from another editor.

A file that can't be read as a whole is exit code 2 with its name, a line where there is one, and what was
expected; the household keeps every byte. A file of which a row is spoiled is read and the row is named.
"""

import csv
import hashlib
import io
import re
from pathlib import Path

import pytest

CASES = Path(__file__).resolve().parents[1] / "cases" / "importers"
FILES = [
    "harvestdesk/lots.csv",
    "harvestdesk/transactions.csv",
    "harvestdesk/accounts.csv",
    "prices/long.csv",
    "prices/wide.csv",
    "schwab/positions_2026_individual.csv",
    "schwab/lot_details_wash.csv",
    "schwab/Individual_XXX731_Transactions_20260310-171456.csv",
    "schwab/transactions.json",
    "fidelity/positions_2026_sentence_case.csv",
    "fidelity/history_2026_14_columns.csv",
    "ibkr/two_accounts_with_lots.xml",
]
TABLES = [name for name in FILES if name.endswith(".csv")]
OTHER_BROKER = (
    "Account Number,Trade Date,Settlement Date,Transaction Type,Transaction Description,Investment Name,"
    "Symbol,Shares,Share Price,Principal Amount,Commission Fees,Net Amount,Accrued Interest,Account Type\n"
    "12345678,2025-01-02,2025-01-03,Buy,Buy,INVENTED FUND,ZZZ,1,10,-10,0,-10,0,CASH\n"
)
OTHER_XML = '<?xml version="1.0"?>\n<OFX><SIGNONMSGSRSV1/></OFX>\n'

WHOLE = {
    "empty": lambda raw, name: b"",
    "blank": lambda raw, name: b"\n \n\t\n",
    "binary": lambda raw, name: bytes(range(256)) * 20,
    "zip": lambda raw, name: b"PK\x03\x04" + raw,
    "wrong broker": lambda raw, name: (
        OTHER_XML if name.endswith(".xml") else OTHER_BROKER
    ).encode(),
    "only the end": lambda raw, name: raw.rstrip().rpartition(b"\n")[2] or raw[-20:],
}


@pytest.fixture
def household(desk, tmp_path) -> Path:
    """A household with something in it."""
    first = tmp_path / "first.csv"
    first.write_text(
        "account,account_type,date,type,symbol,shares,amount\nJ,taxable,2025-01-03,buy,A,1,1\n"
    )
    desk.json("import", first, "--household", tmp_path / "h.harvest")
    return tmp_path / "h.harvest"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def original(name: str) -> bytes:
    return (CASES / name).read_bytes()


def plain(name: str) -> str:
    return original(name).decode("utf-8-sig").replace("\r\n", "\n")


@pytest.mark.parametrize("variant", WHOLE.values(), ids=WHOLE)
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_can_not_be_read_is_refused_whole(desk, household, tmp_path, name, variant):
    bad = tmp_path / Path(name).name
    bad.write_bytes(variant(original(name), name))
    before = digest(household)
    for options in ((), ("--json",), ("--dry-run",)):
        assert desk.run("import", bad, "--household", household, *options) == 2, desk.out
        assert desk.out == ""
        assert bad.name in desk.err
        assert re.search(r"[Ee]xpected|can't read yet", desk.err)
        assert "Traceback" not in desk.err
    assert digest(household) == before
    new = tmp_path / "new.harvest"
    assert desk.run("import", bad, "--household", new) == 2
    assert not new.exists()


@pytest.mark.parametrize("name", FILES)
def test_one_bad_file_keeps_the_good_ones_out(desk, household, tmp_path, name):
    good, bad = tmp_path / Path(name).name, tmp_path / "bad.csv"
    good.write_bytes(original(name))
    bad.write_bytes(b"hello\nworld\n")
    before = digest(household)
    for order in ((good, bad), (bad, good)):
        assert desk.run("import", *order, "--household", household) == 2
        assert "bad.csv" in desk.err
        assert "line 1" in desk.err
    assert digest(household) == before


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_anywhere_is_refused_or_its_loss_is_named(desk, tmp_path, name):
    """XML and JSON are refused whole with the line; of a table, a row cut in two is named."""
    raw = original(name)
    bad = tmp_path / Path(name).name
    for n, part in enumerate((0.1, 0.35, 0.6, 0.85)):
        bad.write_bytes(raw[: int(len(raw) * part)])
        path = tmp_path / f"{n}.harvest"
        code = desk.run("import", bad, "--household", path, "--json")
        assert code in {0, 2}, desk.err
        assert bad.name in (desk.err if code else desk.out)
        assert path.exists() is (code == 0)
        if not name.endswith(".csv"):
            assert code == 2
            assert re.search(r"line \d+", desk.err)


def redelimited(text: str, mark: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n").writerows(csv.reader(io.StringIO(text)))
    return out.getvalue()


EDITORS = {
    "bom": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "bom and crlf": lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
    "semicolons": lambda text: redelimited(text, ";").encode(),
}


@pytest.mark.parametrize("editor", EDITORS.values(), ids=EDITORS)
@pytest.mark.parametrize("name", TABLES)
def test_what_another_editor_saved_is_read_alike(desk, tmp_path, name, editor):
    """Or refused in words; then nothing is made."""
    found = []
    for n, raw in enumerate((plain(name).encode(), editor(plain(name)))):
        folder = tmp_path / str(n)
        folder.mkdir()
        file, path = folder / Path(name).name, folder / "h.harvest"
        file.write_bytes(raw)
        code = desk.run("import", file, "--household", path, "--json")
        if code:
            assert n == 1
            assert code == 2
            assert file.name in desk.err
            assert not path.exists()
            return
        lots = desk.json("lots", "--household", path, "--as-of", "2026-06-01")
        found.append((desk.json("accounts", "--household", path), lots))
    assert found[0] == found[1]


@pytest.mark.parametrize("name", FILES)
def test_the_same_file_saved_anew_is_known(desk, tmp_path, name):
    """Another editor changes every byte and no row: the second time adds nothing."""
    path, file = tmp_path / "h.harvest", tmp_path / Path(name).name
    file.write_bytes(original(name))
    assert desk.run("import", file, "--household", path) == 0, desk.err
    file.write_bytes(plain(name).replace("\n", "\r\n").encode("utf-8-sig"))
    (again,) = desk.json("import", file, "--household", path)["files"]
    assert again["imported"] == 0
