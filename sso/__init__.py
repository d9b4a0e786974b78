"""Layer 4: sign-in and tokens. Knows nothing of `mail_admin`."""
