"""Hypothesis without deadlines: a shared machine pauses when it likes."""

from hypothesis import settings

settings.register_profile("salesrules", deadline=None)
settings.load_profile("salesrules")
