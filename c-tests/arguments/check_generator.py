#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_generator.py HEADER FOLDER: the argument table can't be generated for a header with something unknown or missing.

Each change of the header below, made in a copy in FOLDER, must be refused with the text beside it.
"""
import pathlib
import subprocess
import sys

NEW = """/**
 * Something new.
 *
 * Threads, interrupts, callbacks: yes.
 *
 * @param[in] model the model's descriptor
 * @return `TVM_STATUS_OK`; what `TVMCheckModel` returns for a bad model
 */
int32_t TVMSomethingNew(const struct TVMModel *model);

"""
INLINE = NEW[:-len("int32_t TVMSomethingNew(const struct TVMModel *model);\n\n")] + """static inline int32_t TVMSomethingNew(const TVMModel *model) {
  return TVMCheckModel(model);
}

"""
FIRST_INLINE = "/**\n * Checks a context against a model"
FIRST = "/**\n * Sets the workspaces of a context."
SHAPE = "int32_t TVMGetInputShape(const struct TVMModel *model, size_t index, const int32_t **shape, size_t *rank"
CHECK = "int32_t TVMCheckModel(const struct TVMModel *model"
CHECKED = " * @param[in] model a pointer to check\n"
CHANGES = [
    ("a new function", FIRST, NEW + FIRST, "TVMSomethingNew is new: say in facts.CASES"),
    ("a new inline function", FIRST_INLINE, INLINE + FIRST_INLINE, "TVMSomethingNew is new: say in facts.CASES"),
    ("an inline function without a description", FIRST_INLINE, INLINE[INLINE.index("*/") + 3:] + FIRST_INLINE, "TVMSomethingNew has no description"),
    ("a new function of programs without the library", "inline int32_t TVMDeviceOf", "inline int32_t TVMDevicesOf", "TVMDevice"),
    ("an inline function that is gone", "int32_t TVMCheckContexts", "int32_t TVMCheckInstances", "facts.CASES has TVMCheckContexts"),
    ("an inline function with a new parameter", "TVMScale(int32_t value", "TVMScale(int32_t rounding, int32_t value", "TVMScale: no '@param[in] rounding"),
    ("a new parameter", CHECK, CHECK + ", size_t strictness", "TVMCheckModel: no '@param[in] strictness"),
    ("a new parameter with a description", CHECKED + "§" + CHECK,
     CHECKED + " * @param[in] strictness how strict\n§" + CHECK + ", size_t strictness", "no good value for 'strictness'"),
    ("a new type", SHAPE, SHAPE.replace("size_t *rank", "double *rank"), "facts.POINTEES says nothing about 'double'"),
    ("a new number", CHECKED + "§" + CHECK, CHECKED + " * @param[in] index strictness\n§" + CHECK + ", uint8_t index",
     "does not know how 'uint8_t index' can be bad"),
    ("a function that is gone", "TVMGetOutputQuantization", "TVMGetOutputScale", "facts.CASES has TVMGetOutputQuantization"),
    ("a status that nothing produces", "`TVM_STATUS_ABI_MISMATCH`, `TVM_STATUS_CORRUPT_MODEL`; the first",
     "`TVM_STATUS_ABI_MISMATCH`, `TVM_STATUS_CORRUPT_MODEL`, `TVM_STATUS_BUSY`; the first", "names TVM_STATUS_BUSY, and no row"),
    ("a status that is not described", "@return 1 or 0; `TVM_STATUS_INDEX_OUT_OF_RANGE`, or", "@return 1 or 0;",
     "TVMIsWorkspaceState: a row produces TVM_STATUS_INDEX_OUT_OF_RANGE"),
    ("a status that does not exist", "`TVM_STATUS_NAME_UNKNOWN`", "`TVM_STATUS_NO_SUCH_NAME`", "TVM_STATUS_NO_SUCH_NAME, which is not a status"),
    ("threads left out", "Threads, interrupts, callbacks: yes.\n *\n" + CHECKED, CHECKED, "does not say 'Threads, interrupts"),
    ("no direction", "@param[in] model a pointer to", "@param model a pointer to", "TVMCheckModel: no '@param[in] model'"),
    ("no description", "  /**\n   * Bits of one lane.\n   */\n", "", "no description: uint8_t bits;"),
    ("no return", " * @return the message\n", "", "TVMGetLastError: no '@return'"),
]


def generate(header, folder):
    script = pathlib.Path(__file__).with_name("generate.py")
    out = folder / "table.h"
    done = subprocess.run([sys.executable, script, header, out], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def changed(text, old, new):
    """Replaces pieces separated by §, in this order."""
    at = 0
    for before, after in zip(old.split("§"), new.split("§")):
        at = text.index(before, at)
        text = text[:at] + after + text[at + len(before):]
    return text


def main():
    text = open(sys.argv[1], encoding="utf-8").read()
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    failures = 0
    for what, old, new, words in [("nothing", "", "", None), *CHANGES]:
        header = folder / "tvm_embedded.h"
        header.write_text(changed(text, old, new), encoding="utf-8")
        code, said = generate(header, folder)
        right = code == 0 if words is None else code != 0 and words in said
        failures += not right
        print(f"{'right' if right else 'WRONG'}: {what}: {said.strip() or 'generated'}")
    sys.exit(1 if failures else 0)


main()
