"""The one-machine default: the real servers as children of one supervisor, under one folder."""
