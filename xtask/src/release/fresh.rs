//! `cargo xtask fresh [demo] [test [STEP...]]`: the README's commands as a new user runs them. A minimal Debian
//! is made below `target/fresh` with debootstrap, gets a C compiler, Python, git and the running Rust toolchain, and a clone
//! of this checkout; then both commands must succeed in it.
//!
//! The access to packages (mirrors, proxies, certificates, settings of pip and cargo) is specific to this machine: its
//! settings are copied. Needs root, for chroot; takes 3 GB, and as long as the commands take on a new machine.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::machine::process::Cmd;
use crate::machine::{heartbeat, paths, setup};

/// What a machine must have according to the README, besides Rust.
const PACKAGES: &[&str] = &["gcc", "libc6-dev", "python3", "git", "ca-certificates"];

/// apt's settings for the sources of packages and how they are downloaded.
const APT: &[&str] = &[
    "etc/apt/sources.list",
    "etc/apt/sources.list.d",
    "etc/apt/apt.conf",
    "etc/apt/apt.conf.d",
    "etc/apt/preferences.d",
    "etc/apt/trusted.gpg.d",
    "etc/apt/keyrings",
];

/// Settings of the network, of pip and of cargo.
const CLIENTS: &[&str] = &[
    "etc/resolv.conf",
    "etc/hosts",
    "usr/local/share/ca-certificates",
    "etc/pip.conf",
    "root/.config/pip",
    "root/.pip",
    "root/.cargo/config.toml",
];

/// Prefixes and suffixes of variables with such settings. Files and directories that they name are copied, too.
const VARIABLES: [&str; 7] =
    ["PIP_", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTRIES_", "CARGO_SOURCE_", "SSL_CERT_", "UV_"];
const PROXY: &str = "_PROXY";

/// Paths of the toolchain and the clone inside.
const TOOLCHAIN: &str = "opt/rust";
const CLONE: &str = "root/tvm_embedded";

/// Runs both commands, or those named, in a new root.
///
/// # Errors
/// Without root, when the new root can't be made, or when a command fails in it.
pub fn run(args: &[String]) -> Result<()> {
    let commands = commands(args)?;
    if Cmd::new("id").arg("-u").capture()?.trim() != "0" {
        bail!("only root can make a new Debian: sudo --preserve-env=PATH,CARGO_HOME,RUSTUP_HOME cargo xtask fresh");
    }
    setup::need(&["fresh"])?;
    let root = Root::make(&paths::target().join("fresh"))?;
    let mut lines = Vec::new();
    for command in &commands {
        let line = format!("cargo xtask {}", command.join(" "));
        heartbeat::phase(format!("new Debian, {line}"));
        println!("\n==== {line}, in {}", root.path.display());
        let start = Instant::now();
        let code = root.shell(&format!("cd /{CLONE} && exec {line}"), &root.path)?.status()?;
        if code != 0 {
            bail!("`{line}` fails on a new Debian, with exit code {code}: see {}", root.path.display());
        }
        let seconds = start.elapsed().as_secs();
        lines.push(format!("{line}: succeeds on a new Debian, {} min {} s", seconds / 60, seconds % 60));
    }
    println!("\n{}", lines.join("\n"));
    println!(
        "disk: {} MB, of which the clone with target/ {} MB",
        megabytes(&root.path)?,
        megabytes(&root.path.join(CLONE))?
    );
    Ok(())
}

/// The commands' words: `demo`, and `test` with the steps that follow it.
fn commands(args: &[String]) -> Result<Vec<Vec<String>>> {
    let mut commands: Vec<Vec<String>> = Vec::new();
    for arg in args {
        match (arg.as_str(), commands.last_mut()) {
            ("demo" | "test", _) => commands.push(vec![arg.clone()]),
            (_, Some(command)) if command[0] == "test" && !arg.starts_with('-') => command.push(arg.clone()),
            _ => bail!("usage: cargo xtask fresh [demo] [test [STEP...]]"),
        }
    }
    if commands.is_empty() {
        commands = vec![vec!["demo".to_owned()], vec!["test".to_owned()]];
    }
    Ok(commands)
}

fn megabytes(path: &Path) -> Result<u64> {
    let printed = Cmd::new("du").args(["-sxm"]).arg(path).capture()?;
    printed.split_whitespace().next().and_then(|number| number.parse().ok()).context("du printed no number")
}

/// The new Debian.
struct Root {
    path: PathBuf,
    variables: Vec<(OsString, OsString)>,
}

impl Root {
    fn make(folder: &Path) -> Result<Self> {
        let path = folder.join("root");
        if path.exists() {
            // Mounts there ended with the namespace of the commands.
            fs::remove_dir_all(&path).with_context(|| format!("removing {}", path.display()))?;
        }
        fs::create_dir_all(folder)?;
        let (mirror, release) = mirror()?;
        println!("==== a new minimal Debian {release}");
        heartbeat::phase("debootstrap".to_owned());
        let mut command = Cmd::new("debootstrap").args(["--variant=minbase", &release]).arg(&path).arg(&mirror);
        if let Some(proxy) = apt_setting("Acquire::http::Proxy")? {
            command = command.env("http_proxy", proxy);
        }
        command.capture()?;
        let root = Self { path, variables: variables() };
        root.settings()?;
        println!("==== {}", PACKAGES.join(", "));
        heartbeat::phase("the packages that the README names".to_owned());
        let install = "apt-get -q update && apt-get -q -y --no-install-recommends install";
        root.shell(&format!("{install} {} && update-ca-certificates", PACKAGES.join(" ")), &root.path)?.capture()?;
        // As on a machine that was set up some time ago: the lists are older than the mirror.
        root.shell("rm -rf /var/lib/apt/lists/*", &root.path)?.capture()?;
        println!("==== the Rust toolchain, and a clone of this checkout");
        heartbeat::phase("toolchain and clone".to_owned());
        root.toolchain()?;
        root.checkout()?;
        Ok(root)
    }

    /// Copies this machine's settings of apt and of other clients.
    fn settings(&self) -> Result<()> {
        for name in APT {
            let _ = fs::remove_file(self.path.join(name));
        }
        for name in APT.iter().chain(CLIENTS) {
            self.copy(&Path::new("/").join(name))?;
        }
        for (_, value) in &self.variables {
            let named = Path::new(value);
            if named.is_absolute() && named.exists() && !named.starts_with("/etc/ssl") {
                self.copy(named)?;
            }
        }
        Ok(())
    }

    /// Copies a file or directory to the same path inside, if it exists.
    fn copy(&self, from: &Path) -> Result<()> {
        if !from.exists() {
            return Ok(());
        }
        let to = self.path.join(from.strip_prefix("/")?);
        let parent = to.parent().context("a file below the root")?;
        fs::create_dir_all(parent)?;
        // A link is followed: its target may not be inside.
        Cmd::new("cp").args(["-rL", "--remove-destination"]).arg(from).arg(parent).capture()?;
        Ok(())
    }

    /// The active compiler, with only this machine's library: what rustup installs for a new user.
    fn toolchain(&self) -> Result<()> {
        let sysroot = PathBuf::from(Cmd::new("rustc").args(["--print", "sysroot"]).capture()?.trim());
        let host = setup::rust_host()?;
        let to = self.path.join(TOOLCHAIN);
        fs::create_dir_all(to.join("lib/rustlib"))?;
        for part in ["bin", "libexec"] {
            if sysroot.join(part).exists() {
                Cmd::new("cp").arg("-r").arg(sysroot.join(part)).arg(&to).capture()?;
            }
        }
        for entry in fs::read_dir(sysroot.join("lib"))?.chain(fs::read_dir(sysroot.join("lib/rustlib"))?) {
            let entry = entry?;
            let name = entry.file_name();
            let below = entry.path().strip_prefix(&sysroot)?.parent().context("a directory")?.to_owned();
            if entry.path().is_file() || name == *host {
                Cmd::new("cp").arg("-r").arg(entry.path()).arg(to.join(below)).capture()?;
            }
        }
        Ok(())
    }

    /// A clone of the commits, with the uncommitted changes.
    fn checkout(&self) -> Result<()> {
        let to = self.path.join(CLONE);
        let from = paths::root();
        Cmd::new("git").args(["clone", "--quiet", "--no-hardlinks"]).arg(from).arg(&to).capture()?;
        let changed =
            Cmd::new("git").args(["ls-files", "--modified", "--others", "--exclude-standard"]).dir(from).capture()?;
        for name in changed.lines() {
            let target = to.join(name);
            if !from.join(name).exists() {
                fs::remove_file(target).with_context(|| name.to_owned())?;
                continue;
            }
            fs::create_dir_all(target.parent().context("a directory")?)?;
            fs::copy(from.join(name), target).with_context(|| name.to_owned())?;
        }
        Ok(())
    }

    /// A shell inside. Its mounts are its own and end with it.
    fn shell(&self, script: &str, root: &Path) -> Result<Cmd> {
        let outside = "mount -t proc proc \"$0/proc\" && mount --rbind /dev \"$0/dev\" && exec chroot \"$0\" \"$@\"";
        let mut command = Cmd::new("unshare")
            .args(["--mount", "--propagation", "private", "sh", "-c", outside])
            .arg(root)
            .args(["env", "-i", "HOME=/root", "USER=root", "LANG=C.UTF-8"])
            .arg(format!(
                "PATH=/root/.cargo/bin:/{TOOLCHAIN}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            ));
        for (name, value) in &self.variables {
            let mut setting = name.clone();
            setting.push("=");
            setting.push(value);
            command = command.arg(setting);
        }
        Ok(command.args(["sh", "-c", script]))
    }
}

/// The first mirror and release in this machine's apt settings.
fn mirror() -> Result<(String, String)> {
    let printed = Cmd::new("apt-get")
        .args(["indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"])
        .capture()?;
    let release = fs::read_to_string("/etc/os-release").context("/etc/os-release")?;
    let codename = release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    let codename = codename.context("/etc/os-release names no release of Debian")?.trim_matches('"');
    let found = printed.lines().find_map(|line| match line.split_whitespace().collect::<Vec<_>>()[..] {
        [mirror, release, "main"] if release == codename => Some(mirror.to_owned()),
        _ => None,
    });
    Ok((found.with_context(|| format!("apt's settings name no mirror for {codename}"))?, codename.to_owned()))
}

fn apt_setting(name: &str) -> Result<Option<String>> {
    let printed = Cmd::new("apt-config").args(["dump", "--format", "%v%n", name]).capture()?;
    Ok(printed.lines().map(str::trim).find(|value| !value.is_empty()).map(str::to_owned))
}

fn variables() -> Vec<(OsString, OsString)> {
    let is_setting = |name: &str| {
        VARIABLES.iter().any(|start| name.starts_with(start)) || name.to_ascii_uppercase().ends_with(PROXY)
    };
    std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_setting)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Option<Vec<String>> {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Some(commands(&args).ok()?.iter().map(|command| command.join(" ")).collect())
    }

    #[test]
    fn the_command_line() {
        assert_eq!(parsed("").unwrap(), ["demo", "test"]);
        assert_eq!(parsed("demo").unwrap(), ["demo"]);
        assert_eq!(parsed("test format lint").unwrap(), ["test format lint"]);
        assert_eq!(parsed("demo test rust").unwrap(), ["demo", "test rust"]);
        assert!(["rust", "demo rust", "--keep", "test --all"].iter().all(|line| parsed(line).is_none()));
    }
}
