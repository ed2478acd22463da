"""The project's files, for tests of what they say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
GUIDES = ("README.md", "CONTRIBUTING.md")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pages() -> dict[str, str]:
    """Guides and pages of docs, by their path; decisions are of their day."""
    paths = [ROOT / name for name in GUIDES]
    paths += sorted(
        each for each in (ROOT / "docs").rglob("*.md") if each.parent.name != "decisions"
    )
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths}


def dead_links(text: str, root: Path) -> list[str]:
    """Relative links of a guide to what is not there."""
    links = re.findall(r"\]\(([^)#\s]+)", text)
    return [link for link in links if "://" not in link and not (root / link).exists()]


def targets(makefile: str) -> set[str]:
    """The documented targets: those that `make help` lists."""
    return set(re.findall(r"^([.a-z-]+):.*## ", makefile, re.MULTILINE))


def made(text: str) -> set[str]:
    """What a guide tells to make: `make X`, also after a setting and at the start of a line."""
    return set(re.findall(r"(?:^|`)make (?:[A-Z]+=\S+ )?([.a-z-]+)", text, re.MULTILINE))


def command_faults(text: str, group: click.Group) -> list[str]:
    """Commands of `ketamine-mtor` in a guide that it does not have, or with an option it lacks."""
    faults = []
    for name, rest in re.findall(r"ketamine-mtor ([a-z]+)([^\n`#]*)", text):
        command = group.commands.get(name)
        if command is None:
            faults.append(name)
            continue
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        faults += [
            f"{name} {option}" for option in re.findall(r"--[a-z-]+", rest) if option not in known
        ]
    return faults
