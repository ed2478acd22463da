"""What guides tell to make, to type and to follow is there."""

from __future__ import annotations

import re

import click
import pytest

import ketamine_mtor as km
from ketamine_mtor import cli
from tests.project_kit import GUIDES, ROOT, command_faults, dead_links, made, pages, read, targets


def test_what_the_guides_make_is_a_target():
    every = targets(read("Makefile"))
    assert {"reproduce", "test", "build", "check", ".venv", "steady"} <= every
    for name in GUIDES:
        assert made(read(name)) <= every
    phony = re.search(r"^\.PHONY: (.*)$", read("Makefile"), re.MULTILINE)
    assert set(phony[1].split()) == every
    assert {"make reproduce", "make test"} <= set(read(".ci/run").splitlines())


def test_a_target_that_does_not_exist_is_seen():
    assert made("run `make PYTHON=python3.12 gone`\nmake dist   # x") == {"gone", "dist"}
    assert targets("help: ## list\nhidden: x\n\ttrue\n") == {"help"}


def out_of_reach(text: str) -> list[str]:
    """Commands of a page that the shell of a clone would not find, or that litter the clone.

    Looked at are the lines of `sh` blocks, and code in a line that has options: the rest names
    a command. A page may activate an environment, after which all of it is found.
    """
    if re.search(r"^\. \S+/bin/activate$", text, re.MULTILINE):
        lines = []
    else:
        blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        lines = [line for block in blocks for line in block.splitlines()]
        lines += re.findall(r"`((?:ketamine-mtor|python|dask) [^`]*-[^`]+)`", text)
    faults = [line for line in lines if re.match(r"ketamine-mtor|python|dask|pip", line)]
    written = re.findall(r"--(?:plot|out|table) ([^\s`]*[a-z][^\s`]*)", text)
    return faults + [path for path in written if not path.startswith(("results/", "dist/"))]


def test_the_commands_of_every_page_can_be_copied():
    found = {name: out_of_reach(text) for name, text in pages().items()}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_command_that_no_shell_finds_is_seen():
    block = "```sh\n{}ketamine-mtor info drugs\n.venv/bin/ketamine-mtor info\n```\n"
    assert out_of_reach(block.format("")) == ["ketamine-mtor info drugs"]
    assert out_of_reach(block.format(". .venv/bin/activate\n")) == []
    said = "`ketamine-mtor info`, `ketamine-mtor info --json`, `python -m ketamine_mtor.fit`"
    assert len(out_of_reach(said)) == 2
    assert out_of_reach("`.venv/bin/ketamine-mtor simulate --plot run.png`") == ["run.png"]


@pytest.mark.parametrize("name", GUIDES)
def test_the_commands_of_a_guide_exist(name):
    assert command_faults(read(name), cli.main) == []


@pytest.mark.parametrize("name", GUIDES)
def test_the_links_of_a_guide_lead_somewhere(name):
    assert dead_links(read(name), ROOT) == []


def test_the_names_that_the_readme_imports_are_public():
    used = set(re.findall(r"\bkm\.(\w+)", read("README.md")))
    assert used and used <= set(km.__all__)


def test_a_wrong_command_or_link_is_seen(tmp_path):
    group = click.Group(commands=[click.Command("info", params=[click.Option(["--json"])])])
    text = "`ketamine-mtor info --json`, `ketamine-mtor info --xml` and ketamine-mtor fly --high"
    assert command_faults(text, group) == ["info --xml", "fly"]
    assert dead_links("[a](gone.md) [b](https://example.org) [c](#here)", tmp_path) == ["gone.md"]
