//! Names that are valid in C and C++: tested with every macro, function, type and variable that the installed compilers know after
//! all headers of the standards, and with the macros of our own headers and kernels.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tvm_embedded_mlf::names::{is_c_identifier, member, symbol};

const C: &str = "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg \
    stdatomic stdbit stdbool stdckdint stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype";
const CPP: &str = "algorithm any array atomic barrier bit bitset charconv chrono codecvt compare complex concepts \
    condition_variable deque exception execution expected filesystem format forward_list fstream functional future generator \
    initializer_list iomanip ios iostream istream iterator latch limits list locale map mdspan memory memory_resource mutex \
    new numbers numeric optional ostream print queue random ranges ratio regex scoped_allocator semaphore set shared_mutex \
    source_location span spanstream sstream stack stacktrace stdexcept stop_token streambuf string string_view strstream \
    syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant \
    vector version cmath cstdio cstdlib cstring ctime cwchar cfenv csignal";

const COMPILERS: [&[&str]; 6] = [
    &["gcc"],
    &["clang"],
    &["arm-none-eabi-gcc", "-mcpu=cortex-m55", "-mfloat-abi=hard"],
    &["arm-none-eabi-gcc", "-mcpu=cortex-m4", "--specs=picolibc.specs"],
    &["riscv64-unknown-elf-gcc", "--specs=picolibc.specs"],
    &["avr-gcc"],
];

/// The oldest and the newest dialect of each language; compilers skip dialects that they do not know.
const DIALECTS: [(&str, &str); 6] =
    [("c", "c99"), ("c", "gnu2x"), ("c", "gnu23"), ("c++", "c++11"), ("c++", "gnu++17"), ("c++", "gnu++2b")];

/// The output of a compiler for a text; `None` if it fails.
fn output(compiler: &[&str], language: &str, standard: &str, more: &[&str], text: &str) -> Result<String, String> {
    let mut command = Command::new(compiler[0]);
    command.args(&compiler[1..]).args(["-w", "-x", language, &format!("-std={standard}")]).args(more).arg("-");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let mut input = child.stdin.take().expect("its input");
    let text = text.to_owned();
    let writer = std::thread::spawn(move || {
        // A compiler that fails early reads no further.
        let _ = input.write_all(text.as_bytes());
    });
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    writer.join().expect("the writer");
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// Includes of all headers that the compiler has and accepts.
fn headers(compiler: &[&str], language: &str, standard: &str) -> String {
    let mut names: Vec<String> = C.split_whitespace().map(|name| format!("{name}.h")).collect();
    if language == "c++" {
        // C's own is not made for C++, which has <atomic>.
        names.retain(|name| name != "stdatomic.h");
        names.extend(CPP.split_whitespace().map(str::to_owned));
    }
    let include = |name: &String| format!("#if __has_include(<{name}>)\n#include <{name}>\n#endif\n");
    let all: String = names.iter().map(include).collect();
    if output(compiler, language, standard, &["-E"], &all).is_ok() {
        return all;
    }
    // Some are for other systems only: newlib has <threads.h> without what it needs.
    names.iter().map(include).filter(|text| output(compiler, language, standard, &["-E"], text).is_ok()).collect()
}

fn words(text: &str) -> BTreeSet<&str> {
    let is_word = |c: char| c == '_' || c.is_ascii_alphanumeric();
    text.split(|c: char| !is_word(c)).filter(|word| is_c_identifier(word)).collect()
}

#[test]
fn after_all_headers() {
    for compiler in COMPILERS {
        let mut tried = Vec::new();
        for (language, standard) in DIALECTS {
            if output(compiler, language, standard, &["-fsyntax-only"], "int x;").is_err() {
                continue;
            }
            let headers = headers(compiler, language, standard);
            let macros = output(compiler, language, standard, &["-E", "-dM"], &headers).expect("macros");
            let text = output(compiler, language, standard, &["-E", "-P"], &headers).expect("a text");
            let mut names = words(&text);
            names.extend(
                macros.lines().filter_map(|line| words(line.strip_prefix("#define ")?.split(' ').next()?).pop_first()),
            );
            names.extend(["std", "_x", "__x", "_X"]);
            let members: BTreeSet<String> = names.iter().map(|name| member(name)).collect();
            let symbols: BTreeSet<String> = names.iter().map(|name| symbol(name)).collect();
            let mut program = headers.clone();
            let (open, close) = if language == "c++" { ("extern \"C\" {\n", "}\n") } else { ("", "") };
            program.push_str("struct tvm_members {\n");
            members.iter().for_each(|name| program.push_str(&format!("  int {name};\n")));
            program.push_str("};\n");
            program.push_str(open);
            symbols.iter().for_each(|name| program.push_str(&format!("extern const struct tvm_members {name};\n")));
            program.push_str(close);
            let result = output(compiler, language, standard, &["-fsyntax-only"], &program);
            assert!(
                result.is_ok(),
                "{} -std={standard}: add what is named here to host/mlf/src/names\n{}",
                compiler.join(" "),
                result.unwrap_err()
            );
            tried.push(format!("{standard}: {} names", names.len()));
        }
        match tried.is_empty() {
            true => eprintln!("SKIPPED: there is no {}", compiler[0]),
            false => println!("{}: {}", compiler.join(" "), tried.join(", ")),
        }
    }
}

/// All headers below a directory.
fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "h") {
            found.push(path);
        }
    }
}

#[test]
fn macros_of_our_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for directory in ["capi/include", "host/compiler/src", "host/interface/headers"] {
        files(&root.join(directory), &mut found);
    }
    let mut count = 0;
    for path in found {
        let text = std::fs::read_to_string(&path).expect("a text");
        for line in text.lines() {
            let Some(rest) =
                line.trim_start().strip_prefix('#').and_then(|line| line.trim_start().strip_prefix("define "))
            else {
                continue;
            };
            let name = words(rest.trim_start().split([' ', '(']).next().unwrap_or_default()).pop_first();
            if let Some(name) = name {
                assert_ne!(member(name), name, "{}", path.display());
                assert_ne!(symbol(name), name, "{}", path.display());
                count += 1;
            }
        }
    }
    assert!(count > 50, "{count}");
}
