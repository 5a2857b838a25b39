//! What can be checked of each package here: the manager's own linter or schema, and the example built through its functions, or
//! through a stub of them in `packaging/`, with a real cross compiler, and run on an emulated board.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::machine::board::Board;
use crate::machine::process::Cmd;
use crate::machine::{emulator, paths};
use crate::release::files;

/// The output of every example.
const ANSWER: &str = "the picture shows a 5";

/// The managers' own programs, from Python's package index.
const PROGRAMS: [&str; 5] =
    ["kconfiglib==14.1.0", "PyYAML==6.0.4", "SCons==4.11.1", "conan==2.34.0", "idf-component-manager==3.1.2"];

/// Checks one package, from its unpacked archive. Returns what was checked.
pub fn check(manager: &str, archive: &Path, tool: &Path, out: &Path) -> Result<String> {
    let place = tempfile::tempdir()?;
    let unpack = "import shutil, sys; shutil.unpack_archive(sys.argv[1], sys.argv[2], sys.argv[3])";
    let format = if archive.extension().is_some_and(|end| end == "gz") { "gztar" } else { "zip" };
    Cmd::new("python3").args(["-c", unpack]).arg(archive).arg(place.path()).arg(format).capture()?;
    let package = if manager == "cmsis-pack" { place.path().to_owned() } else { place.path().join("tvm_embedded") };
    ensure!(
        package.join("LICENSE").is_file() && package.join("README.md").is_file(),
        "no licence or README in {}",
        archive.display()
    );
    files::links(&package)?;
    let at = At { package, build: place.path().join("build"), tool: tool.to_owned(), bin: programs(out)? };
    fs::create_dir_all(&at.build)?;
    let said = match manager {
        "zephyr" => at.zephyr(),
        "esp-idf" => at.esp_idf(),
        "platformio" => at.platformio(),
        "arduino" => at.arduino(),
        "cmsis-pack" => at.cmsis_pack(),
        _ => at.conan(),
    };
    said.with_context(|| format!("the package for {manager}"))
}

/// An environment with the managers' programs, made on first use.
fn programs(out: &Path) -> Result<PathBuf> {
    let venv = out.join("venv");
    let stamp = venv.join("programs");
    if !fs::read_to_string(&stamp).is_ok_and(|text| text == PROGRAMS.join(" ")) {
        Cmd::new("python3").args(["-m", "venv", "--clear"]).arg(&venv).capture()?;
        let pip = Cmd::new(venv.join("bin/pip")).args(["install", "--quiet", "--disable-pip-version-check"]);
        pip.args(PROGRAMS).capture()?;
        fs::write(stamp, PROGRAMS.join(" "))?;
    }
    Ok(venv.join("bin"))
}

/// An unpacked package, and the tools that build its example.
struct At {
    package: PathBuf,
    build: PathBuf,
    tool: PathBuf,
    bin: PathBuf,
}

impl At {
    fn python(&self, program: &str) -> Cmd {
        Cmd::new(self.bin.join("python")).args(["-c", program]).arg(&self.package)
    }

    fn zephyr(&self) -> Result<String> {
        self.python(ZEPHYR).capture()?;
        let board = Board::named("cortex-m4f")?;
        let stub = paths::root().join("packaging/zephyr-stub");
        let sample = self.package.join("samples/digits");
        let cmake = self.cmake(&board, &sample).arg(format!("-DZephyr_DIR={}", stub.display()));
        self.built(cmake.arg(format!("-DZEPHYR_MODULES={}", self.package.display())), &board)?;
        Ok("Kconfig, module.yml and sample.yaml read; the sample runs on Cortex-M4F through a stub of Zephyr"
            .to_owned())
    }

    fn esp_idf(&self) -> Result<String> {
        let compote = |words: &[&str]| {
            let command = Cmd::new(self.bin.join("compote")).args(words).dir(&self.package);
            command.env("IDF_TOOLS_PATH", &self.build).env("IDF_COMPONENT_CHECK_NEW_VERSION", "0").capture()
        };
        compote(&["manifest", "lint"])?;
        compote(&["component", "pack", "--name", "tvm_embedded"])?;
        let board = Board::named("rv32imac")?;
        let stub = paths::root().join("packaging/esp-idf-stub");
        let cmake = self.cmake(&board, &self.package.join("examples/digits")).env("IDF_PATH", stub);
        self.built(cmake.arg(format!("-DSTUB_COMPONENT={}", self.package.display())), &board)?;
        Ok("lint and pack of compote; the example runs on RV32IMAC through a stub of ESP-IDF".to_owned())
    }

    /// The CMake call that both need.
    fn cmake(&self, board: &Board, project: &Path) -> Cmd {
        let words = |words: Vec<String>| words.join(" ");
        let cross = ["-DCMAKE_SYSTEM_NAME=Generic", "-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY"];
        let flags = format!("{} -O2 --specs=picolibc.specs", board.flags());
        let cmake = Cmd::new("cmake").args(cross).arg("-S").arg(project).arg("-B").arg(self.build.join("cmake"));
        let cmake = cmake.arg(format!("-DCMAKE_C_COMPILER={}", board.program("gcc")));
        let cmake = cmake.arg(format!("-DSTUB_FLAGS={flags}")).arg(format!("-DSTUB_LINK={}", words(board.hosted())));
        cmake.arg(format!("-DTVM_EMBEDDED_TOOL={}", self.tool.display()))
    }

    fn built(&self, configure: Cmd, board: &Board) -> Result<()> {
        configure.capture()?;
        Cmd::new("cmake").arg("--build").arg(self.build.join("cmake")).capture()?;
        answers(board, &self.build.join("cmake/app"))
    }

    fn platformio(&self) -> Result<String> {
        self.python(PLATFORMIO).capture()?;
        let board = Board::named("cortex-m4f")?;
        Cmd::new(self.bin.join("scons"))
            .args(["-Q", "-f"])
            .arg(paths::root().join("packaging/platformio-stub/SConstruct"))
            .arg(format!("LIBRARY={}", self.package.display()))
            .arg(format!("PROJECT={}", self.package.join("examples/digits").display()))
            .arg(format!("OUT={}", self.build.display()))
            .arg(format!("CC={}", board.program("gcc")))
            .arg(format!("FLAGS={} -O2 -Wall -Wextra -Werror", board.flags()))
            .arg(format!("LINK={}", board.hosted().join(" ")))
            .env("TVM_EMBEDDED_TOOL", &self.tool)
            .dir(&self.build)
            .capture()?;
        answers(&board, &self.build.join("app"))?;
        Ok("library.json and its files; generate.py under SCons, the example runs on Cortex-M4F".to_owned())
    }

    fn arduino(&self) -> Result<String> {
        self.python(ARDUINO).capture()?;
        let board = Board::named("cortex-m4f")?;
        let sketch = self.package.join("examples/Digits");
        let mut objects = Vec::new();
        let mut sources = sources(&sketch.join("src"), "c")?;
        sources.push(paths::root().join("packaging/arduino-stub/main.cpp"));
        for source in sources {
            // As the builder does: the library is on the include path, the sketch's own directories are not.
            let object = self.build.join(format!("{}.o", objects.len()));
            let cpp = source.extension().is_some_and(|end| end == "cpp");
            let compiler = Cmd::new(board.program(if cpp { "g++" } else { "gcc" })).args(board.flags().split(' '));
            let compiler = compiler.args(["-O2", "-Wall", "-Wextra", "-Werror", "--specs=picolibc.specs", "-c"]);
            let compiler = if cpp {
                compiler.args(["-std=c++11", "-fno-exceptions", "-fno-rtti", "-I"]).arg(&sketch)
            } else {
                compiler
            };
            compiler.arg("-I").arg(self.package.join("src")).arg(&source).arg("-o").arg(&object).capture()?;
            objects.push(object);
        }
        let program = self.build.join("app");
        board.compiler().args(objects).arg("-o").arg(&program).args(board.hosted()).capture()?;
        answers(&board, &program)?;
        Ok("layout and properties; the sketch runs on Cortex-M4F over a stub of Arduino's core".to_owned())
    }

    fn cmsis_pack(&self) -> Result<String> {
        let pdsc = self.package.join("tvm_embedded.tvm_embedded.pdsc");
        let schema = paths::data("schemas").map(|folder| folder.join("PACK.xsd")).filter(|file| file.is_file());
        if let Some(schema) = &schema {
            Cmd::new("xmllint").args(["--noout", "--schema"]).arg(schema).arg(&pdsc).capture()?;
        }
        // A project with both components, as a development environment creates it from the description.
        let printed = Cmd::new("python3").args(["-c", PDSC]).arg(&self.package).capture()?;
        let board = Board::named("cortex-m4f")?;
        let program = self.build.join("app");
        let compiler = board.compiler().args(["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror"]).dir(&self.package);
        compiler.args(printed.split_whitespace()).arg("-o").arg(&program).args(board.hosted()).capture()?;
        answers(&board, &program)?;
        let checked = if schema.is_some() { "PACK.xsd" } else { "PACK.xsd SKIPPED (TVM_EMBEDDED_DATA has none)" };
        Ok(format!("{checked}; the components' files build and run on Cortex-M4F"))
    }

    fn conan(&self) -> Result<String> {
        let conan = || Cmd::new(self.bin.join("conan")).env("CONAN_HOME", self.build.join("home")).dir(&self.package);
        conan().args(["profile", "detect"]).capture()?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        let tool = self.build.join("bin");
        fs::create_dir_all(&tool)?;
        std::os::unix::fs::symlink(&self.tool, tool.join("tvm-embedded"))?;
        let path = std::env::join_paths([tool, self.bin.clone()].into_iter().chain(std::env::split_paths(&path)))?;
        let outcome = conan().args(["create", "."]).env("PATH", path).outcome()?;
        let said = outcome.stdout + &outcome.stderr;
        ensure!(outcome.code == 0 && said.contains(ANSWER), "conan create ended with {}:\n{said}", outcome.code);
        Ok("conan create builds the package and runs its test on this computer".to_owned())
    }
}

/// Runs a program that must print the answer.
fn answers(board: &Board, program: &Path) -> Result<()> {
    let run = emulator::run(board, program)?;
    if run.code != 0 || !run.text.contains(ANSWER) {
        bail!("the example on {} ended with exit code {}: {}", board.name, run.code, run.text);
    }
    Ok(())
}

/// The files below a directory with an extension.
fn sources(folder: &Path, end: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(sources(&path, end)?);
        } else if path.extension().is_some_and(|extension| extension == end) {
            found.push(path);
        }
    }
    Ok(found)
}

const ZEPHYR: &str = "
import os, sys, kconfiglib, yaml
top = sys.argv[1]
kconfig = kconfiglib.Kconfig(os.path.join(top, 'zephyr/Kconfig'), warn_to_stderr=False)
assert not kconfig.warnings, kconfig.warnings
kconfig.load_config(os.path.join(top, 'samples/digits/prj.conf'))
assert kconfig.syms['TVM_EMBEDDED'].str_value == 'y' and kconfig.syms['TVM_EMBEDDED_TOOL'].visibility
module = yaml.safe_load(open(os.path.join(top, 'zephyr/module.yml')))
assert set(module) <= {'name', 'build', 'samples', 'tests', 'boards', 'blobs', 'runners', 'security'}, module
assert os.path.isfile(os.path.join(top, module['build']['cmake'], 'CMakeLists.txt')), module
assert os.path.isfile(os.path.join(top, module['build']['kconfig'])) and os.path.isdir(os.path.join(top, module['samples'][0])), module
sample = yaml.safe_load(open(os.path.join(top, 'samples/digits/sample.yaml')))
assert sample['tests'] and sample['common']['harness'] == 'console', sample
";

const PLATFORMIO: &str = "
import json, os, re, sys
top = sys.argv[1]
library = json.load(open(os.path.join(top, 'library.json')))
assert re.fullmatch(r'[a-z0-9_-]{1,100}', library['name']) and re.fullmatch(r'\\d+\\.\\d+\\.\\d+', library['version']), library
for name in [library['build']['extraScript'], os.path.join(library['build']['includeDir'], library['headers'])]:
    assert os.path.isfile(os.path.join(top, name)), name
for example in library['examples']:
    for name in example['files']:
        assert os.path.isfile(os.path.join(top, example['base'], name)), name
";

const ARDUINO: &str = "
import os, re, sys
top = sys.argv[1]
properties = dict(line.rstrip('\\n').split('=', 1) for line in open(os.path.join(top, 'library.properties')))
wanted = {'name', 'version', 'author', 'maintainer', 'sentence', 'paragraph', 'category', 'url', 'architectures'}
assert wanted <= set(properties), wanted - set(properties)
assert re.fullmatch(r'[A-Za-z0-9][A-Za-z0-9_ .-]{0,62}', properties['name']) and re.fullmatch(r'\\d+\\.\\d+\\.\\d+', properties['version'])
assert properties['category'] in {'Display', 'Communication', 'Signal Input/Output', 'Sensors', 'Device Control', 'Timing', 'Data Storage',
                                  'Data Processing', 'Other'}
assert os.path.isfile(os.path.join(top, 'src', properties['includes']))
for name in os.listdir(os.path.join(top, 'examples')):
    assert os.path.isfile(os.path.join(top, 'examples', name, name + '.ino')), name
for folder, _, names in os.walk(top):
    for name in names:
        assert not name.endswith(('.exe', '.elf', '.o')) and name != '.development', name
";

/// Prints include paths and sources of the components, and requires that every file exists.
const PDSC: &str = "
import os, sys
import xml.etree.ElementTree as tree
top = sys.argv[1]
package = tree.parse(os.path.join(top, 'tvm_embedded.tvm_embedded.pdsc'))
assert os.path.isfile(os.path.join(top, package.findtext('license')))
words = []
for file in package.iter('file'):
    name, category = file.get('name'), file.get('category')
    assert os.path.exists(os.path.join(top, name)) and name.endswith('/') == (category == 'include'), name
    if category == 'include':
        words.append('-I' + name)
    elif category == 'source':
        words.append(name)
print(' '.join(words))
";
