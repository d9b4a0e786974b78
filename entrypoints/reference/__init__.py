"""The reference pages that the code itself writes: `script/reference`."""
