"""The year's tax over (short, long) results, cut where it bends: found by probing the exact tax alone.

Along chords of a part the bends are found by bisection; a line that bends of several chords lie on cuts the
part in two. No knowledge of brackets, netting or thresholds goes in, and none of the engine's cells.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache

import numpy as np
from oracle_plans import TaxPiece

from harvestdesk.optimize.engine.problem import EngineProblem
from harvestdesk.tax.carried import carried_worth
from harvestdesk.tax.liability import year_tax
from harvestdesk.tax.situation import TaxSituation

CHORDS, ATTEMPTS = 12, 5
NEAR = 0.02
"""Dollars within which tax counts as linear, and points as being on a line."""
STEP = 0.1
"""Dollars over which slopes are measured."""
SAME = 1e-4
TINY = 1.0
"""Dollars: a part narrower than this is left as it is, at its mean tax."""


class Plane:
    """The exact tax of results in dollars, less what carried losses save later; no trade is nothing."""

    def __init__(self, situation: TaxSituation) -> None:
        worth = carried_worth(situation)

        def cost(short: Decimal, long: Decimal) -> Decimal:
            year = year_tax(situation, short, long)
            return year.tax - worth.of(year.netting.carryover_short + year.netting.carryover_long)

        nothing = cost(Decimal(0), Decimal(0))

        @cache
        def tax(short: float, long: float) -> float:
            return float(cost(Decimal(short), Decimal(long)) - nothing)

        self._tax = tax

    def __call__(self, at: np.ndarray) -> float:
        return self._tax(float(at[0]), float(at[1]))

    def bends(self, start: np.ndarray, end: np.ndarray) -> list[np.ndarray]:
        """Return the points of a chord where the tax bends."""
        length = float(np.linalg.norm(end - start))
        along = (end - start) / max(length, 1e-9)
        found = self._bends(lambda t: self(start + t * along), 0.0, length)
        return [start + t * along for t in found]

    def _bends(self, tax: Callable[[float], float], low: float, high: float) -> Iterator[float]:
        """Return where a function that is linear in pieces bends, in dollars along a chord."""
        if high - low < 5 * STEP:
            yield (low + high) / 2
            return
        first, last = tax(low), tax(high)
        rise = (tax(low + STEP) - first) / STEP
        fall = (last - tax(high - STEP)) / STEP
        middle = (low + high) / 2

        def linear(t: float) -> bool:
            lines = (first + rise * (t - low), last - fall * (high - t))
            return min(abs(tax(t) - line) for line in lines) < SAME

        if (
            abs(rise - fall) * (high - low) < SAME
            and linear(middle)
            and linear(low * 0.7 + high * 0.3)
        ):
            return
        if abs(rise - fall) > 1e-6:
            at = low + (last - first - fall * (high - low)) / (rise - fall)
            inside = low < at < high and abs(tax(at) - first - rise * (at - low)) < SAME
            if inside and linear((low + at) / 2) and linear((at + high) / 2):
                yield at
                return
        yield from self._bends(tax, low, middle)
        yield from self._bends(tax, middle, high)


def pieces_of(problem: EngineProblem, seed: int = 0) -> list[TaxPiece]:
    """Return pieces that cover the results sales can reach."""
    assert problem.situation is not None
    value = float(problem.exact.value)
    plane, rng = Plane(problem.situation), np.random.default_rng(seed)
    taxed = problem.taxable[problem.lot_account]
    gain = np.where(taxed, problem.lot_gain * problem.lot_weight, 0.0) * value
    ends = []
    for term in (~problem.lot_long, problem.lot_long):
        mine = gain[term]
        ends.append((np.minimum(mine, 0).sum() - 1, np.maximum(mine, 0).sum() + 1))
    (left, right), (low, high) = ends
    waiting = [np.array([(left, low), (right, low), (right, high), (left, high)])]
    found = []
    while waiting:
        corners = waiting.pop()
        line = _line(plane, corners, rng)
        parts = [] if line is None else _cut(corners, *line)
        if len(parts) == 2:
            waiting += parts
        else:
            found.append(_piece(plane, corners, value))
    return found


def _inside(corners: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.dirichlet(np.ones(len(corners))) @ corners


def _line(
    plane: Plane, corners: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, float] | None:
    """Return normal and offset of the line that most bends lie on; None where nothing bends."""
    if np.ptp(corners, axis=0).min() < TINY:
        return None
    normals, offsets = _edges(corners)
    bends: list[tuple[int, np.ndarray]] = []
    for attempt in range(ATTEMPTS):
        chords = [(_on_edge(corners, rng), _on_edge(corners, rng)) for _ in range(CHORDS)]
        bends += [
            (attempt * CHORDS + n, at)
            for n, chord in enumerate(chords)
            for at in plane.bends(*chord)
            if (offsets - normals @ at).min() > 2 * NEAR  # not where it was cut before
        ]
        found = _most_supported(bends)
        if found is not None or not bends:
            return found
    return None


def _most_supported(bends: list[tuple[int, np.ndarray]]) -> tuple[np.ndarray, float] | None:
    """Return the line that bends of the most chords lie on, three at least."""
    best, support = None, 2
    for k, (n, first) in enumerate(bends):
        for m, second in bends[k + 1 :]:
            along = second - first
            length = np.linalg.norm(along)
            if n == m or length < 1.0:
                continue
            normal = np.array([along[1], -along[0]]) / length
            on = {c for c, at in bends if abs(normal @ (at - first)) < NEAR}
            if len(on) > support:
                best, support = (normal, float(normal @ first)), len(on)
    return best


def _on_edge(corners: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    k = int(rng.integers(len(corners)))
    share = rng.uniform(0.02, 0.98)
    return corners[k] * share + corners[(k + 1) % len(corners)] * (1 - share)


def _cut(corners: np.ndarray, normal: np.ndarray, offset: float) -> list[np.ndarray]:
    """Return the parts of a convex polygon on both sides of a line, leaving out slivers."""
    side = corners @ normal - offset
    parts = []
    for sign in (1.0, -1.0):
        kept = []
        for k in range(len(corners)):
            here, there = sign * side[k], sign * side[(k + 1) % len(corners)]
            if here >= 0:
                kept.append(corners[k])
            if (here > 0 > there) or (here < 0 < there):
                share = here / (here - there)
                kept.append(corners[k] + share * (corners[(k + 1) % len(corners)] - corners[k]))
        if len(kept) >= 3 and np.abs(sign * side).max() > NEAR:
            part = np.array(kept)
            if (sign * (part @ normal - offset)).max() > NEAR:
                parts.append(part)
    return parts


def _piece(plane: Plane, corners: np.ndarray, value: float) -> TaxPiece:
    """Return the linear piece that fits best near the middle of a polygon, its edges as rules."""
    middle = corners.mean(axis=0)
    probes = np.vstack([middle, 0.9 * corners + 0.1 * middle])
    tax = np.array([plane(at) for at in probes])
    fit = np.linalg.lstsq(np.column_stack([probes, np.ones(len(probes))]), tax, rcond=None)[0]
    normals, offsets = _edges(corners)
    return TaxPiece(
        float(fit[0]), float(fit[1]), float(fit[2]) / value, normals, offsets / value + 1e-12
    )


def _edges(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return A, b with A @ at <= b inside a polygon."""
    along = np.roll(corners, -1, axis=0) - corners
    length = np.linalg.norm(along, axis=1)
    corners, along = corners[length > 1e-9], along[length > 1e-9]
    outward = np.stack([along[:, 1], -along[:, 0]], axis=1)
    outward /= np.linalg.norm(along, axis=1, keepdims=True)
    if float(((corners - corners.mean(axis=0)) * outward).sum()) < 0:  # clockwise
        outward = -outward
    return outward, (outward * corners).sum(axis=1)


def tax_at(pieces: list[TaxPiece], short: float, long: float) -> float:
    """Return the tax of results, fractions of value, as the pieces have it."""
    at = np.array([short, long])
    for piece in pieces:
        if (piece.a @ at <= piece.b + 1e-10).all():
            return piece.short * short + piece.long * long + piece.constant
    raise AssertionError(f"no piece holds {short}, {long}")
