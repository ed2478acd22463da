"""What tests of several files share.

Tests neither use nor change what a user's runs keep; those of that name a folder of theirs.
"""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import settings

from tests.caches_kit import nothing_kept

os.environ["KETAMINE_MTOR_CACHE"] = "off"
#: Names a folder for the networks that tests have made, of which `make gate-mutation`, which runs
#: tests thousands of times, needs a few dozen.
NETWORKS = "KETAMINE_MTOR_TEST_NETWORKS"


def pytest_configure() -> None:
    # How long an example takes says how busy the machine is.
    settings.register_profile("patient", deadline=None)
    settings.load_profile("patient")
    if NETWORKS in os.environ:
        _keep_networks(Path(os.environ[NETWORKS]))


def _keep_networks(folder: Path) -> None:
    """Have BioNetGen make the network of the same rules once."""
    from pysb import bng
    from pysb.generator.bng import BngGenerator

    from ketamine_mtor import files

    make = bng.generate_network

    def kept(model):
        rules = BngGenerator(model).get_content()
        path = folder / f"{hashlib.sha256(rules.encode()).hexdigest()}.net"
        if not path.exists():
            files.write(path, make(model).encode())
        return path.read_text(encoding="utf-8")

    bng.generate_network = kept


@pytest.fixture(autouse=True)
def _what_was_patched_is_not_kept(request):
    """The next test, whichever it is, gets the package as it is."""
    if "monkeypatch" in request.fixturenames:
        with nothing_kept():
            yield
    else:
        yield


@pytest.fixture(scope="session")
def compiled_models(tmp_path_factory):
    """A folder for the compiled models of commands that are run; the model is in it."""
    folder = tmp_path_factory.mktemp("compiled")
    command = "from ketamine_mtor.cli import main; main(['simulate', '--hours', '1'])"
    subprocess.run(
        [sys.executable, "-c", command],
        env=os.environ | {"KETAMINE_MTOR_CACHE": str(folder)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return folder


@pytest.fixture
def quick_commands(monkeypatch, compiled_models):
    """Commands that are run find their models compiled."""
    monkeypatch.setenv("KETAMINE_MTOR_CACHE", str(compiled_models))


@pytest.fixture
def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


# The toy. Packages are imported where they are needed: most runs are of a few files. The texts are
# made once for each file: `make gate-mutation` looks for the tests that reach the emitter, of which
# what a fixture reaches counts for the first test alone.


@pytest.fixture(scope="session")
def toy_network():
    """The network file of the toy."""
    from ketamine_mtor import network
    from tests import toy

    return network.generate(toy.build())


@pytest.fixture
def toy_model(toy_network):
    from ketamine_mtor import network
    from tests import toy

    return network.load_net(toy.build(), toy_network)


@pytest.fixture(scope="session")
def toy_tables():
    from tests import toy

    return toy.tables()


@pytest.fixture(scope="module")
def toy_sbml(toy_network, toy_tables):
    from ketamine_mtor import emit, network
    from tests import toy

    return emit.write_sbml(network.load_net(toy.build(), toy_network), toy_tables)


@pytest.fixture(scope="module")
def toy_annotated(toy_network, toy_tables):
    from ketamine_mtor import emit, network
    from tests import toy

    loaded = network.load_net(toy.build(), toy_network)
    return emit.write_sbml(loaded, toy_tables, annotations=toy.annotations())


# The report


@pytest.fixture
def quoting(monkeypatch):
    """A caption that holds the quotes of the made-up claims; no run lights the map, no study."""
    from ketamine_mtor.report import activities, page
    from ketamine_mtor.report.findings import Found

    monkeypatch.setattr(page, "read_caption", lambda folder: "Ketamine raises glutamate & more.")
    monkeypatch.setattr(activities, "lights", lambda *_: {"minutes": [0], "runs": []})
    nothing = SimpleNamespace(
        missing=[], matrix=(), stands=(), shares={}, together=None, of=lambda _: Found()
    )
    monkeypatch.setattr(page, "Findings", lambda: nothing)


# The companions


@pytest.fixture(scope="session")
def packaged_sbml():
    from ketamine_mtor import paths

    return paths.read(paths.sbml())


@pytest.fixture(scope="session")
def companion_texts():
    """File to text, of all companions; they take long, so that their tests are one group."""
    from ketamine_mtor import companions

    return {name: content.decode() for name, content in companions.made().items()}


@pytest.fixture(scope="session")
def tenfold_dose():
    from tests.companions_kit import by_package

    return by_package([(0, 10)])
