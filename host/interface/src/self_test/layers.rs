//! The part of a self-test that compares what each layer writes, for programs that define `TVM_EMBEDDED_LAYERS`.

use crate::checked::plan::Plan;
use crate::self_test::record::SelfTest;
use std::fmt::Write;

/// The recorded hashes, the hook that compares them, and a run with it.
pub fn layers(out: &mut String, plan: &Plan<'_>, test: &SelfTest) {
    let symbol = plan.symbol();
    out.push_str("\n#ifdef TVM_EMBEDDED_LAYERS\n");
    hashes(out, plan, test);
    watch(out, plan);
    let _ = write!(
        out,
        "\nstatic int32_t tvm_{symbol}_run({}, uint32_t sample,\n    TVMSelfTestResult *result) {{\n  \
         tvm_{symbol}_watch_t watch;\n  TVMLayerHooks hooks;\n  int32_t status;\n  watch.inputs = inputs;\n  \
         watch.outputs = outputs;\n  watch.context = context;\n  watch.found = NULL;\n  watch.next = tvm_{symbol}_first[sample];\n  \
         watch.end = tvm_{symbol}_first[sample + 1u];\n  hooks.before = NULL;\n  hooks.after = tvm_{symbol}_after;\n  \
         hooks.user = &watch;\n  status = TVMExecuteLayers_{symbol}(inputs, outputs, context, &hooks);\n  \
         result->layer = watch.found;\n  return status;\n}}\n#else\n",
        given(plan),
    );
}

/// The parameters of a run.
pub fn given(plan: &Plan<'_>) -> String {
    format!("{}, {}, const TVMContext *context", pointers(plan, "Inputs"), pointers(plan, "Outputs"))
}

/// A parameter with a struct of pointers.
pub fn pointers(plan: &Plan<'_>, what: &str) -> String {
    let none = if what == "Inputs" { plan.facts.inputs.is_empty() } else { plan.facts.outputs.is_empty() };
    let ctype = if none { "void".to_owned() } else { format!("TVM{what}_{}", plan.symbol()) };
    format!("const {ctype} *{}", what.to_ascii_lowercase())
}

fn hashes(out: &mut String, plan: &Plan<'_>, test: &SelfTest) {
    let symbol = plan.symbol();
    let all: Vec<u32> = test.layers.concat();
    let mut first = vec![0];
    test.layers.iter().for_each(|run| first.push(first.last().unwrap_or(&0) + run.len()));
    let first: Vec<String> = first.iter().map(|position| format!("{position}u")).collect();
    let _ = write!(
        out,
        "/* FNV-1a of what each layer wrote, in the order in which they ran; 0: not compared. */\n\
         static const uint32_t tvm_{symbol}_hashes[{}] {}_SELF_TEST_SECTION = {{\n",
        all.len().max(1),
        plan.macro_prefix()
    );
    for line in if all.is_empty() { &[0][..] } else { &all }.chunks(8) {
        let words: Vec<String> = line.iter().map(|hash| format!("0x{hash:08X}u")).collect();
        let _ = writeln!(out, "  {},", words.join(", "));
    }
    let _ = write!(
        out,
        "}};\n/* The first of each run, and the end. */\nstatic const uint32_t tvm_{symbol}_first[{}] = {{\n  {}\n}};\n",
        first.len(),
        first.join(",\n  ")
    );
}

fn watch(out: &mut String, plan: &Plan<'_>) {
    let symbol = plan.symbol();
    let members = given(plan).replace(", ", ";\n  ");
    let _ = write!(
        out,
        "\n/* A run whose layers are compared. */\ntypedef struct {{\n  {members};\n  const TVMLayer *found; /* the first that differs */\n  \
         uint32_t next;\n  uint32_t end;\n}} tvm_{symbol}_watch_t;\n\n\
         static int32_t tvm_{symbol}_after(void *user, const TVMLayer *layer) {{\n  \
         tvm_{symbol}_watch_t *watch = TVM_FROM_VOID(tvm_{symbol}_watch_t *, user);\n  \
         uint32_t hash = 2166136261u;\n  uint32_t expected = 0u;\n  uint32_t output;\n  uint32_t at;\n  \
         if (watch->found != NULL) {{\n    return TVM_STATUS_OK;\n  }}\n  \
         if (watch->next == watch->end) {{\n    watch->found = layer;\n    return TVM_STATUS_OK;\n  }}\n  \
         expected = tvm_{symbol}_hashes[watch->next];\n  watch->next++;\n  \
         for (output = 0u; output < layer->output_count; output++) {{\n    \
         const uint8_t *data = TVMLayerData_{symbol}(watch->inputs, watch->outputs, watch->context, &layer->outputs[output]);\n    \
         for (at = 0u; (data != NULL) && (at < layer->outputs[output].bytes); at++) {{\n      \
         hash = (hash ^ data[at]) * 16777619u;\n    }}\n  }}\n  \
         if ((expected != 0u) && (hash != expected)) {{\n    watch->found = layer;\n  }}\n  return TVM_STATUS_OK;\n}}\n"
    );
}
