#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""model.py --cmake CMAKE --source DIR --tool TOOL --tflite FILE [--link SOURCE_TREE] -- CMAKE_ARGUMENTS...

Builds a user's project with a model as docs/cmake.md shows it, in a directory of its own: a first build, a second one in which
nothing is compiled, a third with another archive under the same name (another number of files, another header), a fourth
after a generated file was deleted. Each program must run.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser()
    for option in ("--cmake", "--source", "--tool", "--tflite"):
        parser.add_argument(option, required=True)
    parser.add_argument("--link")
    parser.add_argument("arguments", nargs="*")
    args = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        project = pathlib.Path(folder) / "project"
        shutil.copytree(args.source, project)
        if not (project / "main.c").exists():
            shutil.copy(pathlib.Path(args.source).parent / "model/main.c", project)
        if args.link:
            (project / "third_party").mkdir()
            (project / "third_party/tvm_embedded").symlink_to(args.link)
        archive = project / "wake_word.tar"
        run(args.tool, "compile", args.tflite, "-o", archive, "--name", "wake_word")
        build = project / "build"
        header = build / "wake_word/wake_word.h"
        run(args.cmake, "-S", project, "-B", build, *args.arguments)

        def build_and_run(compiled):
            """Builds; checks whether C of the model was compiled (None: may be); runs."""
            printed = run(args.cmake, "--build", build)
            if compiled is not None and bool(re.search(r"wake_word\.dir", printed)) != compiled:
                sys.exit(f"C of the model {'not ' if compiled else ''}compiled:\n{printed}")
            said = run(build / "firmware")
            if said != "wake_word: success\n":
                sys.exit(f"the program said {said!r}")

        build_and_run(True)
        build_and_run(False)
        first = header.read_text()
        run(args.tool, "compile", args.tflite, "-o", archive, "--name", "wake_word", "--io-in-workspace")
        # Another archive: its inputs must be mapped, so the program differs, too.
        main_c = (project / "main.c").read_text()
        main_c = re.sub(r"  static tvm_wake_word.*?\n\n", "", main_c, flags=re.DOTALL).replace("&inputs, &outputs", "NULL, NULL")
        (project / "main.c").write_text(main_c)
        build_and_run(True)
        if header.read_text() == first:
            sys.exit("the archive changed and the header did not")
        header.unlink()
        build_and_run(None)
        if not header.exists():
            sys.exit("the deleted header did not come back")
    print("built, not rebuilt without a change, rebuilt after a change, repaired")


main()
