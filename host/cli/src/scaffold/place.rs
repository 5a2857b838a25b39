//! Where a project's program runs, and how it gets there.

use std::path::Path;

use crate::args::NewBoard;
use crate::failure::{Failure, Result};
use crate::terminal::shown;

/// A board, or this computer.
pub struct Place {
    /// In a sentence: runs on …
    pub name: &'static str,
    /// The processor and memories, for a program without an SDK.
    pub machine: Option<Machine>,
    /// The target of the Makefile that runs the program.
    pub run_target: &'static str,
    /// The command of that target; empty if an SDK builds the program.
    pub run: &'static str,
    /// What the README lists first.
    pub commands: &'static str,
    /// What the tool prints.
    pub next: &'static str,
    /// File of the program.
    pub main: String,
    /// Directory of the model's C.
    pub model: &'static str,
}

/// A processor and its memories.
pub struct Machine {
    /// Flags of the compiler.
    pub cpu: &'static str,
    /// Address and size.
    pub flash: (&'static str, &'static str),
    /// Size, at 0x20000000.
    pub ram: &'static str,
    /// Whether the program prints through the debugger or emulator.
    pub semihosting: bool,
}

const M4F: &str = "-mthumb -mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16";

/// Options of QEMU with which a program prints and ends.
macro_rules! semihosted {
    () => {
        "-nographic -monitor none -serial none -semihosting-config enable=on,target=native -kernel $(PROGRAM)"
    };
}

const HOST: &str = "
make        # builds
make run    # runs
";
const QEMU: &str = "
make        # builds: needs gcc-arm-none-eabi and picolibc-arm-none-eabi
make run    # runs: needs qemu-system-arm
";
const STM32: &str = "
make            # builds: needs gcc-arm-none-eabi and picolibc-arm-none-eabi
make flash      # to the board: needs openocd; results are on the serial port, 115200 baud
make emulate    # the same program in QEMU: needs qemu-system-arm; Ctrl-C ends it
";
const NRF52: &str = "
make            # builds: needs gcc-arm-none-eabi and picolibc-arm-none-eabi
make flash      # to the board: needs pyocd; results are on the serial port, 115200 baud
";
const RP2040: &str = "
export PICO_SDK_PATH=…    # the Pico SDK; needs gcc-arm-none-eabi, too
cmake -S . -B build && cmake --build build
# copy build/program.uf2 to the board; results are on USB serial and UART 0
";
const ESP_IDF: &str = "
idf.py build flash monitor    # needs ESP-IDF 5.0 or newer; another chip: idf.py set-target esp32s3
";
const ZEPHYR: &str = "
west build -b mps2/an386 -t run    # emulated; needs a Zephyr workspace
west build -b nrf52840dk/nrf52840 && west flash
";
const ARDUINO: &str = "
arduino-cli compile -b arduino:mbed_nano:nano33ble .
arduino-cli upload -b arduino:mbed_nano:nano33ble -p /dev/ttyACM0 .
";

impl Place {
    /// The place of a board.
    pub fn new(board: NewBoard, directory: &Path) -> Result<Self> {
        Ok(match board {
            NewBoard::Host => Self::made("this computer", None, "./$(PROGRAM)", HOST),
            NewBoard::CortexM4Qemu | NewBoard::CortexM55Qemu => Self::emulated(board == NewBoard::CortexM4Qemu),
            NewBoard::Stm32 => Self::flashed(
                "an STM32F405, F407 or F446 (Cortex-M4F), such as the Nucleo-F446RE",
                Machine { cpu: M4F, flash: ("0x08000000", "512K"), ram: "128K", semihosting: false },
                "openocd -f interface/stlink.cfg -f target/stm32f4x.cfg -c \"program $(PROGRAM) verify reset exit\"",
                STM32,
            ),
            NewBoard::Nrf52 => Self::flashed(
                "an nRF52840 (Cortex-M4F), such as the nRF52840 DK",
                Machine { cpu: M4F, flash: ("0x0", "1M"), ram: "256K", semihosting: false },
                "pyocd flash -t nrf52840 $(PROGRAM)",
                NRF52,
            ),
            NewBoard::Rp2040 => Self::of_sdk(
                "an RP2040 (Cortex-M0+), such as the Raspberry Pi Pico",
                RP2040,
                "build with the Pico SDK",
                "main.c",
            ),
            NewBoard::Esp32c3 => Self::of_sdk(
                "an ESP32-C3 (RISC-V), and every other chip of ESP-IDF",
                ESP_IDF,
                "build with `idf.py build`",
                "main/main.c",
            ),
            NewBoard::Zephyr => {
                Self::of_sdk("the boards of Zephyr", ZEPHYR, "build with `west build -b BOARD`", "src/main.c")
            }
            NewBoard::Arduino => Place {
                main: sketch(directory)?,
                model: "src/model",
                ..Self::of_sdk("the boards of Arduino", ARDUINO, "open the directory in the Arduino IDE", "")
            },
        })
    }

    fn made(name: &'static str, machine: Option<Machine>, run: &'static str, commands: &'static str) -> Self {
        Place {
            name,
            machine,
            run_target: "run",
            run,
            commands,
            next: "build with `make`, run with `make run`",
            main: "main.c".to_owned(),
            model: "model",
        }
    }

    /// One of Arm's boards in QEMU.
    fn emulated(is_m4: bool) -> Self {
        let machine = |cpu, size| Some(Machine { cpu, flash: ("0x0", size), ram: size, semihosting: true });
        if is_m4 {
            let name = "Arm's MPS2 board AN386 (Cortex-M4) in QEMU";
            Self::made(name, machine(M4F, "4M"), concat!("qemu-system-arm -M mps2-an386 ", semihosted!()), QEMU)
        } else {
            let cpu = "-mthumb -mcpu=cortex-m55 -mfloat-abi=hard";
            let name = "Arm's MPS3 board AN547 (Cortex-M55) in QEMU";
            Self::made(name, machine(cpu, "512K"), concat!("qemu-system-arm -M mps3-an547 ", semihosted!()), QEMU)
        }
    }

    fn flashed(name: &'static str, machine: Machine, run: &'static str, commands: &'static str) -> Self {
        let next = "build with `make`, write it to the board with `make flash`";
        Place { run_target: "flash", next, ..Self::made(name, Some(machine), run, commands) }
    }

    fn of_sdk(name: &'static str, commands: &'static str, next: &'static str, main: &str) -> Self {
        Place { next, main: main.to_owned(), ..Self::made(name, None, "", commands) }
    }
}

/// The sketch's file, which has the name of its directory.
fn sketch(directory: &Path) -> Result<String> {
    let name = directory.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if name.is_empty() || name.len() > 63 || !name.chars().all(allowed) || name.starts_with(['.', '-']) {
        return Err(Failure::usage(format!("{}: is not a name that Arduino takes for a sketch", shown(directory)))
            .advise("name a directory of letters, digits, underscores, dots and dashes, at most 63"));
    }
    Ok(format!("{name}.ino"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sketches_have_the_name_of_their_directory() {
        assert_eq!(sketch(Path::new("a/wake-word_2.b")).unwrap(), "wake-word_2.b.ino");
        for wrong in ["", "..", "a/two words", "-x", "ü", &"x".repeat(64)] {
            assert_eq!(sketch(Path::new(wrong)).unwrap_err().exit_code(), 2, "{wrong}");
        }
    }
}
