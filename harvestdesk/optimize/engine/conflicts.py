"""The error of a problem no plan keeps every rule of: which are in conflict, in words and as data."""

from harvestdesk.domain.conflict import Conflict, ConflictError, RuleGive, RuleKind
from harvestdesk.optimize.engine.case import Case
from harvestdesk.optimize.engine.doctor import diagnose
from harvestdesk.optimize.engine.problem import EngineProblem
from harvestdesk.optimize.engine.search import Effort

_DOLLARS = {
    RuleKind.CASH,
    RuleKind.TAX_BUDGET,
    RuleKind.GAIN_BUDGET,
    RuleKind.LOSS_TARGET,
    RuleKind.PAYOUT,
    RuleKind.MIN_TRADE,
}
_NO_PLAN = "the sides of the identical sets leave no plan"


def conflict_of(case: Case, effort: Effort) -> ConflictError:
    """Return the error that names the rules in conflict and the least that would have to give."""
    return conflict_error(case.problem, diagnose(case, effort))


def conflict_error(problem: EngineProblem, conflict: Conflict) -> ConflictError:
    """Return the error of a conflict; its message is in the words of the contract's `solve`."""
    rules = "; ".join(_needed(problem, give) for give in conflict.together)
    text = f"No plan keeps every rule: {rules}."
    named = [(give.kind, give.name) for give in conflict.together]
    others = [give for give in conflict.alone if [(give.kind, give.name)] != named]
    if others:
        text += f" One of these alone is enough: {'; '.join(_needed(problem, g) for g in others)}."
    if conflict.beside:
        text += f" In conflict with: {', '.join(_rule(*rule) for rule in conflict.beside)}."
    error = ConflictError(text, code="infeasible", rules=rules)
    error.conflict = conflict
    return error


def _needed(problem: EngineProblem, give: RuleGive) -> str:
    if give.kind is RuleKind.SIDES:
        return _NO_PLAN
    return f"{_rule(give.kind, give.name)} would have to be {_amount(problem, give)}"


def _rule(kind: RuleKind, name: str) -> str:
    """Return a rule by its field of the contract."""
    if kind is RuleKind.CASH:
        return f"cash of account {name}"
    if kind is RuleKind.SECTOR:
        return f"limits.sectors.{name}"
    if kind in {RuleKind.LOCKS, RuleKind.SIDES}:
        return kind.value
    return f"limits.{kind.value}.{name}" if name else f"limits.{kind.value}"


def _amount(problem: EngineProblem, give: RuleGive) -> str:
    if give.kind is RuleKind.MAX_TRADES:
        return f"{give.needed:.0f}"
    if give.kind is RuleKind.VOLUME:
        return f"{give.needed:.2f} times as much"
    if give.kind in _DOLLARS:
        weight = give.needed / float(problem.exact.value)
        return f"{give.needed:,.2f} dollars ({weight:.6f})"
    return f"{give.needed:.6f}"
