"""Layer 4: mail domains, mailboxes and their usage. Knows nothing of `sso`."""
