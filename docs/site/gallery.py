"""The gallery: each script of docs/gallery/ as a page with its picture."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def pages(folder: Path, into: Path | None = None) -> Mapping[str, str]:
    """Each script's page, by its path in the site.

    Parameters
    ----------
    folder
        Holds the scripts, and a README that lists them in order. A script's docstring is its title
        and what it shows; it writes one picture, of its own name, where it is run.
    into
        Where to run the scripts; None shows them without their pictures.
    """
    found = {}
    listed = (folder / "README.md").read_text(encoding="utf-8")
    for script in sorted(folder.glob("*.py"), key=lambda path: (listed.find(path.name), path.name)):
        text = script.read_text(encoding="utf-8")
        title, _, about = (ast.get_docstring(ast.parse(text)) or script.stem).partition("\n")
        code = text.split('"""\n', 2)[-1].strip()
        page = [f"# {title.rstrip('.')}", about.strip(), f"```python\n{code}\n```"]
        if into is not None:
            page.append(f"![{title}]({run(script, into).name})")
        found[f"gallery/{script.stem}.md"] = "\n\n".join(each for each in page if each) + "\n"
    return found


def overview(pages: Mapping[str, str]) -> str:
    """The pictures of the pages in a paragraph, each a link to its page."""
    found = {
        name: re.search(r"^!\[.*\]\(.*\)$", text, re.MULTILINE) for name, text in pages.items()
    }
    return "\n".join(
        f"[{picture[0]}]({Path(name).name})" for name, picture in found.items() if picture
    )


def run(script: Path, into: Path) -> Path:
    """Run a script in the folder ``into``, which is made; gives the picture that it wrote there.

    In a process of its own, as a reader does: tellurium's libraries break libSBML's.

    Raises
    ------
    RuntimeError
        With what the script said, where it fails.
    FileNotFoundError
        Where it wrote no picture.
    """
    into.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, script.resolve()],
        cwd=into,
        env={**os.environ, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{script.name}: {done.stderr}")
    picture = into / f"{script.stem}.svg"
    if not picture.is_file():
        raise FileNotFoundError(f"{script.name} wrote no {picture.name}")
    return picture
