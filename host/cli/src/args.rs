//! The command line.

mod compiled;
mod constants;
mod core;
mod estimate;
mod extras;
mod media;
mod new;
mod pack;
mod report;
mod self_test;
mod shared;
mod validate;

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};
use tvm_embedded_compiler::ir::names;

pub use compiled::{Compiled, Source};
pub use estimate::Estimate;
pub use extras::{Completions, Man};
pub use media::Media;
pub use new::{Board as NewBoard, New};
pub use pack::Pack;
pub use report::{Board, Report};
pub use self_test::SelfTest;
pub use shared::{Building, InputShapes, Model, TensorFile};
pub use validate::{Task, Validate};

use crate::message::Form;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Neural networks for microcontrollers: from a .tflite file or a TVM model archive to C you can link.
#[derive(Debug, Parser)]
#[command(name = "tvm-embedded", version = version(), styles = STYLES, max_term_width = 100, after_help = AFTER_HELP)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,

    /// How errors, notes, findings and progress are written to standard error
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Human, hide_default_value = true, global = true)]
    pub message_format: Form,

    /// Do not show progress
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

const AFTER_HELP: &str = "\
Typical order of commands:
  tvm-embedded compile keyword.tflite -o keyword.tar          make a model archive
  tvm-embedded inspect keyword.tar                            what the model contains and needs
  tvm-embedded run keyword.tar --input audio=clip.npy         run it on this computer
  tvm-embedded generate keyword.tar -o keyword/               C files for your firmware
The last three also take a .tflite file. `tvm-embedded VERB --help` shows examples of each.

Exit codes:
  0  done
  1  the model or archive was refused
  2  the command line is wrong
  3  a file could not be read or written, or has wrong contents
  4  the model's code failed, or its outputs are not the expected ones
  5  there is no C compiler, or it failed

Results go to standard output, errors to standard error, as JSON with --message-format json.
NO_COLOR=1 disables colours.";

/// The text of `--version` about archives.
const READS: &str = "Model Library Format, metadata versions 5 (TVM 0.8), 6 and 7 (TVM 0.9 to 0.18)";

fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        format!(
            "{}\nABI of generated files and library: {}\narchives read: {}",
            env!("CARGO_PKG_VERSION"),
            tvm_embedded_interface::ABI_VERSION,
            READS,
        )
    });
    &VERSION
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Compile a .tflite file to a model archive
    #[command(after_help = COMPILE_EXAMPLES)]
    Compile(Compile),
    /// Show what is in a model: tensors, memory, flash, layers, and defects and warnings
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(Inspect),
    /// Run a model on this computer, through the same TVMExecute as in the firmware
    #[command(after_help = RUN_EXAMPLES)]
    Run(Run),
    /// Write the C files a firmware links: the model's header, descriptor, JSON and code
    #[command(after_help = GENERATE_EXAMPLES)]
    Generate(Generate),
    /// Write a report about a model: memory over time, layers, kernels, whether it fits a board
    #[command(after_help = report::EXAMPLES)]
    Report(Report),
    /// Estimate instructions, cycles, flash and RAM of a model on cores, without building anything
    #[command(after_help = estimate::EXAMPLES)]
    Estimate(Estimate),
    /// Measure how accurate a model is on samples with labels, and how far it agrees with another model
    #[command(after_help = validate::EXAMPLES)]
    Validate(Validate),
    /// Write a model's constants as an update for devices that already run it
    #[command(after_help = pack::EXAMPLES)]
    Pack(Pack),
    /// Make a project with a model that is ready to build, for this computer or a board
    #[command(after_help = new::EXAMPLES)]
    New(New),
    /// Print shell completions for this program
    #[command(after_help = extras::COMPLETIONS)]
    Completions(Completions),
    /// Print or write manual pages
    #[command(after_help = extras::MAN)]
    Man(Man),
}

/// `generate`
#[derive(Debug, Args)]
pub struct Generate {
    /// The model.
    #[command(flatten)]
    pub source: Source,

    /// Directory for the files; created if it does not exist
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,

    /// C name of the model's descriptor and of everything named after it [default: the module's name]
    #[arg(long, value_name = "NAME")]
    pub symbol: Option<String>,

    /// Who provides the content of constant pools outside the code
    #[arg(long, value_enum, value_name = "WHO", default_value_t = Parameters::Carried)]
    pub parameters: Parameters,

    /// Write files that need no libtvm_embedded.a, with their own tvm_embedded.h: for cores that have no library. The
    /// model is then called only through `TVMExecute_<model>`
    #[arg(long)]
    pub no_library: bool,

    /// The self-test.
    #[command(flatten)]
    pub self_test: SelfTest,
}

/// Who provides the content of constant pools outside the code.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Parameters {
    /// The generated C holds it as constant arrays; the firmware may still set other data
    Carried,
    /// The firmware sets all of it with TVMSetParameters, for instance data that is updated over the air
    User,
}

const GENERATE_EXAMPLES: &str = "\
Examples:
  tvm-embedded generate keyword.tar -o keyword/
  tvm-embedded generate keyword.tflite -o keyword/ --symbol wake_word
  tvm-embedded generate from_tvm.tar --tflite original.tflite -o keyword/
  tvm-embedded generate keyword.tflite -o keyword/ --no-library
  tvm-embedded generate keyword.tflite -o keyword/ --self-test 3
  tvm-embedded generate --header tvmgen_keyword.h --library libkeyword.a --facts keyword.json -o keyword/

A self-test runs the model's C code on this computer, as `run` does: generate it only for archives that you trust.
Prints the path of each file written. In CMake, tvm_embedded_add_model(TARGET ARCHIVE) calls this for you.";

/// `inspect`
#[derive(Debug, Args)]
pub struct Inspect {
    /// The model.
    #[command(flatten)]
    pub source: Source,

    /// Print the same facts as JSON
    #[arg(long)]
    pub json: bool,

    /// Show for each layer what it took on a board: the table that examples/layers prints, or a log that contains it
    #[arg(long, value_name = "FILE")]
    pub measured: Option<PathBuf>,
}

const INSPECT_EXAMPLES: &str = "\
Examples:
  tvm-embedded inspect keyword.tar
  tvm-embedded inspect keyword.tflite --json | jq '.models[0].workspaces'
  tvm-embedded inspect from_tvm.tar --tflite original.tflite
  tvm-embedded inspect keyword.tar --measured cycles.csv
  tvm-embedded inspect --header tvmgen_keyword.h --library libkeyword.a --facts keyword.json";

/// `run`
#[derive(Debug, Args)]
pub struct Run {
    /// The model.
    #[command(flatten)]
    pub source: Source,

    /// Content of an input: raw little-endian bytes, a .npy file, a picture (.png) or a sound (.wav). A file with several
    /// tensors one after the other gives one run for each, in sequence
    #[arg(short, long = "input", value_name = "TENSOR=FILE")]
    pub inputs: Vec<TensorFile>,

    /// Sounds and pictures.
    #[command(flatten)]
    pub media: Media,

    /// Where to write an output: .npy with type and shape, any other name raw little-endian bytes. Without any, a
    /// short view of each output is printed
    #[arg(short, long = "output", value_name = "TENSOR=FILE")]
    pub outputs: Vec<TensorFile>,

    /// Expected content of an output, compared byte for byte; exit code 4 if it differs
    #[arg(long = "expect", value_name = "TENSOR=FILE")]
    pub expected: Vec<TensorFile>,

    /// Run the whole input N times, check that the outputs are the same, and print the time of a run
    #[arg(long, value_name = "N", default_value_t = 1, hide_default_value = true,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: u32,

    /// Use workspaces whose addresses are N bytes after an aligned address, as a plain byte array may be
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true,
          value_parser = clap::value_parser!(u32).range(..4096))]
    pub workspace_offset: u32,

    /// Pass ARG to the C compiler: -fsanitize=address, an include path, or C files of a library the model calls
    #[arg(long = "cc-arg", value_name = "ARG", allow_hyphen_values = true)]
    pub cc_args: Vec<String>,
}

const RUN_EXAMPLES: &str = "\
Examples:
  tvm-embedded run keyword.tar --input audio=clip.npy
  tvm-embedded run keyword.tar --input audio=clip.bin --output scores=scores.npy
  tvm-embedded run keyword.tar --input audio=clip.bin --expect scores=right.bin
  tvm-embedded run keyword.tar --input audio=clip.bin --repeat 1000
  tvm-embedded run picture.tflite --input photo.png --range -1..1
  tvm-embedded run --header tvmgen_keyword.h --library libkeyword.a --facts keyword.json --input clip.bin

TENSOR is the tensor's own name or its C name; a model with one input or output takes FILE alone.
The model's C code is compiled with $CC (else cc) in a temporary directory and run with your rights:
run only archives that you trust. A model with state is reset first.";

/// `compile`
#[derive(Debug, Args)]
pub struct Compile {
    /// Model to compile: an int8 .tflite file
    #[arg(value_name = "MODEL.tflite")]
    pub path: PathBuf,

    /// Archive to write
    #[arg(short, long, value_name = "OUT.tar")]
    pub output: PathBuf,

    /// Name of the model in C [default: the file's name, in lower case]
    #[arg(long, value_name = "NAME", value_parser = module_name)]
    pub name: Option<String>,

    /// How.
    #[command(flatten)]
    pub building: Building,

    /// Write what each layer costs and where each tensor is: as JSON if FILE ends in .json, else as text
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

const COMPILE_EXAMPLES: &str = "\
Examples:
  tvm-embedded compile keyword.tflite -o keyword.tar
  tvm-embedded compile keyword.tflite -o keyword.tar --optimize size
  tvm-embedded compile keyword.tflite -o keyword.tar --optimize speed
  tvm-embedded compile keyword.tflite -o keyword.tar --io-in-workspace --ram 24K
  tvm-embedded compile keyword.tflite -o keyword.tar --pool dtcm=16K --pool sram=64K
  tvm-embedded compile keyword.tflite -o keyword.tar --io-in-workspace --report keyword.txt
  tvm-embedded compile keyword.tflite -o keyword.tar --core cortex-m4
  tvm-embedded compile keyword.tflite -o keyword.tar --core cortex-m7 --constants itcm:64K,qspi

The archive is Model Library Format version 7, as TVM 0.9 to 0.18 wrote it.";

/// A name that the compiler accepts for a module.
fn module_name(text: &str) -> Result<String, String> {
    // TVM's own name for models without one.
    if names::is_lower_identifier(text) || text == "default" {
        return Ok(text.to_owned());
    }
    let like = names::module_name(text);
    Err(format!("a module's name is a C identifier in lower case, at most 64 characters long, for example {like}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
