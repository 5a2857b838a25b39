#!/usr/bin/env python3
"""Draws any number of random models and runs them in TFLite Micro's interpreter; the test `attack` reads the results.

    attack.py graphs  --seed S --first A --count N     graphs of one to six operators
    attack.py uint8   --seed S --first A --count N     the same of uint8, which are a tenth of `graphs`
    attack.py mutants --seed S --first A --count N     single operators with one or two fields changed
    attack.py layers  --seed S --first A --count N    layers with weights, large enough to see rare differences
    attack.py shapes  --seed S --first A --count N    every placement of inputs, outputs and state, in turn

Model number N of a seed is the same on every machine and in every run. Records go to standard output, see `attacks/stream.py`.
"""

import argparse
import os
import sys

import environment


def main(argv):
    """Entry point: `argv` without the program's name."""
    argv = environment.enter(argv, environment.EXTRA)
    options = _parser().parse_args(argv)
    from attacks import sources

    drawn = sources.SOURCES[options.what](options.seed)
    make = (lambda number: sources.exposed(drawn(number))) if options.expose else drawn
    if options.show or options.save:
        from attacks import describe

        made = make(options.first)
        if options.save:
            with open(options.save, "wb") as file:
                file.write(made.data)
        print(f"{made.text}\n{describe.model(made.data)}")
        return 0
    from attacks import stream

    # The interpreter sometimes prints to standard output: records go to a copy of it.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    numbers = range(options.first, options.first + options.count)
    stream.write(out, numbers, make, sources.JUDGES, options.what in sources.ALONE)
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="attack.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", choices=("graphs", "uint8", "mutants", "layers", "shapes"))
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--expose", action="store_true", help="make everything an output")
    parser.add_argument("--show", action="store_true", help="print a model instead of running it")
    parser.add_argument("--save", metavar="FILE", help="print a model and write it")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
