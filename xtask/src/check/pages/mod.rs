//! `cargo xtask pages`: reports and the site as a browser shows them. Nothing is wider than a phone, cut, or pale, in light, dark and
//! print; the pictures of one report are the stored ones; the site's search finds a page.

mod browser;
mod picture;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::check::site;
use crate::machine::process::Cmd;
use crate::machine::{paths, setup};
use browser::{Browser, View};
use picture::Picture;

const VIEWS: [View; 5] = [
    View { width: 380, look: "light" },
    View { width: 380, look: "dark" },
    View { width: 1600, look: "light" },
    View { width: 1600, look: "dark" },
    // A4 between margins of 1 cm.
    View { width: 718, look: "print" },
];

/// The report whose pictures are stored, which does not change with the compiler.
const STORED: &str = "host/cli/tests/report/page.html";

/// Pictures that are taken of a page until one is the stored one, and the time between them.
const ATTEMPTS: u32 = 8;
const PAUSE: Duration = Duration::from_millis(500);

/// Real models of other projects, if they are there: a part for an NPU, 60 layers and more, and state.
const REAL: [(&str, &str); 4] = [
    ("networks", "person_detect_vela.tflite"),
    ("networks", "hps_model_74ops.tflite"),
    ("models", "pretrainedResnet_quant.tflite"),
    ("networks", "keyword_scrambled_8bit.tflite"),
];

/// Fonts that are installed with the browser, so that letters have the same size everywhere.
const FONTS: &str = "const s = document.createElement('style');\
    s.textContent = '*{font-family:\"DejaVu Sans\"!important}code,pre,code *,pre *{font-family:\"DejaVu Sans Mono\"!important}';\
    document.head.append(s); document.fonts.ready.then(() => true)";

/// Checks the pages; `--write` stores the pictures.
///
/// # Errors
/// Something that a reader would see, or a program that fails.
pub fn run(args: &[String]) -> Result<()> {
    let write = match args {
        [] => false,
        [option] if option == "--write" => true,
        _ => bail!("usage: cargo xtask pages [--write]"),
    };
    setup::need(&["browser"])?;
    let mut browser = Browser::start()?;
    judge_the_judge(&mut browser)?;
    let mut faults = pictures(&mut browser, write)?;
    let pages = reports()?;
    for page in &pages {
        for view in VIEWS {
            faults.extend(layout(&mut browser, page, view)?);
        }
    }
    let site = paths::target().join("site/html");
    if !site.join("index.html").exists() {
        site::run(&[])?;
    }
    let (read, wide) = site_pages(&mut browser, &site)?;
    faults.extend(wide);
    search(&mut browser, &site)?;
    if !faults.is_empty() {
        bail!("{} faults:\n{}", faults.len(), faults.join("\n"));
    }
    println!("{} reports in {} views, {read} pages of the site, and its search", pages.len() + 1, VIEWS.len());
    Ok(())
}

/// The faults of a page in a view.
fn layout(browser: &mut Browser, page: &Path, view: View) -> Result<Vec<String>> {
    browser.open(page, "")?;
    browser.show(view)?;
    let found = browser.evaluate(&format!("{}({})", include_str!("faults.js"), view.look == "print"))?;
    let name = page.file_name().unwrap_or_default().to_string_lossy();
    let texts = found.as_array().into_iter().flatten().filter_map(Value::as_str);
    Ok(texts.map(|text| format!("{name}, {} pixels, {}: {text}", view.width, view.look)).collect())
}

/// A page with every fault shows that each is found.
fn judge_the_judge(browser: &mut Browser) -> Result<()> {
    let page = paths::root().join("xtask/src/check/pages/faulty.html");
    let looks = ["print", "light"].map(|look| View { width: 380, look });
    let found =
        looks.map(|view| layout(browser, &page, view)).into_iter().collect::<Result<Vec<_>>>()?.concat().join("\n");
    for fault in [
        "wider than the screen: 2000 of 380",
        "cut: p \"two words",
        "not printed whole: div",
        "outside of its picture: text \"out of it",
        "overlap: text \"above\" and text \"under\"",
        "contrast 2.8: p \"pale letters\"",
        "contrast 1.7: text \"on black\"",
        "not reached with the keyboard: div.scroll",
        "larger than the text around it: span.quiet",
        "table wider than the screen: table \"a wide",
        "letters of 8px: small \"tiny",
    ] {
        if !found.contains(fault) {
            bail!("`{fault}` is not found in {}:\n{found}", page.display());
        }
    }
    Ok(())
}

/// Compares pictures with the stored ones, or stores them. Those that differ are written below `target/pages`.
fn pictures(browser: &mut Browser, write: bool) -> Result<Vec<String>> {
    let (page, mut faults) = (paths::root().join(STORED), Vec::new());
    let (stored, new) = (paths::root().join("xtask/src/check/pages/stored"), folder()?);
    for view in VIEWS {
        browser.open(&page, "")?;
        browser.evaluate(FONTS)?;
        browser.show(view)?;
        let name = format!("{}-{}.png", view.width, view.look);
        if write {
            browser.picture()?.reduced().write(&stored.join(&name))?;
        }
        let expected = Picture::read(&stored.join(&name))?;
        if let Some(text) = difference(browser, &expected, &new.join(&name))? {
            let path = new.join(&name);
            faults.push(format!("{name}: {text}; see {}, and `cargo xtask pages --write`", path.display()));
        }
        faults.extend(layout(browser, &page, view)?);
    }
    Ok(faults)
}

/// How what is shown differs from a stored picture, in the last of some pictures, which is written: the browser draws what
/// scrolls by itself later than the page, and late on a busy machine.
fn difference(browser: &mut Browser, expected: &Picture, path: &Path) -> Result<Option<String>> {
    let mut text = None;
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            thread::sleep(PAUSE);
        }
        let found = browser.picture()?;
        found.write(path)?;
        text = found.reduced().difference(expected);
        if text.is_none() {
            break;
        }
    }
    Ok(text)
}

/// A directory for what this command makes.
fn folder() -> Result<PathBuf> {
    let folder = paths::target().join("pages");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Reports of the bundled models, one with a validation, and of real ones.
fn reports() -> Result<Vec<PathBuf>> {
    Cmd::new("cargo").args(["build", "--package", "tvm_embedded_cli"]).dir(paths::root()).capture()?;
    let folder = folder()?;
    let models = paths::root().join("models");
    let digits = models.join("digits");
    let findings = folder.join("findings.json");
    let validate = tool(&["validate"]).arg(digits.join("digits.tflite"));
    let validate = validate.arg("--inputs").arg(digits.join("test_images.bin"));
    let validate = validate.arg("--labels").arg(digits.join("test_labels.bin"));
    fs::write(&findings, validate.arg("--against").arg(digits.join("digits_float32.tflite")).arg("--json").capture()?)?;
    let mut pages = Vec::new();
    let real = REAL.iter().filter_map(|(group, name)| Some(paths::data(group)?.join(name)));
    for model in ["digits/digits.tflite", "digits/digits_float32.tflite", "digit_rows/digit_rows.tflite"]
        .map(|model| models.join(model))
        .into_iter()
        .chain(real.filter(|model| model.exists()))
    {
        let page = folder.join(model.file_stem().unwrap_or_default()).with_extension("html");
        let mut report = tool(&["report", "--board", "flash=512K,ram=96K"]).arg(&model).arg("-o").arg(&page);
        report = match pages.len() {
            0 => report.arg("--validation").arg(&findings),
            1 => report.args(["--core", "cortex-m0plus"]),
            _ => report,
        };
        report.capture()?;
        pages.push(page);
    }
    Ok(pages)
}

/// The tool, from this checkout.
fn tool(args: &[&str]) -> Cmd {
    Cmd::new(paths::target().join("debug/tvm-embedded")).args(args).dir(paths::root())
}

/// How many pages of the site there are, and those that are wider than a phone.
fn site_pages(browser: &mut Browser, site: &Path) -> Result<(usize, Vec<String>)> {
    let (mut pages, mut faults) = (Vec::new(), Vec::new());
    visit(site, &mut pages)?;
    for page in &pages {
        browser.open(page, "")?;
        browser.show(VIEWS[0])?;
        let width = browser.evaluate("document.documentElement.scrollWidth")?;
        if width != VIEWS[0].width {
            faults.push(format!("{}: {width} pixels wide, the screen has {}", page.display(), VIEWS[0].width));
        }
    }
    Ok((pages.len(), faults))
}

/// The pages below a directory, without those that other programs than mdBook make.
fn visit(folder: &Path, pages: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let own = ["c-header", "404.html", "print.html", "toc.html"].iter().all(|other| !path.ends_with(other));
        if own && path.is_dir() {
            visit(&path, pages)?;
        } else if own && path.extension().is_some_and(|end| end == "html") {
            pages.push(path);
        }
    }
    Ok(())
}

/// Searches as a reader does, in files, without a server.
fn search(browser: &mut Browser, site: &Path) -> Result<()> {
    browser.open(&site.join("index.html"), "?search=softmax")?;
    let results = "new Promise(end => { let n = 0; const look = () => { \
        const found = [...document.querySelectorAll('#mdbook-searchresults a')].map(a => a.getAttribute('href')); \
        found.length || ++n > 200 ? end(found.join(' ')) : setTimeout(look, 50) }; look() })";
    let found = browser.evaluate(results)?;
    if !found.as_str().is_some_and(|found| found.contains("operators.html")) {
        bail!("the site's search does not find the operators by `softmax`: {found}");
    }
    Ok(())
}
