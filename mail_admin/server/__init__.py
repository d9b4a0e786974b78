"""Our Dovecot and Postfix: their configuration, and what is asked of them while they run."""
