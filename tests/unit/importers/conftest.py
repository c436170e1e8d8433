"""What several importer tests need: the written cases, and the lines a batch accounts for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harvestdesk.importers.batch import ImportBatch

CASES = Path(__file__).resolve().parents[2] / "cases" / "importers"


@pytest.fixture(scope="session")
def case_files() -> list[Path]:
    """Every input written for the importers."""
    return sorted(
        p
        for p in CASES.rglob("*")
        if p.is_file() and not p.name.endswith((".expected.json", ".gitattributes"))
    )


@pytest.fixture(scope="session")
def accounted_lines() -> Callable[[ImportBatch], set[int]]:
    """Lines that became rows or problems of a batch."""

    def lines(batch: ImportBatch) -> set[int]:
        rows = (
            batch.positions,
            batch.lots,
            batch.transactions,
            batch.prices,
            batch.cash,
            batch.schedule,
            batch.class_targets,
            batch.security_targets,
            batch.replacements,
            batch.equivalents,
            batch.identical,
            batch.external_gains,
            batch.law_changes,
            batch.account_rules,
            batch.outside,
        )
        found = {row.line for group in rows for row in group}
        return found | {p.line for p in batch.problems if p.line is not None}

    return lines
