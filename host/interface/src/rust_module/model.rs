//! The model's types: its memory, the model before and after its reset, and the run.

use crate::c_header::header::linked_name;
use crate::c_header::types::placed;
use crate::checked::plan::Plan;
use crate::facts::{Named, ParameterFacts, TensorFacts};
use crate::rust_module::names::identifier;
use crate::rust_module::tensors::{aligned, aligned_value, array, holder};
use std::fmt::Write;

/// The constants that the user provides.
pub fn parameters<'a>(plan: &'a Plan<'_>) -> impl Iterator<Item = &'a Named<ParameterFacts>> {
    let user = plan.facts.parameters.iter().any(|parameter| !parameter.facts.carried);
    plan.facts.parameters.iter().filter(move |_| user)
}

/// The workspaces as one struct, for models that need only workspaces.
pub fn memory(out: &mut String, plan: &Plan<'_>) {
    if parameters(plan).next().is_some() {
        return;
    }
    let workspaces = &plan.facts.workspaces;
    out.push_str(
        "\n/// All memory that the model uses, to be placed by the user.\n#[derive(Debug)]\npub struct Memory {\n",
    );
    for (i, workspace) in workspaces.iter().enumerate() {
        let at = format!("WORKSPACE_{}", workspace.c_name.to_ascii_uppercase());
        let bytes = format!("[u8; {at}_ALIGNED_BYTES]");
        let _ = writeln!(out, "    w{i}: {},", aligned(workspace.facts.alignment, &bytes));
    }
    out.push_str(
        "}\n\nimpl Memory {\n    /// Zeros.\n    #[must_use]\n    pub const fn new() -> Self {\n        Self {\n",
    );
    for (i, workspace) in workspaces.iter().enumerate() {
        let at = format!("WORKSPACE_{}", workspace.c_name.to_ascii_uppercase());
        let zeros = aligned_value(workspace.facts.alignment, &format!("[0; {at}_ALIGNED_BYTES]"));
        let _ = writeln!(out, "            w{i}: {zeros},");
    }
    out.push_str(
        "        }\n    }\n}\n\nimpl Default for Memory {\n    fn default() -> Self {\n        Self::new()\n    }\n}\n",
    );
}

/// The model; with state, also the type before its reset.
pub fn model(out: &mut String, plan: &Plan<'_>) {
    let state = plan.reset_symbol().is_some();
    let (workspaces, parameters) = (plan.facts.workspaces.len(), parameters(plan).count());
    let _ = write!(
        out,
        "\n/// The model with its memory{}.\n#[derive(Debug)]\npub struct Model<'a> {{\n    \
         memory: ::tvm_embedded::generated::Memory<'a, {workspaces}, {parameters}>,\n}}\n",
        if state { ", its state reset" } else { "" }
    );
    let made = if state { "NotReset" } else { "Model" };
    if state {
        out.push_str(
            "\n/// The model before its state is initialised: it can only be reset.\n#[derive(Debug)]\n\
             #[must_use = \"a model with state runs after its reset\"]\npub struct NotReset<'a>(Model<'a>);\n",
        );
    }
    out.push_str("\nimpl<'a> Model<'a> {\n");
    new(out, plan, made, state);
    if state {
        let _ = write!(
            out,
            "\n    /// Initialises the state, before a new stream.\n    ///\n    /// # Errors\n    /// The model's own code.\n    \
             pub fn reset(&mut self) -> ::tvm_embedded::Result<()> {{\n        self.memory.call(|context, _| reset(context))\n    }}\n"
        );
    }
    out.push_str("}\n");
    if state {
        out.push_str(
            "\nimpl<'a> NotReset<'a> {\n    /// Initialises the state.\n    ///\n    /// # Errors\n    /// The model's own code.\n    \
             pub fn reset(mut self) -> ::tvm_embedded::Result<Model<'a>> {\n        self.0.reset()?;\n        Ok(self.0)\n    }\n}\n",
        );
        let _ = write!(out, "\n::tvm_embedded::__reset!(reset, \"TVMResetEntry_{}\");\n", plan.symbol());
    }
    let _ = write!(out, "\n::tvm_embedded::__entry!(entry, \"{}\");\n", linked_name(plan));
}

/// The two ways to make a model.
fn new(out: &mut String, plan: &Plan<'_>, made: &str, state: bool) {
    let facts = &plan.facts;
    let brought: Vec<&Named<ParameterFacts>> = parameters(plan).collect();
    let wrap = |inner: String| if state { format!("NotReset({inner})") } else { inner };
    let mut arguments: Vec<String> = Vec::new();
    let (mut slices, mut constants) = (Vec::new(), Vec::new());
    for workspace in &facts.workspaces {
        let (name, at) = (identifier(&workspace.c_name), workspace.c_name.to_ascii_uppercase());
        arguments.push(format!("{name}: &'a mut [u8]"));
        slices.push(format!("({name}, WORKSPACE_{at}_ALIGNED_BYTES, WORKSPACE_{at}_ALIGNMENT)"));
    }
    for (i, parameter) in brought.iter().enumerate() {
        let at = parameter.c_name.to_ascii_uppercase();
        arguments.push(format!("parameter{i}: &'a [u8]"));
        constants.push(match parameter.facts.carried {
            false => format!("(parameter{i}, PARAMETER_{at}_BYTES, PARAMETER_{at}_ALIGNMENT)"),
            true => format!("(parameter{i}, {}, {})", parameter.facts.bytes, parameter.facts.alignment),
        });
    }
    let _ = write!(
        out,
        "    /// The model in memory of the caller: `WORKSPACE_…_BYTES` of it, at any address{}.\n    ///\n    /// # Errors\n    \
         /// `WorkspaceTooSmall`{}.\n    pub fn new({}) -> ::tvm_embedded::Result<{made}<'a>> {{\n        \
         let memory = ::tvm_embedded::generated::Memory::new([{}], [{}])?;\n        Ok({})\n    }}\n",
        if brought.is_empty() { "" } else { ", then the constants that the user provides" },
        if brought.is_empty() { "" } else { ", `ParameterTooSmall` or `MisalignedParameter`" },
        arguments.join(", "),
        slices.join(", "),
        constants.join(", "),
        wrap("Model { memory }".to_owned())
    );
    if brought.is_empty() {
        let names: Vec<String> = (0..facts.workspaces.len()).map(|i| format!("w{i}")).collect();
        let parts: Vec<String> = names.iter().map(|name| format!("&mut {name}.0[..]")).collect();
        let _ = write!(
            out,
            "\n    /// The model in this memory.\n    {}pub fn in_memory(memory: &'a mut Memory) -> {made}<'a> {{\n        \
             let Memory {{ {} }} = memory;\n        \
             let memory = ::tvm_embedded::generated::Memory::fitting([{}]);\n        {}\n    }}\n",
            if state { "" } else { "#[must_use]\n    " },
            names.join(", "),
            parts.join(", "),
            wrap("Model { memory }".to_owned())
        );
    }
}

/// The run, with structs of tensors, with tensors anywhere in memory, or with those inside a workspace.
pub fn run(out: &mut String, plan: &Plan<'_>) {
    let facts = &plan.facts;
    let (mut structs, mut borrowed, mut passed) = (Vec::new(), Vec::new(), Vec::new());
    let mut tables = Vec::new();
    out.push_str("\nimpl Model<'_> {\n");
    for (side, tensors) in [("input", &facts.inputs), ("output", &facts.outputs)] {
        if placed(tensors) {
            accessors(out, plan, side, tensors);
            let places: Vec<String> = tensors.iter().map(|tensor| place(plan, tensor)).collect();
            tables.push(format!("[{}]", places.join(", ")));
            continue;
        }
        let (lend, pointer) = if side == "input" { ("&", "pointer") } else { ("&mut ", "pointer_mut") };
        structs.push(format!("{side}: {lend}{}", if side == "input" { "Input" } else { "Output" }));
        let names: Vec<String> = (0..tensors.len()).map(|i| format!("{side}{i}")).collect();
        for (name, tensor) in names.iter().zip(tensors) {
            borrowed.push(format!("{name}: {lend}{}", holder(tensor)));
            passed.push(format!("{lend}{side}.{}", identifier(&tensor.c_name)));
        }
        let pointers: Vec<String> =
            names.iter().map(|name| format!("::tvm_embedded::generated::{pointer}({name})")).collect();
        tables.push(format!("[{}]", pointers.join(", ")));
    }
    if structs.len() == 2 {
        let _ = write!(
            out,
            "    /// One run.\n    ///\n    /// # Errors\n    /// The failure code of the model.\n    \
             pub fn run(&mut self, {}) -> ::tvm_embedded::Result<()> {{\n        self.run_on({})\n    }}\n\n",
            structs.join(", "),
            passed.join(", ")
        );
    }
    let name = if structs.len() == 2 { "run_on" } else { "run" };
    let separator = if borrowed.is_empty() { "" } else { ", " };
    let _ = write!(
        out,
        "    /// One run{}.\n    ///\n    /// # Errors\n    /// The failure code of the model.\n    \
         pub fn {name}(&mut self{separator}{}) -> ::tvm_embedded::Result<()> {{\n        \
         self.memory.call(|context, {}| {{\n            let inputs: [*const (); {}] = {};\n            \
         let outputs: [*const (); {}] = {};\n            entry(&inputs, &outputs, context)\n        }})\n    }}\n}}\n",
        if structs.len() == 2 {
            " with tensors anywhere in memory: inputs, then outputs, in the model's order"
        } else {
            ""
        },
        borrowed.join(", "),
        if plan.has_placed_tensors() { "places" } else { "_" },
        facts.inputs.len(),
        tables[0],
        facts.outputs.len(),
        tables[1]
    );
}

/// Where a tensor inside a workspace is, as a pointer.
fn place(plan: &Plan<'_>, tensor: &Named<TensorFacts>) -> String {
    let (workspace, alignment, offset) = placement(plan, tensor);
    format!("::tvm_embedded::generated::place(places[{workspace}], {alignment}, {offset})")
}

fn placement(plan: &Plan<'_>, tensor: &Named<TensorFacts>) -> (usize, String, u32) {
    let (workspace, offset) = tensor.facts.placement.map_or((0, 0), |at| (usize::from(at.workspace), at.offset));
    let name = plan.facts.workspaces[workspace].c_name.to_ascii_uppercase();
    (workspace, format!("WORKSPACE_{name}_ALIGNMENT"), offset)
}

/// Tensors inside a workspace, which exist between runs.
fn accessors(out: &mut String, plan: &Plan<'_>, side: &str, tensors: &[Named<TensorFacts>]) {
    for tensor in tensors {
        let (workspace, alignment, offset) = placement(plan, tensor);
        let array = array(&tensor.facts);
        let name = &tensor.c_name;
        let _ = match side {
            "input" => write!(
                out,
                "    /// The input `{name}`, to be written before each run, which overwrites it.\n    #[must_use]\n    \
                 pub fn input_{name}(&mut self) -> &mut {array} {{\n        \
                 self.memory.tensor_mut({workspace}, {alignment}, {offset})\n    }}\n\n"
            ),
            _ => write!(
                out,
                "    /// The output `{name}`, after a run and until the next input is written.\n    #[must_use]\n    \
                 pub fn output_{name}(&self) -> &{array} {{\n        \
                 self.memory.tensor({workspace}, {alignment}, {offset})\n    }}\n\n"
            ),
        };
    }
}
