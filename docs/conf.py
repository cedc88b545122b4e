"""Sphinx, MyST and Furo; the reference has one page per door and per room with workflows, made from the package itself.

The workflows are drawn from their tables: Mermaid's text becomes SVG here, by a renderer that is an ordinary wheel
(`mmdr`), so that the build needs neither a browser nor the network, and the pages no script.
"""

from __future__ import annotations

import gc
import posixpath
import re
import sys
from pathlib import Path
from typing import Any

import mmdr
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

DOCS = Path(__file__).resolve().parent
PACKAGE = DOCS.parent / "src" / "salesrules"
sys.path.insert(0, str(PACKAGE.parent))

import salesrules  # noqa: E402  # only importable once the path is set
from salesrules.core import to_mermaid  # noqa: E402  # as above

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
#: The pages' tables of contents without what stands below the titles, and the sidebars that were made of them.
TITLES: dict[str, nodes.bullet_list] = {}
SIDEBAR: dict[tuple[object, ...], str] = {}
autodoc_default_options = {"members": True, "imported-members": True, "show-inheritance": True}


def write_reference_pages() -> None:
    """One page per door, so that a new folder is in the reference as soon as it stands."""
    doors = sorted(door.parent.name for door in PACKAGE.glob("*/__init__.py"))
    write_pages(
        DOCS / "reference" / "doors",
        {f"{name}.md": f"# {name}\n\n```{{eval-rst}}\n.. automodule:: salesrules.{name}\n```\n" for name in doors},
    )


def write_workflow_pages() -> None:
    """One page per room with workflows, each drawn as it is without a policy."""
    files = {}
    for room in salesrules.__all__:
        pictures = []
        for name, build in getattr(getattr(salesrules, room), "WORKFLOWS", {}).items():
            files[f"{room}-{name}.svg"] = draw(to_mermaid(build()))
            about = (build.__doc__ or "").partition("\n")[0]
            pictures.append(f"## {name}\n\n{about}\n\n![The workflow {name}]({room}-{name}.svg)\n")
        if pictures:
            files[f"{room}.md"] = "\n".join([f"# Workflows of {room}\n", *pictures])
    write_pages(DOCS / "reference" / "workflows", files)


def draw(mermaid: str, margin: int = 24) -> str:
    """A Mermaid diagram as SVG, with a margin, since labels at the edge would be cut off."""
    svg = mmdr.render(mermaid).svg()

    def widened(found: re.Match[str]) -> str:
        left, top, width, height = map(float, found.group(1).split())
        return f'viewBox="{left - margin} {top - margin} {width + 2 * margin} {height + 2 * margin}"'

    return re.sub(r'viewBox="([^"]+)"', widened, svg, count=1)


def write_pages(folder: Path, files: dict[str, str]) -> None:
    """Write files that differ, and take away those that are no longer made."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.iterdir():
        if stale.name not in files:
            stale.unlink()
    for name, text in files.items():
        page = folder / name
        if not page.is_file() or page.read_text("utf-8") != text:
            page.write_text(text, "utf-8")


def titles_alone(toc: nodes.bullet_list) -> nodes.bullet_list:
    """A page's table of contents without the sections and objects below its title; whole where pages are below."""
    copy = toc.deepcopy()
    if not any(copy.findall(addnodes.toctree)):
        for item in copy.children:
            del item.children[1:]
    return copy


def quicken_navigation(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Make the sidebar, which shows titles alone, from titles alone, and once for all source pages of a folder.

    With every object of every door and anew for every page it takes half the build.
    """
    whole, make = app.env.tocs, context["toctree"]

    def navigation(**options: Any) -> str:
        if not TITLES:
            TITLES.update({name: titles_alone(toc) for name, toc in whole.items()})
        where = (page if page in app.env.all_docs else posixpath.dirname(page) + "/", *sorted(options.items()))
        if where not in SIDEBAR:
            app.env.tocs = TITLES
            try:
                SIDEBAR[where] = make(**options)
            finally:
                app.env.tocs = whole
        return SIDEBAR[where]

    context["toctree"] = navigation


def setup(app: Sphinx) -> None:
    """Furo asks for the sidebar at the usual priority, 500."""
    app.connect("html-page-context", quicken_navigation, priority=400)


gc.set_threshold(200_000)  # pages are large trees, which the collector would walk again and again
write_reference_pages()
write_workflow_pages()
