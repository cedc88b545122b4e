"""A plan as SQL, made from its compiled form as one tree and written for any dialect."""

from salesrules.frames.sql.writing import checks_of, sql_of

__all__ = ["checks_of", "sql_of"]
