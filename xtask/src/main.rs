//! `cargo xtask <verb>`: the project's commands besides `cargo build`, one module per verb.
//!
//! To add a verb: write `<verb>.rs` in its directory with `pub fn run(args: &[String]) -> anyhow::Result<()>`, name the module in
//! the directory's `mod.rs` and in `lib.rs`, and add a line to [`VERBS`]. Only verbs in the table exist.

use std::process::ExitCode;

use xtask::{
    abi, attack, avr, bench, calls, costs, coverage, crates, cycles, demo, deny, dist, docs, emulator, ethos_u,
    firmware, flags, fresh, fuzz, header, heartbeat, kinds, layers, misra, modes, mutants, no_library, packages, pages,
    profiles, proof, reach, sanitize, setup, share, site, size, stack, sysroot, test, tutorials, unused, wake_word,
    wheel,
};

/// One command of `cargo xtask`.
struct Verb {
    /// What the user types.
    name: &'static str,
    /// Its arguments, as shown by the help text.
    usage: &'static str,
    /// What it does, in one line.
    about: &'static str,
    /// The body. Arguments come without the verb itself.
    run: fn(&[String]) -> anyhow::Result<()>,
}

const VERBS: &[Verb] = &[
    Verb {
        name: "test",
        usage: "[STEP...]",
        about: "everything that is checked before a change lands",
        run: test::run,
    },
    Verb {
        name: "calls",
        usage: "",
        about: "instructions that the library adds to a call of a model",
        run: calls::run,
    },
    Verb {
        name: "bench",
        usage: "[BOARD...] [FILE.tflite...] [--layers] [--model NAME] [--write | --check]",
        about: "instructions, flash, RAM and stack of compiled models on emulated boards",
        run: bench::run,
    },
    Verb {
        name: "kinds",
        usage: "[BOARD...] | --write",
        about: "the same networks in each kind of file that exporters write, on emulated boards",
        run: kinds::run,
    },
    Verb {
        name: "modes",
        usage: "[BOARD...] | --write",
        about: "the same networks with each value of `--optimize`, on emulated boards",
        run: modes::run,
    },
    Verb {
        name: "costs",
        usage: "[--write] [--speed | --size] [BOARD...]",
        about: "what the kernels cost, for the estimates of `tvm-embedded estimate`",
        run: costs::run,
    },
    Verb {
        name: "demo",
        usage: "",
        about: "the bundled model, on this computer and on an emulated Cortex-M4",
        run: demo::run,
    },
    Verb {
        name: "wake-word",
        usage: "",
        about: "a microphone front end and a wake-word model on an emulated Cortex-M4, from samples",
        run: wake_word::run,
    },
    Verb {
        name: "ethos-u",
        usage: "",
        about: "a part for an NPU, with a stand-in for its driver, on an emulated Cortex-M55",
        run: ethos_u::run,
    },
    Verb {
        name: "tutorials",
        usage: "[NAME...] [--with NEED]...",
        about: "every command of docs/tutorials, and what it prints",
        run: tutorials::run,
    },
    Verb {
        name: "fresh",
        usage: "[demo] [test [STEP...]] | wheel [FILE.whl]",
        about: "the README's commands, or the Python package's, in a new Debian that has only a C compiler and Python, for the former also cargo",
        run: fresh::run,
    },
    Verb {
        name: "fuzz",
        usage: "[TARGET] [SECONDS|FILE...]",
        about: "try hostile input on everything that reads files",
        run: fuzz::run,
    },
    Verb {
        name: "abi",
        usage: "[--update]",
        about: "compare the binary interface with the recorded one",
        run: abi::run,
    },
    Verb {
        name: "coverage",
        usage: "[c] [rust] [--gaps]",
        about: "lines, regions and branches that the tests run, against their bounds",
        run: coverage::run,
    },
    Verb {
        name: "mutants",
        usage: "[known] [PART...]",
        about: "inject known faults, and change the source in many places: a test must fail each time",
        run: mutants::run,
    },
    Verb {
        name: "attack",
        usage: "[PART...] [--count N] [--seed S] [--first N]",
        about: "random graphs, mutants and large layers against the interpreter, many of them",
        run: attack::run,
    },
    Verb {
        name: "reach",
        usage: "[PART]",
        about: "which exported and public models compile, by export mode, and equal the interpreter",
        run: reach::run,
    },
    Verb {
        name: "avr",
        usage: "[REGEX] [--seed N]",
        about: "every operator on a core whose int has 16 bits, compared with the host's bytes",
        run: avr::run,
    },
    Verb {
        name: "python",
        usage: "",
        about: "the Python package: a wheel, installed into a new environment and tested there",
        run: wheel::run,
    },
    Verb {
        name: "crates",
        usage: "",
        about: "the crates for Rust users: packaged, built from the packages, run on an emulated Cortex-M4F",
        run: crates::run,
    },
    Verb {
        name: "packages",
        usage: "[MANAGER...]",
        about: "packages for Zephyr, ESP-IDF, PlatformIO, Arduino, CMSIS-Pack and Conan, and their examples",
        run: packages::run,
    },
    Verb {
        name: "no-library",
        usage: "[BOARD...]",
        about: "compiled models without the library: on Xtensa, AVR and all boards, compared with the library's bytes",
        run: no_library::run,
    },
    Verb {
        name: "flags",
        usage: "[BOARD...]",
        about: "compiled models with every flag a product may use, compared with the host's bytes",
        run: flags::run,
    },
    Verb {
        name: "deny",
        usage: "",
        about: "licences, sources and known vulnerabilities of what the project depends on",
        run: deny::run,
    },
    Verb {
        name: "docs",
        usage: "",
        about: "the documentation of the crates and of the C header, without a warning",
        run: docs::run,
    },
    Verb {
        name: "site",
        usage: "",
        about: "the documentation as a site, made with mdBook, and all links in it",
        run: site::run,
    },
    Verb {
        name: "pages",
        usage: "[--write]",
        about: "reports and the site in a browser: layout, contrast, pictures, search",
        run: pages::run,
    },
    Verb {
        name: "misra",
        usage: "",
        about: "compare Cppcheck's findings in generated C with the deviations in docs/misra.md",
        run: misra::run,
    },
    Verb {
        name: "sanitize",
        usage: "[PART...]",
        about: "look for memory errors with AddressSanitizer, UBSan and Valgrind",
        run: sanitize::run,
    },
    Verb { name: "header", usage: "[--check]", about: "write the C header from the source", run: header::run },
    Verb {
        name: "setup",
        usage: "[NEED...]",
        about: "install what the other commands need and is missing on this machine",
        run: setup::run,
    },
    Verb {
        name: "sysroot",
        usage: "TARGET...",
        about: "Rust's core library for bare-metal targets, without rustup",
        run: sysroot::run,
    },
    Verb {
        name: "firmware",
        usage: "[BOARD...] [--programs REGEX]",
        about: "library, C tests and real models on the emulated boards",
        run: firmware::run,
    },
    Verb {
        name: "unused",
        usage: "[BOARD...]",
        about: "a part of the interface that a program does not use does not change it",
        run: unused::run,
    },
    Verb {
        name: "share",
        usage: "[MODEL MODEL]",
        about: "two models in one program that share kernels: the same bytes, flash and instructions",
        run: share::run,
    },
    Verb {
        name: "layers",
        usage: "[BOARD...]",
        about: "instructions of each layer of the bundled model on emulated boards, and the cost of hooks and steps",
        run: layers::run,
    },
    Verb {
        name: "profiles",
        usage: "[--write] [MODEL...]",
        about: "what the instructions of each layer are for, where a network takes more than its line; docs/profiles.md",
        run: profiles::run,
    },
    Verb {
        name: "cycles",
        usage: "[--write | CORE...]",
        about: "cycles of the loops over products, estimated by LLVM's machine code analyser; docs/estimate.md",
        run: cycles::run,
    },
    Verb {
        name: "dist",
        usage: "",
        about: "the release: the library for every core, the tool, CMake files",
        run: dist::run,
    },
    Verb {
        name: "size",
        usage: "[--check | BOARD...]",
        about: "measure what the runtime costs on each core, and write or check docs/size.md; of some boards, print it",
        run: size::run,
    },
    Verb {
        name: "stack",
        usage: "[--write | BOARD...]",
        about: "stack of the kernels, for the bound in a model's header",
        run: stack::run,
    },
    Verb {
        name: "prove",
        usage: "[BOARD...]",
        about: "show what the runtime does not contain: panics, heap, helpers, recursion, data",
        run: proof::run,
    },
    Verb {
        name: "count",
        usage: "BOARD PROGRAM",
        about: "run a bare-metal program on an emulated board and count its instructions",
        run: emulator::run_count,
    },
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = args.split_first() else {
        print!("{}", help());
        return ExitCode::from(2);
    };
    if matches!(name.as_str(), "help" | "-h" | "--help") {
        print!("{}", help());
        return ExitCode::SUCCESS;
    }
    let Some(verb) = VERBS.iter().find(|verb| verb.name == name) else {
        eprintln!("cargo xtask: no command '{name}'\n\n{}", help());
        return ExitCode::from(2);
    };
    // `setup` itself lists what it can install.
    if verb.name != "setup" && rest.iter().any(|arg| matches!(arg.as_str(), "-h" | "--help")) {
        println!("{}\n\n  cargo xtask {} {}", verb.about, verb.name, verb.usage);
        return ExitCode::SUCCESS;
    }
    heartbeat::start();
    match (verb.run)(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cargo xtask {name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn help() -> String {
    let mut text = String::from("The project's own commands. Usage: cargo xtask <command> [arguments]\n\n");
    for verb in VERBS {
        text += &format!("  {:<32} {}\n", format!("{} {}", verb.name, verb.usage), verb.about);
    }
    text
}
