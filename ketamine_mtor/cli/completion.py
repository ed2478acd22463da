"""What a shell may complete: names from the tables, read without any engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem, get_completion_class

from ketamine_mtor import paths
from ketamine_mtor.errors import InputError, not_allowed

SHELLS = ("bash", "zsh", "fish")
PROGRAM = "ketamine-mtor"
#: Click asks for completions by this variable.
VARIABLE = "_KETAMINE_MTOR_COMPLETE"
#: Table to the column that says what a row is.
_SAID = {
    "drugs": "target",
    "genes": "stands_for",
    "initial_amounts": "note",
    "observables": "meaning",
    "parameters": "note",
    "variants": "meaning",
}
_CLAIM = re.compile(r"^  - id: (\S+)$.*?^    statement: (.*?)$", re.MULTILINE | re.DOTALL)

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def script(shell: str, group: click.Group) -> str:
    """What ``shell`` has to run so that it completes the commands of ``group``.

    Raises
    ------
    InputError
        For a shell that click does not know.
    """
    found = get_completion_class(shell) if shell in SHELLS else None
    if found is None:
        raise not_allowed("shell", shell, SHELLS)
    return found(group, {}, PROGRAM, VARIABLE).source()


def words(listed: Iterable[str]) -> Completer:
    """Completes the words of a short list."""
    return _completer(lambda: ((word, "") for word in listed))


def rows(table: str) -> Completer:
    """Completes the keys of a table."""
    return _completer(lambda: _rows(table))


def numbers(scanned: bool = False) -> Completer:
    """Completes ``NAME=`` of what can be set or, with drugs and the dose, scanned over."""

    def listed() -> Iterable[tuple[str, str]]:
        from ketamine_mtor import knowledge
        from ketamine_mtor.experiment import set_elsewhere

        left_out = set_elsewhere(knowledge.load())
        dose = [("ketamine", "mg/kg"), *_rows("drugs")] if scanned else []
        for name, said in (*dose, *_rows("parameters"), *_rows("initial_amounts")):
            if name not in left_out:
                yield f"{name}=", said

    return _completer(listed)


def claims() -> Completer:
    """Completes the ids of the claims; to read them as claims would take too long."""

    def listed() -> Iterable[tuple[str, str]]:
        for path in sorted((paths.validation() / "claims").glob("*.yaml")):
            yield from _CLAIM.findall(paths.read(path))

    return _completer(listed)


def _rows(table: str) -> Iterable[tuple[str, str]]:
    from ketamine_mtor import knowledge

    for name, row in getattr(knowledge.load(), table).items():
        yield name, getattr(row, _SAID[table])


def _completer(listed: Callable[[], Iterable[tuple[str, str]]]) -> Completer:
    def complete(
        context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        try:
            return [
                CompletionItem(word, help=said or None)
                for word, said in listed()
                if word.startswith(incomplete)
            ]
        except InputError:
            # A shell has no place for it: the command itself will say what is wrong.
            return []

    return complete
