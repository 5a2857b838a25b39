//! A browser without a window, driven through its DevTools protocol: messages of JSON on two pipes, each ended by a zero byte.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::check::pages::picture::{self, Picture};

/// A message that takes longer will not come.
const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until what changed is drawn in the second frame from now.
const DRAWN: &str = "new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(() => drawn(0))))";

/// How a page is shown.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Width in CSS pixels.
    pub width: u32,
    /// `light` or `dark`, or `print` for a printer's page, which is light.
    pub look: &'static str,
}

/// A running browser with one page.
pub struct Browser {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    next: u64,
    session: Option<String>,
    /// The browser's settings and cache.
    profile: TempDir,
}

impl Browser {
    /// Starts Chromium.
    ///
    /// # Errors
    /// When it can't be started, or does not answer.
    pub fn start() -> Result<Self> {
        let profile = tempfile::tempdir()?;
        // The protocol's pipes are the descriptors 3 and 4, which only a shell can set without unsafe code.
        let mut child = Command::new("sh")
            .args(["-c", "exec chromium \"$@\" 3<&0 4>&1 </dev/null >/dev/null", "chromium"])
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe"])
            // Letters have the same widths with every version of the font renderer.
            .args(["--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb"])
            .args(["--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(profile.path().join("log"))?)
            .spawn()
            .context("sh does not start")?;
        let input = child.stdin.take().context("no input")?;
        let messages = listen(child.stdout.take().context("no output")?);
        let mut browser = Self { child, input, messages, next: 0, session: None, profile };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }))?;
        let session = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.call("Target.attachToTarget", session)?;
        browser.session = session["sessionId"].as_str().map(ToOwned::to_owned);
        browser.call("Page.enable", json!({}))?;
        Ok(browser)
    }

    /// Opens a file, with an optional `?query`, and waits until it is loaded.
    ///
    /// # Errors
    /// When it can't be loaded.
    pub fn open(&mut self, path: &Path, query: &str) -> Result<()> {
        let path = path.canonicalize().with_context(|| format!("{} does not exist", path.display()))?;
        let answer = self.call("Page.navigate", json!({ "url": format!("file://{}{query}", path.display()) }))?;
        if let Some(error) = answer["errorText"].as_str() {
            bail!("{}: {error}", path.display());
        }
        while self.message()?["method"] != "Page.loadEventFired" {}
        Ok(())
    }

    /// Shows the page with this width, as high as it is.
    ///
    /// # Errors
    /// When the browser refuses.
    pub fn show(&mut self, view: View) -> Result<()> {
        let media = if view.look == "print" { "print" } else { "screen" };
        let scheme = if view.look == "dark" { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "media": media, "features": features }))?;
        let mut size = json!({ "width": view.width, "height": 800, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size.clone())?;
        size["height"] = self.evaluate("document.documentElement.scrollHeight")?;
        self.call("Emulation.setDeviceMetricsOverride", size)?;
        self.evaluate(DRAWN)?;
        Ok(())
    }

    /// The value of an expression in the page; a promise is waited for.
    ///
    /// # Errors
    /// An exception in the page.
    pub fn evaluate(&mut self, expression: &str) -> Result<Value> {
        let question = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.call("Runtime.evaluate", question)?;
        if !answer["exceptionDetails"].is_null() {
            bail!("in the page: {}", answer["exceptionDetails"]["exception"]["description"]);
        }
        Ok(answer["result"]["value"].take())
    }

    /// A picture of what is shown.
    ///
    /// # Errors
    /// When the browser sends none.
    pub fn picture(&mut self) -> Result<Picture> {
        let answer = self.call("Page.captureScreenshot", json!({ "format": "png" }))?;
        picture::decoded(answer["data"].as_str().context("no picture")?)
    }

    fn call(&mut self, method: &str, parameters: Value) -> Result<Value> {
        self.next += 1;
        let mut message = json!({ "id": self.next, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = serde_json::to_vec(&message)?;
        bytes.push(0);
        self.input.write_all(&bytes).with_context(|| self.gone())?;
        loop {
            let mut answer = self.message()?;
            if answer["id"] == self.next {
                if !answer["error"].is_null() {
                    bail!("{method}: {}", answer["error"]);
                }
                return Ok(answer["result"].take());
            }
        }
    }

    fn message(&self) -> Result<Value> {
        self.messages.recv_timeout(PATIENCE).with_context(|| self.gone())
    }

    fn gone(&self) -> String {
        let log = std::fs::read_to_string(self.profile.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        format!("chromium does not answer; it said:\n{}", lines[lines.len().saturating_sub(10)..].join("\n"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends by itself when its pipe is closed; a browser that hangs does not.
        let _ = self.call("Browser.close", json!({}));
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads messages as long as there are any.
fn listen(output: ChildStdout) -> Receiver<Value> {
    let (send, receive) = channel();
    thread::spawn(move || {
        for message in BufReader::new(output).split(0).map_while(Result::ok) {
            let Ok(message) = serde_json::from_slice(&message) else { break };
            if send.send(message).is_err() {
                break;
            }
        }
    });
    receive
}
