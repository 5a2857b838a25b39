#!/usr/bin/env python3
"""Writes small .tflite models: each operator over a grid of shapes and parameters, and a few networks.

    models.py --list [--filter REGEX]
    models.py --out DIR [--filter REGEX] [--seed N] [--untried]

Every model is also run in the oracle, except with --untried, which only writes the files: of cases made to be refused
none, of a pair the one for the compiler. DIR/index.json lists the models, and those that the oracle
refuses and why; their files are not written, except for cases made to be refused: those are in DIR/refused. Of cases
with one model for the oracle and another for the compiler, the second is in DIR/instead.

Exit status: 0 every model was written, except those known to be refused; 1 the oracle refused others, or accepted
one of those; 2 wrong usage; 3 no environment.
"""

import argparse
import json
import os
import pathlib
import re
import sys

import environment


def main(argv):
    """Entry point: `argv` without the program's name."""
    argv = environment.enter(argv, environment.EXTRA)
    options = _parser().parse_args(argv)
    import cases

    pattern = re.compile(options.filter)
    chosen = {name: make for name, make in cases.every().items() if pattern.search(name)}
    if options.list:
        print("\n".join(chosen))
        return 0
    if not options.out:
        print("models: expected --out DIR or --list", file=sys.stderr)
        return 2
    if not chosen:
        print(f"models: no name matches {options.filter!r}", file=sys.stderr)
        return 2
    out = pathlib.Path(options.out)
    return _write_untried(chosen, out, options.seed) if options.untried else _write(chosen, out, options)


def _parser():
    parser = argparse.ArgumentParser(
        prog="models.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--venv", help="directory of the virtual environment (default: target/oracle-venv)")
    parser.add_argument("--list", action="store_true", help="print the names and write nothing")
    parser.add_argument("--out", help="directory to write the models to")
    parser.add_argument("--filter", default="", metavar="REGEX", help="only models with a match in their name")
    parser.add_argument("--untried", action="store_true", help="don't run the models, and write no index")
    parser.add_argument("--seed", type=int, default=1, help="seed of weights and parameters (default 1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="models tried at once")
    return parser


def _write(chosen, out, options):
    import cases
    import workers

    out.mkdir(parents=True, exist_ok=True)

    def attempt(name):
        data = cases.build(name, chosen[name], options.seed)
        if isinstance(data, tuple):
            data, other = data
            _keep(out / "instead", name, other)
        if name.startswith(cases.REFUSAL):
            _keep(out / "refused", name, data)
        facts = _try(data, name)
        (out / f"{name}.tflite").write_bytes(data)
        (out / f".{name}.json").write_text(json.dumps(facts))

    for name in [name for name in chosen if name.startswith(cases.CONTRADICTION)]:
        _keep(out / "refused", name, cases.build(name, chosen.pop(name), options.seed))
    reasons = dict(workers.run(chosen, attempt, options.jobs))
    models, refused = [], []
    for name in chosen:
        if reasons[name] is not None:
            refused.append({"name": name, "reason": reasons[name]})
            (out / f"{name}.tflite").unlink(missing_ok=True)
            print(f"models: {name}: refused: {reasons[name]}", file=sys.stderr)
            continue
        facts = out / f".{name}.json"
        models.append({"name": name, "file": f"{name}.tflite", **json.loads(facts.read_text())})
        facts.unlink()
    index = {"format": 1, "seed": options.seed, "models": models, "refused": refused}
    (out / "index.json").write_text(json.dumps(index, indent=1) + "\n")
    print(f"models: {len(models)} written to {out}, {len(refused)} refused by the oracle")
    expected = {name for name in chosen if name in cases.REFUSED or name.startswith(cases.REFUSAL)}
    unexpected = {r["name"] for r in refused} ^ expected
    for name in sorted(unexpected):
        print(
            f"models: {name}: {'is refused' if name not in expected else 'ran, but was expected to be refused'}",
            file=sys.stderr,
        )
    return 1 if unexpected else 0


def _write_untried(chosen, out, seed):
    import cases

    out.mkdir(parents=True, exist_ok=True)
    for name, make in chosen.items():
        if not name.startswith((cases.REFUSAL, cases.CONTRADICTION)):
            data = cases.build(name, make, seed)
            _keep(out, name, data[1] if isinstance(data, tuple) else data)
    return 0


def _keep(folder, name, data):
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.tflite").write_bytes(data)


def _try(data, name):
    """Runs a model on a few samples and returns its facts. Raises if the oracle refuses it."""
    import inputs
    import interpreter
    import litert
    import schema

    model = schema.Model(data)
    machine = (litert if name.startswith(litert.PREFIX) else interpreter).Interpreter(model)
    results = []
    for sample in inputs.mixed(model.inputs, 16, 1, machine.ODD_FLOATS):
        machine.invoke(sample)
        results.append(b"".join(machine.output(i).tobytes() for i in range(len(model.outputs))))
    return {
        "operators": model.operators(),
        "stateful": model.stateful(),
        "distinct_results": len(set(results)),
        "distinct_bytes": len(set(b"".join(results))),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
