//! A minimal Debian in a directory, made with debootstrap, and shells in it.
//!
//! The access to packages (mirrors, proxies, certificates, settings of pip and cargo) is specific to this machine: its
//! settings are copied. Needs root, for chroot.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::machine::process::Cmd;
use crate::machine::{heartbeat, setup};

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

/// Where `cargo xtask fresh` puts a Rust toolchain inside.
pub const TOOLCHAIN: &str = "opt/rust";

/// The home directory of the user inside.
const HOME: &str = "/root";

/// Where Debian has its programs.
const PROGRAMS: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A new Debian.
pub struct Root {
    /// Its directory.
    pub path: PathBuf,
    variables: Vec<(OsString, OsString)>,
}

impl Root {
    /// Makes one with these packages at `path`, in the place of one that is there.
    ///
    /// # Errors
    /// Without root, or if debootstrap or apt-get fails.
    pub fn make(path: PathBuf, packages: &[&str]) -> Result<Self> {
        if Cmd::new("id").arg("-u").capture()?.trim() != "0" {
            bail!("only root can make a new Debian: sudo --preserve-env=PATH,CARGO_HOME,RUSTUP_HOME cargo xtask fresh");
        }
        setup::need(&["fresh"])?;
        if path.exists() {
            // Mounts there ended with the namespace of the commands.
            fs::remove_dir_all(&path).with_context(|| format!("removing {}", path.display()))?;
        }
        fs::create_dir_all(&path)?;
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
        println!("==== {}", packages.join(", "));
        heartbeat::phase(packages.join(", "));
        let install = "apt-get -q update && apt-get -q -y --no-install-recommends install";
        root.shell(&format!("{install} {} && update-ca-certificates", packages.join(" ")))?.capture()?;
        // As on a machine that was set up some time ago: the lists are older than the mirror.
        root.shell("rm -rf /var/lib/apt/lists/*")?.capture()?;
        Ok(root)
    }

    /// A shell inside. Its mounts are its own and end with it.
    ///
    /// # Errors
    /// If there is no such program as `unshare`.
    pub fn shell(&self, script: &str) -> Result<Cmd> {
        let outside = "mount -t proc proc \"$0/proc\" && mount --rbind /dev \"$0/dev\" && exec chroot \"$0\" \"$@\"";
        let mut command = Cmd::new("unshare")
            .args(["--mount", "--propagation", "private", "sh", "-c", outside])
            .arg(&self.path)
            .args(["env", "-i", &format!("HOME={HOME}"), "USER=root", "LANG=C.UTF-8"])
            .arg(format!("PATH={HOME}/.cargo/bin:/{TOOLCHAIN}/bin:{PROGRAMS}"));
        for (name, value) in &self.variables {
            let mut setting = name.clone();
            setting.push("=");
            setting.push(value);
            command = command.arg(setting);
        }
        Ok(command.args(["sh", "-c", script]))
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
