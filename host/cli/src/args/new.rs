//! `new`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::shared::InputShapes;

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
    #[arg(long, value_enum, ignore_case = true, default_value_t = Board::Host)]
    pub board: Board,

    /// Shapes of inputs.
    #[command(flatten)]
    pub shapes: InputShapes,
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
    /// An STM32F4 without an SDK, such as the Nucleo-F446RE; the same program in QEMU
    Stm32,
    /// An nRF52840 without an SDK
    Nrf52,
    /// The Pico SDK: RP2040 (Cortex-M0+), as on the Raspberry Pi Pico
    Rp2040,
    /// ESP-IDF: ESP32-C3 (RISC-V), and other chips of Espressif
    Esp32c3,
    /// Zephyr, for all its boards
    Zephyr,
    /// A sketch for Arduino, with the name of the directory
    Arduino,
}

impl Board {
    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Board::Host => "host",
            Board::CortexM4Qemu => "cortex-m4-qemu",
            Board::CortexM55Qemu => "cortex-m55-qemu",
            Board::Stm32 => "stm32",
            Board::Nrf52 => "nrf52",
            Board::Rp2040 => "rp2040",
            Board::Esp32c3 => "esp32c3",
            Board::Zephyr => "zephyr",
            Board::Arduino => "arduino",
        }
    }
}

/// Examples of `new`.
pub const EXAMPLES: &str = "\
Examples:
  tvm-embedded new keyword --model keyword.tflite
  tvm-embedded new keyword --model keyword.tflite --board cortex-m4-qemu
  make -C keyword run

The project needs make and a C compiler; boards in QEMU, stm32 and nrf52 need gcc-arm-none-eabi, picolibc-arm-none-eabi and
qemu-system-arm (Debian's names); rp2040, esp32c3, zephyr and arduino need their SDK. It needs no library: everything else is in the
directory.";
