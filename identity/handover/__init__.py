"""New accounts on paper: letters with activation codes, the list to sign, and the same as CSV."""
