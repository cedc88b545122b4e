"""Verbs of the room, one module per subject; the room's door opens each when it is asked for."""

__all__: list[str] = []
