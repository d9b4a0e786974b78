"""Figures of the usage rate as files that people print, sign and send on."""
