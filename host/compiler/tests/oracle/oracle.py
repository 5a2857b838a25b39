#!/usr/bin/env python3
"""Runs .tflite models in TFLite Micro's reference interpreter and writes all bytes of inputs and outputs.

    oracle.py setup                                     make the virtual environment
    oracle.py run MODEL... --out DIR [options]          run models; one file writes DIR, several or a directory DIR/<stem>
    oracle.py --help

Exit status: 0 all models ran; 1 at least one was refused (reasons on stderr and in DIR/refused.txt);
2 wrong usage; 3 the environment can't be made here.
"""

import argparse
import os
import pathlib
import sys

import environment


def main(argv):
    """Entry point: `argv` without the program's name."""
    argv = environment.enter(argv, environment.EXTRA)
    options = _parser().parse_args(argv)
    if options.command == "setup":
        print(environment.directory(pathlib.Path(sys.prefix)) / "bin" / "python")
        return 0
    return _run_all(options)


def _parser():
    parser = argparse.ArgumentParser(
        prog="oracle.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--venv", help="directory of the virtual environment (default: target/oracle-venv)")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="make the virtual environment and print its interpreter")
    run = commands.add_parser("run", help="run models and write inputs and outputs")
    run.add_argument("models", nargs="+", metavar="MODEL", help=".tflite files, or directories of them")
    run.add_argument("--out", required=True, help="directory to write to")
    run.add_argument("--all", action="store_true", help="write every computed tensor, not only the outputs")
    run.add_argument(
        "--inputs",
        nargs="+",
        default=["mixed"],
        metavar="WHAT",
        help="mixed (extremes, then random; the default), random, extremes,\n"
        "or raw files, one per input, each any number of samples long,\n"
        "or one directory with input_0.bin ...",
    )
    run.add_argument("--count", type=int, default=100, help="number of generated samples (default 100)")
    run.add_argument("--seed", type=int, default=1, help="seed of the random samples (default 1)")
    run.add_argument(
        "--sequence",
        type=int,
        default=0,
        metavar="N",
        help="reset all state after every N samples (default 0: never)",
    )
    run.add_argument(
        "--beyond",
        action="store_true",
        help="run what TFLite Micro refuses in TensorFlow Lite's reference kernels",
    )
    run.add_argument(
        "--input-shape",
        nargs="+",
        default=[],
        metavar="NAME=SHAPE",
        help="resize inputs, for example x=1x16000, in TensorFlow Lite's reference kernels",
    )
    run.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="models run at once")
    return parser


def _run_all(options):
    if options.count < 1 or options.sequence < 0:
        print("oracle: --count must be at least 1 and --sequence at least 0", file=sys.stderr)
        return 2
    models = []
    for path in map(pathlib.Path, options.models):
        models.extend(sorted(path.glob("*.tflite")) if path.is_dir() else [path])
    if not models:
        print("oracle: no .tflite file in the given directory", file=sys.stderr)
        return 2
    stems = [model.stem for model in models]
    if len(set(stems)) != len(stems):
        print("oracle: two models have the same file name; their results would overwrite each other", file=sys.stderr)
        return 2
    out = pathlib.Path(options.out)
    alone = len(options.models) == 1 and models == [pathlib.Path(options.models[0])]
    folders = [out if alone else out / stem for stem in stems]
    # Imported before the processes fork, so that it happens once.
    import container  # noqa: F401
    import inputs  # noqa: F401
    import interpreter  # noqa: F401
    import litert  # noqa: F401
    import schema  # noqa: F401
    import workers

    refused = 0
    jobs = list(zip(models, folders))
    for (model, folder), reason in workers.run(jobs, lambda job: _run(*job, options), options.jobs):
        if reason is None:
            print(f"{model}: written to {folder}")
        else:
            refused += 1
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "index.json").unlink(missing_ok=True)
            (folder / "refused.txt").write_text(reason + "\n")
            print(f"oracle: {model}: refused: {reason}", file=sys.stderr)
    return 1 if refused else 0


def _run(path, folder, options):
    import container
    import inputs
    import schema

    model = schema.Model(path.read_bytes())
    machine = _machine(model, path, options)
    if options.input_shape:
        model.take(machine.shapes())
    samples = _samples(inputs, model, options, machine.ODD_FLOATS)
    columns = container.Writer(folder)
    for position, tensor in enumerate(model.inputs):
        columns.column("input", tensor, position, f"input_{position}.bin")
    for position, tensor in enumerate(model.outputs):
        columns.column("output", tensor, position, f"output_{position}.bin")
    between = [t for t in model.computed() if t not in model.outputs] if options.all else []
    for tensor in between:
        columns.column("intermediate", tensor, None, f"tensor_{tensor.index}.bin")
    for number, sample in enumerate(samples):
        if number and options.sequence and number % options.sequence == 0 and model.stateful():
            machine.reset()
        machine.invoke(sample)
        outputs = [machine.output(i).reshape(t.shape) for i, t in enumerate(model.outputs)]
        values = [*outputs, *[machine.tensor(t) for t in between]]
        model.blank(number % options.sequence if options.sequence else number, [*model.outputs, *between], values)
        columns.add([*sample, *values])
    columns.write(
        {
            "model": path.name,
            "interpreter": machine.VERSION,
            "operators": model.operators(),
            "stateful": model.stateful(),
            "samples": len(samples),
            "sequence": options.sequence,
        }
    )
    (folder / "refused.txt").unlink(missing_ok=True)


def _machine(model, path, options):
    """The interpreter of a model: the one that its name selects, or with `--beyond` the first that runs it; one with int16 then runs
    operator by operator.
    """
    import numpy as np

    import interpreter
    import litert
    import mixed

    if options.input_shape:
        shapes = dict(given.rsplit("=", 1) for given in options.input_shape)
        shapes = {name: [int(size) for size in shape.split("x")] for name, shape in shapes.items()}
        return litert.Interpreter(model, preserve=options.all, shapes=shapes)
    if path.stem.startswith(litert.PREFIX) or options.beyond and model.misread():
        return litert.Interpreter(model, preserve=options.all)
    try:
        machine = interpreter.Interpreter(model, preserve=options.all)
        if options.beyond:
            # Some models are refused only at their first run.
            machine.invoke([np.zeros(tensor.shape, tensor.dtype) for tensor in model.inputs])
            machine.reset()
        return machine
    except interpreter.Refused as reason:
        if not options.beyond:
            raise
        try:
            whole = litert.Interpreter(model, preserve=options.all)
            return mixed.Interpreter(model) if model.has(np.int16) else whole
        except interpreter.Refused as other:
            raise interpreter.Refused(f"{reason}; {other}") from other


def _samples(inputs, model, options, odd):
    what = options.inputs
    # The reference's conversion of these to integers is undefined.
    odd_floats = odd if "QUANTIZE" not in model.operators() else ()
    if what == ["mixed"]:
        return inputs.mixed(model.inputs, options.count, options.seed, odd_floats)
    if what == ["random"]:
        return inputs.random(model.inputs, options.count, options.seed)
    if what == ["extremes"]:
        return inputs.extremes(model.inputs, odd_floats)
    if len(what) == 1 and pathlib.Path(what[0]).is_dir():
        what = [pathlib.Path(what[0]) / f"input_{i}.bin" for i in range(len(model.inputs))]
    return inputs.from_files(model.inputs, what)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
