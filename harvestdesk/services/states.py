"""Which states HarvestDesk has rules for, and which need a rate typed."""

from harvestdesk.domain.states import STATE_NAMES
from harvestdesk.tax.tables import load_states


def states_without_table() -> frozenset[str]:
    """Return the codes of states whose rate is not known here and has to be typed."""
    rules = load_states()
    known = {code for code, state in rules.items() if state.rate is not None}
    return frozenset(STATE_NAMES) - known
