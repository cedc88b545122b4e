"""The storage in SQL, behind the door of `salesrules.storage`; it needs SQLAlchemy."""

__all__: list[str] = []
