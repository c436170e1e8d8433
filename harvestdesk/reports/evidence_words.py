"""What is missing behind a finding, in a sentence a person can act on."""

from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.wording import worded
from harvestdesk.washsale.evidence import Evidence, Gap, GapKind

STATE_NAMES: dict[Evidence, str] = {
    Evidence.CONFIRMED: "Confirmed",
    Evidence.PROBABLE: "Probable",
    Evidence.UNCLEAR: "Unclear",
    Evidence.COVERAGE_INCOMPLETE: "Coverage incomplete",
}

_DAYS = "{first:day} to {last:day}"
GAP_SENTENCES: dict[str, str] = {
    GapKind.NO_HISTORY: f"Nothing of {{account}} is imported for {_DAYS}; purchases there could wash a loss.",
    GapKind.HISTORY_STARTS_LATE: f"The history of {{account}} does not reach back to {_DAYS}; import older "
    "transactions.",
    GapKind.HISTORY_ENDS_EARLY: f"Nothing imported speaks of {{account}} for {_DAYS}; import newer transactions.",
    GapKind.POSITIONS_ONLY: "{account} tells what it holds, not when it was bought[: {first:day} to "
    "{last:day}]; import its transactions or lots.",
    GapKind.LOTS_ONLY: f"For {_DAYS} {{account}} is known by the lots it still holds; what was bought and sold "
    "again would not show.",
    GapKind.BASIS_UNKNOWN: "What the shares[ of {symbol}][ in {account}] cost is not known; import the broker's "
    "lot file or older transactions.",
    GapKind.DATE_UNKNOWN: "When the shares[ of {symbol}][ in {account}] were bought is not known; import the "
    "broker's lot file.",
    GapKind.SHARES_MISSING: "More shares[ of {symbol}] were sold[ in {account}] than the imported history knows "
    "of; import older transactions or the broker's lot file.",
    GapKind.WINDOW_OPEN: "The window is open until {last:day}: a purchase[ of {symbol}] until then would wash the "
    "loss.",
    GapKind.BROKER_ADDITION: "The broker added a disallowed loss to these shares; the sale behind it can't be "
    "traced.",
    GapKind.UNDERLYING_UNKNOWN: "What {symbol} is an option on is not known, so it may wash a loss of any "
    "security; name its underlying.",
}


def gap_sentence(gap: Gap, snapshot: HouseholdSnapshot) -> str:
    """Return what is missing, with account and days as a person knows them, and the way out."""
    account = None if gap.account_id is None else snapshot.account_by_id.get(gap.account_id)
    security = None if gap.security_id is None else snapshot.security_by_id.get(gap.security_id)
    facts = {
        "account": str(gap.account_id or "") if account is None else account.name,
        "symbol": str(gap.security_id or "") if security is None else security.symbol,
        "first": "" if gap.first is None else gap.first.isoformat(),
        "last": "" if gap.last is None else gap.last.isoformat(),
    }
    return worded(gap.kind.value, facts, GAP_SENTENCES)
