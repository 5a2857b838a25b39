//! A sound archive with names from the fuzzer.

use tvm_embedded_interface::{Generated, Options, generate};
use tvm_embedded_mlf::names::sanitize;
use tvm_embedded_mlf::{Archive, Library, Limits};

use crate::base;

/// Names for everything that has one.
#[derive(Debug, Clone)]
pub struct Names {
    /// The module; `None` keeps the default one, since archives with unusual names of modules and members are refused.
    pub module: Option<String>,
    /// Both inputs and the output.
    pub tensors: [String; 3],
    /// The workspace.
    pub pool: String,
    /// The symbol that the user asks for.
    pub symbol: Option<String>,
}

impl Names {
    /// Names with zero bytes between them. The first byte says whether the module is renamed and a symbol is given.
    pub fn from_bytes(bytes: &[u8]) -> Names {
        let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
        let text = String::from_utf8_lossy(rest);
        let mut names = text.split('\0').map(str::to_owned);
        let mut next = || names.next().unwrap_or_default();
        let tensors = [next(), next(), next()];
        let pool = next();
        Names { tensors, pool, module: (first & 1 != 0).then(&mut next), symbol: (first & 2 != 0).then(&mut next) }
    }
}

/// The interface of a module with these names.
///
/// # Errors
/// The error with which the archive or the symbol is refused.
pub fn generate_named(names: &Names) -> Result<Generated, String> {
    let module = names.module.clone().unwrap_or_else(|| "net".to_owned());
    let mut members = base::named(&module);
    for (path, data) in &mut members {
        let mut text = String::from_utf8_lossy(data).into_owned();
        let json = path == "metadata.json";
        for (old, new) in ["zeta:0", "alpha", "out"].iter().zip(&names.tensors) {
            if json {
                let quoted = serde_json::to_string(new).expect("a string");
                text = text.replace(&format!("\"{old}\""), &quoted);
            } else if path.ends_with(".relay") {
                text = text
                    .replace(&format!("%{old}:"), &format!("%{new}:"))
                    .replace(&format!("\"{old}\""), &format!("\"{new}\""));
            } else {
                let (old, new) = (sanitize(old), sanitize(new));
                for (before, after) in [("void* ", ";"), ("inputs->", ","), ("outputs->", ","), ("void* ", ",")] {
                    text = text.replace(&format!("{before}{old}{after}"), &format!("{before}{new}{after}"));
                }
                let upper = |name: &str| format!("_{}_SIZE ", name.to_ascii_uppercase());
                text = text.replace(&upper(&old), &upper(&new));
            }
        }
        if !json {
            let pool = sanitize(&names.pool);
            text = text.replace("void* sram;", &format!("void* {pool};"));
            text = text.replace("workspace_pools->sram", &format!("workspace_pools->{pool}"));
            text = text.replace("_SRAM_WORKSPACE", &format!("_{}_WORKSPACE", pool.to_ascii_uppercase()));
        }
        *data = text.into_bytes();
    }
    let refusal = |error: tvm_embedded_mlf::Error| error.to_string();
    let archive = Archive::from_bytes("net.tar", &base::pack(&members), Limits::default()).map_err(refusal)?;
    let library = Library::parse(&archive).map_err(refusal)?;
    let options = Options { symbol: names.symbol.clone(), ..Options::default() };
    let module = library.modules.first().ok_or("the archive has no module")?;
    generate(&archive, &library, module, &options).map_err(|error| error.to_string())
}
