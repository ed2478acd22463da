"""The documentation in a real browser, on screens from a telephone's on: exit 1 for a fault.

Runs in the environment of `gates/page.py`, with the Chromium of the system. First it has to find
fault with a site that is broken on purpose: a gate that never closes is none.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from page import chromium
from playwright.sync_api import Browser

#: Widths of screens (pixels), and their height.
WIDTHS, HEIGHT = (420, 700, 1200), 900
#: More text than this (characters) has a column at least so wide (pixels).
TEXT, LEAST = 24, 110
#: Pages that are looked at with the broken site, and in pictures.
TRIED = ("model/trkb.html", "claims.html")
#: What is wrong with a page, a line each.
FAULTS_JS = """([text, least]) => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  const found = wide > 2 ? [`is ${wide} pixels too wide`] : [];
  for (const table of document.querySelectorAll("article table")) {
    const box = table.closest(".table-wrapper, .output, pre") ?? table.parentElement;
    const over = table.scrollWidth - box.clientWidth;
    if (over > 2 && !/auto|scroll/.test(getComputedStyle(box).overflowX))
      found.push(`cuts ${over} pixels off a table`);
    const cells = [...table.querySelectorAll("td, th")].filter((each) =>
      each.innerText.length > text && each.getBoundingClientRect().width < least);
    if (cells.length) found.push(`squeezes '${cells[0].innerText.slice(0, text)}'`);
  }
  return found;
}"""
#: Ways to break the style, each of which has to be noticed.
BROKEN: Mapping[str, Callable[[str], str]] = {
    "columns as narrow as can be": lambda css: css.replace("width: max-content;", ""),
    "tables that do not scroll": lambda css: (
        css + ".table-wrapper { overflow-x: hidden !important; }"
    ),
    "a wide page": lambda css: css + "article { width: 1300px; }",
}


def faults(browser: Browser, site: Path, pages: list[Path]) -> Iterator[str]:
    """What is wrong with pages of the site."""
    for width in WIDTHS:
        page = browser.new_page(viewport={"width": width, "height": HEIGHT})
        for path in pages:
            page.goto(path.as_uri())
            for said in page.evaluate(FAULTS_JS, [TEXT, LEAST]):
                yield f"{path.relative_to(site)}, {width} pixels wide, {said}"
        page.close()


def pictures(browser: Browser, site: Path, folder: Path) -> None:
    """The first of the pages that are tried on each screen."""
    folder.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        page = browser.new_page(viewport={"width": width, "height": HEIGHT})
        for name in TRIED:
            page.goto((site / name).as_uri())
            page.screenshot(path=folder / f"{Path(name).stem}_{width}.png", full_page=True)
        page.close()


def main(site: Path, folder: Path) -> int:
    """Look at all pages of a site, and put pictures of some in a folder; the exit status."""
    with chromium() as browser, tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch).resolve() / "site"
        shutil.copytree(site, copy)
        style = copy / "_static" / "site.css"
        whole = style.read_text(encoding="utf-8")
        for what, change in BROKEN.items():
            style.write_text(change(whole), encoding="utf-8")
            if next(faults(browser, copy, [copy / name for name in TRIED]), None) is None:
                print(f"nothing is found in a site with {what}: the gate is open")
                return 1
        lines = list(faults(browser, site, sorted(site.rglob("*.html"))))
        pictures(browser, site, folder)
    for line in lines:
        print(line)
    print(f"{site}: {len(lines)} faults; pictures: {folder}")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2])))
