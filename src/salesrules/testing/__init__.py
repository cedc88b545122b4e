"""For those who test against us."""
