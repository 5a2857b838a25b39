//! For build scripts: from a `.tflite` file to a Rust module and its C code.
//!
//! ```no_run
//! // In main() of build.rs:
//! tvm_embedded_build::model("models/digits.tflite").compile();
//! ```
//!
//! The crate `tvm-embedded` then gives the program the module: `tvm_embedded::include_model!(digits);`. The C is compiled by the C
//! compiler that the crate `cc` finds for the target (`CC_thumbv7em_none_eabihf` and so on choose another one), with
//! optimisation even if the Rust code has none.

#![forbid(unsafe_code)]

use std::fs;
use std::path::{Path, PathBuf};
use tvm_embedded_compiler::ir::names;
use tvm_embedded_compiler::ir::options::{CORES, Target};
use tvm_embedded_compiler::{ConstantPool, InputShape, Options as Compile, Pool};
use tvm_embedded_interface::{ARCHIVE_DIRECTORY, Generated, LibraryHeaders, Options, Parameters, generate, write};
use tvm_embedded_mlf::{Archive, Library, Limits};

/// The model in a `.tflite` file, or in an archive that `tvm-embedded compile` or TVM wrote (`.tar`).
pub fn model(path: impl AsRef<Path>) -> Model {
    Model {
        path: path.as_ref().to_owned(),
        compile: Compile::default(),
        options: Options::default(),
        flags: Vec::new(),
    }
}

/// A model to be built.
#[derive(Debug, Clone)]
#[must_use = "compile() builds the model"]
pub struct Model {
    path: PathBuf,
    compile: Compile,
    options: Options,
    flags: Vec<String>,
}

impl Model {
    /// The name of the module and of the C symbols; otherwise the file's name in lower case.
    pub fn symbol(mut self, name: &str) -> Self {
        self.options.symbol = Some(name.to_owned());
        self
    }

    /// A workspace of that name and size, before others; the last may have no size. As `tvm-embedded compile --pool`.
    pub fn pool(mut self, name: &str, bytes: Option<usize>) -> Self {
        self.compile.pools.push(Pool { name: name.to_owned(), bytes });
        self
    }

    /// A pool of that name and size for constants outside of the code, before others; the last may have no size. Needs [`Model::core`].
    /// As `tvm-embedded compile --constants`: the most used weights are in the first pool, and a linker script may place each pool by
    /// its section, `.rodata.tvm.<model>.<pool>`.
    pub fn constants(mut self, name: &str, bytes: Option<usize>) -> Self {
        self.compile.constants.push(ConstantPool { name: name.to_owned(), bytes, operators: Vec::new() });
        self
    }

    /// The core that the C is for, such as `cortex-m4`; `portable` for this computer and all cores without kernels of their own. As
    /// `tvm-embedded compile --core`.
    ///
    /// # Panics
    /// For a core that is not known, with those that are.
    pub fn core(mut self, name: &str) -> Self {
        let known = || CORES.iter().map(|(core, _)| *core).collect::<Vec<_>>().join(", ");
        self.compile.target =
            Target::of_core(name).unwrap_or_else(|| panic!("no core '{name}'; there are {}", known()));
        self
    }

    /// Inputs and outputs inside the workspace. As `tvm-embedded compile --io-in-workspace`.
    pub fn io_in_workspace(mut self) -> Self {
        self.compile.io_in_workspace = true;
        self
    }

    /// The shape of an input whose size the file leaves open; for the only input without its name. As `tvm-embedded compile --input-shape`.
    pub fn input_shape(mut self, input: Option<&str>, shape: &[usize]) -> Self {
        self.compile.input_shapes.push(InputShape { input: input.map(ToOwned::to_owned), shape: shape.to_vec() });
        self
    }

    /// The program provides the constants of an archive's external pools. As `tvm-embedded generate --parameters user`.
    pub fn parameters_of_the_user(mut self) -> Self {
        self.options.parameters = Parameters::User;
        self
    }

    /// A flag for the C compiler, such as `-mcpu=cortex-m55`.
    pub fn flag(mut self, flag: &str) -> Self {
        self.flags.push(flag.to_owned());
        self
    }

    /// Writes the module and the C below `OUT_DIR`, compiles the C, and has cargo link it.
    ///
    /// # Panics
    /// If the model is refused or the C does not compile, with the reason: this is how a build script fails.
    pub fn compile(self) {
        let path = self.path.display().to_string();
        println!("cargo::rerun-if-changed={path}");
        let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("OUT_DIR is set: this is for build scripts"));
        let (generated, own) = self.generate(&out).unwrap_or_else(|reason| panic!("{path}: {reason}"));
        self.compile_c(&out, &generated, own);
    }

    /// Writes the files. Also returns whether the C is this project's.
    fn generate(&self, out: &Path) -> Result<(Generated, bool), String> {
        let bytes = fs::read(&self.path).map_err(|error| error.to_string())?;
        let archive = match self.path.extension().is_some_and(|extension| extension == "tar") {
            true => bytes,
            false => {
                let mut options = self.compile.clone();
                let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
                options.module_name = Some(names::module_name(self.options.symbol.as_deref().unwrap_or(&stem)));
                tvm_embedded_compiler::compile(&bytes, &options).map_err(|errors| errors.to_string())?.archive
            }
        };
        let shown = self.path.file_name().unwrap_or_default().to_string_lossy();
        let archive = Archive::from_vec(&shown, archive, Limits::default()).map_err(|error| error.to_string())?;
        let library = Library::parse(&archive).map_err(|error| error.to_string())?;
        let [module] = &library.modules[..] else {
            return Err(format!("expected one model, found {}", library.modules.len()));
        };
        let headers = LibraryHeaders {
            c: include_str!("../include/tvm_embedded.h").to_owned(),
            cpp: include_str!("../include/tvm_embedded.hpp").to_owned(),
        };
        let options = Options { without_library: Some(headers), ..self.options.clone() };
        let generated = generate(&archive, &library, module, &options).map_err(|error| error.to_string())?;
        write(&out.join(&generated.facts.symbol), &generated.files).map_err(|error| error.to_string())?;
        Ok((generated, module.extension.is_some()))
    }

    fn compile_c(&self, out: &Path, generated: &Generated, own: bool) {
        let symbol = &generated.facts.symbol;
        let folder = out.join(symbol);
        let mut c = cc::Build::new();
        c.files(generated.sources.iter().map(|source| folder.join(source)));
        c.include(&folder).include(folder.join(ARCHIVE_DIRECTORY));
        // Warnings in the C of other projects do not concern the user; this project's C has none.
        c.warnings(false).flag_if_supported("-std=c99");
        if std::env::var("OPT_LEVEL").as_deref() == Ok("0") {
            c.opt_level(2);
        }
        if !own {
            // A product and a sum are not fused: TVM's float32 then gives the same bytes on every core.
            c.flag_if_supported("-ffp-contract=off");
        }
        for flag in &self.flags {
            c.flag(flag);
        }
        c.compile(&format!("tvm_model_{symbol}"));
        let reads = |source: &String| fs::read_to_string(folder.join(source)).unwrap_or_default();
        if !cfg!(windows) && generated.sources.iter().map(reads).any(|text| text.contains("#include <math.h>")) {
            println!("cargo::rustc-link-lib=m");
        }
    }
}
