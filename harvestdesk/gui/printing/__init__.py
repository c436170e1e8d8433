"""Reports on paper: PDF, printer and preview."""

from harvestdesk.gui.printing.render import PrintedReport, page_images, render_pdf

__all__ = ["PrintedReport", "page_images", "render_pdf"]
