"""Every layout: a file written for the test, and the whole batch it must become."""

import dataclasses
import json
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path

import pytest

from harvestdesk.importers.batch import ImportBatch
from harvestdesk.importers.registry import read_file

CASES = Path(__file__).resolve().parents[2] / "cases" / "importers"
FILES = sorted(
    p
    for p in CASES.rglob("*")
    if p.is_file() and not p.name.endswith((".expected.json", ".gitattributes"))
)


def plain(value: object) -> object:
    """JSON of a batch; empty and default cells are left out to keep the expectation readable."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
        return {
            k: plain(v)
            for k, v in pairs
            if v not in ("", (), None) or k in {"amount", "cost_basis"}
        }
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def batch_json(batch: ImportBatch) -> dict:
    document = plain(batch)
    assert isinstance(document, dict)
    del document["source"]
    return document


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_layout_becomes_the_expected_batch(path: Path, request: pytest.FixtureRequest) -> None:
    found = batch_json(read_file(path))
    expected = path.with_name(path.name + ".expected.json")
    if request.config.getoption("--update-golden"):
        expected.write_text(
            json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    assert found == json.loads(expected.read_text(encoding="utf-8"))


def test_there_are_cases_for_every_reader() -> None:
    assert {p.parent.name for p in FILES} == {"harvestdesk", "prices", "schwab", "fidelity", "ibkr"}
    assert len(FILES) >= 25
