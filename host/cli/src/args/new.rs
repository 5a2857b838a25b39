//! `new`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `new`
#[derive(Debug, Args)]
pub struct New {
    /// Directory of the project; must not exist, or be empty
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,

    /// Model of the project: an int8 .tflite file
    #[arg(long, value_name = "MODEL.tflite")]
    pub model: PathBuf,

    /// Where the program runs
    #[arg(long, value_enum, default_value_t = Board::Host)]
    pub board: Board,
}

/// Where a project's program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Board {
    /// This computer
    Host,
    /// Arm's MPS2 AN386 in QEMU: Cortex-M4 with floating point, 4 MiB of flash and of RAM
    CortexM4Qemu,
    /// Arm's MPS3 AN547 in QEMU: Cortex-M55 with MVE, 512 KiB of flash and of RAM
    CortexM55Qemu,
}

/// Examples of `new`.
pub const EXAMPLES: &str = "\
Examples:
  tvm-embedded new keyword --model keyword.tflite
  tvm-embedded new keyword --model keyword.tflite --board cortex-m4-qemu
  make -C keyword run

The project needs make and a C compiler; boards in QEMU need gcc-arm-none-eabi, picolibc-arm-none-eabi and
qemu-system-arm (Debian's names). It needs no library: everything else is in the directory.";
