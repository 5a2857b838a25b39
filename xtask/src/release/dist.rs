//! `cargo xtask dist`: the release, for users without Rust. One archive with the library for every core.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::machine::board::Board;
use crate::machine::process::Cmd;
use crate::machine::{library, paths, setup};
use crate::release::files::{copy, links, tar, tree};
use crate::release::{packages, portable, sbom, wheel};

/// The directory of the library for this machine.
const HOST: &str = "x86_64-linux";

/// Builds the release and uses it as a user would: unpacked elsewhere, with only a C compiler and CMake.
///
/// # Errors
/// When something does not build, or the example does not run with the unpacked release.
pub fn run(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        bail!("usage: cargo xtask dist");
    }
    setup::need(&["firmware", "cmake", "oracle"])?;
    let name = format!("tvm_embedded-{}", env!("CARGO_PKG_VERSION"));
    let dist = paths::target().join("dist");
    let release = dist.join(&name);
    if release.exists() {
        fs::remove_dir_all(&release)?;
    }
    let boards = Board::released()?;
    let (tool, glibc) = portable::build_tool()?;
    assemble(&release, &boards, &tool, &glibc)?;
    links(&release)?;
    checksums(&release)?;
    let archive = dist.join(format!("{name}.tar.gz"));
    tar(&dist, &name, &archive)?;
    for board in &boards {
        let also = if board.name == "rv32imac" { &["rv32imac", "rv32imc"][..] } else { &[board.name][..] };
        for core in also {
            try_out(&archive, &name, board.name, core).with_context(|| format!("the release on {core}"))?;
            println!("{core:<12} the example builds and runs with only the release");
        }
    }
    let python = wheel::build(&release, &dist)?;
    wheel::try_out(&python, &dist.join("venv"))?;
    let mut files = vec![archive, python];
    for package in packages::build(&release.join("bin/tvm-embedded"), &dist.join("packages"))? {
        let released = dist.join(package.file_name().context("a name")?);
        copy(&package, &released)?;
        files.push(released);
    }
    files.push(sbom::write(&dist)?);
    files.push(sbom::changes(&dist)?);
    let mut sums = String::new();
    for file in &files {
        println!("{} ({} KiB)", file.display(), fs::metadata(file)?.len() / 1024);
        let name = file.file_name().context("a name")?;
        sums += &Cmd::new("sha256sum").arg(name).dir(&dist).capture()?;
    }
    fs::write(dist.join("SHA256SUMS"), sums)?;
    Ok(())
}

/// Puts together what a release holds, with libraries for this machine and these boards.
///
/// # Errors
/// When a library does not build or is not as expected, or a file can't be written.
pub fn assemble(release: &Path, boards: &[Board], tool: &Path, glibc: &str) -> Result<()> {
    let root = paths::root();
    library::prepare(boards)?;
    for board in boards {
        let library = library::build(board)?;
        library::check_clean(board, &library)?;
        without_atomics(board, &library)?;
        copy(&library, &release.join("lib").join(board.name).join("libtvm_embedded.a"))?;
    }
    copy(&host_library()?, &release.join("lib").join(HOST).join("libtvm_embedded.a"))?;
    copy(tool, &release.join("bin/tvm-embedded"))?;
    for file in ["LICENSE", "CHANGELOG.md", "SECURITY.md"] {
        copy(&root.join(file), &release.join(file))?;
    }
    tree(&root.join("docs"), &release.join("docs"))?;
    // The site's table of contents names pages that only the project has.
    fs::remove_file(release.join("docs/SUMMARY.md"))?;
    for header in ["tvm_embedded.h", "tvm_embedded.hpp"] {
        copy(&library::include_dir().join(header), &release.join("include").join(header))?;
    }
    tree(&root.join("cmake/toolchains"), &release.join("share/toolchains"))?;
    tree(&root.join("examples/bare-metal"), &release.join("share/examples/bare-metal"))?;
    for name in ["digits", "digit_rows"] {
        for file in [&format!("{name}.tflite"), "LICENSE", "README.md"] {
            copy(&root.join("models").join(name).join(file), &release.join("share/models").join(name).join(file))?;
        }
    }

    let package = release.join("lib/cmake/tvm_embedded");
    copy(&root.join("cmake/release/tvm_embedded-config.cmake"), &package.join("tvm_embedded-config.cmake"))?;
    for module in ["TVMEmbeddedModel.cmake", "TVMEmbeddedGenerate.cmake", "TVMEmbeddedCore.cmake"] {
        copy(&root.join("cmake").join(module), &package.join(module))?;
    }
    let cores: Vec<&str> = boards.iter().map(|board| board.name).chain([HOST]).collect();
    let filled = |from: &str, to: &Path| {
        let text = fs::read_to_string(root.join(from)).with_context(|| from.to_owned())?;
        let text = text.replace("@VERSION@", env!("CARGO_PKG_VERSION")).replace("@CORES@", &cores.join(", "));
        let text = text.replace("@GLIBC@", glibc);
        fs::write(to, text).with_context(|| to.display().to_string())
    };
    filled("cmake/release/tvm_embedded-config-version.cmake.in", &package.join("tvm_embedded-config-version.cmake"))?;
    filled("cmake/release/README.md", &release.join("README.md"))?;
    for core in cores {
        let folder = release.join("lib").join(core).join("pkgconfig");
        fs::create_dir_all(&folder)?;
        let text = format!(
            "prefix=${{pcfiledir}}/../../..\n\nName: tvm_embedded\n\
             Description: Runs ahead-of-time compiled neural networks from C firmware ({core})\nVersion: {}\n\
             Libs: -L${{prefix}}/lib/{core} -ltvm_embedded\nCflags: -I${{prefix}}/include\n",
            env!("CARGO_PKG_VERSION")
        );
        fs::write(folder.join("tvm_embedded.pc"), text)?;
    }
    Ok(())
}

/// RV32IMC uses the library for RV32IMAC (`cmake/TVMEmbeddedCore.cmake`), which must therefore not use atomics.
fn without_atomics(board: &Board, library: &Path) -> Result<()> {
    if !board.name.starts_with("rv32") {
        return Ok(());
    }
    let code = board.tool("objdump").arg("-d").arg(library).capture()?;
    let atomic = |line: &&str| ["lr.w", "sc.w", "amo"].iter().any(|name| line.contains(&format!("\t{name}")));
    match code.lines().find(atomic) {
        Some(line) => bail!("the library for {} has an atomic instruction: {line}", board.name),
        None => Ok(()),
    }
}

/// The library for this machine, made by CMake as a user makes it.
fn host_library() -> Result<PathBuf> {
    let build = paths::target().join("dist/host");
    Cmd::new("cmake")
        .args(["-S", ".", "-DBUILD_TESTING=OFF", "-DTVM_EMBEDDED_BUILD_TOOL=OFF", "-DTVM_EMBEDDED_SHARED=OFF", "-B"])
        .arg(&build)
        .dir(paths::root())
        .capture()?;
    Cmd::new("cmake").arg("--build").arg(&build).capture()?;
    Ok(build.join("libtvm_embedded.a"))
}

fn checksums(release: &Path) -> Result<()> {
    let mut text = String::new();
    let listed = Cmd::new("find").args([".", "-type", "f"]).dir(release).capture()?;
    let mut files: Vec<&str> = listed.lines().filter_map(|line| line.strip_prefix("./")).collect();
    files.sort_unstable();
    for file in files {
        let sum = Cmd::new("sha256sum").arg(file).dir(release).capture()?;
        write!(text, "{sum}")?;
    }
    fs::write(release.join("SHA256SUMS"), text)?;
    Ok(())
}

/// Unpacks the release elsewhere, and builds and runs its example there, without cargo on `PATH`.
/// `library` is the directory of the library that the package should choose for the core.
fn try_out(archive: &Path, name: &str, library: &str, core: &str) -> Result<()> {
    let place = tempfile::tempdir()?;
    Cmd::new("tar").arg("-xf").arg(archive).arg("-C").arg(place.path()).capture()?;
    let release = place.path().join(name);
    Cmd::new("sha256sum").args(["--check", "--quiet", "SHA256SUMS"]).dir(&release).capture()?;
    let release = release.display();
    // Names compiler and flags, but not the core: the package must detect it.
    let toolchain = place.path().join("toolchain.cmake");
    let mut text = format!("include({release}/share/toolchains/{library}.cmake)\nunset(TVM_EMBEDDED_CORE)\n");
    if core != library {
        for language in ["C", "CXX", "ASM"] {
            let flags = format!("CMAKE_{language}_FLAGS_INIT");
            writeln!(text, "string(REPLACE {library} {core} {flags} \"${{{flags}}}\")")?;
        }
    }
    fs::write(&toolchain, text)?;
    let build = place.path().join("build");
    Cmd::new("cmake")
        .arg("-S")
        .arg(format!("{release}/share/examples/bare-metal"))
        .arg("-B")
        .arg(&build)
        .arg(format!("-DCMAKE_TOOLCHAIN_FILE={}", toolchain.display()))
        .arg(format!("-DCMAKE_PREFIX_PATH={release}"))
        .arg("-DCMAKE_BUILD_TYPE=MinSizeRel")
        .capture()?;
    Cmd::new("cmake").arg("--build").arg(&build).capture()?;
    let link = fs::read_to_string(build.join("CMakeFiles/bare_metal.dir/link.txt"))?;
    if !link.contains(&format!("/lib/{library}/libtvm_embedded.a")) {
        bail!("the package chose another library: {link}");
    }
    Cmd::new("ctest").arg("--test-dir").arg(&build).args(["--output-on-failure", "--no-tests=error"]).capture()?;
    Ok(())
}
