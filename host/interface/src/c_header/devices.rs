//! Devices as typed structs with hooks, for programs that define `TVM_EMBEDDED_DEVICES`.

use crate::c_header::fragments::section;
use crate::checked::names::member;
use crate::checked::plan::Plan;
use crate::checked::symbols;
use std::fmt::Write;

/// The functions of a device, in the order of a run, with the member that is called, and when.
const HOOKS: [(&str, &str, &str); 4] = [
    ("Activate", "activate", "before the first operator of a run"),
    ("Open", "open", "before each operator that runs on the device"),
    ("Close", "close", "after each of them"),
    ("Deactivate", "deactivate", "after the last operator of a run"),
];

/// A device whose functions the model calls.
struct Device {
    /// Its name in types, the same in every model.
    name: String,
    /// `TVMDeviceEthosU`.
    stem: String,
    /// Whether the model gives it commands to execute.
    invoked: bool,
}

/// The devices of the model, in their order; `None` for one without functions, or with those of another device too.
fn devices(plan: &Plan<'_>) -> Vec<Option<Device>> {
    let letters = |name: &str| -> String { name.chars().filter(char::is_ascii_alphabetic).collect() };
    let stems: Vec<&str> = symbols::hooks(plan.module)
        .filter_map(|hook| HOOKS.iter().find_map(|(end, _, _)| hook.strip_suffix(end)))
        .collect();
    let all = &plan.facts.devices;
    all.iter()
        .map(|device| {
            // TVM keeps only the letters of a device's name.
            let own = letters(&device.facts.name);
            let same = |name: &str| letters(name).eq_ignore_ascii_case(&own);
            let is_only = all.iter().filter(|other| same(&other.facts.name)).count() == 1;
            let stem = stems.iter().find(|stem| same(stem.strip_prefix("TVMDevice").unwrap_or(stem)));
            stem.filter(|_| is_only).map(|stem| {
                let invoke = format!("{stem}{}", symbols::INVOKE);
                let invoked = symbols::hooks(plan.module).any(|hook| *hook == invoke);
                Device { name: member(&device.facts.name), stem: (*stem).to_owned(), invoked }
            })
        })
        .collect()
}

/// The section; nothing for a model that calls no functions of devices.
pub fn devices_section(out: &mut String, plan: &Plan<'_>) {
    let devices = devices(plan);
    if devices.iter().all(Option::is_none) {
        return;
    }
    section(
        out,
        "Devices as structs with hooks, in programs that define TVM_EMBEDDED_DEVICES before they include this file",
    );
    out.push_str("#ifdef TVM_EMBEDDED_DEVICES\n");
    for device in devices.iter().flatten() {
        typed(out, plan, device);
    }
    initialiser(out, plan, &devices);
    out.push_str("#endif /* TVM_EMBEDDED_DEVICES */\n");
}

/// The struct of a device, and the functions that call its hooks.
fn typed(out: &mut String, plan: &Plan<'_>, Device { name, stem, invoked }: &Device) {
    let functions = format!("TVM_DEVICE_{}_FUNCTIONS", name.to_ascii_uppercase());
    let _ = write!(
        out,
        "/* A device \"{name}\": each hook gets the device itself. 0 is success; any other value ends the run at once, without the\n \
         * remaining calls. NULL: nothing to do. Other models with this device use the same type. */\n\
         #ifndef {functions}\ntypedef struct tvm_device_{name} tvm_device_{name}_t;\nstruct tvm_device_{name} {{\n"
    );
    for (_, member, when) in HOOKS {
        let _ = writeln!(out, "  int32_t (*{member})(tvm_device_{name}_t *device); /* {when} */");
    }
    let _ = writeln!(out, "  void *user; /* the driver's own: for example a `const struct device *` of Zephyr */");
    if *invoked {
        let _ = writeln!(
            out,
            "  /* Between open and close: executes commands, with the address and length of each region of memory, as ethosu_invoke_v3 of\n   \
             * Arm's driver takes them. Not NULL. */\n  int32_t (*invoke)(tvm_device_{name}_t *device, {});",
            symbols::INVOKED
        );
    }
    out.push_str("};\n");
    // The header declares those that the model calls.
    for (end, _, _) in HOOKS {
        let function = format!("{stem}{end}");
        if !symbols::hooks(plan.module).any(|hook| *hook == function) {
            let _ = writeln!(out, "int32_t {function}(void *context);");
        }
    }
    let _ = write!(
        out,
        "\n/* Defines the functions of the device, outside of functions, in one file of a program: they call the hooks. */\n#define {functions}()"
    );
    for (end, member, _) in HOOKS {
        let _ = write!(
            out,
            " \\\n  int32_t {stem}{end}(void *context) {{ \\\n    tvm_device_{name}_t *device = TVM_FROM_VOID(tvm_device_{name}_t *, context); \\\n    \
             return device->{member} == NULL ? 0 : device->{member}(device); \\\n  }}"
        );
    }
    if *invoked {
        invoke(out, name, stem, &functions);
    }
    out.push_str("\n#endif\n");
    if *invoked {
        let _ = write!(
            out,
            "#ifndef {functions}_INVOKE\n#error \"include the header of this model before those of other models with a device {name}\"\n#endif\n"
        );
    }
    out.push('\n');
}

/// The function that gives a device commands, and a mark that the type has a hook for it.
fn invoke(out: &mut String, name: &str, stem: &str, functions: &str) {
    let (end, parameters) = (symbols::INVOKE, symbols::INVOKED);
    let _ = write!(
        out,
        " \\\n  int32_t {stem}{end}(void *context, {parameters}) {{ \\\n    \
         tvm_device_{name}_t *device = TVM_FROM_VOID(tvm_device_{name}_t *, context); \\\n    \
         return device->invoke == NULL ? -1 : device->invoke(device, commands, command_bytes, bases, sizes, count); \\\n  }}\n\
         #define {functions}_INVOKE"
    );
}

/// `TVM_MY_MODEL_DEVICES`
fn initialiser(out: &mut String, plan: &Plan<'_>, devices: &[Option<Device>]) {
    let (prefix, symbol) = (plan.macro_prefix(), plan.symbol());
    let names: Vec<&str> = plan.facts.devices.iter().map(|device| device.c_name.as_str()).collect();
    let value = |(name, device): (&&str, &Option<Device>)| match device {
        Some(device) => format!("(1 ? ({name}) : TVM_FROM_VOID(tvm_device_{}_t *, NULL))", device.name),
        None => format!("({name})"),
    };
    let values: Vec<String> = names.iter().zip(devices).map(value).collect();
    let _ = write!(
        out,
        "/* Initialises a TVMDevices_{symbol} with the addresses of devices: one of another type does not compile. */\n\
         #define {prefix}_DEVICES({}) \\\n  {{ {} }}\n",
        names.join(", "),
        values.join(", \\\n    ")
    );
}
