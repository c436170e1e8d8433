"""Wash-sale rules as short texts a tax person can read: given, sell, expect; one file for a rule."""

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from harvestdesk.washsale.facts import evaluate_facts

CASES = sorted((Path(__file__).parent / "washsale").glob("*.txt"))
VERBS = {
    "buys": "buy",
    "reinvests": "drip",
    "vests": "vest",
    "is-given": "gift_in",
    "transfers-in": "transfer_in",
    "sells": "sell",
}
TRADE = re.compile(
    r"(?P<date>\S+) (?P<account>\S+) (?P<verb>\S+) (?P<quantity>\S+) (?P<symbol>\S+)"
    r"(?: of (?P<sold>\S+))? for (?P<total>\S+)(?: as (?P<lot>\S+))?(?: acquired (?P<acquired>\S+))?$"
)
SPLIT = re.compile(r"(?P<date>\S+) split (?P<symbol>\S+) (?P<new>\d+) for (?P<old>\d+)$")
SALE = re.compile(
    r"(?P<lot>\S+) (?P<quantity>\S+) shares gain (?P<gain>\S+) disallowed (?P<disallowed>\S+) "
    r"recognised (?P<recognised>\S+) (?P<term>short|long)(?: into (?P<into>\S+))?(?P<good> for good)?$"
)
LEFT = re.compile(
    r"(?P<lot>\S+) left (?P<quantity>\S+) shares basis (?P<basis>\S+) since (?P<since>\S+)$"
)


def read_case(path: Path) -> tuple[dict, Counter, Counter]:
    """Return the facts, the expected sale rows and the expected lots of a case file."""
    part, groups, rows = "", [], []
    sales: Counter = Counter()
    left: Counter = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line in {"given", "sell", "expect"}:
            part = line
        elif line.startswith("identical "):
            groups.append({"id": str(len(groups)), "symbols": line.split()[1:]})
        elif part != "expect":
            rows.append(_transaction(line, len(rows)))
        elif found := SALE.match(line):
            sales[_sale(found)] += 1
        else:
            found = LEFT.match(line)
            assert found, f"{path.name}: {line!r} is not understood"
            left[
                found["lot"], Decimal(found["quantity"]), Decimal(found["basis"]), found["since"]
            ] += 1
    accounts = {row["account"] for row in rows if "account" in row}
    facts = {
        "accounts": [{"id": a, "type": "ira" if a == "ira" else "taxable"} for a in accounts],
        "lot_method": "specific",
        "identical_groups": groups,
        "transactions": sorted(rows, key=lambda row: row["date"]),
    }
    return facts, sales, left


def _transaction(line: str, number: int) -> dict:
    if found := SPLIT.match(line):
        ratio = f"{found['new']}/{found['old']}"
        return {
            "id": f"t{number}",
            "type": "split",
            "ratio": ratio,
            "date": found["date"],
            "symbol": found["symbol"],
        }
    found = TRADE.match(line)
    assert found, f"{line!r} is not understood"
    row = {key: found[key] for key in ("date", "account", "quantity", "symbol", "total")}
    row |= {"id": f"t{number}", "type": VERBS[found["verb"]]}
    if found["sold"]:
        return row | {"lots": [{"lot": found["sold"], "quantity": found["quantity"]}]}
    return row | {"lot": found["lot"], "acquired": found["acquired"]}


def _sale(found: re.Match) -> tuple:
    amounts = (Decimal(found[key]) for key in ("quantity", "gain", "disallowed", "recognised"))
    return (found["lot"], *amounts, found["term"], found["into"], bool(found["good"]))


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_text_case(path: Path) -> None:
    facts, sales, left = read_case(path)
    result = evaluate_facts(facts)
    assert sales == Counter(
        (
            row["lot"],
            Decimal(row["quantity"]),
            Decimal(row["gain"]),
            Decimal(row["disallowed"]),
            Decimal(row["recognized"]),
            row["term"],
            row["replaced_by"],
            row["permanent"],
        )
        for row in result["sales"]
    )
    assert left == Counter(
        (row["lot"], Decimal(row["quantity"]), Decimal(row["basis"]), row["adjusted_acquired"])
        for row in result["lots"]
    )


def test_every_case_names_its_authority() -> None:
    for path in CASES:
        heading = [x for x in path.read_text(encoding="utf-8").splitlines() if x.startswith("#")]
        assert re.search(r"§|Reg\.|Rev\. Rul\.|Pub\. 550", " ".join(heading[1:])), path.name
