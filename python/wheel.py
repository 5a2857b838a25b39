# SPDX-License-Identifier: Apache-2.0
"""Builds the wheel and the source distribution, as PEP 517 asks it of a backend. Python's own library suffices.

A wheel holds the pure Python package and, below `tvm_embedded/data`, what a release holds. TVM_EMBEDDED_RELEASE names the directory
of a release (`cargo xtask dist` makes one, and calls this). Without it, and so from a source distribution, cargo builds the
program alone, and the wheel has no libraries for other cores. TVM_EMBEDDED_TOOL names a program that is there already.

    python3 python/wheel.py OUT        both, into the directory OUT
"""
import base64
import gzip
import hashlib
import io
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Of a release: not its tool's documentation and examples, which stand on the project's pages.
FOLDERS = ["bin", "include", "lib", "share"]
# Same content, same bytes.
TIME = (1980, 1, 1, 0, 0, 0)


def version():
    text = (ROOT / "Cargo.toml").read_text(encoding="utf-8")
    return re.search(r'^version = "([^"]+)"', text, re.MULTILINE).group(1)


def project():
    """The values of pyproject.toml that the metadata needs. Python 3.9 and 3.10 have no reader for it."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    def one(key):
        return re.search(rf'^{key} = "([^"]*)"', text, re.MULTILINE).group(1)

    def many(key):
        block = re.search(rf"^{key} = \[(.*?)\]", text, re.MULTILINE | re.DOTALL).group(1)
        return re.findall(r'"([^"]*)"', block)

    return one, many


def metadata():
    one, many = project()
    lines = ["Metadata-Version: 2.1", "Name: tvm-embedded", f"Version: {version()}", f"Summary: {one('description')}"]
    lines += ["License: Apache-2.0", f"Requires-Python: {one('requires-python')}"]
    lines += [f"Classifier: {text}" for text in many("classifiers")]
    lines += [f"Requires-Dist: {text}" for text in many("dependencies")]
    lines += ["Provides-Extra: run"] + [f'Requires-Dist: {text}; extra == "run"' for text in many("run")]
    lines += ["Description-Content-Type: text/markdown", ""]
    return "\n".join(lines) + "\n" + (ROOT / "python/README.md").read_text(encoding="utf-8")


def tag(tool):
    """The platforms that the program runs on, as pip calls them: by the newest symbol of glibc in it."""
    machine = {"AMD64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    if sys.platform != "linux":
        import sysconfig

        return "py3-none-" + re.sub(r"[-.]", "_", sysconfig.get_platform())
    versions = re.findall(rb"GLIBC_(\d+)\.(\d+)", tool.read_bytes())
    if not versions:
        return f"py3-none-linux_{machine}"
    newest = max((int(major), int(minor)) for major, minor in versions)
    newest = max(newest, (2, 17))
    tags = f"manylinux_{newest[0]}_{newest[1]}_{machine}"
    return "py3-none-" + (f"{tags}.manylinux2014_{machine}" if newest == (2, 17) else tags)


def build_tool(out):
    """The program alone, with the headers and the CMake package."""
    print("building the program tvm-embedded with cargo; libraries for other cores are in the wheels of a release only", flush=True)
    if os.environ.get("TVM_EMBEDDED_TOOL"):
        assemble(out, pathlib.Path(os.environ["TVM_EMBEDDED_TOOL"]))
        return
    cargo = os.environ.get("CARGO") or shutil.which("cargo")
    if cargo is None:
        sys.exit("tvm-embedded: this source distribution needs Rust's cargo (https://rustup.rs) to build the program. The wheels of a release "
                 "need nothing: pip install --only-binary :all: tvm-embedded")
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    profile = os.environ.get("TVM_EMBEDDED_PROFILE", "host")
    subprocess.run([cargo, "build", "--locked", "--profile", profile, "-p", "tvm_embedded_cli"], cwd=ROOT, check=True)
    built = target / {"dev": "debug"}.get(profile, profile) / "tvm-embedded"
    assemble(out, built)


def assemble(out, tool):
    """What is not a library, as in a release."""
    for folder in ("bin", "include", "lib/cmake/tvm_embedded"):
        (out / folder).mkdir(parents=True)
    shutil.copy(tool, out / "bin/tvm-embedded")
    for header in ("tvm_embedded.h", "tvm_embedded.hpp"):
        shutil.copy(ROOT / "capi/include" / header, out / "include")
    package = out / "lib/cmake/tvm_embedded"
    for name in ("TVMEmbeddedModel.cmake", "TVMEmbeddedGenerate.cmake", "TVMEmbeddedCore.cmake"):
        shutil.copy(ROOT / "cmake" / name, package)
    shutil.copy(ROOT / "cmake/release/tvm_embedded-config.cmake", package)
    text = (ROOT / "cmake/release/tvm_embedded-config-version.cmake.in").read_text(encoding="utf-8")
    (package / "tvm_embedded-config-version.cmake").write_text(text.replace("@VERSION@", version()), encoding="utf-8")


def write_wheel(directory, release):
    name = f"tvm_embedded-{version()}-{tag(release / 'bin/tvm-embedded')}.whl"
    info = f"tvm_embedded-{version()}.dist-info"
    records = []
    with zipfile.ZipFile(pathlib.Path(directory) / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        def add(path, data, mode=0o644):
            entry = zipfile.ZipInfo(path, TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100000 | mode) << 16
            wheel.writestr(entry, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            records.append(f"{path},sha256={digest},{len(data)}")

        for path in sorted((ROOT / "python/tvm_embedded").glob("*")):
            if path.suffix == ".py" or path.name == "py.typed":
                add(f"tvm_embedded/{path.name}", path.read_bytes())
        for folder in FOLDERS:
            for path in sorted((release / folder).rglob("*")):
                if path.is_file():
                    mode = 0o755 if folder == "bin" or path.suffix == ".sh" else 0o644
                    add(f"tvm_embedded/data/{path.relative_to(release).as_posix()}", path.read_bytes(), mode)
        for name_, text in [
            ("METADATA", metadata()),
            ("WHEEL", f"Wheel-Version: 1.0\nGenerator: tvm-embedded\nRoot-Is-Purelib: false\n{tags_of(name)}"),
            ("entry_points.txt", "[console_scripts]\ntvm-embedded = tvm_embedded.__main__:main\n"),
            ("LICENSE", (ROOT / "LICENSE").read_text(encoding="utf-8")),
        ]:
            add(f"{info}/{name_}", text.encode())
        records.append(f"{info}/RECORD,,")
        entry = zipfile.ZipInfo(f"{info}/RECORD", TIME)
        entry.external_attr = 0o100644 << 16
        wheel.writestr(entry, "\n".join(records) + "\n")
    return name


def tags_of(name):
    """One line for each platform in a wheel's name."""
    platforms = name[: -len(".whl")].split("-")[-1]
    return "".join(f"Tag: py3-none-{one}\n" for one in platforms.split("."))


def sources():
    """Files of the source distribution: all that git knows, or, in an unpacked one, all that is there."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
        names = [name for name in listed.decode().split("\0") if name]
    else:
        names = [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file()]
    kept = [name for name in names if not name.startswith(("target/", ".ci/", ".github/")) and name != "PKG-INFO"]
    return sorted(name for name in kept if (ROOT / name).is_file())


# What pip and build call.


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    release = os.environ.get("TVM_EMBEDDED_RELEASE")
    if release:
        return write_wheel(wheel_directory, pathlib.Path(release))
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder)
        build_tool(out)
        return write_wheel(wheel_directory, out)


def build_sdist(sdist_directory, config_settings=None):
    base = f"tvm_embedded-{version()}"
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as archive:
        def add(name, data, mode):
            entry = tarfile.TarInfo(f"{base}/{name}")
            entry.size, entry.mode, entry.mtime = len(data), mode, 315532800
            archive.addfile(entry, io.BytesIO(data))

        for name in sources():
            path = ROOT / name
            add(name, path.read_bytes(), 0o755 if os.access(path, os.X_OK) else 0o644)
        add("PKG-INFO", metadata().encode(), 0o644)
    path = pathlib.Path(sdist_directory) / f"{base}.tar.gz"
    path.write_bytes(gzip.compress(raw.getvalue(), mtime=0))
    return path.name


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    os.makedirs(sys.argv[1], exist_ok=True)
    print(build_wheel(sys.argv[1]))
    print(build_sdist(sys.argv[1]))
