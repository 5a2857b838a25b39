"""The virtual environment that the oracle's programs run in: made on first use, then reused.

Only the standard library is imported here, since this runs before anything is installed.

Its location, the first that applies: `--venv DIR`, the variable TVM_EMBEDDED_ORACLE_VENV, `oracle-venv` in
CARGO_TARGET_DIR, `target/oracle-venv` in the root of the repository.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[3]
# The packages in this file run what TFLite Micro refuses.
EXTRA = (HERE / "litert.txt",)
REQUIREMENTS = HERE / "requirements.txt"

# The versions of Python that tflite-micro has wheels for, in the order in which they are tried.
VERSIONS = ((3, 11), (3, 12), (3, 13), (3, 10))

# Exit status of a program without its environment: a test may skip on it, and on no other.
UNAVAILABLE = 3

# Set in the environment of the second start, so that a broken environment can't restart itself without end.
_GUARD = "TVM_EMBEDDED_ORACLE_STARTED"


class Unavailable(Exception):
    """No environment could be made; the message says what was tried and what to install."""


def directory(option=None):
    """Where the environment is, or will be."""
    if option:
        return pathlib.Path(option).resolve()
    named = os.environ.get("TVM_EMBEDDED_ORACLE_VENV")
    if named:
        return pathlib.Path(named).resolve()
    target = os.environ.get("CARGO_TARGET_DIR")
    return (pathlib.Path(target).resolve() if target else REPOSITORY / "target") / "oracle-venv"


def enter(argv, extra=()):
    """Starts the running program again inside the environment, which is made first if it does not exist.

    Takes `--venv DIR` out of `argv` and returns the rest once inside. `extra` names further requirement
    files. Ends the process with status UNAVAILABLE and a message if no environment can be made.
    """
    rest, option = _take_venv(argv)
    venv = directory(option)
    try:
        python = make(venv, extra)
    except Unavailable as error:
        print(f"oracle: not available: {error}", file=sys.stderr)
        sys.exit(UNAVAILABLE)
    if pathlib.Path(sys.prefix).resolve() == venv:
        return rest
    if os.environ.get(_GUARD):
        print(f"oracle: not available: {python} does not start inside {venv}", file=sys.stderr)
        sys.exit(UNAVAILABLE)
    command = [str(python), os.path.abspath(sys.argv[0]), "--venv", str(venv), *rest]
    os.execve(python, command, {**os.environ, _GUARD: "1", "PYTHONDONTWRITEBYTECODE": "1"})


def make(venv, extra=()):
    """Makes the environment at `venv` unless it is complete, and returns its interpreter.

    Safe to be called by several processes at once. Raises Unavailable.
    """
    files = [REQUIREMENTS, *map(pathlib.Path, extra)]
    venv.parent.mkdir(parents=True, exist_ok=True)
    python = venv / "bin" / "python"
    with _locked(venv.with_name(venv.name + ".lock")):
        missing = [f for f in files if not _is_installed(venv, f)]
        # An attempt that was interrupted leaves an interpreter without pip.
        if missing and not (python.exists() and _run([*_pip(venv), "--version"])[0]):
            print(f"oracle: making a virtual environment in {venv}", file=sys.stderr)
            shutil.rmtree(venv, ignore_errors=True)
            _create(venv)
        for file in missing:
            _install(venv, file)
            _stamp(venv, file).write_text(_digest(file))
    return python


def _take_venv(argv):
    rest, option, words = [], None, iter(argv)
    for word in words:
        if word == "--venv":
            option = next(words, None)
            if option is None:
                sys.exit("oracle: --venv needs a directory")
        elif word.startswith("--venv="):
            option = word.split("=", 1)[1]
        else:
            rest.append(word)
    return rest, option


@contextlib.contextmanager
def _locked(path):
    with open(path, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _stamp(venv, file):
    return venv / f".installed-{file.parent.name}-{file.name}"


def _is_installed(venv, file):
    stamp = _stamp(venv, file)
    return (venv / "bin" / "python").exists() and stamp.exists() and stamp.read_text() == _digest(file)


def _pythons():
    """Interpreters of a suitable version: the running one first, then those on PATH."""
    seen = []
    if sys.version_info[:2] in VERSIONS:
        seen.append(sys.executable)
    for major, minor in VERSIONS:
        found = shutil.which(f"python{major}.{minor}")
        # A version manager's shim may be on PATH without the version itself: test it.
        if found and found not in seen and _run([found, "-c", "import sys"])[0]:
            seen.append(found)
    return seen


def _create(venv):
    """An environment whose packages `_pip` can install, in any way that this machine supports."""
    pythons = _pythons()
    if not pythons:
        here = ".".join(map(str, sys.version_info[:3]))
        raise Unavailable(f"tflite-micro has wheels for Python 3.10 to 3.13; this is {here} and no other is on PATH")
    tried = []
    for python in pythons:
        ways = [
            [python, "-m", "venv", str(venv)],
            [python, "-m", "virtualenv", "--quiet", str(venv)],
        ]
        # Debian splits ensurepip off; an outer pip can then install into an environment without one.
        if _run([python, "-m", "pip", "--version"])[0]:
            ways.append([python, "-m", "venv", "--without-pip", str(venv)])
        if shutil.which("uv"):
            ways.append(["uv", "venv", "--quiet", "--seed", "--python", python, str(venv)])
        for way in ways:
            done, output = _run(way)
            if done:
                if "--without-pip" in way:
                    (venv / ".outer-pip").write_text(python)
                return
            tried.append(f"  {' '.join(way)}\n    {_last_line(output)}")
            shutil.rmtree(venv, ignore_errors=True)
    raise Unavailable(
        "no virtual environment could be made. Tried:\n"
        + "\n".join(tried)
        + "\n  On Debian or Ubuntu this helps: apt-get install python3-venv"
    )


def _pip(venv):
    outer = venv / ".outer-pip"
    python = str(venv / "bin" / "python")
    if outer.exists():
        return [outer.read_text(), "-m", "pip", "--python", python]
    return [python, "-m", "pip"]


def _install(venv, file):
    command = [*_pip(venv), "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    done, output = _run([*command, "-r", str(file)])
    if done:
        return
    # Development versions are removed from the index at some time. A later one has the same reference kernels
    # unless shown otherwise, so it is used, with a warning.
    loose = [line.split("==")[0] for line in _requirements(file)]
    again, _ = _run([*command, "--pre", *loose])
    if not again:
        raise Unavailable(f"pip could not install {file.name}:\n{output.strip()}")
    print(
        f"oracle: WARNING: the versions pinned in {file.name} are not available; the newest are used:\n"
        f"{output.strip()}",
        file=sys.stderr,
    )


def _requirements(file):
    lines = (line.split("#")[0].strip() for line in file.read_text().splitlines())
    names = {line.split(";")[0].strip().split("==")[0]: line.split(";")[0].strip() for line in lines if line}
    return list(names.values())


def _run(command):
    """(whether it succeeded, what it printed)."""
    # A caller's PYTHONPATH or PYTHONHOME would leak foreign packages into the environment.
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    try:
        done = subprocess.run(
            command, env=clean, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    except OSError as error:
        return False, str(error)
    return done.returncode == 0, done.stdout


def _last_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "(no output)"
