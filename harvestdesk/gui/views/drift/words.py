"""Words of the drift page."""

from decimal import Decimal

from harvestdesk.domain.money import ZERO
from harvestdesk.gui import formatting
from harvestdesk.gui.theme import Tone
from harvestdesk.gui.widgets.detail_pane import Line
from harvestdesk.services.views.drift import DriftLine, DriftView, Holding, Remedy


def standing(line: DriftLine) -> str:
    """Return where a class stands to its band, in words."""
    if line.target is None or line.low is None or line.high is None:
        return "no target"
    if line.breach == 0:
        return "in band"
    side = "above" if line.weight > line.high else "below"
    return f"{formatting.percent(line.breach)} {side} band"


def explain(line: DriftLine, scope: str) -> str:
    """Return the hover words of a bar."""
    weight = formatting.percent(line.weight, 2)
    words = [
        line.name,
        f"{formatting.dollars(line.value)} is {weight} of {scope}",
    ]
    if line.target is not None:
        words.append(
            f"Target {formatting.percent(line.target, 2)}, band {formatting.percent(line.low)} "
            f"to {formatting.percent(line.high)}: drift {formatting.signed_percent(line.drift, 2)}, "
            f"{standing(line)}"
        )
        words.append(_to_target(line))
    if line.after_weight is not None:
        words.append(f"After the plan {formatting.percent(line.after_weight, 2)}")
    return "\n".join(words)


def _to_target(line: DriftLine) -> str:
    if line.to_target == 0:
        return "On target"
    verb = "Buy" if line.to_target > 0 else "Sell"
    return f"{verb} {formatting.dollars(abs(line.to_target))} to stand on the target"


def answer(view: DriftView) -> str:
    """Return the sentence the page begins with."""
    where = "The household" if view.account_id is None else view.scope
    if not view.has_targets:
        return f"{where} has no targets yet, so this page shows weights without bands."
    off = view.breaches
    if not off:
        return f"{where} is inside all of its bands."
    worst = off[0]
    classes = formatting.plural(len(off), "asset class", "asset classes")
    verb = "is" if len(off) == 1 else "are"
    return (
        f"{classes} {verb} outside the band; the worst is {worst.name} at "
        f"{formatting.percent(worst.weight)} against {formatting.percent(worst.target)}: "
        f"{_to_target(worst).lower()}."
    )


def detail_lines(
    line: DriftLine, holders: tuple[Holding, ...], mends: tuple[Remedy, ...]
) -> list[Line]:
    """Return what the pane says about a class: its figures, who holds it, who can mend it."""
    lines = [Line("Value", formatting.dollars(line.value))]
    if line.outside > 0:
        lines.append(
            Line("Owned elsewhere", formatting.dollars(line.outside), "counted, not traded")
        )
    lines.append(Line("Weight", formatting.percent(line.weight, 2)))
    if line.target is not None:
        band = f"Band {formatting.percent(line.low)} to {formatting.percent(line.high)}"
        lines.append(Line("Target", formatting.percent(line.target, 2), band))
        tone = Tone.WARNING if line.breach > 0 else Tone.PLAIN
        lines.append(
            Line(
                "Drift",
                formatting.signed_percent(line.drift, 2),
                standing(line).capitalize(),
                tone=tone,
            )
        )
    if line.after_weight is not None:
        lines.append(
            Line("After the plan", formatting.percent(line.after_weight, 2), tone=Tone.PLAN)
        )
    if mends:
        verb = "sell" if line.to_target < 0 else "buy"
        lines.append(
            Line(f"WHO CAN {verb.upper()} {formatting.dollars(abs(line.to_target))}", head=True)
        )
        lines += [_remedy_line(r) for r in mends]
    if holders:
        lines.append(Line("WHO HOLDS IT", head=True))
        lines += [_holding_line(h) for h in holders]
    return lines


def _remedy_line(remedy: Remedy) -> Line:
    parts = []
    if remedy.cash > 0:
        kind = "without tax" if remedy.sells else "from cash and untaxed sales"
        parts.append(f"{formatting.dollars(remedy.cash)} {kind}")
    if remedy.from_losses > 0:
        parts.append(f"{formatting.dollars(remedy.from_losses)} from lots at a loss")
    if remedy.from_gains > 0:
        parts.append(f"{formatting.dollars(remedy.from_gains)} from lots at a gain")
    note = ", ".join(parts)
    if remedy.covers < 1:
        note += f"; covers {formatting.percent(remedy.covers, 0)}"
    return Line(remedy.account, tax_words(remedy.tax), note)


def tax_words(tax: Decimal) -> str:
    """Return what a remedy costs."""
    if tax == ZERO:
        return "no tax"
    verb = "tax" if tax > 0 else "saves"
    return f"{verb} {formatting.dollars(abs(tax))}"


def _holding_line(holding: Holding) -> Line:
    symbols = ", ".join(holding.symbols[:6])
    more = len(holding.symbols) - 6
    if more > 0:
        symbols += f" and {more} more"
    gain = ""
    if holding.taxable and holding.gain:
        kind = "gain" if holding.gain > 0 else "loss"
        gain = f"; unrealised {kind} {formatting.dollars(abs(holding.gain))}"
    return Line(holding.account, formatting.dollars(holding.value), f"{symbols or 'cash'}{gain}")
