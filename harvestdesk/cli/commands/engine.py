"""`evaluate-ledger`, `evaluate-netting`, `evaluate-income-tax`: the tax engine alone, facts in and results out."""

import argparse
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from harvestdesk.cli.run import Command, Run, Subparsers, a_path, add_json
from harvestdesk.domain.errors import BadInputError
from harvestdesk.tax.income_tax_facts import evaluate_income_tax
from harvestdesk.tax.netting_facts import evaluate_netting
from harvestdesk.washsale.facts import evaluate_facts
from harvestdesk.washsale.screen import screen_facts

TAXES = frozenset({"income_tax", "niit"})


def add_parsers(commands: Subparsers) -> None:
    """Add the commands."""
    _add(commands, "evaluate-ledger", "run the wash-sale ledger on facts", "FACTS.json", run_ledger)
    _add(commands, "evaluate-netting", "net one year by Schedule D", "INPUT.json", run_netting)
    _add(
        commands,
        "evaluate-income-tax",
        "work out the federal tax of one return",
        "INPUT.json",
        run_income_tax,
    )


def _add(commands: Subparsers, name: str, words: str, file: str, command: Command) -> None:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=words)
    parser.add_argument("facts", type=a_path, metavar=file)
    add_json(parser)
    parser.set_defaults(run=command)


def run_ledger(run: Run) -> None:
    """Evaluate facts; with a day and prices, say what may be harvested on that day."""
    facts = read_facts(run.args.facts)
    is_screen = "as_of" in facts and "prices" in facts
    run.out.document(screen_facts(facts) if is_screen else evaluate_facts(facts))


def run_netting(run: Run) -> None:
    """Net one year: the input itself, or a whole case that holds it under `input`."""
    data = _read_object(run.args.facts)
    given = data.get("input", data)
    if not isinstance(given, dict):
        raise BadInputError(
            f"{run.args.facts.name}, field input: expected an object.", code="facts.shape"
        )
    run.out.document(evaluate_netting(given))


def run_income_tax(run: Run) -> None:
    """Work out one return; the answer is in JSON numbers, as in the cases it is compared with."""
    found = evaluate_income_tax(_read_object(run.args.facts))
    run.out.document({name: _number(name, value) for name, value in found.items()})


def _number(name: str, value: Decimal) -> int | float:
    """Return an amount in cents as a JSON number; whole dollars of income are whole numbers, taxes aren't."""
    whole = value == value.to_integral_value() and name not in TAXES
    return int(value) if whole else float(value)


def read_facts(path: Path) -> dict[str, Any]:
    """Return the facts of a JSON file; a whole case holds them under `facts`.

    Raises:
        BadInputError: when the file can't be read or holds no facts.
    """
    data = _read_json(path)
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


def _read_object(path: Path) -> dict[str, Any]:
    data = _read_json(path)
    if not isinstance(data, dict):
        raise BadInputError(f"{path.name} holds no object.", code="facts.shape")
    return data


def _read_json(path: Path) -> Any:
    """Return what a JSON file holds.

    Raises:
        BadInputError: when the file can't be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
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
