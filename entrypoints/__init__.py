"""Layer 6: what can be started: web, worker, command line, embedded servers."""
