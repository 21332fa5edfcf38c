//! Speaks with rust-analyzer.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::project::Project;

/// How long one answer may take: the first waits until the crates are built.
const PATIENCE: Duration = Duration::from_secs(240);

/// A running rust-analyzer that has a project's file open.
#[derive(Debug)]
pub struct Analyzer {
    process: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    requests: u64,
    version: u64,
    uri: String,
    preamble: &'static str,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub uri: String,
    /// The line of the file, from 0.
    pub line: u64,
    /// What stands on that line, where it is the open file.
    pub text: String,
}

impl Analyzer {
    /// Starts it; `None` where there is no rust-analyzer, or no source of the standard library for it to read.
    ///
    /// # Panics
    /// If it starts and does not answer.
    #[must_use]
    pub fn start(project: &Project) -> Option<Self> {
        let known = Command::new("rust-analyzer").arg("--version").output();
        if !known.is_ok_and(|known| known.status.success()) || !has_std_source() {
            return None;
        }
        let mut process = Command::new("rust-analyzer")
            .current_dir(&project.folder)
            .env("CARGO_TARGET_DIR", &project.target)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let to = process.stdin.take().expect("it is piped");
        let from = process.stdout.take().expect("it is piped");
        let (sender, receiver) = channel();
        std::thread::spawn(move || listen(BufReader::new(from), &sender));
        let mut analyzer = Self {
            process,
            to,
            from: receiver,
            requests: 0,
            version: 0,
            uri: uri(&project.file),
            preamble: project.preamble,
        };
        analyzer.open(&project.folder);
        Some(analyzer)
    }

    fn open(&mut self, folder: &Path) {
        let options = json!({
            "procMacro": { "enable": true },
            "checkOnSave": false,
            "cargo": { "buildScripts": { "enable": true } },
        });
        let capabilities = json!({
            "experimental": { "serverStatusNotification": true },
            "textDocument": { "hover": { "contentFormat": ["plaintext"] } },
        });
        let root = uri(folder);
        let parameters = json!({
            "processId": null,
            "rootUri": root,
            "capabilities": capabilities,
            "initializationOptions": options,
        });
        self.request("initialize", &parameters);
        self.notify("initialized", &json!({}));
        let document = json!({ "uri": self.uri, "languageId": "rust", "version": 0, "text": self.preamble });
        self.notify("textDocument/didOpen", &json!({ "textDocument": document }));
        self.wait_for(|message| {
            message["method"] == "experimental/serverStatus" && message["params"]["quiescent"] == true
        });
    }

    /// The names that it offers at the `$0` in `text`, the best first.
    pub fn completions(&mut self, text: &str) -> Vec<String> {
        let place = self.show(text);
        let answer = self.request("textDocument/completion", &place);
        let items = answer
            .get("items")
            .unwrap_or(&answer)
            .as_array()
            .cloned()
            .unwrap_or_default();
        let label = |item: &Value| item["label"].as_str().map(str::to_owned);
        items.iter().filter_map(label).collect()
    }

    /// What it says of the word at the `$0`.
    pub fn hover(&mut self, text: &str) -> Option<String> {
        let place = self.show(text);
        let answer = self.request("textDocument/hover", &place);
        answer["contents"]["value"].as_str().map(str::to_owned)
    }

    /// Where it goes from the word at the `$0`.
    pub fn definition(&mut self, text: &str) -> Option<Place> {
        let place = self.show(text);
        let shown = format!("{}{}", self.preamble, text.replace("$0", ""));
        let answer = self.request("textDocument/definition", &place);
        let first = answer.get(0)?;
        let target = first["targetUri"].as_str().or(first["uri"].as_str())?.to_owned();
        let range = first.get("targetSelectionRange").unwrap_or(&first["range"]);
        let line = range["start"]["line"].as_u64()?;
        let place = usize::try_from(line).ok()?;
        let text = if target == self.uri {
            shown.lines().nth(place).unwrap_or_default().trim().to_owned()
        } else {
            String::new()
        };
        Some(Place {
            uri: target,
            line,
            text,
        })
    }

    /// Shows it a text, as if it were being typed, and returns the place of the `$0`.
    fn show(&mut self, text: &str) -> Value {
        let before = text.split("$0").next().unwrap_or_default();
        let before = format!("{}{before}", self.preamble);
        let (line, column) = match before.rfind('\n') {
            Some(end) => (before.matches('\n').count(), before[end + 1..].chars().count()),
            None => (0, before.chars().count()),
        };
        let whole = format!("{}{}", self.preamble, text.replace("$0", ""));
        self.version += 1;
        let document = json!({ "uri": self.uri, "version": self.version });
        let parameters = json!({ "textDocument": document, "contentChanges": [{ "text": whole }] });
        self.notify("textDocument/didChange", &parameters);
        json!({
            "textDocument": { "uri": self.uri },
            "position": { "line": line, "character": column },
        })
    }

    fn notify(&mut self, method: &str, parameters: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": parameters }));
    }

    fn request(&mut self, method: &str, parameters: &Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": parameters }));
        let answer = self.wait_for(|message| message["id"] == id && message.get("method").is_none());
        answer["result"].clone()
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let sent = write!(self.to, "Content-Length: {}\r\n\r\n{text}", text.len());
        sent.and_then(|()| self.to.flush())
            .expect("rust-analyzer listens");
    }

    /// Waits for a message, and answers what is asked meanwhile.
    fn wait_for(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.from.recv_timeout(PATIENCE);
            let message = message.expect("rust-analyzer answers");
            if let (Some(id), Some(method)) = (message.get("id"), message.get("method")) {
                let result = if method == "workspace/configuration" {
                    json!([{}])
                } else {
                    Value::Null
                };
                self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
            }
            if wanted(&message) {
                return message;
            }
        }
    }
}

impl Drop for Analyzer {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing else to do about it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether the source of the standard library is there: without it, closures have no types.
fn has_std_source() -> bool {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output();
    sysroot.is_ok_and(|sysroot| {
        let folder = String::from_utf8_lossy(&sysroot.stdout).trim().to_owned();
        Path::new(&folder)
            .join("lib/rustlib/src/rust/library/core")
            .is_dir()
    })
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// Passes on every message, until there are no more.
fn listen(mut from: BufReader<ChildStdout>, to: &Sender<Value>) {
    while let Some(message) = next_message(&mut from) {
        if to.send(message).is_err() {
            return;
        }
    }
}

fn next_message(from: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        if let Some(bytes) = line.strip_prefix("Content-Length:") {
            length = bytes.trim().parse().ok()?;
        }
    }
    let mut text = vec![0; length];
    from.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
