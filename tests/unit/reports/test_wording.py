import re

import pytest

from harvestdesk.domain.errors import Notice
from harvestdesk.domain.proposal import Check, Reason
from harvestdesk.optimize import codes
from harvestdesk.reports.wording import UNKNOWN, cause_phrase, evidence_note, sentence, worded
from harvestdesk.reports.words import CAUSES, EVIDENCE, FAILURES, SENTENCES

TABLES = (
    codes.SALE_REASONS,
    codes.PURCHASE_REASONS,
    codes.KEPT_REASONS,
    codes.PLAN_SALE_REASONS,
    codes.PLAN_PURCHASE_REASONS,
    codes.PLAN_KEPT_REASONS,
    codes.GAIN_SALE_REASONS,
    codes.GIFT_REASONS,
    codes.NOTICES,
    codes.CHECKS,
)
SPECS = [spec for table in TABLES for spec in table.values()]


def example(name: str) -> str:
    """A plausible value of a fact by its name."""
    if name.endswith(("_on", "_day", "_from")) or name in {"until", "as_of", "year_end"}:
        return "2026-01-05"
    texts = {
        "symbol": "ABC",
        "symbols": "ABC, DEF",
        "for_symbols": "GHI",
        "bought_symbols": "GHI",
        "account": "Rivera joint",
        "accounts": "Rivera joint, Alex traditional IRA",
        "term": "short",
        "cause": "drip",
        "type": "recurring",
        "limit": "wash_sale",
        "kind": "option",
        "rule": "tax_budget",
        "rule_name": "Energy",
        "sector": "Energy",
        "status": "user_limit",
        "solver": "CLARABEL",
        "first": "CLARABEL",
        "second": "SCS",
        "asset_classes": "US bonds",
    }
    return texts.get(name, "1234.50")


@pytest.mark.parametrize("spec", SPECS, ids=lambda s: s.code)
def test_every_code_has_words_and_uses_only_its_facts(spec: codes.CodeSpec) -> None:
    named = set(re.findall(r"\{(\w+)", SENTENCES[spec.code] + FAILURES.get(spec.code, "")))
    assert named <= set(spec.facts)


@pytest.mark.parametrize("spec", SPECS, ids=lambda s: s.code)
def test_every_code__with_all_facts_and_with_none(spec: codes.CodeSpec) -> None:
    facts = {name: example(name) for name in spec.facts}
    for given in (facts, dict.fromkeys(spec.facts, ""), {}):
        text = worded(spec.code, given)
        assert not re.search(r"[{}\[\]]", text)
        assert text.endswith(".")
        assert not text[0].islower()
        assert "  " not in text
        assert " ." not in text
    assert UNKNOWN not in worded(spec.code, facts)


def test_thin_evidence_follows_the_reason_of_a_sale() -> None:
    assert set(EVIDENCE) == set(codes.SALE_EVIDENCE)
    plain = Reason("harvest_loss", {"loss": "1234.50", "term": "short"})
    days = {"uncovered": "Joint (2025-11-21 to 2025-12-04), Roth (2025-12-04)", "options": "XYZ"}
    for code, words in (
        ("coverage_incomplete", "Joint (November 21, 2025 to December 4, 2025), Roth (December"),
        ("unclear", "what XYZ is an option on"),
    ):
        facts = {**plain.facts, "evidence": code, **days}
        assert sentence(Reason("harvest_loss", facts)).startswith(f"{sentence(plain)} ")
        assert words in evidence_note(facts)
        assert UNKNOWN not in evidence_note(facts)
        assert not re.search(r"[{}\[\]]", evidence_note(facts))
    assert evidence_note(plain.facts) == ""
    assert evidence_note({"evidence": "probable"}) == ""


@pytest.mark.parametrize("spec", list(codes.CHECKS.values()), ids=lambda s: s.code)
def test_checks_say_what_failed(spec: codes.CodeSpec) -> None:
    facts = {name: example(name) for name in spec.facts}
    passed, failed = (
        sentence(Check(spec.code, True, facts)),
        sentence(Check(spec.code, False, facts)),
    )
    assert passed != failed
    assert not re.search(r"[{}\[\]]", failed)


def test_sentences_read_as_meant() -> None:
    locked = Reason(
        "locked_until",
        {
            "symbol": "NVX",
            "cause": "drip",
            "accounts": "Rivera joint",
            "blocked_shares": "12.5",
            "loss": "812.4",
            "free_from": "2026-01-05",
        },
    )
    assert sentence(locked) == (
        "Locked until January 5, 2026: a dividend reinvestment in Rivera joint within 30 days would wash "
        "the loss of $812.40 on 12.5 shares."
    )
    carried = Notice("losses_carried", {"short": "68400", "long": "-0"})
    assert "$68,400.00 short-term, $0.00 long-term" in sentence(carried)


def test_optional_parts_vanish_with_their_facts() -> None:
    text = worded("replacement_listed", {"for_symbols": "VTI", "rank": "1", "hurdle_bp": ""})
    assert text == "Listed replacement for VTI, choice 1."


def test_unknown_codes_are_shown() -> None:
    assert worded("brand_new", {"symbol": "A", "loss": ""}) == "brand_new (symbol A)."
    assert cause_phrase("odd_cause") == "odd cause"


@pytest.mark.parametrize(
    "cause", ["loss_sale", "purchase", "drip", "vest", "recurring", "scheduled", "planned"]
)
def test_every_cause_of_the_shared_vocabulary_has_a_phrase(cause: str) -> None:
    assert cause in CAUSES
