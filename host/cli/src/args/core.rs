//! `--core`: the names of cores, and their usual spellings.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, PossibleValuesParser, StyledStr, TypedValueParser};
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command, Error};
use tvm_embedded_compiler::ir::options::{CORES, core_named};

/// Takes the names of some cores, as [`core_named`] does; the value is the name in [`CORES`].
#[derive(Clone)]
pub struct CoreParser(PossibleValuesParser);

/// The cores whose names are `wanted`.
pub fn cores(wanted: impl Fn(&str) -> bool) -> CoreParser {
    CoreParser(PossibleValuesParser::new(CORES.iter().map(|(name, _)| *name).filter(|name| wanted(name))))
}

impl CoreParser {
    fn has(&self, core: &str) -> bool {
        self.0.possible_values().is_some_and(|mut values| values.any(|value| value.matches(core, false)))
    }
}

/// Microcontrollers and families of cores, by how their names begin, and the core to choose for them.
const FAMILIES: &[(&str, &str)] = &[
    ("rp2040", "cortex-m0plus"),
    ("stm32g0", "cortex-m0plus"),
    ("stm32f4", "cortex-m4f"),
    ("stm32l4", "cortex-m4f"),
    ("nrf52", "cortex-m4f"),
    ("stm32f7", "cortex-m7"),
    ("stm32h7", "cortex-m7"),
    ("nrf53", "cortex-m33"),
    ("nrf91", "cortex-m33"),
    ("rp2350", "cortex-m33"),
    ("stm32u5", "cortex-m33"),
    ("esp32c", "riscv"),
    ("esp32h", "riscv"),
    ("rv32", "riscv"),
    ("esp32", "portable"),
    ("xtensa", "portable"),
    ("avr", "portable"),
    ("cortexa", "portable"),
    ("cortexr", "portable"),
    ("x86", "portable"),
    ("host", "portable"),
];

/// The core that a name leads to which is not the name of one: that of a family, or without the `f` of a floating-point unit.
fn meant(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase().replace(['-', '_', '.', ' '], "");
    let family = FAMILIES.iter().find(|(family, _)| text.starts_with(family)).map(|(_, core)| *core);
    family.or_else(|| core_named(text.strip_suffix('f')?))
}

impl TypedValueParser for CoreParser {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, Error> {
        let known = value.to_str().and_then(core_named).map(OsStr::new);
        // A name that is not known is refused as the user wrote it.
        self.0.parse_ref(command, arg, known.unwrap_or(value)).map_err(|mut error| {
            let meant = value.to_str().and_then(meant).filter(|core| self.has(core));
            if let Some(core) = meant {
                let tip = StyledStr::from(format!("choose '{core}' for it"));
                error.remove(ContextKind::SuggestedValue);
                error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
            }
            error
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        self.0.possible_values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_of_microcontrollers_are_suggested() {
        for (text, core) in [
            ("nRF52840", "cortex-m4f"),
            ("Cortex-A53", "portable"),
            ("m7f", "cortex-m7"),
            ("ESP32-C3", "riscv"),
            ("esp32", "portable"),
        ] {
            assert_eq!(meant(text), Some(core), "{text}");
        }
        assert_eq!((meant("z80"), meant("f"), meant("")), (None, None, None));
        assert!(FAMILIES.iter().all(|(_, core)| core_named(core) == Some(core)), "a core that does not exist");
        let first = |name: &str| FAMILIES.iter().position(|(family, _)| name.starts_with(family));
        let families = FAMILIES.iter().enumerate();
        assert!(
            families.into_iter().all(|(at, (family, _))| first(family) == Some(at)),
            "a family is hidden by another"
        );
    }
}
