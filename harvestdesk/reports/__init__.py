"""Reports as plain data: one model feeds preview, print, PDF and CSV."""
