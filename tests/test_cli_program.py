"""Wrong words are one line with status 2, and each command shows help with examples."""

from __future__ import annotations

import shlex
import subprocess
import sys
from types import SimpleNamespace

import pandas as pd
import pytest

import ketamine_mtor as km
from ketamine_mtor import build, claims, output, paths, reproduce, run
from ketamine_mtor.cli import main
from ketamine_mtor.cli.commands import Command
from ketamine_mtor.ensembles.run import make_plan
from ketamine_mtor.errors import InputError, MissingExtra, SimulationError
from tests.cli_kit import call, refused


@pytest.mark.parametrize(
    "arguments, said",
    [
        ("simulat", "unknown command 'simulat'; nearest: 'simulate'"),
        ("simulate --knokout RICTOR", "unknown option '--knokout'; nearest: '--knockout'"),
        ("--jason", "unknown option '--jason'"),
        ("simulate --drug", "Option '--drug' requires an argument."),
        ("simulate now", "Got unexpected extra argument (now)"),
        ("simulate --hours x", "Invalid value for '--hours': 'x' is not a valid float."),
        ("simulate --hours nan", "hours is nan h; allowed: a number"),
        ("simulate --hours -1", "hours is -1 h; allowed: a number, 0.001 or more"),
        ("simulate --drug rapamicin", "unknown drug 'rapamicin'; nearest: 'rapamycin'"),
        ("simulate --drug rapamycin=x", "'x' in 'rapamycin=x' is no number"),
        ("simulate --drug rapamycin --drug rapamycin=5", "drug 'rapamycin' is given twice"),
        ("simulate --knockout RICTR", "unknown gene 'RICTR'; nearest: 'RICTOR'"),
        ("simulate --ketamine ten", "'ten' is no number; allowed: MGKG"),
        ("simulate --ketamine 10@1/0.0001", "an infusion of 0.0001 minutes"),
        ("simulate --set ketamine_elimnation=1", "nearest: 'ketamine_elimination'"),
        ("simulate --set ketamine_elimination", "allowed: PARAMETER=VALUE"),
        ("simulate --set ketamine_elimination=x", "'x', given for 'ketamine_elimination', is no"),
        ("simulate --set ketamine_dose=5", "is set by --ketamine"),
        ("simulate --observable CA2", "unknown observable 'CA2'; nearest: 'Ca'"),
        ("simulate --engine roadruner", "unknown engine 'roadruner'; nearest: 'roadrunner'"),
        ("simulate --variant captoin", "unknown variant 'captoin'; nearest: 'caption'"),
        ("scan", "nothing to scan over"),
        ("scan --over ketamine", "--over is 'ketamine'; allowed: NAME=V1,V2,..."),
        ("scan --over ketamine=1,x", "'x', given for 'ketamine', is no number"),
        ("scan --over ketamine=1 --over ketamine=2", "a name is given to --over twice"),
        ("scan --over ketamin=1", "nearest: 'ketamine'"),
        (
            "scan --over NBQX=1,2 --drug NBQX=5@0",
            "'NBQX' is given and scanned over",
        ),
        (
            "scan --over GAP43_0=1,2 --set GAP43_0=3",
            "'GAP43_0' is set and scanned over",
        ),
        ("simulate --out a.csv --out b.csv", "--out is given 2 times; allowed: once"),
        ("simulate --hours 1 --hours=1 --hours 1", "--hours is given 3 times; allowed: once"),
        ("validate --claim nonesuch", "unknown claim 'nonesuch'; allowed: an id of"),
        ("validate --claim C1", "unknown claim 'C1'; nearest: 'C01'; allowed: an id of"),
        ("validate --out nowhere/report.html", "cannot be written: there is no folder"),
        ("validate --out report.pdf", "ends in '.pdf'; allowed: .html"),
        ("validate --sbml none.xml", "none.xml cannot be read: No such file or directory"),
        ("info observable", "unknown list 'observable'; nearest: 'observables'"),
    ],
)
def test_wrong_input_is_one_line(arguments, said):
    assert said in refused(*arguments.split())


@pytest.mark.parametrize(
    "error, status",
    [
        (InputError("two\nlines"), 2),
        (MissingExtra("install it"), 2),
        (SimulationError("gave up", time_h=1.5), 1),
    ],
)
def test_an_error_is_one_line_with_its_status(monkeypatch, error, status):
    def fail(**_):
        raise error

    monkeypatch.setattr(run, "record", fail)
    said = refused("simulate", status=status)
    assert said == f"error: {' '.join(str(error).split())}\n"


def test_an_interrupt_is_no_traceback(monkeypatch):
    def interrupt(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "record", interrupt)
    result = call("simulate")
    assert (result.exit_code, result.stderr.strip()) == (1, "error: interrupted")


def test_help_and_version():
    assert "simulate" in call().stdout and call().exit_code == 0
    assert call("simulate", "--help").exit_code == 0
    assert km.__version__ in call("--version").stdout


def test_every_option_has_its_help():
    for name, command in main.commands.items():
        assert command.help, name
        for option in command.params:
            assert getattr(option, "help", None) or option.param_type_name == "argument", option


COMMANDS: dict[str, Command] = dict(main.commands)
EXAMPLES = [example for command in COMMANDS.values() for example in command.examples]


def test_every_command_shows_examples():
    assert all(command.examples for command in COMMANDS.values())
    for name, command in COMMANDS.items():
        shown = call(name, "--help").stdout
        assert all(f"\n  ketamine-mtor {example}\n" in shown for example in command.examples)


@pytest.mark.slow
@pytest.mark.parametrize("example", [each for each in EXAMPLES if "|" not in each])
def test_an_example_runs(monkeypatch, tmp_path, example):
    """What takes long is not computed, but its words are understood."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(build, "build", lambda check: [])
    monkeypatch.setattr(reproduce, "reproduce", lambda console: 0)
    monkeypatch.setattr(claims, "judge", lambda chosen, runs, variant: [])
    monkeypatch.setattr("ketamine_mtor.report.write", lambda *_: None)
    monkeypatch.setattr(output, "write_figure", lambda _, path: path.touch())
    monkeypatch.setattr("ketamine_mtor.ensembles.run._kernel", lambda _: False)
    done = SimpleNamespace(summary=pd.DataFrame(), deviation=0.0)
    plans = []

    def planned(out, workers, scheduler, resume, **rest):
        plans.append(make_plan(**rest))
        return done

    monkeypatch.setattr("ketamine_mtor.ensembles.ensemble", planned)
    words = shlex.split(example.partition(" >")[0])
    result = call(*words)
    assert (result.exit_code, result.stderr) == (0, "")
    assert bool(plans) is (words[0] == "ensemble")
    written = [words[words.index(each) + 1] for each in ("--out", "--plot") if each in words]
    if words[0] in ("simulate", "scan"):
        assert sorted(each.name for each in tmp_path.iterdir()) == sorted(written)


def test_help_puts_options_under_headings():
    shown = call("scan", "--help").stdout
    headings = ["What is scanned over:", "What is done:", "How it is run:", "What comes out:"]
    places = [shown.index(heading) for heading in headings]
    assert places == sorted(places)
    assert shown.index("--over") < places[1] < shown.index("--knockout") < places[2]
    assert places[3] < shown.index("--plot") < shown.index("Options:") < shown.index("Examples:")


def test_a_reader_that_goes_away_is_no_traceback():
    code = "from ketamine_mtor.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "info", "parameters", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=paths.root(),
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1
