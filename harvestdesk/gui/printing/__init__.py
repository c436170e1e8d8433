"""Reports on paper: PDF, printer and preview."""
