//! Symbols for the linker: those of the archive are made unique to the model, those that it calls are provided or refused.

use crate::error::{Error, Result};
use crate::text::shown;
use tvm_embedded_mlf::Module;
use tvm_embedded_mlf::names::{is_c_identifier, sanitize};

/// The replacement of a call of a runtime function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Memory from the arena.
    Allocate,
    /// Frees it.
    Free,
    /// Tasks one after the other.
    Launch,
    /// A barrier, which has nothing to wait for.
    Barrier,
}

/// Services that the generated C provides to its own model, with the names in archives and the stems of ours.
pub const SERVICES: [(Service, &str, &str); 4] = [
    (Service::Allocate, "TVMBackendAllocWorkspace", "TVMAllocWorkspace"),
    (Service::Free, "TVMBackendFreeWorkspace", "TVMFreeWorkspace"),
    (Service::Launch, "TVMBackendParallelLaunch", "TVMParallelLaunch"),
    (Service::Barrier, "TVMBackendParallelBarrier", "TVMParallelBarrier"),
];

/// Functions of the library, which the model is linked with anyway.
const LIBRARY: [&str; 2] = ["TVMAPISetLastError", "TVMGetLastError"];

/// Names of the archive's symbols in the copies.
#[derive(Debug)]
pub struct Symbols {
    /// The prefix of the module's symbols in the archive.
    old_prefix: String,
    /// Their prefix in the copies.
    pub prefix: String,
    /// Old and new name of each symbol that changes.
    pub renames: Vec<(String, String)>,
}

impl Symbols {
    pub fn new(module: &Module, symbol: &str) -> Result<Self> {
        // Names that users may know are kept, unless another symbol is requested, to distinguish models.
        let own = crate::checked::names::symbol(&module.name, None).is_ok_and(|usual| usual == symbol);
        let own = own && is_c_identifier(&module.prefix) || module.compiled.is_some();
        let prefix = if own { module.prefix.clone() } else { format!("tvmgen_{symbol}") };
        let mut symbols = Symbols { old_prefix: module.prefix.clone(), prefix, renames: Vec::new() };
        let mut names: Vec<&String> = module.defined_symbols.iter().collect();
        names.extend([&module.main_symbol, &module.run_symbol]);
        names.sort();
        names.dedup();
        for name in names {
            let new = symbols.renamed(name);
            if new != *name && !is_registry(name) {
                symbols.renames.push((name.clone(), new));
            }
        }
        let mut news: Vec<&String> = symbols.renames.iter().map(|(_, new)| new).collect();
        news.sort();
        if let Some(pair) = news.windows(2).find(|pair| pair[0] == pair[1]) {
            let what = format!("two symbols of its C would both be called '{}'", shown(pair[0]));
            return Err(Error::Unsupported { module: shown(&module.name), what });
        }
        Ok(symbols)
    }

    /// The name of an archive's symbol in the copies.
    pub fn renamed(&self, name: &str) -> String {
        let own = name.strip_prefix(&self.old_prefix).filter(|rest| rest.starts_with('_'));
        match own {
            Some(rest) => format!("{}{}", self.prefix, sanitize(rest)),
            None => format!("{}_{}", self.prefix, sanitize(name)),
        }
    }
}

/// Symbols of the registry of functions, which is not built.
pub fn is_registry(name: &str) -> bool {
    name == "TVMSystemLibEntryPoint"
}

/// Refuses a module that calls functions that can't be provided.
pub fn check_called(module: &Module) -> Result<()> {
    if let Some(first) = module.looked_up.first() {
        // The last part names the operator: `tvm.contrib.sort.argsort`.
        let operator = first.rsplit('.').next().unwrap_or(first);
        let what = format!(
            "its C calls '{}' by name, a function of TVM's own runtime; build the model without the operator {} \
             (do that step in C of your own)",
            shown(first),
            shown(operator)
        );
        return Err(Error::Unsupported { module: shown(&module.name), what });
    }
    for name in &module.called_symbols {
        let service = SERVICES.iter().any(|(_, known, _)| known == name);
        let defined = module.defined_symbols.contains(name);
        if service || defined || LIBRARY.contains(&name.as_str()) || is_registry(name) || brought(name) {
            continue;
        }
        let advice = match name.as_str() {
            "TVMFuncCall" | "TVMBackendGetFuncFromEnv" => {
                "looks functions up by name at run time, which needs TVM's own runtime; build the model with --executor=aot --runtime=crt for target c"
            }
            "TVMBackendRegisterSystemLibSymbol" => {
                "registers functions at start-up, which needs TVM's own runtime; build the model without system-lib"
            }
            _ => "is not a function that this library provides",
        };
        let what = format!("its C calls '{}', which {advice}", shown(name));
        return Err(Error::Unsupported { module: shown(&module.name), what });
    }
    Ok(())
}

/// True for functions of device drivers and kernel libraries, which the user links.
pub fn brought(name: &str) -> bool {
    name.starts_with("arm_") || name.starts_with("ethosu_") || name == "TVMEthosULaunch" || is_hook(name)
}

/// True for the functions of a device that the generated C calls around a run and around each operator.
pub fn is_hook(name: &str) -> bool {
    let ends = ["Activate", "Open", INVOKE, "Close", "Deactivate"];
    name.starts_with("TVMDevice") && ends.into_iter().any(|end| name.ends_with(end))
}

/// How the name of the function ends that gives a device commands to execute: archives of this project's compiler call it.
pub const INVOKE: &str = "Invoke";

/// The parameters of that function behind the device.
pub const INVOKED: &str = "const void *commands, int32_t command_bytes, uint64_t *bases, size_t *sizes, int32_t count";

/// A function of a device, as the user defines it.
pub fn prototype(hook: &str) -> String {
    match hook.ends_with(INVOKE) {
        true => format!("int32_t {hook}(void *context, {INVOKED})"),
        false => format!("int32_t {hook}(void *context)"),
    }
}

/// The hooks that a module calls and does not define.
pub fn hooks(module: &Module) -> impl Iterator<Item = &String> {
    module.called_symbols.iter().filter(|name| is_hook(name) && !module.defined_symbols.contains(name))
}
