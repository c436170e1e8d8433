"""Where words and documents go: JSON or a readable answer to stdout, everything else to stderr."""

import json
import sys
from collections.abc import Sequence
from typing import TextIO


class Output:
    """The two streams of a command.

    Attributes:
        as_json: stdout holds one JSON document and nothing else.
    """

    def __init__(
        self, *, as_json: bool, stdout: TextIO | None = None, stderr: TextIO | None = None
    ) -> None:
        self.as_json = as_json
        self._stdout = stdout or sys.stdout
        self._stderr = stderr or sys.stderr

    def document(self, value: object) -> None:
        """Write the one JSON document."""
        # Whole or not at all: what can't be written as JSON must not leave half a document.
        text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
        self._stdout.write(f"{text}\n")

    def say(self, text: str = "") -> None:
        """Write a line of the answer for a person; to stderr when stdout is for JSON."""
        stream = self._stderr if self.as_json else self._stdout
        stream.write(f"{text}\n")

    def note(self, text: str) -> None:
        """Write a remark that is not the answer."""
        self._stderr.write(f"{text}\n")

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write rows in columns; those whose cells are all figures are set to the right."""
        if not rows:
            self.say("(none)")
            return
        widths = [max(len(str(r[n])) for r in (columns, *rows)) for n in range(len(columns))]
        right = [all(_is_figure(row[n]) for row in rows) for n in range(len(columns))]
        for row in (columns, ["-" * w for w in widths], *rows):
            cells = [
                cell.rjust(width) if flush else cell.ljust(width)
                for cell, width, flush in zip(row, widths, right, strict=True)
            ]
            self.say("  ".join(cells).rstrip())


def _is_figure(text: str) -> bool:
    plain = text.replace(",", "").replace(".", "").replace("$", "").strip("-+ %−")
    return plain == "" or plain.isdigit()
