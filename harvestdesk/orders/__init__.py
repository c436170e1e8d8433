"""Proposals to broker-ready order files and lot instructions."""
