"""The command line: parse, run one command, and turn failures into the exit codes of the contract.

0 done; 2 bad input, nothing changed; 3 no feasible plan; 1 anything else.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from harvestdesk import __version__
from harvestdesk.cli.commands import (
    demo,
    engine,
    household,
    imports,
    plan,
    reconcile,
    reports,
    solve,
    tax,
    upkeep,
)
from harvestdesk.cli.output import Output
from harvestdesk.cli.run import BAD_INPUT, DEFECT, DONE, NO_PLAN, Command, Run, Screens
from harvestdesk.domain.errors import BadInputError, HarvestError, NoPlanError
from harvestdesk.domain.files import path_error
from harvestdesk.reports.document import PaperRenderer

_CODES: dict[type[HarvestError], int] = {BadInputError: BAD_INPUT, NoPlanError: NO_PLAN}
_FAMILIES = (demo, imports, household, plan, reports, tax, reconcile, upkeep, engine, solve)


class _Parser(argparse.ArgumentParser):
    """A parser that raises instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        raise BadInputError(f"{message}\n{self.format_usage().strip()}", code="arguments")

    def _get_value(self, action: argparse.Action, arg_string: str) -> Any:
        """Read one value; what is wrong with it is said with the option's name."""
        try:
            return super()._get_value(action, arg_string)
        except BadInputError as error:
            if not action.option_strings:
                raise
            words = f"{action.option_strings[-1]}: {error.message}"
            raise BadInputError(words, code=error.code) from None


def main(argv: Sequence[str] | None, *, paper: PaperRenderer, screens: Screens) -> int:
    """Run one command and return its exit code.

    Args:
        argv: arguments without the program's name; None for those of the process.
        paper: writes a report as PDF.
        screens: saves pictures of the window into a folder.
    """
    try:
        args = build_parser().parse_args(argv)
    except BadInputError as error:
        sys.stderr.write(f"{error.message}\n")
        return BAD_INPUT
    except SystemExit as leaving:  # --help and --version
        return int(leaving.code or DONE)
    run = Run(args, Output(as_json=bool(getattr(args, "json", False))), paper, screens)
    return _answer(args.run, run)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    parser = _Parser(
        prog="harvestdesk-cli",
        description="Tax lots, wash sales and tax-loss harvesting for a household, on this computer.",
    )
    parser.add_argument("--version", action="version", version=f"harvestdesk {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for family in _FAMILIES:
        family.add_parsers(commands)
    return parser


def _answer(command: Command, run: Run) -> int:
    try:
        return command(run) or DONE
    except HarvestError as error:
        run.out.note(error.message)
        return next((code for kind, code in _CODES.items() if isinstance(error, kind)), DEFECT)
    except BrokenPipeError:  # whoever reads stdout has had enough, as `head` has
        return DONE
    except OSError as error:
        return _system_refused(run, error)
    except KeyboardInterrupt:
        run.out.note("Stopped.")
    except Exception as error:
        _report_defect(run, error)
    return DEFECT


def _system_refused(run: Run, error: OSError) -> int:
    """Say which file or folder the system refused; anything else it may say is a defect."""
    told = path_error(error)
    if told is None:
        _report_defect(run, error)
        return DEFECT
    run.out.note(told.message)
    return BAD_INPUT


def _report_defect(run: Run, error: Exception) -> None:
    """Say where the program broke."""
    import traceback

    traceback.print_exception(error, file=sys.stderr)
    run.out.note("This is a defect of HarvestDesk; the lines above say where.")
