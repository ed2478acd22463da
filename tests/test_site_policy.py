"""What the pages of the site may do, and that text of theirs stays text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.site import __main__ as site
from docs.site import policy

pytestmark = pytest.mark.slow

PAGE = "<html><head><title>a</title></head><body><script>go()</script>{}</body></html>"


def test_a_page_may_run_its_own_script_and_ask_for_nothing():
    text = policy.governed(PAGE.format(""))
    assert list(policy.wrong(text)) == []
    assert "default-src 'none'" in text and text.count("'sha256-") == 1
    assert text.index("http-equiv") < text.index("<title>")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PAGE, "has no policy"),
        (policy.governed(PAGE).replace("'none'", "*"), "has no policy"),
        (policy.governed(PAGE).replace("img-src", "img-src https:"), "policy with img-src https:"),
        (
            policy.governed(PAGE).replace("connect-src", "connect-src *"),
            r"policy with connect-src \*",
        ),
        (
            policy.governed(PAGE).replace("script-src", "script-src 'unsafe-inline'"),
            "policy with script-src 'unsafe-inline'",
        ),
        (policy.governed(PAGE).replace("go()", "gone()"), r"stops: gone\(\)"),
        (policy.governed(PAGE).format("<script>x</script>"), "stops: x"),
        (policy.governed(PAGE).format('<b class="a" onclick="x">'), "as onclick"),
    ],
)
def test_a_page_that_may_do_more_or_less_is_seen(text, said, tmp_path):
    (tmp_path / "a.html").write_text(text, encoding="utf-8")
    (fault,) = policy.faults(tmp_path)
    assert re.match(f"a.html .*{said}", fault)


def test_a_page_with_a_policy_of_its_own_keeps_it(tmp_path):
    own = policy.governed(PAGE).replace("form-action 'self' file:", "form-action 'none'")
    for name, text in (("own", own), ("plain", PAGE)):
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
    policy.put(tmp_path)
    assert (tmp_path / "own.html").read_text(encoding="utf-8") == own
    assert policy.faults(tmp_path) == []


def built(folder: Path, extensions: list[str], text: str) -> str:
    """The page that Sphinx makes of Markdown."""
    source = folder / "pages"
    source.mkdir()
    (source / "conf.py").write_text(f"extensions = {extensions}\n", encoding="utf-8")
    (source / "index.md").write_text(text, encoding="utf-8")
    site.convert(source, folder / "html")
    return (folder / "html/index.html").read_text(encoding="utf-8")


MARKED = """# A page

<!-- table:begin -->

| claim |
| --- |
| <script>alert(1)</script> |

<img src="x" onerror="alert(2)">

Words with <b onclick="alert(3)">a tag</b>, and [a link](https://example.org).

<a href="caption.html">The caption</a> is a page of the site.
"""


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of Sphinx, for its extensions
def test_html_in_a_page_is_text(tmp_path):
    text = built(tmp_path, ["myst_parser", "docs.site.policy"], MARKED)
    assert "<script>alert" not in text and "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<img src" not in text and "onerror=" in text and "<b onclick" not in text
    assert "table:begin" not in text.replace("<!-- table:begin -->", "")
    assert 'href="https://example.org"' in text and '<a href="caption.html">The' in text


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of Sphinx, for its extensions
def test_without_the_extension_it_would_not_be(tmp_path):
    assert "<script>alert(1)</script>" in built(tmp_path, ["myst_parser"], MARKED)
