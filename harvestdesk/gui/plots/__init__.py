"""Pictures painted by hand: one base canvas, marks by status, legends."""
