"""The verbs of commissions: crediting, measuring, paying and explaining; the door loads them when asked for."""

__all__: list[str] = []
