"""The sample household: invented, marked as such, and taken in through the same importers as real files."""

import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from harvestdesk.assets import resource
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import FilingStatus, Household, Person, RateSource, TaxProfile
from harvestdesk.domain.ids import HouseholdId, PersonId
from harvestdesk.services.clock import FixedClock
from harvestdesk.services.context import AppContext
from harvestdesk.services.import_statements import ImportPreview, confirm, preview
from harvestdesk.store.database import HouseholdBook


def build_sample(path: Path, folder: Path | None = None) -> ImportPreview:
    """Make the sample household at `path` from the files of resources/sample.

    Returns:
        the preview that was confirmed: what each file held.

    Raises:
        BadInputError: when a file is there already.
    """
    if path.exists():
        raise BadInputError(
            f"{path} exists already; the sample household is only made anew.", code="sample.exists"
        )
    folder = folder or resource("sample")
    facts = tomllib.loads((folder / "household.toml").read_text(encoding="utf-8"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with HouseholdBook.create(path, _household(facts)) as book:
        with book.write("Make the sample household") as w:
            w.put_people(_people(facts["people"]))
        ctx = AppContext(book, FixedClock(facts["fixed_as_of"]))
        shown = preview(ctx, [folder / name for name in facts["files"]])
        confirm(ctx, shown)
    return shown


def _household(facts: dict[str, Any]) -> Household:
    return Household(
        id=HouseholdId("household-1"),
        name=facts["name"],
        tax=TaxProfile(**{name: _tax_fact(name, value) for name, value in facts["tax"].items()}),
        simulated=True,
        fixed_as_of=facts["fixed_as_of"].isoformat(),
    )


def _tax_fact(name: str, value: Any) -> Any:
    """Return a fact of the tax profile in its own type; amounts and rates stand as text."""
    plain: dict[str, Callable[[Any], Any]] = {
        "filing_status": FilingStatus,
        "rate_source": RateSource,
        "aged_or_blind": int,
        "seniors": int,
        "state": str,
    }
    return plain.get(name, Decimal)(value)


def _people(names: list[str]) -> list[Person]:
    return [
        Person(PersonId(f"person-{n}"), name, is_spouse=n > 1)
        for n, name in enumerate(names, start=1)
    ]
