//! Known defects of TVM's output, and facts that a user should know before linking.

use crate::c::lexer::integer;
use crate::model::finding::{Code, Finding, Severity};
use crate::model::pool::PoolKind;
use crate::model::{Module, Operators};
use crate::names;

use super::module_files::Input;

/// Adds the defects to `module.findings`.
pub(super) fn find(input: &Input<'_>, module: &mut Module) {
    let mut found = Vec::new();
    sources(input, module, &mut found);
    pools(input, module, &mut found);
    spelling(module, &mut found);
    parameters(input, &mut found);
    macros(input, module, &mut found);
    symbols(module, &mut found);
    if input.metadata.tvm_version.is_none() && input.metadata.extension.is_none() {
        found.push(Finding::new(
            Code::TvmVersionUnknown,
            Severity::Note,
            module.name.as_str(),
            match input.version {
                5 => "the archive does not record the TVM version; its format is that of 0.8",
                _ => "the archive does not record the TVM version",
            },
            "",
        ));
    }
    for finding in input.metadata.extension.iter().flat_map(|extension| &extension.findings) {
        let (subject, text, advice) = (finding.subject.as_str(), finding.text.as_str(), finding.advice.as_str());
        found.push(Finding::new(Code::CompilerFinding, Severity::Warning, subject, text, advice));
    }
    module.findings.append(&mut found);
    module.findings.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.code.cmp(&b.code)));
}

fn sources(input: &Input<'_>, module: &Module, found: &mut Vec<Finding>) {
    for source in input.sources {
        // With packed operators the registry's prototypes are right.
        if let Some(line) = source.facts.registry.filter(|_| module.operators == Operators::Unpacked) {
            found.push(Finding::new(
                Code::FunctionRegistry,
                Severity::Defect,
                source.path,
                format!(
                    "line {line}: a function registry (system-lib) whose prototypes contradict the model's functions"
                ),
                "leave the registry out of the build, or export without --system-lib",
            ));
        }
        if let Some(line) = source.facts.ignored_status {
            found.push(Finding::new(
                Code::IgnoredKernelErrors,
                Severity::Defect,
                source.path,
                format!("line {line}: 'switch (!status)' lets every error of a CMSIS-NN kernel pass as success"),
                "test 'status' itself in the copy that is built",
            ));
        }
    }
    if input.run.uncast_pools {
        found.push(Finding::new(
            Code::PoolPointerType,
            Severity::Defect,
            module.run_symbol.as_str(),
            format!(
                "line {}: a pool's address is passed where uint8_t* is expected; newer compilers refuse it",
                input.run.line
            ),
            "cast the address in the copy that is built",
        ));
    }
}

fn pools(input: &Input<'_>, module: &Module, found: &mut Vec<Finding>) {
    for pool in &module.internal_pools {
        if pool.kind == PoolKind::Constant && !pool.constant {
            found.push(Finding::new(
                Code::WritableConstants,
                Severity::Defect,
                pool.name.as_str(),
                format!("{} bytes of constants are not declared const", pool.size),
                "declare the struct const in the copy that is built",
            ));
        }
    }
    let workspace = |kind: PoolKind| kind == PoolKind::Workspace;
    let planned: Vec<u64> = module
        .pools
        .iter()
        .filter(|p| workspace(p.kind))
        .map(|p| p.size)
        .chain(module.internal_pools.iter().filter(|p| workspace(p.kind)).map(|p| p.size))
        .collect();
    let sum = planned.iter().fold(0u64, |a, b| a.saturating_add(*b));
    let stated = input.metadata.workspace_size_bytes;
    if !planned.is_empty() && sum != stated && !module.allocates_at_run_time {
        found.push(Finding::new(
            Code::SizeMacro,
            Severity::Warning,
            "workspace_size_bytes",
            format!("metadata.json states {stated} bytes of workspace, the pools have {sum}"),
            "the pools' own sizes are used",
        ));
    }
}

fn spelling(module: &Module, found: &mut Vec<Finding>) {
    let identifier = names::is_c_identifier(&module.prefix);
    let header = module.header_prefix.as_ref().is_none_or(|h| *h == module.prefix);
    if !identifier || !header {
        let text = match identifier {
            true => "the header spells the module's name in lower case, the sources do not",
            false => "the module's name makes no C identifier",
        };
        found.push(Finding::new(
            Code::ModuleName,
            Severity::Defect,
            module.name.as_str(),
            text,
            "rename the symbols in the copy that is built, or export under a name of lower-case letters, digits and '_'",
        ));
    }
    for tensor in module.tensors() {
        if let Some(what) = unfit(&tensor.c_name) {
            found.push(Finding::new(
                Code::TensorName,
                Severity::Defect,
                tensor.name.as_str(),
                format!("its member name '{}' {what}", tensor.c_name),
                "rename it in the copy that is built, or in the model",
            ));
        }
    }
    for pool in &module.pools {
        if let Some(what) = unfit(&pool.name) {
            found.push(Finding::new(
                Code::PoolName,
                Severity::Defect,
                pool.name.as_str(),
                format!("its member name '{}' {what}", pool.name),
                "rename it in the copy that is built, or in the build of the model",
            ));
        }
    }
}

/// Why C or C++ do not accept a name for the member of a struct.
fn unfit(name: &str) -> Option<&'static str> {
    if names::is_keyword(name) {
        Some("is a keyword of C or C++")
    } else if !names::is_c_identifier(name) {
        Some("is not a C identifier")
    } else if names::is_macro(name) {
        Some("is a macro of C's headers")
    } else {
        None
    }
}

/// Parameters of the main function whose names contain a pool's or tensor's name unchanged.
fn parameters(input: &Input<'_>, found: &mut Vec<Finding>) {
    let is_main = |(name, line): &(&str, u32)| (*name == input.run.main).then_some(*line);
    for source in input.sources {
        if let Some(line) = source.facts.odd_parameters.iter().find_map(is_main) {
            found.push(Finding::new(
                Code::PoolName,
                Severity::Defect,
                source.path,
                format!("line {line}: a parameter of the main function has a name that is not a C identifier"),
                "rename it in the copy that is built, or the pool or tensor that it is named after",
            ));
        }
    }
}

fn macros(input: &Input<'_>, module: &Module, found: &mut Vec<Finding>) {
    let Some(header) = input.header else {
        return;
    };
    let mut clash = |name: &str, what: String| {
        found.push(Finding::new(
            Code::MacroClash,
            Severity::Defect,
            name,
            what,
            "use the generated header, which names them apart",
        ));
    };
    let mut clashing = Vec::new();
    for (name, line) in &header.facts.repeated_macros {
        clash(name, format!("line {line}: defined a second time in {}", header.path));
        clashing.push(*name);
    }
    let prefix = header.prefix.to_ascii_uppercase();
    let workspace = format!("{prefix}_WORKSPACE_SIZE");
    if let Some((value, line)) = header.facts.macros.get(workspace.as_str())
        && !clashing.contains(&workspace.as_str())
        && integer(value) != Some(input.metadata.workspace_size_bytes)
    {
        let stated = input.metadata.workspace_size_bytes;
        found.push(size_macro(&workspace, *line, value, &format!("a workspace of {stated} bytes")));
    }
    for tensor in module.tensors() {
        let name = format!("{prefix}_{}_SIZE", tensor.c_name.to_ascii_uppercase());
        let Some((value, line)) = header.facts.macros.get(name.as_str()) else {
            continue;
        };
        if let Some(size) = tensor.size_bytes
            && integer(value) != Some(size)
            && !clashing.contains(&name.as_str())
        {
            found.push(size_macro(&name, *line, value, &format!("a tensor of {size} bytes")));
        }
    }
}

fn size_macro(name: &str, line: u32, value: &str, thing: &str) -> Finding {
    let shown: String = value.chars().take(40).collect();
    Finding::new(
        Code::SizeMacro,
        Severity::Defect,
        name,
        format!("line {line}: the header says '{shown}' for {thing}"),
        "use the generated header, which takes sizes from metadata.json",
    )
}

fn symbols(module: &Module, found: &mut Vec<Finding>) {
    let own = format!("{}_", module.prefix);
    for symbol in &module.defined_symbols {
        let clean = names::sanitize(&own);
        if !symbol.starts_with(&own) && !symbol.starts_with(&clean) && !symbol.starts_with("_lookup_linked_param") {
            found.push(Finding::new(
                Code::UnprefixedSymbol,
                Severity::Warning,
                symbol.as_str(),
                "a symbol without the model's prefix clashes with another model that defines it too",
                "rename it in the copy that is built",
            ));
        }
    }
    let cmsis: Vec<&str> = module.called_symbols.iter().map(String::as_str).filter(|s| s.starts_with("arm_")).collect();
    if !cmsis.is_empty() {
        found.push(Finding::new(
            Code::ExternalLibrary,
            Severity::Warning,
            "CMSIS-NN",
            format!("the code calls {}", cmsis.join(", ")),
            "build and link CMSIS-NN, and put its headers on the include path",
        ));
    }
}
