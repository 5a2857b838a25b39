//! Copies of the archive's C, repaired where TVM's output is known to be wrong, with symbols that are unique to the model.

use crate::archive_copies::copy::check_file_name;
use crate::archive_copies::words;
use crate::c_source::call;
use crate::c_source::services;
use crate::checked::plan::Plan;
use crate::error::{Error, Result};
use crate::text::shown;
use std::borrow::Cow;
use std::fmt::Write;
use tvm_embedded_mlf::names::is_c_identifier;
use tvm_embedded_mlf::{Archive, Code, PoolKind};

/// A change to a copy, or a file that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// Name of the archive's file.
    pub file: String,
    /// The repaired defect of TVM, if it is a known one.
    pub code: Option<Code>,
    /// What was changed, in a sentence.
    pub text: String,
}

/// A copy.
pub struct Copy<'a> {
    /// File name without directory.
    pub name: String,
    /// Content: the archive's own bytes if nothing was changed, since they may be many.
    pub text: Cow<'a, str>,
    /// False for headers.
    pub compiled: bool,
}

/// All copies, and what was changed in them.
pub struct Copies<'a> {
    pub files: Vec<Copy<'a>>,
    pub repairs: Vec<Repair>,
}

/// Copies the C files of a module, and its header if one of them includes it.
pub fn copies<'a>(archive: &'a Archive, plan: &Plan<'a>) -> Result<Copies<'a>> {
    let mut copies = Copies { files: Vec::new(), repairs: Vec::new() };
    for source in &plan.sources {
        let mut editor = Editor { plan, name: source.name, text: source.text.into(), repairs: &mut copies.repairs };
        if editor.is_wrapper() && is_broken(plan) && !plan.calls_from_archive() {
            editor.note_apart("left out: it does not compile as it stands, and the generated entry does not need it");
            continue;
        }
        if editor.is_wrapper() && plan.is_own() && plan.reset_symbol().is_none() {
            // The generated entry calls the layers' file itself.
            continue;
        }
        editor.edit()?;
        let text = editor.finish();
        copies.files.push(Copy { name: source.name.to_owned(), text, compiled: true });
    }
    headers(archive, plan, &mut copies)?;
    Ok(copies)
}

/// True when the archive's own entry point and header do not fit together.
fn is_broken(plan: &Plan<'_>) -> bool {
    let module = plan.module;
    let file = module.header.as_deref().and_then(|path| path.rsplit('/').next());
    module.findings.iter().any(|finding| is_apart(finding.code))
        || module.included_header.is_some() && module.included_header.as_deref() != file
}

/// True for defects by which the archive's own entry point does not compile.
fn is_apart(code: Code) -> bool {
    matches!(
        code,
        Code::ModuleName | Code::MemberName | Code::MapName | Code::TensorName | Code::PoolName | Code::MacroClash
    )
}

/// The headers of the archive that the copies include, and those that these include.
fn headers<'a>(archive: &'a Archive, plan: &Plan<'_>, copies: &mut Copies<'a>) -> Result<()> {
    let (Some(path), Some(own)) = (&plan.module.header, &plan.module.included_header) else {
        return Ok(());
    };
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut at = 0;
    while let Some(copy) = copies.files.get(at) {
        at += 1;
        let wanted: Vec<String> = includes(&copy.text).map(str::to_owned).collect();
        for name in wanted {
            let member = if name == *own { path.clone() } else { format!("{folder}/{name}") };
            let plain = !name.contains(['/', '\\']);
            let known = copies.files.iter().any(|copy| copy.name == name);
            if plain && !known && archive.get(&member).is_some() {
                check_file_name(plan.module, &name)?;
                let text = archive.text(&member)?.into();
                copies.files.push(Copy { name, text, compiled: false });
            }
        }
    }
    Ok(())
}

/// Names in `#include` lines.
pub fn includes(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let rest = line.trim_start().strip_prefix('#')?.trim_start().strip_prefix("include")?.trim_start();
        let close = match rest.chars().next()? {
            '<' => '>',
            '"' => '"',
            _ => return None,
        };
        rest[1..].split(close).next()
    })
}

/// A file that is being changed.
struct Editor<'a, 'e> {
    plan: &'e Plan<'a>,
    name: &'a str,
    text: Cow<'a, str>,
    repairs: &'e mut Vec<Repair>,
}

impl<'a> Editor<'a, '_> {
    fn note(&mut self, code: Option<Code>, text: String) {
        self.repairs.push(Repair { file: self.name.to_owned(), code, text });
    }

    /// Notes a repair of all defects by which the archive's own entry point does not compile.
    fn note_apart(&mut self, text: &str) {
        let mut codes: Vec<Code> = self.plan.module.findings.iter().map(|finding| finding.code).collect();
        codes.retain(|&code| is_apart(code));
        codes.sort();
        codes.dedup();
        if codes.is_empty() {
            self.note(None, text.to_owned());
        }
        codes.into_iter().for_each(|code| self.note(Some(code), text.to_owned()));
    }

    /// True for the file with the archive's own entry point.
    fn is_wrapper(&self) -> bool {
        self.text.contains(&format!("int32_t {}(", self.plan.module.run_symbol))
    }

    fn edit(&mut self) -> Result<()> {
        self.registry()?;
        self.statuses();
        self.results();
        if self.is_wrapper() && self.plan.calls_from_archive() {
            self.pools()?;
        }
        self.spelling();
        self.numbers();
        Ok(())
    }

    /// D1: leaves out a registry of functions, which precedes everything else.
    fn registry(&mut self) -> Result<()> {
        let Some(at) = ["_tvm_func_registry", "TVMSystemLibEntryPoint"].iter().filter_map(|s| self.text.find(s)).min()
        else {
            return Ok(());
        };
        let marker = "#include \"tvm/runtime/c_runtime_api.h\"";
        let Some(end) = self.text[at..].find(marker) else {
            return Err(Error::Unsupported {
                module: shown(&self.plan.module.name),
                what: format!(
                    "'{}' registers functions for TVM's own runtime; build the model without system-lib",
                    shown(self.name)
                ),
            });
        };
        self.text.to_mut().drain(..at + end);
        self.note(Some(Code::FunctionRegistry), "the registry of functions is left out".to_owned());
        Ok(())
    }

    /// D4: errors of kernels fail the run.
    fn statuses(&mut self) {
        let wrong = "switch (!status)";
        let Some(mut at) = self.text.find(wrong) else {
            return;
        };
        loop {
            let body = &self.text[at + wrong.len()..];
            let end = body.find('}').unwrap_or(body.len());
            let complete = body[..end].contains("default");
            let open = body.find('{').filter(|&open| open < end && !complete);
            if let Some(open) = open {
                self.text.to_mut().insert_str(at + wrong.len() + open + 1, "\n  default: return -1;");
            }
            self.text.to_mut().replace_range(at..at + wrong.len(), "switch (status)");
            match self.text[at..].find(wrong) {
                Some(next) => at += next,
                None => break,
            }
        }
        self.note(Some(Code::IgnoredKernelErrors), "errors of kernels end the run, and are returned as -1".to_owned());
    }

    /// TVM 0.8 ignores what unpacked operators return.
    fn results(&mut self) {
        let defined = &self.plan.module.defined_symbols;
        let ignored = |line: &str| -> Option<String> {
            let call = line.trim().strip_prefix("(void)")?;
            let name = &call[..call.find('(')?];
            let statement = call.strip_suffix(';')?;
            let known = statement.ends_with(')') && defined.iter().any(|symbol| symbol == name);
            known.then(|| format!("  if ({statement} != 0) return -1;"))
        };
        if !self.text.lines().any(|line| ignored(line).is_some()) {
            return;
        }
        let lines: Vec<String> =
            self.text.lines().map(|line| ignored(line).unwrap_or_else(|| line.to_owned())).collect();
        self.text = Cow::Owned(lines.join("\n") + "\n");
        self.note(None, "failures of operators end the run, and are returned as -1".to_owned());
    }

    /// The file with static memory: D2, D3, and the function that runs the model with that memory.
    fn pools(&mut self) -> Result<()> {
        let plan = self.plan;
        for pool in &plan.module.internal_pools {
            let declared = format!("static struct {} {{", pool.name);
            if pool.kind == PoolKind::Constant && !pool.constant && self.text.contains(&declared) {
                self.text =
                    Cow::Owned(self.text.replacen(&declared, &format!("static const struct {} {{", pool.name), 1));
                self.note(Some(Code::WritableConstants), format!("'{}' is const", shown(&pool.name)));
            }
        }
        let cut = is_broken(plan);
        if cut {
            let main = format!("TVM_DLL int32_t {}(", plan.module.main_symbol);
            let places = ["#include <tvmgen_", "#include \"tvmgen_", main.as_str()];
            let Some(at) = places.iter().filter_map(|place| self.text.find(place)).min() else {
                return Err(Error::Unsupported {
                    module: shown(&plan.module.name),
                    what: format!("'{}' is not laid out as TVM does", shown(self.name)),
                });
            };
            self.text.to_mut().truncate(at);
            self.note_apart("the archive's own entry point, which does not compile as it stands, is left out");
        } else {
            self.casts();
        }
        let main = call::main_in_archive(plan, cut);
        self.text.to_mut().push('\n');
        self.text.to_mut().push_str(&main);
        if cut {
            self.text.to_mut().push_str("#ifdef __cplusplus\n}\n#endif\n");
        }
        Ok(())
    }

    /// D2: addresses of static memory with the type that the main function takes.
    fn casts(&mut self) {
        let mut changed = false;
        for pool in &self.plan.module.internal_pools {
            let address = format!("&{}", pool.name);
            let mut out = String::with_capacity(self.text.len());
            let mut rest = &*self.text;
            while let Some(at) = rest.find(&address) {
                let after = &rest[at + address.len()..];
                let whole = !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
                let cast = rest[..at].ends_with("*)");
                out.push_str(&rest[..at]);
                if whole && !cast {
                    out.push_str("(uint8_t *)");
                    changed = true;
                }
                out.push_str(&address);
                rest = after;
            }
            out.push_str(rest);
            self.text = Cow::Owned(out);
        }
        if changed {
            self.note(Some(Code::PoolPointerType), "addresses of pools have the type they are passed as".to_owned());
        }
    }

    /// D5: a module name that is not an identifier, at all places.
    fn spelling(&mut self) {
        let old = &self.plan.module.prefix;
        if !is_c_identifier(old) && self.text.contains(old.as_str()) {
            self.text = Cow::Owned(self.text.replace(old.as_str(), &self.plan.symbols.prefix));
            let text = format!("'{}' is spelled '{}'", shown(old), self.plan.symbols.prefix);
            self.note(Some(Code::ModuleName), text);
        }
    }

    /// D10, D11: variables named after a tensor or pool whose name begins with a digit.
    fn numbers(&mut self) {
        if let Some(text) = words::with_names_fit(&self.text) {
            self.text = Cow::Owned(text);
            let starts = |name: &str| name.starts_with(|c: char| c.is_ascii_digit());
            let tensor = self.plan.module.tensors().any(|tensor| starts(&tensor.c_name));
            let code = if tensor { Code::TensorName } else { Code::PoolName };
            self.note(Some(code), "variables whose names begin with a digit have a letter before it".to_owned());
        }
    }

    /// Constants that are infinite or NaN, for which TVM does not include the header.
    fn mathematics(&mut self) -> bool {
        let lacks =
            words::has_name(&self.text, &["INFINITY", "NAN"]) && !includes(&self.text).any(|name| name == "math.h");
        if lacks {
            self.note(None, "<math.h> is included for INFINITY and NAN".to_owned());
        }
        lacks
    }

    /// Functions of devices that TVM calls without a declaration.
    fn undeclared_hooks(&mut self) -> Vec<String> {
        // The header of Arm's driver declares its own.
        if includes(&self.text).any(|name| name == "tvm_ethosu_runtime.h") {
            return Vec::new();
        }
        let declared = |hook: &str| self.text.contains(&format!("int32_t {hook}("));
        let called = |hook: &str| self.text.contains(&format!("{hook}("));
        let hooks = crate::checked::symbols::hooks(self.plan.module).filter(|hook| called(hook) && !declared(hook));
        let hooks: Vec<String> = hooks.cloned().collect();
        if !hooks.is_empty() {
            self.note(None, "functions of devices are declared".to_owned());
        }
        hooks
    }

    /// The text with the definitions that rename symbols.
    fn finish(mut self) -> Cow<'a, str> {
        let mut definitions = String::new();
        let mut unprefixed = Vec::new();
        for (old, new) in &self.plan.symbols.renames {
            if is_c_identifier(old) && self.text.contains(old.as_str()) {
                let _ = writeln!(definitions, "#define {old} {new}");
                if !old.starts_with(&self.plan.module.prefix) {
                    unprefixed.push(shown(old));
                }
            }
        }
        match unprefixed.as_slice() {
            [] => {}
            [one] => self.note(Some(Code::UnprefixedSymbol), format!("'{one}' has the model's prefix")),
            [first, rest @ ..] => {
                let text = format!("'{first}' and {} more have the model's prefix", rest.len());
                self.note(Some(Code::UnprefixedSymbol), text);
            }
        }
        for (_, name, own) in services::called(self.plan) {
            if self.text.contains(name) {
                let _ = writeln!(definitions, "#define {name} {own}");
            }
        }
        if self.mathematics() {
            definitions.push_str("#include <math.h>\n");
        }
        let hooks = self.undeclared_hooks();
        if !hooks.is_empty() {
            definitions.push_str("#include <stdint.h>\n");
            hooks.iter().for_each(|hook| _ = writeln!(definitions, "{};", crate::checked::symbols::prototype(hook)));
        }
        let own = |repair: &&Repair| repair.file == self.name;
        let changes: Vec<String> = self.repairs.iter().filter(own).map(|repair| repair.text.clone()).collect();
        if definitions.is_empty() && changes.is_empty() {
            return self.text;
        }
        let mut out = String::from("/* A copy from the model's archive, changed by tvm-embedded.");
        for change in &changes {
            let _ = write!(out, "\n * - {}", crate::text::comment(change));
        }
        if !definitions.is_empty() {
            out.push_str("\n * - Symbols that other models may have as well are this model's own.");
        }
        out.push_str(" */\n");
        out.push_str(&definitions);
        // Inserted before the existing text, so that a large one is not in memory twice.
        match self.text {
            Cow::Borrowed(text) => Cow::Owned(out + text),
            Cow::Owned(mut text) => {
                text.insert_str(0, &out);
                Cow::Owned(text)
            }
        }
    }
}
