"""Whatever the bytes: a batch whose rows are accounted for, or one clear error; never a crash."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from harvestdesk.domain.errors import BadInputError, Severity
from harvestdesk.domain.money import MONEY_DIGITS, SHARES_DIGITS, to_scaled
from harvestdesk.importers.batch import ImportBatch
from harvestdesk.importers.registry import read_bytes

CASES = Path(__file__).resolve().parents[1] / "cases" / "importers"
SEEDS = [
    p.read_bytes()
    for p in sorted(CASES.rglob("*"))
    if p.is_file() and not p.name.endswith((".expected.json", ".gitattributes"))
]
NAMES = st.sampled_from(
    ["f.csv", "History_for_Account_X1.csv", "A_XXX12_Transactions.csv", "p.xml", "q.json"]
)
QUICK = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LONG = settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
SPLICES = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [
            *(bytes([c]) for c in b'",;\t\n\r\x00-$(<>{[\xe9'),
            b"\r\n",
            b"\xff\xfe",
            b"--",
            b"N/A",
            b"1e9",
            b"=cmd",
            b"99999999999999999999",
            b"0.00000001",
            b"NaN",
            b"31/12/2025",
            b"12/31/2025",
            b"&x;",
        ]
    ),
)


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    """A real layout with a few bytes replaced, inserted, removed, or lines repeated and moved."""
    raw = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(raw)))
        end = min(len(raw), at + draw(st.sampled_from([0, 0, 1, 5, 40, 400])))
        raw[at:end] = draw(SPLICES)
    if draw(st.booleans()):
        lines = bytes(raw).split(b"\n")
        first = draw(st.integers(0, len(lines) - 1))
        second = draw(st.integers(0, len(lines) - 1))
        lines.insert(second, lines[first])
        raw = bytearray(b"\n".join(lines))
    return bytes(raw)


def attempt(name: str, raw: bytes) -> ImportBatch | BadInputError:
    try:
        return read_bytes(name, raw)
    except BadInputError as error:
        return error


def check(name: str, raw: bytes) -> None:
    batch = attempt(name, raw)
    if isinstance(batch, BadInputError):
        assert batch.message
        return
    records = [
        *batch.positions,
        *batch.lots,
        *batch.transactions,
        *batch.prices,
        *batch.cash,
        *batch.schedule,
    ]
    for problem in batch.problems:
        assert problem.message
        assert problem.severity is not Severity.ERROR or problem.line is not None
    named = sum(1 for p in batch.problems if p.line is not None) + len(records)
    named += len(batch.class_targets) + len(batch.security_targets) + len(batch.replacements)
    named += len(batch.equivalents) + len(batch.identical)
    named += len(batch.external_gains) + len(batch.law_changes)
    named += len(batch.account_rules) + len(batch.outside)
    if batch.kind in {"accounts", "securities"}:  # rows without a line of their own
        named += len(batch.accounts) + len(batch.securities)
    assert named >= batch.rows
    for lot in batch.lots:
        assert lot.shares > 0
        to_scaled(lot.shares, SHARES_DIGITS)
        to_scaled(lot.cost_basis or 0 * lot.shares, MONEY_DIGITS)
    for row in batch.transactions:
        assert row.shares >= 0 or row.type == "split"
        to_scaled(row.shares, SHARES_DIGITS)
        if row.amount is not None:
            to_scaled(row.amount, MONEY_DIGITS)
    for position in batch.positions:
        assert position.shares > 0
        if position.price is not None:
            to_scaled(position.price, SHARES_DIGITS)


@QUICK
@given(NAMES, st.binary(max_size=400))
@example("f.csv", b'"')
@example("f.csv", b"\xff\xfe")
def test_random_bytes(name: str, raw: bytes) -> None:
    check(name, raw)


@QUICK
@given(NAMES, damaged_files())
def test_damaged_layouts(name: str, raw: bytes) -> None:
    check(name, raw)


@pytest.mark.slow
@LONG
@given(NAMES, damaged_files())
def test_many_damaged_layouts(name: str, raw: bytes) -> None:
    check(name, raw)


@pytest.mark.slow
@LONG
@given(NAMES, st.binary(max_size=2000))
def test_many_random_bytes(name: str, raw: bytes) -> None:
    check(name, raw)
