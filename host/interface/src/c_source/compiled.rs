//! The entry of a model that arrived compiled: it calls the wrapper that the model's library exports, with TVM's structs.

use crate::c_header::types::mapped_address;
use crate::c_source::bound;
use crate::c_source::call;
use crate::checked::names::member;
use crate::checked::plan::{Argument, Plan};
use crate::checked::symbols::Service;
use std::fmt::Write;
use tvm_embedded_mlf::{CompiledLibrary, MainParameter};

/// A struct of the wrapper: the end of its name, its members, and what they are set to.
struct Group {
    what: &'static str,
    members: Vec<String>,
    values: Vec<String>,
}

/// The structs that the wrapper takes, in its order; with `places`, also those that its map functions return.
fn groups(plan: &Plan<'_>, places: bool) -> Vec<Group> {
    let module = plan.module;
    let group = |what, members: Vec<String>, is: fn(&MainParameter) -> bool| {
        let pairs = module.main_parameters.iter().zip(&plan.arguments).filter(|(parameter, _)| is(parameter));
        Group { what, members, values: pairs.map(|(_, &argument)| call::value(plan, argument)).collect() }
    };
    let tensors = |tensors: &[tvm_embedded_mlf::Tensor]| tensors.iter().map(|t| member(&t.c_name)).collect();
    let all = [
        group("inputs", tensors(&module.inputs), |p| matches!(p, MainParameter::Input(_))),
        group("outputs", tensors(&module.outputs), |p| matches!(p, MainParameter::Output(_))),
        group("workspace_pools", module.pools.iter().map(|p| member(&p.name)).collect(), |p| {
            matches!(p, MainParameter::Pool(_))
        }),
        group("devices", module.devices.iter().map(|d| member(d)).collect(), |p| matches!(p, MainParameter::Device(_))),
    ];
    let taken = |group: &Group| !group.members.is_empty() && (places || !group.values.is_empty());
    all.into_iter().filter(taken).collect()
}

/// Declares what the library defines.
pub fn prototypes(out: &mut String, plan: &Plan<'_>, library: &CompiledLibrary) {
    let (prefix, run) = (&plan.module.prefix, &plan.module.run_symbol);
    let _ = writeln!(out, "\n/* In {}, as the model's own header declares it. */", library.file);
    for Group { what, members, .. } in groups(plan, true) {
        let members: String = members.iter().map(|member| format!("  void *{member};\n")).collect();
        let _ = writeln!(out, "struct {prefix}_{what} {{\n{members}}};");
    }
    let taken = groups(plan, false);
    let parameters: Vec<String> = taken.iter().map(|g| format!("struct {prefix}_{0} *{0}", g.what)).collect();
    let _ = writeln!(out, "int32_t {run}({});", parameters.join(", "));
    for side in sides(plan) {
        let _ = writeln!(
            out,
            "struct {prefix}_{side} {prefix}_map_{side}(struct {prefix}_workspace_pools *workspace_pools);"
        );
    }
    if let Some(reset) = plan.reset_symbol() {
        let _ = writeln!(out, "void {reset}(struct {prefix}_workspace_pools *workspace_pools);");
    }
    if let Some(finished) = &library.finished {
        let wait = wait(plan);
        let _ = write!(
            out,
            "extern volatile int32_t {finished};\n\n/* Called while the accelerator works; may be defined to an instruction that waits. */\n\
             #ifndef {wait}\n#define {wait}() ((void)0)\n#endif\n"
        );
    }
}

fn wait(plan: &Plan<'_>) -> String {
    format!("{}_WAIT", plan.macro_prefix())
}

/// Sides whose tensors are inside a pool.
fn sides(plan: &Plan<'_>) -> Vec<&'static str> {
    let placed = plan.module.io_in_workspace;
    let all = [("inputs", plan.module.inputs.is_empty()), ("outputs", plan.module.outputs.is_empty())];
    all.into_iter().filter(|(_, empty)| placed && !empty).map(|(side, _)| side).collect()
}

/// Stops a compiler for a core that can't run the library's code.
pub fn check_core(out: &mut String, library: &CompiledLibrary) {
    if let Some(condition) = library.machine.condition() {
        let _ = write!(
            out,
            "\n#if defined(__GNUC__) && !({condition})\n#error \"{} is for {}: this compiler is for a core that does not run it\"\n#endif\n",
            library.file, library.machine
        );
    }
}

/// `TVMEntry_my_model`.
pub fn entry(out: &mut String, plan: &Plan<'_>, library: &CompiledLibrary) {
    let symbol = plan.symbol();
    bound::mapped_without_library(out, plan);
    if plan.exclusive && plan.arena.is_none() {
        let _ = write!(
            out,
            "\n/* The model works in static memory: a call from a callback or an interrupt during a run is refused. */\n\
             static volatile uint8_t tvm_{symbol}_busy;\n"
        );
    }
    let _ = write!(
        out,
        "\nint32_t TVMEntry_{symbol}(const void *inputs, const void *outputs, const TVMContext *context) {{\n"
    );
    let taken = groups(plan, false);
    for Group { what, .. } in &taken {
        let _ = writeln!(out, "  struct {}_{what} the_{what};", plan.module.prefix);
    }
    call::locals(out, plan, &plan.arguments);
    for Group { what, members, values } in &taken {
        for (member, value) in members.iter().zip(values) {
            let _ = writeln!(out, "  the_{what}.{member} = {value};");
        }
    }
    check_places(out, plan);
    let arguments: Vec<String> = taken.iter().map(|group| format!("&the_{}", group.what)).collect();
    begin(out, plan);
    let _ = writeln!(out, "  status = {}({});", plan.module.run_symbol, arguments.join(", "));
    if let Some(finished) = &library.finished {
        // The run itself only starts the accelerator.
        let _ = writeln!(out, "  while (status == 0 && {finished} == 0) {{\n    {}();\n  }}", wait(plan));
    }
    end(out, plan);
    out.push_str("  return status;\n}\n");
}

/// The library itself knows where it has its tensors: the facts that the user gave must be the same.
fn check_places(out: &mut String, plan: &Plan<'_>) {
    for side in sides(plan) {
        let tensors = if side == "inputs" { &plan.facts.inputs } else { &plan.facts.outputs };
        let members = if side == "inputs" { &plan.module.inputs } else { &plan.module.outputs };
        let place = side.trim_end_matches('s').to_ascii_uppercase();
        let prefix = &plan.module.prefix;
        let _ =
            write!(out, "  {{\n    const struct {prefix}_{side} mapped = {prefix}_map_{side}(&the_workspace_pools);\n");
        for (tensor, own) in tensors.iter().zip(members) {
            let address = mapped_address(plan, &place, tensor);
            let _ = write!(
                out,
                "    if ((const void *)mapped.{} != (const void *)({address})) {{\n      return TVM_STATUS_TENSOR_NOT_IN_WORKSPACE;\n    }}\n",
                member(&own.c_name)
            );
        }
        out.push_str("  }\n");
    }
}

fn begin(out: &mut String, plan: &Plan<'_>) {
    let symbol = plan.symbol();
    let Some(index) = plan.arena else {
        if plan.exclusive {
            let _ = write!(
                out,
                "  if (tvm_{symbol}_busy != 0u) {{\n    return TVM_STATUS_BUSY;\n  }}\n  tvm_{symbol}_busy = 1u;\n"
            );
        }
        return;
    };
    let name = plan.facts.workspaces[index].c_name.to_ascii_uppercase();
    let at = format!("{}_WORKSPACE_{name}", plan.macro_prefix());
    let _ = write!(
        out,
        "  if (TVMRunMemory != NULL) {{\n    return TVM_STATUS_BUSY;\n  }}\n  \
         tvm_{symbol}_memory.start = {};\n  tvm_{symbol}_memory.next = tvm_{symbol}_memory.start;\n  \
         tvm_{symbol}_memory.end = tvm_{symbol}_memory.start + {at}_ALIGNED_BYTES;\n  \
         tvm_{symbol}_memory.mask = {at}_ALIGNMENT - 1u;\n  tvm_{symbol}_memory.failures = 0;\n  \
         TVMRunMemory = &tvm_{symbol}_memory;\n",
        call::value(plan, Argument::Workspace(index))
    );
}

fn end(out: &mut String, plan: &Plan<'_>) {
    let symbol = plan.symbol();
    if plan.arena.is_some() {
        // Some releases of TVM ignore what an operator returns.
        let _ = write!(
            out,
            "  TVMRunMemory = NULL;\n  if (status == 0 && tvm_{symbol}_memory.failures != 0) {{\n    status = -1;\n  }}\n"
        );
    } else if plan.exclusive {
        let _ = writeln!(out, "  tvm_{symbol}_busy = 0u;");
    }
}

/// The functions of TVM's runtime that the library calls, under the names that it has for them.
pub fn services(out: &mut String, plan: &Plan<'_>, called: &[Service]) {
    if called.is_empty() {
        return;
    }
    out.push_str(WEAK);
    if plan.arena.is_some() {
        out.push_str(MEMORY);
        let _ = writeln!(out, "static TVMMemoryOfRun tvm_{}_memory;", plan.symbol());
    }
    for service in called {
        out.push_str(match service {
            Service::Allocate => ALLOCATE,
            Service::Free => FREE,
            Service::Launch => LAUNCH,
            Service::Barrier => BARRIER,
        });
    }
}

const WEAK: &str = "
/* Functions that the library calls under the names of TVM's runtime. Several models of this kind may be in one program: the linker
 * keeps one of each. */
#if defined(__GNUC__)
#define TVM_WEAK __attribute__((weak))
#elif defined(__ICCARM__) || defined(__CC_ARM)
#define TVM_WEAK __weak
#else
#define TVM_WEAK
#endif
";

const MEMORY: &str = "
/* The workspace of the run that is under way: blocks follow each other, the last is freed first. Every run begins with the whole
 * workspace, since a run that fails frees nothing. */
typedef struct TVMMemoryOfRun {
  uint8_t *start;
  uint8_t *next;
  uint8_t *end;
  uint32_t mask;
  int32_t failures;
} TVMMemoryOfRun;
extern TVMMemoryOfRun *volatile TVMRunMemory;
TVM_WEAK TVMMemoryOfRun *volatile TVMRunMemory = NULL;
";

const ALLOCATE: &str = "
void *TVMBackendAllocWorkspace(int device_type, int device_id, uint64_t nbytes, int dtype_code_hint, int dtype_bits_hint);
TVM_WEAK void *TVMBackendAllocWorkspace(int device_type, int device_id, uint64_t nbytes, int dtype_code_hint,
                                        int dtype_bits_hint) {
  TVMMemoryOfRun *memory = TVMRunMemory;
  uint64_t left, rounded;
  uint8_t *block;
  (void)device_type;
  (void)device_id;
  (void)dtype_code_hint;
  (void)dtype_bits_hint;
  if (memory == NULL) {
    return NULL;
  }
  left = (uint64_t)(memory->end - memory->next);
  rounded = (nbytes + memory->mask) & ~(uint64_t)memory->mask;
  block = memory->next;
  if (nbytes > left || rounded > left) {
    memory->failures = 1;
    return NULL;
  }
  memory->next += (size_t)rounded;
  return block;
}
";

const FREE: &str = "
int TVMBackendFreeWorkspace(int device_type, int device_id, void *ptr);
TVM_WEAK int TVMBackendFreeWorkspace(int device_type, int device_id, void *ptr) {
  TVMMemoryOfRun *memory = TVMRunMemory;
  const uintptr_t block = (uintptr_t)ptr;
  (void)device_type;
  (void)device_id;
  if (memory == NULL || block < (uintptr_t)memory->start || block > (uintptr_t)memory->next) {
    return -1;
  }
  memory->next = (uint8_t *)ptr;
  return 0;
}
";

const LAUNCH: &str = "
int TVMBackendParallelLaunch(FTVMParallelLambda flambda, void *cdata, int num_task);
TVM_WEAK int TVMBackendParallelLaunch(FTVMParallelLambda flambda, void *cdata, int num_task) {
  TVMParallelGroupEnv environment;
  (void)num_task;
  environment.sync_handle = NULL;
  /* One task that does all the work. */
  environment.num_task = 1;
  return flambda(0, &environment, cdata);
}
";

const BARRIER: &str = "
int TVMBackendParallelBarrier(int task_id, TVMParallelGroupEnv *penv);
TVM_WEAK int TVMBackendParallelBarrier(int task_id, TVMParallelGroupEnv *penv) {
  (void)task_id;
  (void)penv;
  return 0;
}
";
