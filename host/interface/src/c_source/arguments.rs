//! Arguments of the archive's main function as C: types, names and values.

use crate::checked::plan::{Argument, Plan};
use crate::facts::{Named, ParameterFacts};

/// Arguments that the entry passes on: all except the memory inside the archive's C.
pub fn outer(plan: &Plan<'_>) -> Vec<Argument> {
    plan.arguments.iter().copied().filter(|argument| !matches!(argument, Argument::Internal(_))).collect()
}

fn ctype(argument: Argument) -> &'static str {
    match argument {
        Argument::Workspace(_) | Argument::Parameter(_) | Argument::Internal(_) => "uint8_t *",
        Argument::Input(_) | Argument::Output(_) | Argument::Device(_) => "void *",
    }
}

/// Types of parameters.
pub fn types(arguments: &[Argument]) -> String {
    match arguments {
        [] => "void".to_owned(),
        _ => arguments.iter().map(|&argument| ctype(argument)).collect::<Vec<_>>().join(", "),
    }
}

/// Parameters with their names.
pub fn parameters(arguments: &[Argument]) -> String {
    match arguments {
        [] => "void".to_owned(),
        _ => {
            let named = arguments.iter().map(|&argument| format!("{}{}", ctype(argument), parameter_name(argument)));
            named.collect::<Vec<_>>().join(", ")
        }
    }
}

/// Name of a parameter.
pub fn parameter_name(argument: Argument) -> String {
    match argument {
        Argument::Input(i) => format!("in{i}"),
        Argument::Output(i) => format!("out{i}"),
        Argument::Workspace(i) => format!("workspace{i}"),
        Argument::Parameter(i) => format!("parameter{i}"),
        Argument::Device(i) => format!("device{i}"),
        Argument::Internal(i) => format!("internal{i}"),
    }
}

/// The argument for each parameter of the main function, inside a function with the outer parameters.
pub fn inner_values(plan: &Plan<'_>) -> Vec<String> {
    plan.arguments
        .iter()
        .map(|&argument| match argument {
            Argument::Internal(i) => format!("(uint8_t *)&{}", plan.module.internal_pools[i].name),
            _ => parameter_name(argument),
        })
        .collect()
}

/// The array that holds a parameter's data.
pub fn data_symbol(plan: &Plan<'_>, parameter: &Named<ParameterFacts>) -> String {
    format!("TVMData_{}_{}", plan.symbol(), parameter.c_name)
}
