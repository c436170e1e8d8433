"""What the tax figures of a page rest on, in one sentence."""

from harvestdesk.reports.figures import percent
from harvestdesk.tax.basis import TaxBasis

_RATE_DIGITS = 2


def basis_sentence(basis: TaxBasis) -> str:
    """Return which tables, or which typed rates, the tax of a page rests on, and what is left out."""
    parts = [_federal(basis), _state(basis)]
    if basis.law_changes:
        parts.append("The changes of law entered for this year are added.")
    if basis.unconfirmed:
        parts.append(f"From one source only: {', '.join(basis.unconfirmed)}.")
    return " ".join(p for p in parts if p)


def _federal(basis: TaxBasis) -> str:
    if basis.rates is not None:
        rates = basis.rates
        missing = f" (there are no tables for {basis.year})" if basis.tables_missing else ""
        return (
            f"Tax by the rates entered{missing}: {percent(rates.short, _RATE_DIGITS)} short-term, "
            f"{percent(rates.long, _RATE_DIGITS)} long-term, "
            f"{percent(rates.ordinary, _RATE_DIGITS)} ordinary income."
        )
    source = f" ({basis.primary})" if basis.primary else ""
    if basis.figures_of != basis.year:
        why = "known yet" if basis.figures_of < basis.year else "kept"
        return (
            f"Tax by the income entered and the federal tables of {basis.figures_of}{source}: those of "
            f"{basis.year} are not {why}."
        )
    return f"Tax by the income entered and the federal tables of {basis.year}{source}."


def _state(basis: TaxBasis) -> str:
    if basis.rates is not None or not (basis.state or basis.state_typed):
        return ""
    if not basis.state_known:
        return f"The tax of {basis.state} is not known and left out."
    how = "at the rate entered" if basis.state_typed else "at the top of its scale"
    return f"{basis.state or 'State'} tax {how} is included."
