"""The report in a real browser: exit 1 where it does not do what it says.

Runs in the environment of `make gates`, which has Playwright and not this package, with the
Chromium of the system. First it has to find fault with pages that are broken on purpose: a gate
that never closes is none.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

#: What the browser is called, and what Debian calls the package.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
#: How long something is waited for, and for the page to come to rest (ms).
PATIENCE_MS, SETTLED_MS = 5000, 300
#: With so many tabs the caption is reached.
FIRST_TABS = 4
#: Where the first tabs lead past the caption, and with how many more something there is reached.
SKIPS, SKIPPED_TABS = ("map", "claims"), 1
#: A4 pages that the report may take: less than half of what it takes with all that it folds.
MOST_PAGES = 75
#: Where the slider stands in the picture of the map.
SHOWN_AT = 22
#: A telephone: its width and height, and the least height there of a line of the map (pixels) and
#: share of a plot's own width, which comes in whole pixels.
TELEPHONE, LEAST_LINE, LEAST_SHARE = (420, 800), 11, 0.99
#: What a page must not ask for.
ELSEWHERE = "https://example.org/x.png"
#: Smallest contrast of text (WCAG 2.2, AA).
CONTRAST = 4.5
#: Of two sRGB colours; shares of the channels, as WCAG defines it.
CONTRAST_JS = """() => {
  const light = (text) => {
    const parts = text.match(/[\\d.]+/g).slice(0, 3).map(Number).map((v) => v / 255)
      .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const behind = (each) => {
    for (let at = each; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/, 0\\)|transparent/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const text = ".caption a, p, td, th, .status, h1, h2, h3, summary .said, code";
  return [...document.querySelectorAll(text)]
    .filter((each) => each.checkVisibility() && each.textContent.trim())
    .map((each) => {
      const both = [light(getComputedStyle(each).color), light(behind(each))];
      const [a, b] = both.sort((x, y) => y - x);
      return [(a + 0.05) / (b + 0.05), each.tagName + "." + each.className];
    }).sort((x, y) => x[0] - y[0])[0];
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of the system; SystemExit where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise SystemExit("there is no Chromium; install it: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(browser: Browser, path: Path, **options) -> tuple[Page, list[str]]:
    """A page from disk without a network, and what its console complains of and it asks for."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
    context.set_offline(True)
    page, said = context.new_page(), []
    page.on("console", lambda m: m.type in ("error", "warning") and said.append(m.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request",
        lambda asked: (
            asked.url.startswith(("file:", "data:")) or said.append(f"asks for {asked.url}")
        ),
    )
    page.set_default_timeout(PATIENCE_MS)
    page.goto(path.as_uri())
    page.wait_for_timeout(SETTLED_MS)
    return page, said


def faults(browser: Browser, path: Path, screens: Path | None = None) -> Iterator[str]:
    """What is wrong with the page, a line each."""
    page, said = opened(browser, path)
    yield from said
    yield from _links(page)
    if page.locator(".caption a").count() == 0 or page.locator("details.claim").count() == 0:
        yield "there is no caption, or no claim"
        return
    yield from _policy(browser, path)
    for check in (_phrase, _keyboard, _skip, _slider, _narrow):
        yield from check(page)
    if screens:
        page.goto(path.as_uri())
        page.screenshot(path=screens / "light.png")
        page.locator("#time").fill(str(SHOWN_AT))
        page.locator(".map").screenshot(path=screens / "map.png")
        page.locator(".caption a").nth(5).click()
        page.locator("details[open]").first.screenshot(path=screens / "claim.png")
    for scheme in ("light", "dark"):
        themed, _ = opened(browser, path, color_scheme=scheme)
        yield from _contrast(themed, scheme)
        if screens and scheme == "dark":
            themed.screenshot(path=screens / "dark.png")
    yield from _paper(browser, path, screens)


def told(browser: Browser, path: Path, screens: Path | None = None) -> Iterator[str]:
    """The faults; what was waited for in vain is the last."""
    try:
        yield from faults(browser, path, screens)
    except Error as error:
        yield str(error).splitlines()[0]


def first(browser: Browser, path: Path) -> str | None:
    """The first fault."""
    return next(told(browser, path), None)


def _links(page: Page) -> Iterator[str]:
    ids = set(page.locator("[id]").evaluate_all("all => all.map(each => each.id)"))
    for target in page.locator("a[href^='#']").evaluate_all("all => all.map(a => a.hash.slice(1))"):
        if target not in ids:
            yield f"a link leads to {target}, which is not there"


def _policy(browser: Browser, path: Path) -> Iterator[str]:
    """A script that somebody puts into the page does not run, a picture is not asked for."""
    title, text = "it runs", path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        changed = Path(scratch) / "changed.html"
        put = f"<script>document.title = '{title}'</script><img src='{ELSEWHERE}'>"
        put += f"<img src='data:,' onerror=\"document.title = '{title}'\">"
        changed.write_text(text.replace("</main>", f"{put}</main>"), encoding="utf-8")
        page, said = opened(browser, changed)
    if page.title() == title:
        yield "a script that is put into it runs"
    # Chromium tells of a request that the policy stops, too.
    if not any(ELSEWHERE in each and "Content Security Policy" in each for each in said):
        yield f"a picture that is put into it asks for {ELSEWHERE}"


def _phrase(page: Page) -> Iterator[str]:
    """A phrase opens its claim, with its plot and what is behind it."""
    for link in page.locator(".caption a").all():
        target = link.get_attribute("href").removeprefix("#")
        link.click()
        claim = page.locator(f"details[id='{target}']")
        if claim.get_attribute("open") is None:
            yield f"the phrase '{link.text_content()}' does not open {target}"
        elif not claim.locator("img").first.is_visible():
            yield f"{target} shows no plot"
        elif claim.locator("h4").count() < 2:
            yield f"{target} does not say what is behind it"


def _keyboard(page: Page) -> Iterator[str]:
    """All works without a mouse, and what has the focus is seen."""
    page.goto(page.url.partition("#")[0])
    outside = "document.activeElement.closest('.caption') === null"
    for _ in range(FIRST_TABS):
        page.keyboard.press("Tab")
        if not page.evaluate(outside):
            break
    if page.evaluate(outside):
        yield f"{FIRST_TABS} tabs do not reach the caption"
        return
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    if outline == "none":
        yield "what has the focus cannot be seen"
    target = page.evaluate("document.activeElement.hash.slice(1)")
    page.keyboard.press("Enter")
    if page.locator(f"details[id='{target}']").get_attribute("open") is None:
        yield "Enter on a phrase does not open its claim"
    if not page.evaluate("document.activeElement.tagName === 'SUMMARY'"):
        yield "the focus does not follow to the claim"
    page.locator(".map .activity[tabindex]").first.focus()
    page.keyboard.press("Enter")
    if not page.evaluate("document.activeElement.tagName === 'SUMMARY'"):
        yield "Enter on an activity does not open a claim"


def _skip(page: Page) -> Iterator[str]:
    """The first tabs are ways past the caption, which are seen and lead where they say."""
    address = page.url.partition("#")[0]
    # Whether what has the focus is on the screen, and whether it is in the part of a heading.
    seen = """() => {
      const box = document.activeElement.getBoundingClientRect();
      return box.height > 0 && box.right > 0 && box.bottom > 0 && box.left < innerWidth;
    }"""
    after = """id => {
      const heads = [...document.querySelectorAll("h2")];
      const before = (each) => document.activeElement.compareDocumentPosition(each) & 2;
      return heads.filter(before).pop()?.id === id;
    }"""
    for number, target in enumerate(SKIPS, start=1):
        page.goto("about:blank")
        page.goto(address)
        for _ in range(number):
            page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.hash") != f"#{target}":
            yield f"tab {number} is no way to the {target}"
            continue
        if not page.evaluate(seen):
            yield f"the way to the {target} is not seen when it has the focus"
        page.keyboard.press("Enter")
        for _ in range(SKIPPED_TABS):
            page.keyboard.press("Tab")
        if not page.evaluate(after, target):
            yield f"the way to the {target} leads elsewhere"


def _slider(page: Page) -> Iterator[str]:
    """Time goes on, and activities light up and fall back to rest."""
    lights = "all => all.filter(each => Math.abs(each.dataset.light) > 0.2).length"
    activities = page.locator(".map .activity")
    if activities.evaluate_all(lights):
        yield "activities are lit before anything happens"
    fill = "each => getComputedStyle(each.querySelector('rect')).fill"
    page.locator("#time").focus()
    seen: dict[int, int] = {}
    for step in range(45):
        page.keyboard.press("ArrowRight")
        seen[step] = activities.evaluate_all(lights)
    if max(seen.values()) < 10:
        yield f"at most {max(seen.values())} activities light up"
    if page.locator("#clock").text_content() in ("", "0 min"):
        yield "the clock stands still"
    lit = page.locator(".map .activity").evaluate_all(f"all => new Set(all.map({fill})).size")
    if lit < 3:
        yield "lit activities look like the others"
    runs = page.locator("#run option").count()
    if runs < 2:
        yield "there is one experiment to choose from"
    page.locator("#time").press("Home")
    page.locator("#play").click()
    page.wait_for_timeout(700)
    page.locator("#play").click()
    if page.locator("#clock").text_content() == "0 min":
        yield "Play does not play"


def _narrow(page: Page) -> Iterator[str]:
    """On a telephone the page is not wide, and what is drawn can be read."""
    before = page.viewport_size
    width, height = TELEPHONE
    page.set_viewport_size({"width": width, "height": height})
    page.locator("details.claim img").first.evaluate("each => each.closest('details').open = true")
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    lines = "all => Math.min(...all.map(each => each.getBoundingClientRect().height))"
    least = page.locator(".map svg text").evaluate_all(lines)
    plot = page.locator("details.claim[open] img").first
    plot.scroll_into_view_if_needed()
    page.wait_for_timeout(SETTLED_MS)
    shrunk = plot.evaluate("each => each.getBoundingClientRect().width / each.naturalWidth")
    page.set_viewport_size(before)
    if wide > 2:
        yield f"on a narrow screen the page is {wide} pixels too wide"
    if least < LEAST_LINE:
        yield f"on a narrow screen a line of the map is {least:.0f} pixels high"
    if shrunk < LEAST_SHARE:
        yield f"on a narrow screen a plot has {shrunk:.0%} of its width"


def _contrast(page: Page, scheme: str) -> Iterator[str]:
    page.locator("#open-all").click()
    least, where = page.evaluate(CONTRAST_JS)
    if least < CONTRAST:
        yield f"{scheme}: the contrast of {where} is {least:.1f}; allowed: {CONTRAST} and more"
    page.locator("#open-all").click()


def _paper(browser: Browser, path: Path, screens: Path | None) -> Iterator[str]:
    """On paper every claim is open, dark ink on white, on not too many pages."""
    page, _ = opened(browser, path, color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    if page.locator("details.claim:not([open])").count():
        yield "claims are closed on paper"
    if page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)":
        yield "paper is not white"
    if page.locator(".controls").is_visible():
        yield "controls are printed"
    heads = "all => all.filter(each => getComputedStyle(each).breakAfter !== 'avoid').length"
    if alone := page.locator("h2, h3, h4, summary").evaluate_all(heads):
        yield f"{alone} headings may stand alone at the end of a page"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    if page.locator("details.claim[open]").count():
        yield "claims stay open after printing"
    paper = page.pdf(format="A4")
    if screens:
        (screens / "paper.pdf").write_bytes(paper)
    pages = len(re.findall(rb"/Type\s*/Page\b", paper))
    if pages > MOST_PAGES:
        yield f"it takes {pages} pages; allowed: {MOST_PAGES}"


#: Ways to break a page, each of which has to be noticed.
BROKEN: dict[str, Callable[[str], str]] = {
    "a changed script": lambda text: text.replace('"use strict";', '"use strict"; 1;'),
    "something from outside": lambda text: text.replace(
        "</main>", f'<img src="{ELSEWHERE}"></main>'
    ),
    "no policy": lambda text: re.sub("<meta http-equiv=[^>]*>", "", text),
    "a policy that lets in pictures": lambda text: text.replace("img-src data:", "img-src data: *"),
    "a policy that lets in scripts": lambda text: re.sub(
        "script-src '[^']*'", "script-src 'unsafe-inline'", text
    ),
    "a missing claim": lambda text: re.sub(
        r'(<details class="claim" id=")', r"\1lost_", text, count=1
    ),
    "ways past the caption that are not seen": lambda text: text.replace(
        ".skip a:not(:focus)", ".skip a"
    ),
    "a way past the caption that leads elsewhere": lambda text: text.replace(
        '<h2 id="claims"', "<h2"
    ).replace('<h2 id="studies">', '<h2 id="studies"><a id="claims"></a>'),
    "a map that shrinks with the screen": lambda text: text.replace("min-width: 78rem;", ""),
    "plots that shrink with the screen": lambda text: text.replace(
        "img { height: auto;", "img { max-width: 100%; height: auto;"
    ),
    "unreadable ink": lambda text: text.replace("--soft: #59616b", "--soft: #c9ced4"),
    "headings that stand alone on paper": lambda text: text.replace(
        "h4, summary, thead, blockquote { break-after: avoid; }", "h4 { break-after: avoid; }"
    ),
    "all of it on paper": lambda text: text.replace("details.claim:not([data-kind=caption])", "x"),
    "a map without lights": lambda text: text.replace('"lights":{', '"lights":{},"was":{'),
}


def main(name: str, folder: str) -> int:
    """Look at the page and put pictures of it in a folder; the exit status."""
    text, screens = Path(name).read_text(encoding="utf-8"), Path(folder)
    screens.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, tempfile.TemporaryDirectory() as scratch:
        for what, change in BROKEN.items():
            broken = Path(scratch) / "broken.html"
            broken.write_text(change(text), encoding="utf-8")
            if change(text) == text or first(browser, broken) is None:
                print(f"nothing is found in a page with {what}: the gate is open")
                return 1
        lines = list(told(browser, Path(name).resolve(), screens))
    for line in lines:
        print(f"{name}: {line}")
    print(f"{name}: {len(lines)} faults; pictures: {screens}")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
