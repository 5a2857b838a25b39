//! One module: its sources and header are scanned, the facts are combined and checked against each other.

use crate::c::{Argument, Facts, scan};
use crate::container::archive::Archive;
use crate::error::{Error, ErrorKind, Result};
use crate::metadata::ModuleMetadata;
use crate::model::{Interface, MainParameter, Module, Operators, Tensor, WorkspaceMode};
use crate::names;

use super::member_owners::Layout;
use super::module_files::{Input, Scanned, find_header, find_run, included_header};
use super::{defects, pools, tensors};

pub(super) fn parse(archive: &Archive, version: u32, metadata: &ModuleMetadata, layout: &Layout<'_>) -> Result<Module> {
    let name = metadata.name.as_str();
    let paths = layout.of_module(name);
    if paths.is_empty() {
        return Err(Error::new(
            ErrorKind::MissingMember,
            format!("no C file codegen/host/src/{name}_lib<N>.c for module '{name}'"),
        )
        .advise("build the model with --target=c"));
    }
    // TVM puts the name into C symbols unchanged; some of its releases clean it up first.
    let spellings = [format!("tvmgen_{name}"), format!("tvmgen_{}", names::sanitize(name))];
    let lower = spellings[0].to_ascii_lowercase();
    let upper = spellings[0].to_ascii_uppercase();
    let odd: Vec<&str> =
        [spellings[0].as_str(), &lower, &upper].into_iter().filter(|p| !names::is_c_identifier(p)).collect();
    let mut first_error = None;
    let distinct = if spellings[0] == spellings[1] { 1 } else { 2 };
    for prefix in &spellings[..distinct] {
        let mut sources = Vec::new();
        for path in paths {
            let text = archive.text(path)?;
            let facts = scan(text, prefix, &odd).map_err(|e| e.in_member(path))?;
            sources.push(Scanned { path, facts });
        }
        match find_run(&sources, prefix) {
            Ok((run_member, run)) => {
                let header = match run.packed {
                    true => None,
                    false => Some(find_header(archive, &sources, &spellings, &odd)?),
                };
                let input =
                    Input { archive, version, metadata, sources: &sources, header: header.as_ref(), run, run_member };
                return assemble(&input, prefix);
            }
            Err(e) => first_error = first_error.or(Some(e)),
        }
    }
    Err(first_error.unwrap_or_else(|| Error::new(ErrorKind::Source, "no entry point")))
}

fn assemble(input: &Input<'_>, prefix: &str) -> Result<Module> {
    let metadata = input.metadata;
    check_types(input)?;
    let mut findings = Vec::new();
    let pools = pools::external(input, &mut findings)?;
    let internal_pools = pools::internal(input)?;
    let (inputs, outputs) = tensors::read(input, &pools, &mut findings)?;
    let devices: Vec<String> = input.members("devices").iter().map(|(n, _)| (*n).to_owned()).collect();
    let all = |pick: fn(&Facts<'_>) -> Vec<String>| {
        let mut names: Vec<String> = input.sources.iter().flat_map(|s| pick(&s.facts)).collect();
        names.sort();
        names.dedup();
        names
    };
    let called_symbols = all(|f| f.called.iter().map(|s| s.to_string()).collect());
    let allocates = called_symbols.iter().any(|s| s == "TVMBackendAllocWorkspace");
    let mut module = Module {
        name: metadata.name.clone(),
        prefix: prefix.to_owned(),
        header_prefix: input.header.map(|h| h.prefix.clone()),
        header: input.header.map(|h| h.path.to_owned()),
        included_header: included_header(input.sources).map(str::to_owned),
        sources: input.sources.iter().map(|s| s.path.to_owned()).collect(),
        interface: if input.run.packed { Interface::Packed } else { Interface::C },
        operators: if input.run.packed_main { Operators::Packed } else { Operators::Unpacked },
        targets: metadata.targets.clone(),
        workspace_mode: workspace_mode(pools.is_empty(), internal_pools.is_empty(), allocates),
        allocates_at_run_time: allocates,
        io_in_workspace: inputs.iter().chain(&outputs).any(|t| t.placement.is_some()),
        main_symbol: input.run.main.to_owned(),
        run_symbol: format!("{prefix}_run"),
        main_parameters: Vec::new(),
        workspace_size_bytes: metadata.workspace_size_bytes,
        workspace_alignment: pools::target_alignment(&metadata.targets),
        constants_size_bytes: metadata.constants_size_bytes,
        io_size_bytes: metadata.io_size_bytes,
        embedded_constants_bytes: pools::embedded_constants(input),
        operator_functions: metadata.operator_functions.clone(),
        defined_symbols: all(|f| f.defined.iter().map(|s| s.to_string()).collect()),
        includes: all(|f| f.includes.iter().map(|s| s.to_string()).collect()),
        called_symbols,
        looked_up: all(|f| f.looked_up.iter().map(|s| s.to_string()).collect()),
        extension: metadata.extension.clone(),
        compiled: None,
        inputs,
        outputs,
        pools,
        internal_pools,
        devices,
        findings,
    };
    module.main_parameters = main_parameters(input, &module)?;
    check_outputs(input, &module)?;
    check_plan(input)?;
    defects::find(input, &mut module);
    Ok(module)
}

fn workspace_mode(no_pools: bool, no_internal_pools: bool, allocates: bool) -> WorkspaceMode {
    match (no_pools, no_internal_pools, allocates) {
        (false, _, _) => WorkspaceMode::UsmpExternal,
        (true, false, _) => WorkspaceMode::UsmpInternal,
        (true, true, true) => WorkspaceMode::Runtime,
        (true, true, false) => WorkspaceMode::None,
    }
}

/// What `_run` passes to the main function, as indices.
fn main_parameters(input: &Input<'_>, module: &Module) -> Result<Vec<MainParameter>> {
    use MainParameter as P;
    let mut found = Vec::new();
    for argument in &input.run.arguments {
        match parameter(module, argument) {
            Some(parameter) if !found.contains(&parameter) => found.push(parameter),
            Some(_) => return Err(input.run_error(format!("{argument} is passed twice"))),
            None if matches!(argument, Argument::Packed(_)) => {
                let text = format!(
                    "{argument} is neither input nor output: pools given as packed arguments are not supported"
                );
                return Err(input
                    .run_error(text)
                    .advise("build the model with --interface-api=c, or without pools of its own"));
            }
            None => {
                return Err(input.run_error(format!("{argument} is passed, but not declared anywhere")));
            }
        }
    }
    let declared = input.sources.iter().find_map(|s| s.facts.parameters.get(input.run.main));
    if let Some(&declared) = declared
        && !input.run.packed_main
        && declared != found.len()
    {
        return Err(input.run_error(format!(
            "'{}' takes {declared} parameters but is given {}",
            input.run.main,
            found.len()
        )));
    }
    check_packed_count(input, found.len())?;
    if forwards_args(input) {
        // TVM 0.8 passes the caller's array on.
        found = (0..module.inputs.len()).map(P::Input).collect();
        found.extend((0..module.outputs.len()).map(P::Output));
    }
    let tensors = found.iter().filter(|p| matches!(p, P::Input(_) | P::Output(_))).count();
    let expected = match module.io_in_workspace {
        true => 0,
        false => module.inputs.len() + module.outputs.len(),
    };
    if tensors != expected {
        return Err(
            input.run_error(format!("{tensors} tensors are passed to the main function, but the model has {expected}"))
        );
    }
    Ok(found)
}

/// The item of the module that an argument is.
fn parameter(module: &Module, argument: &Argument) -> Option<MainParameter> {
    use MainParameter as P;
    let by_source = |list: &[Tensor], name: &str| list.iter().position(|t| t.source_name == name);
    let inputs = module.inputs.len();
    match argument {
        Argument::Input(name) => by_source(&module.inputs, name).map(P::Input),
        Argument::Output(name) => by_source(&module.outputs, name).map(P::Output),
        Argument::Pool(name) => {
            let called = |name: &str| module.pools.iter().position(|p| p.name == name);
            called(name).or_else(|| called(&names::sanitize(name))).map(P::Pool)
        }
        Argument::Device(name) => module.devices.iter().position(|d| d == name).map(P::Device),
        Argument::Static(name) => module.internal_pools.iter().position(|p| p.name == *name).map(P::InternalPool),
        Argument::Packed(i) if *i < inputs => Some(P::Input(*i)),
        Argument::Packed(i) if *i < inputs + module.outputs.len() => Some(P::Output(i - inputs)),
        Argument::Packed(_) => None,
    }
}

/// Refuses types that C does not have.
fn check_types(input: &Input<'_>) -> Result<()> {
    match input.sources.iter().find_map(|s| Some((s.path, s.facts.half?))) {
        None => Ok(()),
        Some((path, line)) => Err(Error::new(ErrorKind::Unsupported, "uses float16 ('half'), for which C has no type")
            .advise("build the model with float32 or int8 instead of float16")
            .at_line(line)
            .in_member(path)),
    }
}

/// Refuses a model with an output that is never written: if a value is returned twice, TVM writes one copy.
fn check_outputs(input: &Input<'_>, module: &Module) -> Result<()> {
    let repeated = |what: String| {
        Err(input.run_error(what).advise(
            "TVM writes a value that is returned twice, as in (y, y), once only: return each value once and build the model again",
        ))
    };
    if module.io_in_workspace {
        let twice = super::tensors::relay_main(input).and_then(|main| main.repeated);
        return match twice.and_then(|(a, b)| module.outputs.get(a).zip(module.outputs.get(b))) {
            Some((a, b)) => repeated(format!(
                "outputs '{}' and '{}' are one value, of which only one copy is written",
                a.name, b.name
            )),
            None => Ok(()),
        };
    }
    let Some(idle) = input.sources.iter().find_map(|s| s.facts.idle.get(input.run.main)) else {
        return Ok(());
    };
    for (position, parameter) in module.main_parameters.iter().enumerate() {
        if let MainParameter::Output(i) = parameter
            && idle.contains(&position)
        {
            let name = &module.outputs[*i].name;
            return repeated(format!("output '{name}' is never written by '{}'", input.run.main));
        }
    }
    Ok(())
}

/// Refuses a plan in which one tensor overwrites another that is read later.
fn check_plan(input: &Input<'_>) -> Result<()> {
    // Our own compiler checks its plans; its code may reuse memory within an operator.
    let shared = input.sources.iter().find_map(|s| Some((s.path, s.facts.shared?)));
    match shared.filter(|_| input.metadata.extension.is_none()) {
        None => Ok(()),
        Some((path, shared)) => {
            let [a, b] = shared.names;
            let text = format!("'{a}' and '{b}' have one place in memory while both are in use");
            Err(Error::new(ErrorKind::Source, text)
                .advise("TVM's greedy planning is wrong for this model: build it with tir.usmp.algorithm=hill_climb")
                .at_line(shared.line)
                .in_member(path))
        }
    }
}

/// TVM's packed entry point does not pass external pools to the model.
fn check_packed_count(input: &Input<'_>, given: usize) -> Result<()> {
    let taken = input.sources.iter().find_map(|s| s.facts.packed_arguments.get(input.run.main)).copied();
    match taken.filter(|&taken| input.run.packed_main && !forwards_args(input) && taken > given) {
        None => Ok(()),
        Some(taken) => Err(input
            .run_error(format!(
                "'{}' reads {taken} packed arguments but is given {given}: a memory pool is never passed",
                input.run.main
            ))
            .advise("build the model with --interface-api=c, or without pools of its own")),
    }
}

/// True for TVM 0.8's packed entry point, which passes on its own parameters.
fn forwards_args(input: &Input<'_>) -> bool {
    input.run.packed_main && input.run.arguments.is_empty()
}
