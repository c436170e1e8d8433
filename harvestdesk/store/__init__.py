"""One .harvest SQLite file per household; the only room that imports SQLAlchemy."""
