"""Newton's method on the dual with barriers, while the barriers shrink: an interior-point method in prices.

Second derivatives come from the securities at a margin (one dimension each), from sets on the way from one
side to the other, and from what shares in a tie. The system has factors + rows + 1 unknowns, so a step costs
little more than the evaluation.
"""

from dataclasses import dataclass

import numpy as np

from harvestdesk.optimize.engine.columns import SELLING
from harvestdesk.optimize.engine.fast_dual import PRICE_SCALE, At, SmoothDual
from harvestdesk.optimize.engine.fast_terms import between_curved
from harvestdesk.optimize.engine.problem import FloatArray, IntArray

RIDGE = 1e-13
MOST_STEPS = 150
MOST_STUCK = 3
MOST_HALVINGS = 30
ARMIJO = 1e-4
FALL = 0.2
"""What is left of mu after each level."""
ROUGH = 5.0
"""Newton's decrement, in units of mu, at which a level is left for the next."""
FLAT = 0.5
"""A step is good where the slope at its end is no steeper downhill than this part of the slope uphill."""
FINE = 0.05
"""The same, at which the last level ends."""
TIED = 1e-12


@dataclass(frozen=True)
class Target:
    """How close to climb.

    Attributes:
        first, last: mu at the start and at the end, in objective.
        missed: what rows may be off by in the end, fractions of value.
        fine: gain still promised at which the last level may end; keep: mu at which the prices are kept.
        steps: of Newton's method at most.
        ceiling: above every plan: a dual beyond it proves that there is none.
    """

    first: float
    last: float
    missed: float = 3e-8
    fine: float = 0.0
    keep: float = 0.0
    ceiling: float = float("inf")
    steps: int = MOST_STEPS


@dataclass(frozen=True)
class Climb:
    """Where a climb ended.

    Attributes:
        central: prices on the way, at the mu to keep: where a like problem may begin.
        missed: by how much the worst row is off.
        done: all fits; False where steps ran out, or where no plan exists.
        beyond: the dual is above the ceiling.
    """

    at: At
    central: FloatArray
    missed: float
    done: bool
    beyond: bool


def climb(dual: SmoothDual, start: FloatArray, target: Target) -> Climb:
    """Climb from prices until the smoothing is as small as asked for."""
    mu = max(target.first, target.last)
    at, missed = dual.at(start, mu), np.inf
    central, stuck = at.prices, 0
    for _ in range(target.steps):
        if at.value > target.ceiling:
            return Climb(at, central, missed, False, True)
        step = _step(dual, at)
        promised = float(at.slope @ step)
        missed = float(np.abs(at.slope[dual.firm]).max(initial=0.0))
        if mu <= target.last:
            if missed <= target.missed and promised <= max(target.fine, FINE * mu):
                return Climb(at, central, missed, True, False)
        elif promised <= ROUGH * mu:
            if mu >= target.keep:
                central = at.prices
            mu = max(mu * FALL, target.last)
            at = dual.at(at.prices, mu)
            continue
        following = _along(dual, at, step, promised)
        if following is None:
            break
        stuck = stuck + 1 if following.value - at.value <= _noise(at) else 0
        at = following
        if stuck == MOST_STUCK:
            break
    return Climb(at, central, missed, False, False)


def _along(dual: SmoothDual, at: At, step: FloatArray, promised: float) -> At | None:
    """Return the first place on the step, halved as often as needed, that is better."""
    length = 1.0
    if dual.limited and step[-1] < 0:
        length = min(1.0, 0.9 * float(at.prices[-1]) / -float(step[-1]))
    noise = _noise(at)
    best, last = None, False
    for _ in range(MOST_HALVINGS):
        found = dual.at(at.prices + length * step, at.mu)
        ahead = float(found.slope @ step)
        if found.value - at.value >= ARMIJO * length * promised - noise and (
            best is None or found.value > best.value
        ):
            best = found
        if best is not None and (last or ahead >= -FLAT * promised):
            return best
        last = best is not None
        # Beyond the top of the step: back to where a straight slope would be level.
        level = promised / max(promised - ahead, 1e-300)
        length *= min(max(level, 0.1), 0.7)
    return best


def _noise(at: At) -> float:
    """Return what adding up may be off by."""
    return 1e-15 * (1 + abs(at.value))


def _step(dual: SmoothDual, at: At) -> FloatArray:
    curved = _curved(dual, at)
    scale = np.sqrt(np.maximum(np.diag(curved), 1e-300))
    curved = curved / scale[:, None] / scale[None, :]
    curved[np.diag_indices_from(curved)] += RIDGE
    return np.asarray(np.linalg.solve(curved, at.slope / scale) / scale)


def _curved(dual: SmoothDual, at: At) -> FloatArray:
    """Return minus the second derivatives."""
    k, rows = dual.factors, dual.rows
    y, nu, rho = dual.split(at.prices)
    curved = _of_bends(dual, at) + _of_pairs(dual, at)
    curved[np.arange(k), np.arange(k)] += 1 / (2 * rho)
    of_rows = curved[k : k + rows, k : k + rows]
    of_rows[np.arange(rows), np.arange(rows)] += dual.ends.curved(nu, at.mu)
    for mixture, parts in zip(dual.mixtures, at.mixtures, strict=True):
        of_rows += mixture.curved(parts, at.mu)
    _add_payers(dual, at, of_rows)
    _add_moving(dual, at, of_rows)
    if dual.limited:
        curved[:k, -1] -= y / (2 * rho**2)
        curved[-1, :k] -= y / (2 * rho**2)
        curved[-1, -1] += float(y @ y) / (2 * rho**3)
        over = np.array([rho - dual.aversion])
        curved[-1, -1] += float(dual.variance.curved(over, at.mu)[0])
    return curved


def _of_bends(dual: SmoothDual, at: At) -> FloatArray:
    """Return the part of the exposures that prices move."""
    bends = np.flatnonzero(at.bends & (at.part > TIED))
    buys = at.margin[bends] < 0
    weight = at.part[bends] / at.double[bends]
    towards = _exposures(dual, at, bends)
    of_row = towards[:, dual.factors : dual.factors + dual.rows]
    of_row[buys] -= _paying(dual, at, bends[buys])
    if len(at.steep):
        towards, weight = towards[buys], weight[buys]
        return np.asarray((towards.T * weight) @ towards) + _of_ramps(dual, at)
    of_row[~buys] -= _costs(dual, at, at.margin[bends[~buys]])
    return np.asarray((towards.T * weight) @ towards)


def _of_ramps(dual: SmoothDual, at: At) -> FloatArray:
    """Return the same where lots are sold over a stretch of prices: some of a block may be on the way."""
    k, rows, layout = dual.factors, dual.rows, dual.layout
    lots = np.flatnonzero((at.steep > 0) & (at.part[layout.block] > TIED))
    blocks, number = np.unique(layout.block[lots], return_inverse=True)
    own = _exposures(dual, at, blocks)
    costs = _costs(dual, at, lots)
    steep = at.steep[lots]
    flex = at.flex[blocks]
    total = own * flex[:, None]
    of_rows = total[:, k : k + rows]
    for row in range(rows):
        of_rows[:, row] += np.bincount(number, costs[:, row] * steep, minlength=len(blocks))
    part = at.part[blocks]
    summed = np.bincount(number, steep, minlength=len(blocks)) + flex
    curved = (own.T * (part * flex)) @ own - (total.T * (part / summed)) @ total
    curved[k : k + rows, k : k + rows] += (costs.T * (steep * part[number])) @ costs
    return np.asarray(curved)


def _exposures(dual: SmoothDual, at: At, blocks: IntArray) -> FloatArray:
    """Return [block, price] how prices move the worth of exposure."""
    k, rows = dual.factors, dual.rows
    towards = np.empty((len(blocks), dual.size))
    towards[:, :k] = dual.loadings[blocks]
    towards[:, k : k + rows] = dual.exposed[:, blocks].T
    if dual.limited:
        towards[:, -1] = 2 * at.active[blocks] * dual.specific[blocks]
    return towards


def _costs(dual: SmoothDual, at: At, columns: IntArray) -> FloatArray:
    """Return [column, row] how prices of rows move the cost of selling for good."""
    back = at.moving[columns][:, None]
    of_lot = (1 - back) * dual.per_lot[:, columns].T
    return np.asarray(of_lot + back * _paying(dual, at, dual.layout.block[columns]))


def _paying(dual: SmoothDual, at: At, blocks: IntArray) -> FloatArray:
    """Return [block, row] what one weight bought takes out of each row."""
    paid = np.zeros((len(blocks), dual.rows))
    paid[:, dual.account_row] = at.payers[:, dual.layout.menu[blocks]].T
    return paid


def _of_pairs(dual: SmoothDual, at: At) -> FloatArray:
    """Return the part that moves sets from one side to the other."""
    k, rows, layout = dual.factors, dual.rows, dual.layout
    blocks = dual.tied
    if not len(blocks):
        return np.zeros((dual.size, dual.size))
    sign = np.where(layout.side[blocks] == SELLING, 1.0, -1.0)
    own = np.zeros((len(blocks), dual.size))
    x = (at.active[blocks] * sign)[:, None]
    own[:, :k] = dual.loadings[blocks] * x
    # Amounts are already times their part of the set: taken out again here.
    per_part = sign / np.maximum(at.part[blocks], 1e-300)
    paid = _paying(dual, at, blocks) * (at.bought[blocks] * per_part)[:, None]
    gone = dual.by_block(dual.per_lot * at.sold)[:, blocks] * per_part
    own[:, k : k + rows] = dual.exposed[:, blocks].T * x - paid + gone.T
    if dual.limited:
        own[:, -1] = dual.specific[blocks] * at.active[blocks] ** 2 * sign
    lead = np.add.reduceat(own, dual.first_tied, axis=0)
    mixed = at.mixed[dual.open_pairs]
    return np.asarray((lead.T * between_curved(mixed, 1 - mixed, at.mu)) @ lead)


def _add_payers(dual: SmoothDual, at: At, of_rows: FloatArray) -> None:
    """Add what moves payment from one account to another."""
    if len(dual.account_row) == 1:
        return
    spent = dual.by_menu(at)
    weight = at.payers**2 / (PRICE_SCALE * at.mu)
    shared = weight * np.divide(
        spent, weight.sum(axis=0), out=np.zeros(len(spent)), where=spent > 0
    )
    own = np.diag(weight @ spent)
    of_rows[np.ix_(dual.account_row, dual.account_row)] += own - shared @ weight.T


def _add_moving(dual: SmoothDual, at: At, of_rows: FloatArray) -> None:
    """Add what moves shares from one account to another."""
    moving = np.flatnonzero((at.moving > TIED) & (at.moving < 1 - TIED))
    if not len(moving):
        return
    block = dual.layout.block[moving]
    towards = dual.per_lot[:, moving].T - _paying(dual, at, block)
    part = at.moving[moving]
    kept = at.moved[moving] / part * at.part[block]
    weight = kept * between_curved(part, 1 - part, PRICE_SCALE * at.mu)
    of_rows += (towards.T * weight) @ towards
