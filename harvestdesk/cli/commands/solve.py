"""`solve`: the optimiser alone, one problem in and one certified plan out."""

import json
from pathlib import Path
from typing import Any

from harvestdesk.cli.run import Run, Subparsers, a_path, add_json
from harvestdesk.domain.errors import BadInputError

BP = 1e4


def add_parsers(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser("solve", help="solve one rebalance or harvest problem")
    parser.add_argument("problem", type=a_path, metavar="PROBLEM.json")
    add_json(parser)
    parser.set_defaults(run=run_solve)


def run_solve(run: Run) -> None:
    """Read, solve, answer."""
    from harvestdesk.optimize.engine.facts import read_problem

    problem = read_problem(_document(run.args.problem))
    # cvxpy takes a second to import: only for a problem that can be read.
    from harvestdesk.optimize.engine.answer import answer_document
    from harvestdesk.optimize.engine.plan import solve_problem

    answer = answer_document(problem, solve_problem(problem))
    if run.args.json:
        run.out.document(answer)
        return
    _say(run, answer)


def _say(run: Run, answer: dict[str, Any]) -> None:
    run.out.say(f"{answer['status']}, within {answer['gap']:.4%} of the best possible")
    run.out.say(
        f"tracking error {answer['tracking_error'] * BP:.1f} bp, tax {answer['tax_cost']}, "
        f"losses realised {answer['realised_loss']}, {answer['seconds']['total']:.2f} s"
    )
    names = ("action", "account", "symbol", "lot", "shares")
    run.out.table(names, [[row.get(name, "") for name in names] for row in answer["trades"]])


def _document(path: Path) -> Any:
    """Return what a JSON file holds.

    Raises:
        BadInputError: when the file can't be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_once)
    except OSError as error:
        raise BadInputError(
            f"{path} can't be read: {error.strerror}.", code="problem.read"
        ) from None
    except json.JSONDecodeError as error:
        raise BadInputError(
            f"{path.name}, line {error.lineno}: not JSON ({error.msg}).", code="problem.json"
        ) from None
    except RecursionError:
        raise BadInputError(
            f"{path.name} is nested too deeply to be a problem.", code="problem.json"
        ) from None
    except UnicodeDecodeError:
        raise BadInputError(f"{path.name} is not UTF-8 text.", code="problem.text") from None
    except ValueError:  # an integer of more digits than Python reads
        raise BadInputError(f"{path.name} holds a number too long to be read.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object, unless a field is there twice: which one counts would be a guess."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise BadInputError(f"field {name}: it is there twice in one object.")
        found[name] = value
    return found
