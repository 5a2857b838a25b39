//! Models that arrive compiled.

use super::succeed;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tvm_embedded_interface::{Generated, Options, generate, write};
use tvm_embedded_mlf::CompiledModel;

/// Compiles C files as a vendor's compiler does, into a static library.
pub fn library(directory: &Path, name: &str, sources: &[PathBuf], flags: &[&str]) -> PathBuf {
    let path = directory.join(name);
    let mut all = Command::new("ar");
    all.arg("rcs").arg(&path);
    for source in sources {
        let object = source.with_extension("o");
        let headers = Path::new(env!("CARGO_MANIFEST_DIR")).join("headers");
        let mut compiler = Command::new("gcc");
        compiler.args(["-w", "-O1", "-ffp-contract=off", "-c"]).args(flags).arg(source).arg("-o").arg(&object);
        succeed(compiler.arg("-I").arg(directory).arg("-I").arg(headers));
        all.arg(object);
    }
    succeed(&mut all);
    path
}

/// Reads header and library, and generates the interface into a directory.
pub fn adopt(directory: &Path, header: &str, library: &Path, facts: Option<&str>, options: &Options) -> Generated {
    let content = fs::read(library).expect("a library");
    let name = library.file_name().expect("a name").to_string_lossy().into_owned();
    let facts = facts.map(|text| ("facts.json", text));
    let model = CompiledModel { header: ("tvmgen_net.h", header), library: (&name, &content), facts };
    let (archive, library) = model.read().unwrap_or_else(|e| panic!("{e}"));
    let generated = generate(&archive, &library, &library.modules[0], options).unwrap_or_else(|e| panic!("{e}"));
    write(directory, &generated.files).expect("written files");
    generated
}
