//! The first screen of `my_model.h`: a program with the model, in a comment.

use crate::c_header::types::placed;
use crate::checked::plan::Plan;
use std::fmt::Write;

/// Lines of a comment, each with ` *` in front. Lines of the program are C, indented by four.
pub fn usage(plan: &Plan<'_>) -> String {
    let (symbol, prefix, facts) = (plan.symbol(), plan.macro_prefix(), &plan.facts);
    let mut out = String::from(" *\n");
    let mut say = |line: &str| _ = writeln!(out, " * {line}");
    let brought = brought(plan);
    for what in &brought {
        say(&format!("The user provides {what}: the struct TVM{}_{symbol}, or the only array.", capital(what)));
    }
    if plan.reset_symbol().is_some() {
        say(&format!(
            "This model keeps state from call to call: call TVMReset_{symbol} before the first run (which returns"
        ));
        say("TVM_STATUS_STATE_NOT_RESET otherwise) and before each new stream.");
        say("");
    }
    say("Outside of functions:");
    say("");
    say(&format!(
        "    {prefix}_STATIC_CONTEXT({});",
        ["g_context"].into_iter().chain(brought).collect::<Vec<_>>().join(", ")
    ));
    say("");
    say("In a function:");
    say("");
    let mut arguments = Vec::new();
    let mut maps = Vec::new();
    for (lower, tensors) in [("input", &facts.inputs), ("output", &facts.outputs)] {
        let what = capital(lower);
        if tensors.is_empty() {
            arguments.push("NULL".to_owned());
            continue;
        }
        arguments.push(format!("&{lower}s"));
        if placed(tensors) {
            say(&format!("    TVM{what}s_{symbol} {lower}s;"));
            maps.push(format!("    TVMMap{what}s_{symbol}(&g_context, &{lower}s);"));
        } else {
            say(&format!("    static tvm_{symbol}_{lower}_t {lower};"));
            say(&format!("    TVM{what}s_{symbol} {lower}s = {prefix}_{}S(&{lower});", lower.to_ascii_uppercase()));
        }
    }
    maps.iter().for_each(|line| say(line));
    say(&format!("    int32_t status = TVMReset_{symbol}(&g_context);"));
    if let Some(tensor) = facts.inputs.first() {
        let place = if placed(&facts.inputs) { "inputs." } else { "input." };
        say("");
        say(&format!(
            "then, each time {place}{} {}:",
            tensor.c_name,
            if facts.inputs.len() > 1 { "and the others are written" } else { "is written" }
        ));
        say("");
    }
    say(&format!("    status = TVMExecute_{symbol}({}, &g_context);", arguments.join(", ")));
    out.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// What the user provides for a context in addition to workspaces.
fn brought(plan: &Plan<'_>) -> Vec<&'static str> {
    let user = plan.facts.parameters.iter().any(|parameter| !parameter.facts.carried);
    let all = [(user, "parameters"), (!plan.facts.devices.is_empty(), "devices")];
    all.iter().filter(|(is, _)| *is).map(|(_, what)| *what).collect()
}

fn capital(word: &str) -> String {
    word[..1].to_ascii_uppercase() + &word[1..]
}
