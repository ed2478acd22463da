"""``python -m docs.site FOLDER``: the documentation as HTML, from pages, tables and code."""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from docs.site import check, policy, stage
from ketamine_mtor.script import Parser


def build(folder: Path, *, runs: bool = True) -> None:
    """Write the site.

    Parameters
    ----------
    folder
        Where the HTML goes; what is there is replaced, once all of it is right.
    runs
        Whether to run the notebooks, which need myst-nb and a kernel, and the gallery, and to judge
        the claims. Without, the notebooks and the pictures are left out.

    Raises
    ------
    RuntimeError
        With Sphinx's warnings, each of which is an error, or with what :mod:`check` finds, or
        :mod:`policy`.
    """
    with tempfile.TemporaryDirectory() as scratch:
        source, made = Path(scratch).resolve() / "pages", Path(scratch).resolve() / "made" / "site"
        stage.put_together(source, notebooks=runs, pictures=runs)
        convert(source, made)
        policy.put(made)
        wrong = check.faults(made) + policy.faults(made)
        if wrong:
            raise RuntimeError("\n".join(wrong))
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made, folder)


def convert(source: Path, folder: Path) -> None:
    """The pages of ``source`` as HTML; raises as :func:`build` does."""
    from sphinx.cmd.build import build_main

    options = ["-b", "html", "-q", "-n", "-W", "--keep-going", "-d", str(source / ".doctrees")]
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        failed = build_main([*options, str(source), str(folder)])
    if failed:
        raise RuntimeError(said.getvalue() or "Sphinx failed")


def main(arguments: Sequence[str] | None = None) -> None:
    """What ``make docs`` runs."""
    parser = Parser(description="build the documentation")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--without-runs", action="store_true", help="no notebooks, no pictures")
    chosen = parser.parse_args(arguments)
    try:
        build(chosen.folder, runs=not chosen.without_runs)
    except RuntimeError as error:
        sys.exit(str(error))
    print(chosen.folder / "index.html")


if __name__ == "__main__":
    main()
