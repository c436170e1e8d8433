"""Every gap and state has words that name account, days and the way out."""

from datetime import date

import pytest
from wash_samples import OTHER, held, household

from harvestdesk.domain.ids import SecurityId
from harvestdesk.reports.evidence_words import GAP_SENTENCES, STATE_NAMES, gap_sentence
from harvestdesk.services.views.wash_calendar import coverage_remarks, wash_calendar_view
from harvestdesk.washsale.evidence import Evidence, Gap, GapKind


@pytest.mark.parametrize("kind", GapKind)
def test_every_kind_of_gap_has_a_sentence(kind: GapKind) -> None:
    home = household((held("lot"),))
    gap = Gap(kind, OTHER.id, SecurityId("XYZ"), date(2025, 11, 5), date(2025, 12, 4))
    words = gap_sentence(gap, home)
    assert words.endswith(".")
    assert "{" not in words
    assert "[" not in words
    assert "Second broker" in words or "{account}" not in GAP_SENTENCES[kind]


def test_days_and_account_are_named() -> None:
    gap = Gap(GapKind.HISTORY_ENDS_EARLY, OTHER.id, None, date(2025, 11, 5), date(2025, 12, 4))
    assert gap_sentence(gap, household()) == (
        "Nothing imported speaks of Second broker for November 5, 2025 to December 4, 2025; "
        "import newer transactions."
    )
    nowhere = Gap(GapKind.BASIS_UNKNOWN)
    assert gap_sentence(nowhere, household()).startswith("What the shares cost is not known")


def test_every_state_has_a_name() -> None:
    assert set(STATE_NAMES) == set(Evidence)


def test_a_calendar_without_locks_says_what_it_doesnt_know() -> None:
    home = household((held("lot"),))
    view = wash_calendar_view(home)
    assert view.rows == ()
    assert view.remarks == coverage_remarks(home)
    assert any("Second broker" in words for words in view.remarks)
    assert len(set(view.remarks)) == len(view.remarks) == 3
