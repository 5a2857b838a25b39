//! The header's macros with arguments: initialisers of structs, and of a constant context.

use crate::c_header::fragments::entry;
use crate::c_header::types::placed;
use crate::checked::plan::Plan;
use std::fmt::Write;

/// Macros that initialise the structs and a constant context.
pub fn initialisers(out: &mut String, plan: &Plan<'_>) {
    let prefix = plan.macro_prefix();
    for (what, tensors) in [("INPUTS", &plan.facts.inputs), ("OUTPUTS", &plan.facts.outputs)] {
        if tensors.is_empty() || placed(tensors) {
            continue;
        }
        let members: Vec<String> = tensors.iter().map(|t| format!("(tensors)->{}", t.c_name)).collect();
        let _ = write!(
            out,
            "\n/* Initialises the struct of pointers with the struct of tensors at that address. */\n\
             #define {prefix}_{what}(tensors) {{ {} }}\n",
            members.join(", ")
        );
    }
    checked_table(out, plan, "WORKSPACES", &workspace_sizes(plan));
    checked_table(out, plan, "PARAMETERS", &parameter_sizes(plan));
    context(out, plan);
}

fn workspace_sizes(plan: &Plan<'_>) -> Vec<String> {
    let place = format!("{}_WORKSPACE", plan.macro_prefix());
    plan.facts.workspaces.iter().map(|w| format!("{}_BYTES", entry(&place, &w.c_name))).collect()
}

fn parameter_sizes(plan: &Plan<'_>) -> Vec<String> {
    let place = format!("{}_PARAMETER", plan.macro_prefix());
    plan.facts.parameters.iter().map(|p| format!("{}_BYTES", entry(&place, &p.c_name))).collect()
}

/// The initialiser of a struct of several pointers, with sizes checked if the compiler knows them.
fn checked_table(out: &mut String, plan: &Plan<'_>, what: &str, sizes: &[String]) {
    if sizes.len() < 2 {
        return;
    }
    let names: Vec<String> = (0..sizes.len()).map(|i| format!("a{i}")).collect();
    let checked: Vec<String> = names
        .iter()
        .zip(sizes)
        .map(|(name, size)| format!("({name}) + (TVM_CHECKED_SIZE({name}, {size}) - sizeof({name}))"))
        .collect();
    let _ = write!(
        out,
        "\n/* Initialises the struct of pointers with byte arrays; one that is too small does not compile. */\n\
         #define {}_{what}({}) \\\n  {{ {} }}\n",
        plan.macro_prefix(),
        names.join(", "),
        checked.join(", \\\n    ")
    );
}

/// A constant initialiser of a context.
fn context(out: &mut String, plan: &Plan<'_>) {
    let facts = &plan.facts;
    let symbol = plan.symbol();
    let user = facts.parameters.iter().any(|parameter| !parameter.facts.carried);
    let mut arguments = Vec::new();
    let mut binding = |name: &'static str, count: usize, stem: &str, sizes: Vec<String>| match count {
        0 => "TVM_UNSET_BINDING".to_owned(),
        1 if !sizes.is_empty() => {
            arguments.push(name);
            format!("{{ ({name}), TVM_CHECKED_SIZE({name}, {}), TVM_BINDING_BUFFER }}", sizes[0])
        }
        _ => {
            arguments.push(name);
            let table = format!("sizeof(TVM{stem}_{symbol})");
            format!("{{ &({name}), TVM_CHECKED_SIZE({name}, {table}), TVM_BINDING_TABLE }}")
        }
    };
    let bindings = [
        binding("workspace", facts.workspaces.len(), "Workspaces", workspace_sizes(plan)),
        binding("parameter", if user { facts.parameters.len() } else { 0 }, "Parameters", parameter_sizes(plan)),
        binding("device", facts.devices.len(), "Devices", Vec::new()),
    ];
    let prefix = plan.macro_prefix();
    if arguments.is_empty() {
        let _ = write!(
            out,
            "\n/* A constant context: this model needs nothing from it. */\n\
             #define {prefix}_CONTEXT(workspace) \\\n  {{ {{ (workspace), TVM_CHECKED_SIZE(workspace, 1), TVM_BINDING_BUFFER }}, \\\n    \
             TVM_UNSET_BINDING, \\\n    TVM_UNSET_BINDING }}\n"
        );
    } else {
        let _ = write!(
            out,
            "\n/* A constant context: of one workspace or parameter the byte array itself, of several (and of devices) the struct of\n \
             * pointers. What is too small does not compile. */\n\
             #define {prefix}_CONTEXT({}) \\\n  {{ {} }}\n",
            arguments.join(", "),
            bindings.join(", \\\n    ")
        );
    }
    static_context(out, plan, &arguments);
}

/// The definition of a context with all its workspaces: the same line for every kind of model.
fn static_context(out: &mut String, plan: &Plan<'_>, arguments: &[&str]) {
    let (prefix, workspaces) = (plan.macro_prefix(), &plan.facts.workspaces);
    let mut lines = Vec::new();
    for (workspace, size) in workspaces.iter().zip(workspace_sizes(plan)) {
        lines.push(format!("static uint8_t name##_{}[{size}];", workspace.c_name));
    }
    let memory = match &workspaces[..] {
        [] => None,
        [one] => Some(format!("name##_{}", one.c_name)),
        several => {
            let names: Vec<String> = several.iter().map(|workspace| format!("name##_{}", workspace.c_name)).collect();
            lines.push(format!(
                "static const TVMWorkspaces_{} name##_workspaces = {prefix}_WORKSPACES({});",
                plan.symbol(),
                names.join(", ")
            ));
            Some("name##_workspaces".to_owned())
        }
    };
    let given: Vec<&str> = arguments.iter().copied().filter(|argument| *argument != "workspace").collect();
    let values: Vec<&str> = memory.as_deref().into_iter().chain(given.iter().copied()).collect();
    let context = match values[..] {
        [] => "{ TVM_UNSET_BINDING, TVM_UNSET_BINDING, TVM_UNSET_BINDING }".to_owned(),
        _ => format!("{prefix}_CONTEXT({})", values.join(", ")),
    };
    lines.push(format!("static const TVMContext name = {context}"));
    let _ = write!(
        out,
        "\n/* Defines, outside of functions, a static array for each workspace and a constant context that names them. */\n\
         #define {prefix}_STATIC_CONTEXT({}) \\\n  {}\n",
        [&["name"], &given[..]].concat().join(", "),
        lines.join(" \\\n  ")
    );
}
