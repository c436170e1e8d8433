"""Running work in the status bar: what, how far, and a way to stop it."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from harvestdesk.gui.a11y import name
from harvestdesk.gui.theme import Space, Theme
from harvestdesk.gui.workers.runner import JobHandle, JobRunner, Lane
from harvestdesk.jobs.progress import Progress

SHOW_AFTER_MS = 600
STAGES = {
    "start": "starting",
    "build": "setting up the problem",
    "solve": "solving",
    "branch": "branching, {} nodes, gap {} %",
    "round": "rounding to shares",
    "verify": "checking every trade by the tax rules",
    "ladder": "working out the next lots",
}
"""Words of a stage; figures that follow its code stand where the braces are."""


def stage_words(stage: str) -> str:
    """Return what a stage is called, with the figures it brings along."""
    code, *figures = stage.split("/")
    return STAGES.get(code, stage).format(*figures)


class JobStrip(QWidget):
    """Shows the oldest running job once it has taken 600 ms; quick work never flickers."""

    def __init__(self, runner: JobRunner, theme: Theme) -> None:
        super().__init__()
        self._runner = runner
        self._shown: JobHandle | None = None
        self._words = QLabel()
        self._bar = name(QProgressBar(), "Progress")
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(theme.px(140))
        self.stop = name(QPushButton("Stop"), "Stop the running work")
        self.stop.setProperty("quiet", True)
        self.stop.clicked.connect(self._on_stop)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.px(Space.SMALL), 0, 0, 0)
        layout.setSpacing(theme.px(Space.MEDIUM))
        for widget in (self._words, self._bar, self.stop):
            layout.addWidget(widget)
        layout.addStretch(1)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(SHOW_AFTER_MS)
        self._patience.timeout.connect(self._on_patience_over)
        runner.job_started.connect(self._on_changed)
        runner.job_finished.connect(self._on_changed)
        self._set_visible(False)

    @property
    def words(self) -> str:
        """What the strip says; empty while nothing is shown."""
        return self._words.text() if self._shown is not None else ""

    def _on_changed(self, _handle: JobHandle) -> None:
        running = self._runner.running
        if not running:
            self._patience.stop()
            self._show(None)
        elif self._shown not in running:
            self._show(None)
            self._patience.start()

    def _on_patience_over(self) -> None:
        running = self._runner.running
        if running:
            self._show(running[0])

    def _show(self, handle: JobHandle | None) -> None:
        if self._shown is not None:
            self._shown.progressed.disconnect(self._on_progressed)
        self._shown = handle
        self._set_visible(handle is not None)
        if handle is not None:
            handle.progressed.connect(self._on_progressed)
            self.stop.setVisible(handle.lane is not Lane.WRITE)
            self._on_progressed(handle.progress)

    def _set_visible(self, visible: bool) -> None:
        for widget in (self._words, self._bar, self.stop):
            widget.setVisible(visible)

    def _on_progressed(self, progress: Progress) -> None:
        if self._shown is None:
            return
        stage = stage_words(progress.stage)
        others = len(self._runner.running) - 1
        more = f" ({others} more waiting)" if others else ""
        self._words.setText(f"{self._shown.title}: {stage}{more}")
        if progress.fraction is None:
            self._bar.setRange(0, 0)
        else:
            self._bar.setRange(0, 100)
            self._bar.setValue(round(progress.fraction * 100))

    def _on_stop(self) -> None:
        if self._shown is not None:
            self._shown.cancel()
