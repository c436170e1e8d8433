"""`evaluate-ledger`: the tax engine alone, facts in and results out."""

import argparse
import json
from pathlib import Path
from typing import Any

from harvestdesk.cli.run import Run, Subparsers, a_path, add_json
from harvestdesk.domain.errors import BadInputError
from harvestdesk.washsale.facts import evaluate_facts
from harvestdesk.washsale.screen import screen_facts


def add_parsers(commands: Subparsers) -> None:
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "evaluate-ledger", help="run the wash-sale ledger on facts"
    )
    parser.add_argument("facts", type=a_path, metavar="FACTS.json")
    add_json(parser)
    parser.set_defaults(run=run_ledger)


def run_ledger(run: Run) -> None:
    """Evaluate facts; with a day and prices, say what may be harvested on that day."""
    facts = read_facts(run.args.facts)
    is_screen = "as_of" in facts and "prices" in facts
    run.out.document(screen_facts(facts) if is_screen else evaluate_facts(facts))


def read_facts(path: Path) -> dict[str, Any]:
    """Return the facts of a JSON file; a whole case holds them under `facts`.

    Raises:
        BadInputError: when the file can't be read or holds no facts.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadInputError(f"{path} can't be read: {error.strerror}.", code="facts.read") from None
    except json.JSONDecodeError as error:
        raise BadInputError(
            f"{path.name}, line {error.lineno}: not JSON ({error.msg}).", code="facts.json"
        ) from None
    except RecursionError:
        raise BadInputError(
            f"{path.name} is nested too deeply to be facts.", code="facts.json"
        ) from None
    except UnicodeDecodeError:
        raise BadInputError(f"{path.name} is not UTF-8 text.", code="facts.text") from None
    facts = data.get("facts", data) if isinstance(data, dict) else None
    if not isinstance(facts, dict) or "transactions" not in facts:
        raise BadInputError(
            f"{path.name} holds no facts. Expected an object with `transactions`.",
            code="facts.shape",
        )
    for name in ("accounts", "transactions"):
        rows = facts.get(name)
        if not isinstance(rows, list):
            raise BadInputError(f"{path.name}, field {name}: expected a list.", code="facts.shape")
        for number, row in enumerate(rows, start=1):
            if not isinstance(row, dict) or not isinstance(row.get("id"), str):
                raise BadInputError(
                    f"{path.name}, field {name}, row {number}: expected an object with an `id`.",
                    code="facts.shape",
                )
    return facts
