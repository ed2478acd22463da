"""The documentation: built without a warning, complete, and of one piece without the network."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

import ketamine_mtor as km
from docs.site import __main__ as site
from docs.site import check, gallery, generated, model, stage
from ketamine_mtor import cli, knowledge, report
from ketamine_mtor.claims import load_claims
from ketamine_mtor.sbgn.publish import stretches

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
#: The tests that look at the built site share one worker, which builds it once.
of_the_site = pytest.mark.xdist_group("site")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The site, without notebooks and pictures, in a process of its own."""
    folder = tmp_path_factory.mktemp("site") / "html"
    command = [sys.executable, "-m", "docs.site", str(folder), "--without-runs"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder


def _page(folder: Path, name: str) -> str:
    return html.unescape((folder / name).read_text(encoding="utf-8"))


# What is loaded, and what links lead to


@of_the_site
def test_nothing_is_loaded_from_the_network_and_no_link_is_dead(built):
    assert len(list(built.rglob("*.html"))) > 50
    assert check.faults(built) == []


@pytest.mark.parametrize(
    "text",
    [
        '<script async src="https://example.org/a.js">',
        '<link href="//example.org/a.css" rel="stylesheet">',
        '<img alt="" src="http://example.org/a.png">',
        "@import 'https://example.org/a.css'",
        "a { background: url(https://example.org/a.png) }",
    ],
)
def test_what_is_loaded_from_elsewhere_is_seen(text):
    assert len(check.from_the_network(text)) == 1


def test_a_link_is_no_load():
    assert check.from_the_network('<a href="https://doi.org/x"><img src="a.svg"></a>') == []


# What is there


def test_what_is_wrong_with_a_site_is_told_by_page(tmp_path):
    page = '<a class="x" href="b.html#c"><img src="a.html"><a href="https://x/"><img src="//y/z">'
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert check.faults(tmp_path) == [
        "a.html loads //y/z",
        "a.html links to b.html, which is not there",
    ]


@of_the_site
def test_every_page_of_the_repository_is_in_the_site(built):
    pages = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    pages = [path for path in pages if path.parts[0] != "site"]
    assert pages
    for path in pages:
        assert (built / str(path).replace("README", "index")).with_suffix(".html").is_file()


@of_the_site
def test_the_landing_page_has_the_map_and_the_claims_of_the_caption(built):
    text = _page(built, "index.html")
    assert "activity_flow.svg" in text
    for claim in load_claims():
        assert (f">{claim.number}<" in text) == (claim.kind == "caption")


@of_the_site
def test_each_module_has_its_picture_rules_and_papers(built):
    for each in stretches():
        text = _page(built, f"model/{each.module}.html")
        assert f"{each.module}.svg" in text
        assert all(rule in text for rule in each.rules)
    assert "https://doi.org/" in text


def unlike_a_page(text: str) -> list[str]:
    """What of a module's page reads as code: a long title, no lead, a docstring's order."""
    title, lead, *rest = text.split("\n\n")
    faults = [] if len(title) <= 40 and "." not in title else [title]
    faults += [] if re.fullmatch(r"[^\s#!].*\.", lead) else [lead]
    return faults + re.findall(r"^(?:- )?(?:Add|Give|Return)s? .*", "\n\n".join(rest), re.MULTILINE)


@pytest.fixture(scope="module")
def modules():
    """The pages of the modules of rules, by their names."""
    return {each.module: model.page(each) for each in stretches()}


def test_a_module_has_a_page_not_a_docstring(modules):
    faults = {name: unlike_a_page(text) for name, text in modules.items()}
    assert {name: said for name, said in faults.items() if said} == {}
    headings = re.findall(r"^## (.*)", modules["trkb"], re.MULTILINE)
    assert headings == ["Mechanism", "Rules", "Parameters", "Papers"]


def test_what_reads_as_a_docstring_is_seen():
    page = "# TrkB: bivalent BDNF brings two receptors together\n\n![Map](a.svg)\n\nAdd K252a."
    assert len(unlike_a_page(page)) == 3
    assert unlike_a_page("# TrkB\n\nBDNF binds it.\n\nAdded drugs stay.") == []


def test_papers_modules_and_decisions_are_links(modules):
    known = knowledge.load().references
    for name, text in modules.items():
        bare = set(re.findall(r"(?<![\[\w`])[EPQ]\d\d[a-d]?(?![\w\]])", text)) & set(known)
        assert [each for each in sorted(bare) if known[each].address] == [], name
    assert all(f"[{paper}](https://" in modules["mtorc1"] for paper in ("P71", "P72", "P73"))
    assert "(see [GAP43](gap43.md))" in modules["glutamate"]
    assert "[decision 0008](../decisions/0008-" in modules["disinhibition"]


@of_the_site
def test_claims_names_and_identifiers_are_all_there(built):
    claims, names = _page(built, "claims.html"), _page(built, "names.html")
    assert all(f'id="{claim.number.lower()}"' in claims for claim in load_claims())
    tables = knowledge.load()
    assert all(name in names for name in [*tables.observables, *tables.drugs, *tables.genes])
    identifiers = _page(built, "identifiers.html")
    assert all(row.resource in identifiers for row in tables.monomers.values())


@of_the_site
def test_every_public_name_and_every_command_is_described(built):
    api, commands = _page(built, "api.html"), _page(built, "cli.html")
    for name in set(km.__all__) - {"__version__"}:
        assert f'id="ketamine_mtor.{name}"' in api
    assert all(f"Usage: ketamine-mtor {name}" in commands for name in cli.main.commands)
    assert "mg/kg" in api and "(h)" in api


# Tables on small screens: gates/site_pages.py looks at them in a browser


def without_wrapper(page: str) -> int:
    """Tables of a page that nothing scrolls when they are wider than the screen."""
    tables = re.findall(r'(<div class="table-wrapper[^>]*>\s*)?<table class="docutils', page)
    return sum(not wrapper for wrapper in tables)


@of_the_site
def test_every_table_scrolls_in_a_box_of_its_own(built):
    pages = {path.name: _page(built, path) for path in built.rglob("*.html")}
    assert sum("<table" in page for page in pages.values()) > 30
    assert [name for name, page in pages.items() if without_wrapper(page)] == []


def test_a_table_without_its_box_is_seen():
    table = '<table class="docutils align-default">'
    assert without_wrapper(f'<div class="table-wrapper x">\n{table}</table></div>{table}') == 1


def test_the_gate_breaks_the_style_that_there_is():
    (old,) = re.findall(r'css\.replace\("([^"]+)"', (ROOT / "gates/site_pages.py").read_text())
    assert old in (ROOT / "docs/site/static/site.css").read_text()


# The gallery

SCRIPTS = sorted((ROOT / "docs" / "gallery").glob("*.py"))
#: What the gallery has to show.
WANTED = {
    "dose_response",
    "blocker_panel",
    "knockout_panel",
    "dose_schedule",
    "own_rule",
    "own_data",
    "parameter_scan",
    "in_tellurium",
    "in_copasi",
    "in_roadrunner",
}


def gallery_faults(texts: Mapping[str, str], listed: str) -> list[str]:
    """What a script of the gallery lacks: a title, a row in its list; or that it is too long."""
    faults = [name for name, text in texts.items() if len(text.splitlines()) > 25]
    faults += [f"{name}: no title" for name, text in texts.items() if not text.startswith('"""')]
    return faults + [f"{name}: not listed" for name in texts if f"({name}.py)" not in listed]


def test_the_gallery_is_complete_short_and_listed():
    texts = {path.stem: path.read_text(encoding="utf-8") for path in SCRIPTS}
    listed = (ROOT / "docs/gallery/README.md").read_text(encoding="utf-8")
    assert set(texts) >= WANTED
    assert gallery_faults(texts, listed) == []


def test_a_script_that_is_long_untitled_or_not_listed_is_seen():
    texts = {"a": '"""A."""\n' + "\n" * 25, "b": "print()\n", "c": '"""C."""\n'}
    assert gallery_faults(texts, "[a](a.py) [b](b.py)") == ["a", "b: no title", "c: not listed"]


@pytest.mark.parametrize("script", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_a_script_of_the_gallery_runs(script, tmp_path):
    picture = gallery.run(script, tmp_path)
    assert picture.read_text(encoding="utf-8").count("<path") > 3


def test_a_script_without_its_picture_is_an_error(tmp_path):
    script = tmp_path / "none.py"
    script.write_text('"""None."""\n', encoding="utf-8")
    with pytest.raises(FileNotFoundError, match=r"none\.svg"):
        gallery.run(script, tmp_path / "out")


def test_a_script_that_fails_is_an_error(tmp_path):
    script = tmp_path / "fails.py"
    script.write_text('"""Fails."""\n\nraise ValueError("no such thing")\n', encoding="utf-8")
    with pytest.raises(RuntimeError, match="no such thing"):
        gallery.run(script, tmp_path / "out")


def test_a_page_of_the_gallery_has_title_text_and_code(tmp_path):
    script = tmp_path / "own.py"
    script.write_text('"""A title.\n\nWhat it shows.\n"""\n\nprint(1)\n', encoding="utf-8")
    (tmp_path / "README.md").write_text("[own.py](own.py)\n", encoding="utf-8")
    page = gallery.pages(tmp_path)["gallery/own.md"]
    assert page == "# A title\n\nWhat it shows.\n\n```python\nprint(1)\n```\n"


def test_the_overview_links_each_picture_to_its_page():
    pages = {"gallery/a.md": "# A\n\n```python\nx\n```\n\n![A.](a.svg)\n", "gallery/b.md": "# B\n"}
    assert gallery.overview(pages) == "[![A.](a.svg)](a.md)"


# The notebooks

NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


def notebook_faults(cells: Iterable[Mapping]) -> list[str]:
    """Cells that hold what a run left behind."""
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    return [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"] is not None]


def _cells(notebook: Path) -> list[Mapping]:
    return json.loads(notebook.read_text(encoding="utf-8"))["cells"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_is_kept_without_output_and_its_code_runs(notebook):
    from matplotlib import pyplot

    if notebook.stem == "uncertainty":
        pytest.importorskip("numba")
    pyplot.switch_backend("agg")
    assert notebook_faults(_cells(notebook)) == []
    names: dict[str, object] = {}
    code = ["".join(cell["source"]) for cell in _cells(notebook) if cell["cell_type"] == "code"]
    for text in code:
        exec(compile(text, notebook.name, "exec"), names)
    assert len(code) > 4 and pyplot.get_fignums()
    pyplot.close("all")


def test_there_are_three_notebooks_and_all_are_listed():
    listed = (ROOT / "docs/notebooks/README.md").read_text(encoding="utf-8")
    assert len(NOTEBOOKS) >= 3
    assert [path.name for path in NOTEBOOKS if f"({path.name})" not in listed] == []


def test_what_a_run_leaves_in_a_notebook_is_seen():
    clean = {"cell_type": "code", "id": "a", "outputs": [], "execution_count": None}
    assert notebook_faults([clean, {**clean, "id": "b", "execution_count": 1}]) == ["b"]
    assert notebook_faults([{**clean, "outputs": [{}]}, {"cell_type": "markdown"}]) == ["a"]


# How it is put together


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of Sphinx, for its extensions
def test_a_dead_link_is_an_error(tmp_path):
    source = tmp_path / "pages"
    source.mkdir()
    (source / "conf.py").write_text("extensions = ['myst_parser']\n", encoding="utf-8")
    (source / "index.md").write_text("# A page\n\n[gone](gone.md)\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"gone\.md"):
        site.convert(source, tmp_path / "html")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[a](b.md#c)", "[a](b.md#c)"),
        ("[a](../CONTRIBUTING.md)", "[a](contributing.md)"),
        ("[`a`](../ketamine_mtor/rules/trkb.py)", "[`a`](model/trkb.md)"),
        ("![a](maps/b.svg)", "![a](maps/b.svg)"),
        ("see [a](../tests/)", "see a"),
        ("[a](../gone/b.md)", "[a](../gone/b.md)"),
        ("[a](https://example.org)", "[a](https://example.org)"),
        ("[a](#b)", "[a](#b)"),
        ("```\n[a](../tests/)\n```", "```\n[a](../tests/)\n```"),
    ],
)
def test_links_go_where_the_pages_are(before, after, tmp_path):
    known = {
        "CONTRIBUTING.md": "contributing.md",
        "docs/b.md": "b.md",
        "docs/maps/b.svg": "maps/b.svg",
        "ketamine_mtor/rules/trkb.py": "model/trkb.md",
    }
    assert stage.relinked(before, "docs/x.md", "x.md", known, tmp_path) == after


def test_a_link_to_a_file_that_is_no_page_downloads_it(tmp_path):
    text = stage.relinked("[a](../LICENSE)", "docs/x.md", "x.md", {}, tmp_path)
    target = re.fullmatch(r"\[a\]\((.*)\)", text)[1]
    assert (tmp_path / target).resolve() == ROOT / "LICENSE"


def test_a_new_page_is_listed_without_being_named():
    listed = stage.contents({"start", "fresh", "model/index", "model/trkb"})
    assert "\nfresh\n" in listed and "model/trkb" not in listed
    assert ":caption: Reference" not in listed


def test_the_executable_caption_leads_back_to_the_site(tmp_path):
    template = Path(report.__file__).with_name("page.html").read_text(encoding="utf-8")
    assert "index.html" in check.dead(generated.with_way_back(template), tmp_path)
    assert "index.html" not in check.dead(template, tmp_path)
    with pytest.raises(ValueError, match="no header"):
        generated.with_way_back("<p>no page</p>")


def test_pages_stand_for_their_sources():
    assert generated.stands_for("model/trkb.md") == ["ketamine_mtor/rules/trkb.py"]
    assert generated.stands_for("gallery/scan.md") == ["docs/gallery/scan.py"]
    assert generated.stands_for("claims.md") == []
