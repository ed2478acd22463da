"""What README and docs show to be typed is typed, page by page, in a folder like a clone."""

from __future__ import annotations

import time

import pytest

from tests import commands_kit as kit
from tests.project_kit import pages

PAGES = {name: page for name, page in pages().items() if name != "CONTRIBUTING.md"}
WITH_COMMANDS = [name for name, page in PAGES.items() if kit.commands(name, page)]


@pytest.mark.slow
@pytest.mark.usefixtures("quick_commands")
@pytest.mark.parametrize("name", WITH_COMMANDS)
def test_the_commands_of_a_page_run_and_write_where_nothing_is_committed(name, tmp_path, free_port):
    assert kit.faults(kit.commands(name, PAGES[name], free_port), tmp_path) == []


def test_what_is_not_run_or_run_otherwise_is_on_a_page():
    every = "\n".join(PAGES.values())
    assert [part for part in (*kit.NOT_RUN, *kit.STANDS_FOR) if part not in every] == []
    assert set(kit.GIVEN) <= set(PAGES)


PAGE = """
Type `ketamine-mtor info drugs` or `ketamine-mtor info`, and `.venv/bin/python -m this --check`.

```sh
mkdir -p results   # for what is written
make .venv
.venv/bin/dask worker tcp://HOST:8786
```

With these lines in `results/sets.csv`, three sets:

```
a,b
```

```python
print("it's")
```

Again `ketamine-mtor info drugs`.
"""


def test_a_page_is_typed_from_top_to_bottom():
    assert kit.commands("page.md", PAGE, 4321) == [
        "ketamine-mtor info drugs",
        ".venv/bin/python -m this --check",
        "mkdir -p results",
        ".venv/bin/dask worker tcp://127.0.0.1:4321 &",
        "cat > results/sets.csv <<'END'\na,b\nEND",
        ".venv/bin/python - <<'END'\nprint(\"it's\")\nEND",
    ]


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("false", "+ false"),
        ("ketamine-mtor info nonsense", "'nonsense'"),
        ("ketamine-mtor info drugs > here.txt", "here.txt is there"),
        ("mkdir results; X=res; touch ${X}ults/${X}idue.txt", "results/residue.txt is there"),
        ("true --out results/gone", "results/gone is not there"),
    ],
)
def test_a_command_that_fails_litters_or_does_nothing_is_found(typed, fault, tmp_path):
    (found,) = kit.faults([typed, "true"], tmp_path)
    assert fault in found


def test_what_serves_ends_with_the_page(tmp_path):
    began = time.monotonic()
    assert kit.faults(["sleep 300 &", "true"], tmp_path) == []
    assert time.monotonic() - began < 60


def test_a_script_that_fails_is_found(tmp_path):
    (found,) = kit.faults(kit.commands("page.md", "```python\nimport gone\n```"), tmp_path)
    assert "No module named 'gone'" in found
