# PlatformIO runs this for each build of a project that has the library: every .tflite file in the project's models/ becomes <name>.h and
# its C. The program tvm-embedded comes with `pip install tvm-embedded`; the environment's TVM_EMBEDDED_TOOL names another one.
import os
import shutil
import subprocess
import sys

Import("env")  # noqa: F821 (SCons brings it)

models = os.path.join(env.subst("$PROJECT_DIR"), "models")  # noqa: F821
tool = os.environ.get("TVM_EMBEDDED_TOOL") or shutil.which("tvm-embedded")
found = sorted(name for name in os.listdir(models) if name.endswith(".tflite")) if os.path.isdir(models) else []
if found and not tool:
    sys.exit("tvm_embedded: the program tvm-embedded was not found: pip install tvm-embedded, or set TVM_EMBEDDED_TOOL to its path")

for name in found:
    symbol = os.path.splitext(name)[0]
    folder = os.path.join(env.subst("$BUILD_DIR"), "tvm_embedded", symbol)  # noqa: F821
    command = [tool, "generate", os.path.join(models, name), "--no-library", "--output", folder]
    outcome = subprocess.run(command, capture_output=True, text=True)
    if outcome.returncode != 0:
        sys.exit("tvm_embedded: %s\n%s" % (" ".join(command), outcome.stderr))
    # The library is built before the project, whose files include the models' headers as well.
    for one in (env, DefaultEnvironment()):  # noqa: F821
        one.Append(CPPPATH=[folder])
    env.Append(CPPPATH=[os.path.join(folder, "archive")])  # noqa: F821
    DefaultEnvironment().BuildSources(os.path.join(folder, "objects"), folder)  # noqa: F821
