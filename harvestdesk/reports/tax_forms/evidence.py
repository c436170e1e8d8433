"""Losses of a year that purchases nobody imported could wash: never counted without a word."""

from collections.abc import Iterable
from dataclasses import replace

from harvestdesk.domain.money import ZERO
from harvestdesk.reports.evidence_words import gap_sentence
from harvestdesk.reports.figures import count, usd
from harvestdesk.reports.tax_forms.facts import YearFacts
from harvestdesk.reports.tax_forms.sales import TaxSale
from harvestdesk.washsale.evidence import Evidence, Finding, Gap, GapKind

_THIN = frozenset({Evidence.UNCLEAR, Evidence.COVERAGE_INCOMPLETE})
_TOLD_ELSEWHERE = frozenset({GapKind.BASIS_UNKNOWN, GapKind.SHARES_MISSING})
"""Sales of unknown cost or shares are left out of the sums, and cautions of their own say so."""
_NAMED = 4


def evidence_notice(facts: YearFacts) -> str:
    """Return which losses counted are not certain and what is missing, or nothing."""
    thin = {row: gaps for row in facts.sales.rows if (gaps := _missing(facts, row))}
    if not thin:
        return ""
    loss = -sum((row.gain or ZERO for row in thin), ZERO)
    missing = _together(gap for gaps in thin.values() for gap in gaps)
    said = [gap_sentence(gap, facts.snapshot) for gap in missing[:_NAMED]]
    more = len(missing) - len(said)
    if more:
        said.append(
            f"So much for {_NAMED} of {len(missing)} gaps; the wash-sale calendar tells more."
        )
    return (
        f"{usd(loss)} of losses in {count(len(thin), 'row')} count here as far as the data reach: a purchase "
        f"nobody imported could disallow them. {' '.join(said)}"
    )


def _missing(facts: YearFacts, row: TaxSale) -> tuple[Gap, ...]:
    if row.gain is None or row.gain >= 0:
        return ()
    gaps = facts.findings.get(row.sale, Finding()).gaps
    return tuple(g for g in gaps if g.kind not in _TOLD_ELSEWHERE and Finding((g,)).state in _THIN)


def _together(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Return gaps of the same kind and account as one, from the first day to the last."""
    found: dict[tuple[object, ...], Gap] = {}
    for gap in gaps:
        key = (gap.kind, gap.account_id, gap.security_id)
        known = found.get(key, gap)
        first = min((d for d in (known.first, gap.first) if d), default=None)
        last = max((d for d in (known.last, gap.last) if d), default=None)
        found[key] = replace(gap, first=first, last=last)
    return tuple(found.values())
