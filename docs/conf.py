"""Sphinx, MyST and Furo; the reference has one page per door, made from the folders that stand in the package."""

from __future__ import annotations

import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
PACKAGE = DOCS.parent / "src" / "salesrules"
sys.path.insert(0, str(PACKAGE.parent))

import salesrules  # noqa: E402  # only importable once the path is set

project = "salesrules"
author = "The salesrules authors"
copyright = "2026, the salesrules authors"
version = release = salesrules.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "salesrules"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True, "imported-members": True, "show-inheritance": True}


def write_reference_pages() -> None:
    """One page per door, so that a new folder is in the reference as soon as it stands."""
    folder = DOCS / "reference" / "doors"
    folder.mkdir(parents=True, exist_ok=True)
    pages = {door.parent.name: door for door in sorted(PACKAGE.glob("*/__init__.py"))}
    for stale in folder.glob("*.md"):
        if stale.stem not in pages:
            stale.unlink()
    for name in pages:
        text = f"# {name}\n\n```{{eval-rst}}\n.. automodule:: salesrules.{name}\n```\n"
        page = folder / f"{name}.md"
        if not page.is_file() or page.read_text("utf-8") != text:
            page.write_text(text, "utf-8")


write_reference_pages()
