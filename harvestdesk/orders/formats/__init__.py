"""Order files, one module per broker format."""
