"""A command line in this process, with paper and pictures that only note what they were asked for."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harvestdesk.assets import resource
from harvestdesk.cli.main import main
from harvestdesk.reports.document import Report
from harvestdesk.services.sample import build_sample


@dataclass
class Desk:
    """Runs commands and remembers the papers that were made."""

    capsys: pytest.CaptureFixture[str]
    papers: dict[str, Report] = field(default_factory=dict)
    pictures: list[Path] = field(default_factory=list)
    err: str = ""
    out: str = ""

    def run(self, *argv: object) -> int:
        """Run a command; its words are kept in `out` and `err`."""
        code = main([str(a) for a in argv], paper=self._paper, screens=self._screens)
        said = self.capsys.readouterr()
        self.out, self.err = said.out, said.err
        return code

    def json(self, *argv: object):
        """Run a command that must succeed and return its document."""
        assert self.run(*argv, "--json") == 0, self.err
        return json.loads(self.out)

    def _paper(self, report: Report, path: Path) -> None:
        self.papers[path.name] = report
        path.write_bytes(b"%PDF-1.4 fake")

    def _screens(self, book: Path, folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "lots.png").write_bytes(b"fake")
        self.pictures.append(folder)


@pytest.fixture
def desk(capsys, tmp_path, monkeypatch) -> Desk:
    """A command line with a data folder of its own."""
    monkeypatch.setenv("HARVESTDESK_HOME", str(tmp_path / "home"))
    return Desk(capsys)


@pytest.fixture
def sample_folder() -> Path:
    """The bundled sample files."""
    return resource("sample")


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample household's file, for looking only."""
    path = tmp_path_factory.mktemp("sample") / "sample.harvest"
    build_sample(path)
    return path
