//! The emulated boards. The facts about each are in its CMake toolchain file, and are read from there.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::machine::paths;
use crate::machine::process::Cmd;

/// The boards, by the names of their toolchain files in `cmake/toolchains`: smallest core first.
pub const NAMES: [&str; 8] =
    ["cortex-m0", "cortex-m3", "cortex-m4", "cortex-m4f", "cortex-m7", "cortex-m33", "cortex-m55", "rv32imac"];

/// Further cores that a release has a library for. Other checks run on them only if they are named.
pub const MORE: [&str; 6] = ["cortex-m23", "cortex-m33-soft", "rv32imafc", "cortex-r5f", "cortex-a7", "rv64gc"];

/// One emulated board.
#[derive(Clone, Debug)]
pub struct Board {
    /// The name of its core, for instance `cortex-m4f`.
    pub name: &'static str,
    /// QEMU's name for it, for instance `mps2-an386`, or one of `run-on-board.sh`'s.
    pub machine: String,
    /// What cargo calls its processor.
    pub rust_target: String,
    /// The CMake toolchain file that builds for it.
    pub toolchain_file: PathBuf,
    prefix: String,
    cpu: String,
    /// Address and size of flash, then of RAM.
    memory: [String; 4],
}

impl Board {
    /// The board of this name.
    ///
    /// # Errors
    /// If no board has that name, or a value is missing in its toolchain file.
    pub fn named(name: &str) -> Result<Self> {
        let Some(name) = NAMES.iter().chain(&MORE).copied().find(|known| *known == name) else {
            bail!("no board '{name}'; there are: {}", NAMES.join(", "));
        };
        let file = paths::root().join("cmake/toolchains").join(name).with_extension("cmake");
        // `with_extension` would cut a name at its dot; no core's name has one.
        let text = fs::read_to_string(&file).with_context(|| format!("{}", file.display()))?;
        let value = |key: &str| {
            let value = text.lines().find_map(|line| {
                let inner = line.strip_prefix("set(")?.strip_suffix(')')?;
                inner.strip_prefix(key)?.strip_prefix(' ')
            });
            let value = value.with_context(|| format!("{} sets no {key}", file.display()))?;
            anyhow::Ok(value.trim_matches('"').to_owned())
        };
        let pair = |key: &str| {
            let both = value(key)?;
            let (address, size) = both.split_once(' ').with_context(|| format!("{key} is not an address and size"))?;
            anyhow::Ok((address.to_owned(), size.to_owned()))
        };
        let (flash, flash_size) = pair("tvm_flash")?;
        let (ram, ram_size) = pair("tvm_ram")?;
        Ok(Self {
            name,
            machine: value("tvm_machine")?,
            rust_target: value("TVM_EMBEDDED_RUST_TARGET")?,
            prefix: value("tvm_prefix")?,
            cpu: value("tvm_cpu")?,
            memory: [flash, flash_size, ram, ram_size],
            toolchain_file: file,
        })
    }

    /// The boards of these names, or all of them if none is given.
    ///
    /// # Errors
    /// As [`Board::named`].
    pub fn select(names: &[String]) -> Result<Vec<Self>> {
        if names.is_empty() {
            NAMES.iter().map(|name| Self::named(name)).collect()
        } else {
            names.iter().map(|name| Self::named(name)).collect()
        }
    }

    /// The boards of all libraries in a release.
    ///
    /// # Errors
    /// As [`Board::named`].
    pub fn released() -> Result<Vec<Self>> {
        NAMES.iter().chain(&MORE).map(|name| Self::named(name)).collect()
    }

    /// The same core with room for any model: instructions of Cortex-M0 are counted on the larger memory of the board of Cortex-M3, which
    /// runs them too.
    ///
    /// # Errors
    /// As [`Board::named`].
    pub fn with_room(mut self) -> Result<Self> {
        if self.name == "cortex-m0" {
            let large = Self::named("cortex-m3")?;
            (self.machine, self.memory) = (large.machine, large.memory);
        }
        Ok(self)
    }

    /// A program of its GNU toolchain: `gcc`, `nm`, `size` and so on.
    pub fn tool(&self, name: &str) -> Cmd {
        Cmd::new(self.program(name))
    }

    /// The name of a program of its toolchain.
    pub fn program(&self, name: &str) -> String {
        format!("{}-{name}", self.prefix)
    }

    /// The compiler's flags that choose the processor.
    pub fn flags(&self) -> &str {
        &self.cpu
    }

    /// Its C compiler with the flags that choose the processor, to which the caller adds optimisation and files.
    pub fn compiler(&self) -> Cmd {
        self.tool("gcc").args(self.cpu.split(' '))
    }

    /// What to add to [`Board::compiler`] to link a hosted program: startup, `printf`, an exit code, from picolibc.
    pub fn hosted(&self) -> Vec<String> {
        let [flash, flash_size, ram, ram_size] = &self.memory;
        vec![
            "--specs=picolibc.specs".into(),
            "--oslib=semihost".into(),
            "--crt0=hosted".into(),
            "-ffunction-sections".into(),
            "-fdata-sections".into(),
            "-Wl,--gc-sections,-z,noexecstack,--no-warn-rwx-segments".into(),
            format!("-Wl,--defsym=__flash={flash},--defsym=__flash_size={flash_size}"),
            format!("-Wl,--defsym=__ram={ram},--defsym=__ram_size={ram_size}"),
        ]
    }

    /// Whether its core is an Arm.
    pub fn is_arm(&self) -> bool {
        self.prefix.starts_with("arm")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_toolchain_file_describes_its_board() {
        for board in Board::released().unwrap() {
            let text = fs::read_to_string(&board.toolchain_file).unwrap();
            assert!(text.contains(&format!("set(TVM_EMBEDDED_CORE {})", board.name)), "{}", board.name);
            assert!(!board.machine.contains([' ', '$']) && !board.rust_target.contains([' ', '$']));
        }
        let error = Board::named("cortex-m9").unwrap_err().to_string();
        assert!(error.contains("cortex-m9") && error.contains("rv32imac"), "{error}");
    }
}
