"""What the lanes do for the desk. Runs on their threads; imports the heavy rooms there."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harvestdesk.domain.plan_settings import HOUSEHOLD_KINDS, PlanSettings
from harvestdesk.domain.proposal import HarvestSettings, Proposal
from harvestdesk.gui.desk import Loaded
from harvestdesk.gui.undo import UndoState
from harvestdesk.gui.view_base import DeskData
from harvestdesk.jobs.harvest import HarvestInputs, harvest_job
from harvestdesk.jobs.household import household_job
from harvestdesk.jobs.job import Job

if TYPE_CHECKING:
    from harvestdesk.domain.ids import AccountId, ProposalId
    from harvestdesk.reports.document import Report
    from harvestdesk.services.context import AppContext
    from harvestdesk.services.preferences import Preferences
    from harvestdesk.services.tax_reports import TaxExport
    from harvestdesk.store.database import HouseholdBook


def open_household(path: Path, preferences: "Preferences") -> Loaded:
    """Open a household file and work out what the pages show."""
    from harvestdesk.services.books import open_book

    return _loaded(open_book(path), preferences)


def sample_path() -> Path:
    """Return where the sample household is kept."""
    from harvestdesk.services.preferences import data_folder

    return data_folder() / "sample.harvest"


def open_sample(path: Path, preferences: "Preferences") -> Loaded:
    """Open the sample household, built there on first use."""
    from harvestdesk.services.books import open_book
    from harvestdesk.services.sample import build_sample

    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        build_sample(path)
    return _loaded(open_book(path), preferences)


def create_household(
    path: Path, name: str, people: tuple[str, ...], preferences: "Preferences"
) -> Loaded:
    """Create a household file and open it."""
    from harvestdesk.services.books import create_book

    return _loaded(create_book(path, name, people), preferences)


def _loaded(book: "HouseholdBook", preferences: "Preferences") -> Loaded:
    from harvestdesk.gui import pages
    from harvestdesk.services.context import AppContext

    pages.load_modules()
    try:
        return load(AppContext(book, settings=preferences))
    except BaseException:
        book.close()
        raise


def load(app: "AppContext") -> Loaded:
    """Read the household and work out the rows of every page."""
    from harvestdesk.gui import pages
    from harvestdesk.services.plans import YEAR_END, latest
    from harvestdesk.services.views.drift import drift_view
    from harvestdesk.services.views.overview import overview
    from harvestdesk.services.views.plan import plan_view
    from harvestdesk.services.views.rebalance import rebalance_view
    from harvestdesk.services.views.tax import tax_view
    from harvestdesk.washsale.outlook import lot_standings

    snapshot = app.snapshot()
    proposal = latest(app)
    harvest = _one_of(proposal, latest(app, YEAR_END))
    household = _one_of(proposal, latest(app, HOUSEHOLD_KINDS))
    data = DeskData(
        snapshot=snapshot,
        overview=overview(snapshot, proposal),
        proposal=proposal,
        plan=plan_view(snapshot, harvest) if harvest else None,
        rebalance=rebalance_view(snapshot, household) if household else None,
        account_drift={a.id: drift_view(snapshot, proposal, a.id) for a in snapshot.accounts},
        standings=lot_standings(snapshot),
        tax=tax_view(snapshot, proposal, readings=False),
    )
    data = replace(data, prepared=pages.prepared(data))
    return Loaded(app, data, UndoState(app.book.undo_label(), app.book.redo_label()))


def _one_of(newest: Proposal | None, found: Proposal | None) -> Proposal | None:
    """Return the newest plan itself where it is the one found: one object for one plan."""
    return newest if newest is not None and found is not None and newest.id == found.id else found


def prepare_plan(app: "AppContext", settings: HarvestSettings | PlanSettings) -> Job[Any, Proposal]:
    """Return a plan of the household as a job for the worker process."""
    if isinstance(settings, PlanSettings):
        from harvestdesk.services.plan_household import prepare as prepare_household

        return household_job(prepare_household(app, settings))
    from harvestdesk.services.plan_harvest import prepare

    asked = prepare(app, settings)
    return harvest_job(
        HarvestInputs(asked.snapshot, asked.settings, asked.proposal_id, asked.created_at)
    )


def build_report(app: "AppContext", kind: str, proposal_id: "ProposalId | None") -> "Report":
    """Return a worksheet, lot instructions or do-not-buy list as plain data."""
    from harvestdesk.services.worksheets import build_report as build

    return build(app, kind, proposal_id)


def build_tax_form(app: "AppContext", kind: str, year: int) -> "Report":
    """Return a page of a year's return as plain data."""
    from harvestdesk.services.tax_reports import build_tax_report

    return build_tax_report(app, kind, year)


def compare_closed_lots(
    app: "AppContext", paths: tuple[Path, ...], account_id: "AccountId | None" = None
) -> "Report":
    """Return what differs between brokers' closed lots and the ledger; `account_id`: of files that name none."""
    from harvestdesk.reports.tax_forms.reconciliation import reconciliation_report
    from harvestdesk.services.reconcile import reconcile

    return reconciliation_report(reconcile(app, paths, account_id=account_id), app.snapshot())


def save_tax_file(app: "AppContext", file_format: str, path: Path, year: int) -> "TaxExport":
    """Write a year's sales as tax software reads them."""
    from harvestdesk.services.tax_reports import export_tax_file

    return export_tax_file(app, year, file_format, path)
