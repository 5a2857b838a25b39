#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""refusals.py --cmake CMAKE --modules DIR --prefix DIR --tool TOOL --tflite FILE

What CMake refuses when it configures, with the reason in the message: a package for another core, a project without C, two
models with one symbol in one program. And what it must not refuse: the same in two programs. If cross compilers are
installed, the core must be found from the flags, wherever SDKs set them.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

FIND = "find_package(tvm_embedded 0.1 CONFIG REQUIRED)\n"
TWO_MODELS = FIND + "tvm_embedded_add_model(first a/net.tflite)\ntvm_embedded_add_model(second b/net.tflite{symbol})\n"
# Each model is in a library of its own, like the parts of a firmware.
ONE_PROGRAM = """
add_library(part_a STATIC part.c)
target_link_libraries(part_a PRIVATE first)
add_library(part_b STATIC part.c)
target_link_libraries(part_b PUBLIC second)
add_executable(firmware main.c)
target_link_libraries(firmware PRIVATE part_a part_b)
"""
TWO_PROGRAMS = """
add_executable(one main.c)
target_link_libraries(one PRIVATE first)
add_executable(two main.c)
target_link_libraries(two PRIVATE second)
"""
SDK = """
add_library(sdk INTERFACE)
target_compile_options(sdk INTERFACE {options})
link_libraries(sdk)
"""
CORE = 'include({modules}/TVMEmbeddedCore.cmake)\ntvm_embedded_core(core)\nmessage(STATUS "core: ${{core}}")\n'

parser = argparse.ArgumentParser()
for option in ("--cmake", "--modules", "--prefix", "--tool", "--tflite"):
    parser.add_argument(option, required=True)
args = parser.parse_args()
wrong = []


def configure(text, *options, languages="C", path=None):
    """Configures a project with that text; what was printed, on one line, and whether it succeeded."""
    environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"} if path else None
    with tempfile.TemporaryDirectory() as folder:
        project = pathlib.Path(folder)
        head = f"cmake_minimum_required(VERSION 3.20)\nproject(firmware LANGUAGES {languages})\n"
        (project / "CMakeLists.txt").write_text(head + text)
        (project / "main.c").write_text("int main(void) { return 0; }\n")
        (project / "part.c").write_text("int part;\n")
        for name in ("a", "b"):
            (project / name).mkdir()
            shutil.copy(args.tflite, project / name / "net.tflite")
        command = [args.cmake, "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={args.prefix}", *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        return " ".join((done.stdout + done.stderr).split()), done.returncode == 0


def refused(what, words, *arguments, **keywords):
    """The project is refused, and the message holds the words."""
    said, succeeded = configure(*arguments, **keywords)
    if succeeded or not all(word in said for word in words):
        wrong.append(f"{what}: {'accepted' if succeeded else 'refused'}, expected {words}:\n{said}")


def accepted(what, *arguments, words=(), **keywords):
    """The project is configured, and the output holds the words."""
    said, succeeded = configure(*arguments, **keywords)
    if not succeeded or not all(word in said for word in words):
        wrong.append(f"{what}: {'accepted' if succeeded else 'refused'}, expected {words}:\n{said}")


accepted("this machine's package", FIND)
refused("a package for another core", ["was built for x86_64-linux", "compiles for cortex-m4f", "set TVM_EMBEDDED_CORE"],
        FIND, "-DTVM_EMBEDDED_CORE=cortex-m4f")
refused("a project without C", ["This project has no C", "enable_language(C)"], FIND, languages="NONE")
refused("a subdirectory of a project without C", ["tvm_embedded_add_model(net): models are C, and C is not enabled in this project"],
        f"add_subdirectory({args.modules}/.. tvm_embedded)\ntvm_embedded_add_model(net a/net.tflite)\n",
        f"-DTVM_EMBEDDED_TOOL={args.tool}", languages="NONE")
refused("two models with one symbol in one program",
        ["firmware links two models with the symbol 'net'", "a/net.tflite", "b/net.tflite", "SYMBOL"],
        TWO_MODELS.format(symbol="") + ONE_PROGRAM)
accepted("two models with names of their own", TWO_MODELS.format(symbol=" SYMBOL other") + ONE_PROGRAM)
accepted("a tool on PATH in a subdirectory", f"add_subdirectory({args.modules}/.. tvm_embedded)\n",
         path=pathlib.Path(args.tool).parent, words=["has the same version and is used"])
accepted("two programs with one model each", TWO_MODELS.format(symbol="") + TWO_PROGRAMS)

GENERIC = ["-DCMAKE_SYSTEM_NAME=Generic", "-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY"]
CORES = [
    ("arm-none-eabi-gcc", "-mcpu=cortex-m0", "cortex-m0"),
    ("arm-none-eabi-gcc", "-mcpu=cortex-m23", "cortex-m23"),
    ("arm-none-eabi-gcc", "-mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16", "cortex-m4f"),
    ("arm-none-eabi-gcc", "-mcpu=cortex-m33", "cortex-m33-soft"),
    ("arm-none-eabi-gcc", "-mcpu=cortex-m55 -mfloat-abi=hard", "cortex-m55"),
    ("arm-none-eabi-gcc", "-mcpu=cortex-r5 -mfloat-abi=hard -mfpu=vfpv3-d16", "cortex-r5f"),
    ("arm-none-eabi-gcc", "-mcpu=cortex-a53 -mfloat-abi=hard -mfpu=auto", "cortex-a7"),
    ("arm-none-eabi-gcc", "-mcpu=cortex-a7", "cortex-a7-soft"),
    ("riscv64-unknown-elf-gcc", "-march=rv64gc -mabi=lp64d", "rv64gc"),
    ("riscv64-unknown-elf-gcc", "-march=rv64imac -mabi=lp64", "rv64imac"),
    ("riscv64-unknown-elf-gcc", "-march=rv32imac -mabi=ilp32", "rv32imac"),
    ("riscv64-unknown-elf-gcc", "-march=rv32imc -mabi=ilp32", "rv32imc"),
]
for compiler, flags, core in CORES:
    if shutil.which(compiler) is None:
        print(f"SKIPPED: there is no {compiler}: {core}")
        continue
    found = CORE.format(modules=args.modules)
    options = [*GENERIC, f"-DCMAKE_C_COMPILER={compiler}"]
    words = [f"core: {core} "]
    accepted(f"{core} in CMAKE_C_FLAGS", found, *options, f"-DCMAKE_C_FLAGS={flags}", words=words)
    by_language = " ".join(f"$<$<COMPILE_LANGUAGE:C,CXX>:{flag}>" for flag in flags.split())
    if core not in ("cortex-m4f", "rv32imc"):
        continue
    for written in (flags, f'"SHELL:{flags}"', by_language):
        accepted(f"{core} on a target as {written}", SDK.format(options=written) + found, *options, words=words)
    refused(f"this machine's package for {core}", ["was built for x86_64-linux", f"compiles for {core} "], FIND,
            *options, f"-DCMAKE_C_FLAGS={flags}")

for text in wrong:
    print(text)
sys.exit(1 if wrong else 0)
