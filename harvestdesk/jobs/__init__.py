"""Cancel tokens, progress and the spawned worker; no Qt."""
