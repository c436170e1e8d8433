"""Broker files to row batches; pure, nothing is saved here."""
