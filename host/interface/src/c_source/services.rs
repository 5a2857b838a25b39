//! Functions that a model calls at run time: memory from the user's workspace, tasks run one after the other.

use crate::checked::plan::Plan;
use crate::checked::symbols::{SERVICES, Service};
use std::fmt::Write;

/// The services that the archive's C calls.
pub fn called(plan: &Plan<'_>) -> impl Iterator<Item = (Service, &'static str, String)> {
    SERVICES
        .into_iter()
        .filter(|(_, name, _)| plan.module.called_symbols.iter().any(|called| called == name))
        .map(|(service, name, stem)| (service, name, format!("{stem}_{}", plan.symbol())))
}

/// True when tasks are launched, whose types TVM's header declares.
pub fn launches(plan: &Plan<'_>) -> bool {
    called(plan).any(|(service, _, _)| matches!(service, Service::Launch | Service::Barrier))
}

/// The functions that replace those of TVM's runtime, for this model only.
pub fn functions(out: &mut String, plan: &Plan<'_>) {
    if plan.arena.is_some() {
        state(out, plan);
    }
    for (service, name, own) in called(plan) {
        let _ = writeln!(out, "\n/* {name} of this model. */");
        match service {
            Service::Allocate => allocate(out, plan, &own),
            Service::Free => free(out, plan, &own),
            Service::Launch => launch(out, &own),
            Service::Barrier => barrier(out, &own),
        }
    }
}

fn state(out: &mut String, plan: &Plan<'_>) {
    let _ = write!(
        out,
        "\n/* The workspace of the current run: blocks follow each other, the last is freed first. Every run\n \
         * begins with the whole workspace, since a run that fails frees nothing. */\n\
         static struct {{\n  uint8_t *start;\n  uint8_t *next;\n  uint8_t *end;\n  int32_t failures;\n}} tvm_{}_arena;\n",
        plan.symbol()
    );
}

/// Sets the arena before a run.
pub fn begin(out: &mut String, plan: &Plan<'_>, workspace: &str, bytes: &str) {
    let arena = format!("tvm_{}_arena", plan.symbol());
    let _ = write!(
        out,
        "  {arena}.start = {workspace};\n  {arena}.next = {arena}.start;\n  {arena}.end = {arena}.start + {bytes};\n  {arena}.failures = 0;\n"
    );
}

fn allocate(out: &mut String, plan: &Plan<'_>, own: &str) {
    let arena = format!("tvm_{}_arena", plan.symbol());
    let alignment = plan.module.workspace_alignment;
    let parameters = "int device_type, int device_id, uint64_t nbytes, int dtype_code_hint, int dtype_bits_hint";
    let _ = write!(
        out,
        "void *{own}({parameters});\n\
         void *{own}({parameters}) {{\n  \
         const uint64_t left = (uint64_t)({arena}.end - {arena}.next);\n  \
         const uint64_t rounded = (nbytes + {}u) & ~(uint64_t){}u;\n  \
         uint8_t *block = {arena}.next;\n  \
         (void)device_type;\n  (void)device_id;\n  (void)dtype_code_hint;\n  (void)dtype_bits_hint;\n  \
         if (nbytes > left || rounded > left) {{\n    {arena}.failures = 1;\n    return NULL;\n  }}\n  \
         {arena}.next += (size_t)rounded;\n  return block;\n}}\n",
        alignment - 1,
        alignment - 1,
    );
}

fn free(out: &mut String, plan: &Plan<'_>, own: &str) {
    let arena = format!("tvm_{}_arena", plan.symbol());
    let parameters = "int device_type, int device_id, void *ptr";
    let _ = write!(
        out,
        "int {own}({parameters});\n\
         int {own}({parameters}) {{\n  \
         const uintptr_t block = (uintptr_t)ptr;\n  (void)device_type;\n  (void)device_id;\n  \
         if (block < (uintptr_t){arena}.start || block > (uintptr_t){arena}.next) {{\n    return -1;\n  }}\n  \
         {arena}.next = (uint8_t *)ptr;\n  return 0;\n}}\n"
    );
}

fn launch(out: &mut String, own: &str) {
    let parameters = "FTVMParallelLambda flambda, void *cdata, int num_task";
    let _ = write!(
        out,
        "int {own}({parameters});\n\
         int {own}({parameters}) {{\n  \
         TVMParallelGroupEnv environment;\n  (void)num_task;\n  environment.sync_handle = NULL;\n  \
         /* One task that does all the work. */\n  environment.num_task = 1;\n  \
         return flambda(0, &environment, cdata);\n}}\n"
    );
}

fn barrier(out: &mut String, own: &str) {
    let parameters = "int task_id, TVMParallelGroupEnv *penv";
    let _ = write!(
        out,
        "int {own}({parameters});\nint {own}({parameters}) {{\n  (void)task_id;\n  (void)penv;\n  return 0;\n}}\n"
    );
}
