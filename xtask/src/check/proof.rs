//! `cargo xtask prove`: shows on linked images with every exported function what the runtime does not contain.
//!
//! A proof that cannot fail proves nothing, so each is also run on a library with an injected violation, and must
//! find it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::machine::board::Board;
use crate::machine::image::{Image, Piece};
use crate::machine::{library, paths, setup};
use crate::measure::size;

/// A property that an image does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Broken {
    /// A panic can be reached: the handler's call of a function that does not exist does not link.
    NoPanic,
    /// Memory is allocated.
    NoHeap,
    /// The compiler's libraries are needed: software floating point, 64-bit division and others.
    NoHelper,
    /// A function can call itself.
    NoRecursion,
    /// There is writable data besides the last error.
    NoData,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoPanic => "a panic can be reached",
            Self::NoHeap => "memory is allocated",
            Self::NoHelper => "a helper of the compiler's libraries is linked",
            Self::NoRecursion => "a function can call itself",
            Self::NoData => "there is writable data",
        })
    }
}

/// Violations, each as an exported function to add to the library, and the property it breaks.
const SEEDS: [(Broken, &str); 6] = [
    (Broken::NoPanic, "pub extern \"C\" fn TVMSeed(index: usize) -> u8 { [1u8, 2, 3][index] }"),
    (
        Broken::NoHeap,
        "pub extern \"C\" fn TVMSeed(size: usize) -> *mut u8 {
            unsafe extern \"C\" { safe fn malloc(size: usize) -> *mut u8; }
            malloc(size)
        }",
    ),
    (Broken::NoHelper, "pub extern \"C\" fn TVMSeed(a: f32, b: f32) -> f32 { a * b }"),
    (Broken::NoHelper, "pub extern \"C\" fn TVMSeed(a: u64, b: u64) -> u64 { a.checked_div(b).unwrap_or(0) }"),
    (
        Broken::NoRecursion,
        "pub extern \"C\" fn TVMSeed(n: u32) -> u32 {
            if n < 2 { n } else { TVMSeed(n - 1).wrapping_add(TVMSeed(n - 2)) }
        }",
    ),
    (
        Broken::NoData,
        "pub extern \"C\" fn TVMSeed(value: u32) -> u32 {
            static KEPT: core::sync::atomic::AtomicU32 = core::sync::atomic::AtomicU32::new(7);
            let before = KEPT.load(core::sync::atomic::Ordering::Relaxed);
            KEPT.store(value, core::sync::atomic::Ordering::Relaxed);
            before
        }",
    ),
];

/// The core on which the seeds are tried: without hardware floating point, so that the helper is needed.
const SEED_CORE: &str = "cortex-m3";

/// `cargo xtask prove [BOARD...]`.
///
/// # Errors
/// If a property does not hold, or an injected violation is not found.
pub fn run(args: &[String]) -> Result<()> {
    setup::need(&["firmware"])?;
    let boards = Board::select(args)?;
    library::prepare(&boards)?;
    for board in &boards {
        let broken = broken(board, &library::build(board)?, &paths::target().join("firmware").join(board.name))?;
        if let Some((promise, what)) = broken.first_key_value() {
            bail!("{}: {promise}: {what}", board.name);
        }
        println!("{:<12} no panic, no heap, no helper, no recursion, no writable data", board.name);
    }
    let board = Board::named(SEED_CORE)?;
    for (promise, source) in SEEDS {
        let out = paths::target().join("seeded");
        let library = library::build_from(&inject(&out, source)?, &board, &out)?;
        let found = broken(&board, &library, &out)?;
        if found.keys().ne([&promise]) {
            bail!("injected: {promise}; found: {found:?}. The proof does not work\n{source}");
        }
        println!("{:<12} injected and found: {promise}", board.name);
    }
    Ok(())
}

/// The properties that do not hold for an image with every function of the library, each with the cause.
fn broken(board: &Board, library: &Path, out: &Path) -> Result<BTreeMap<Broken, String>> {
    let functions = library::exported(board, library)?;
    let mut broken = BTreeMap::new();
    let nothing = paths::root().join("bench/firmware/nothing.c");
    let linked = Image::link(board, library, &[&nothing], &functions, &out.join("proof.elf"));
    let image = match linked {
        Ok(image) => image,
        Err(error) if format!("{error:#}").contains("undefined reference to `tvm_embedded_panic_is_reachable'") => {
            broken.insert(Broken::NoPanic, "see the panic handler in capi".to_owned());
            return Ok(broken);
        }
        Err(error) => return Err(error),
    };
    let foreign: Vec<&Piece> =
        image.from_libraries().filter(|piece| !piece.object.contains("libtvm_embedded.a")).collect();
    const HEAP: [&str; 6] = ["malloc", "calloc", "realloc", "free", "sbrk", "__rust_alloc"];
    let names = |pieces: &[&Piece]| pieces.iter().map(|piece| piece.object.as_str()).collect::<Vec<_>>().join(", ");
    // libc's allocator links helpers of its own; they are not a second fault.
    if let Some(name) = HEAP.iter().find(|name| image.functions.contains_key(**name)) {
        broken.insert(Broken::NoHeap, (*name).to_owned());
    } else if !foreign.is_empty() {
        broken.insert(Broken::NoHelper, names(&foreign));
    }
    let circle = functions.iter().find(|name| image.stack(name).is_none());
    if let Some(name) = circle {
        broken.insert(Broken::NoRecursion, format!("below {name}"));
    }
    let owned = |piece: &&Piece| piece.in_ram() && piece.object.contains("libtvm_embedded.a");
    let data: Vec<&Piece> = image.from_libraries().filter(owned).filter(|piece| !size::is_last_error(piece)).collect();
    if let Some(piece) = data.first() {
        broken.insert(Broken::NoData, piece.section.clone());
    }
    Ok(broken)
}

/// A copy of the workspace whose library exports one more function. Only `capi` is copied; the rest are links.
///
/// # Errors
/// When a file can't be copied.
pub fn inject(out: &Path, source: &str) -> Result<PathBuf> {
    let copy = out.join("workspace");
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    fs::create_dir_all(copy.join("capi/src"))?;
    let root = paths::root().canonicalize()?;
    for entry in fs::read_dir(&root)? {
        let name = entry?.file_name();
        if !["capi", "target", ".git"].iter().any(|other| name == *other) {
            symlink(root.join(&name), copy.join(&name))?;
        }
    }
    fs::copy(root.join("capi/Cargo.toml"), copy.join("capi/Cargo.toml"))?;
    for entry in fs::read_dir(root.join("capi/src"))? {
        let entry = entry?;
        fs::copy(entry.path(), copy.join("capi/src").join(entry.file_name()))?;
    }
    let crate_root = copy.join("capi/src/lib.rs");
    let library = fs::read_to_string(&crate_root).with_context(|| crate_root.display().to_string())?;
    fs::write(&crate_root, format!("{library}\n/// Injected.\n#[unsafe(no_mangle)]\n{source}\n"))?;
    Ok(copy)
}
