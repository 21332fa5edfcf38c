//! The library's modules import in one direction: each only from itself and from modules that stand before it here and
//! in ARCHITECTURE.md.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The modules of the library, in the order in which they may import.
const ORDER: [&str; 24] = [
    "bad_record",
    "error",
    "time",
    "fs",
    "graph",
    "metrics",
    "state",
    "control",
    "record",
    "connector",
    "aggregate",
    "window",
    "format",
    "source",
    "sink",
    "assembly",
    "operator",
    "flow",
    "runtime",
    "testing",
    "macro_support",
    "prelude",
    "guide",
    "lib",
];

/// The phases of the macro, likewise.
const PHASES: [&str; 6] = ["errors", "syntax", "model", "codegen", "lib", "expansions"];

#[test]
fn the_library_imports_in_one_direction() {
    check("streamlite/src", &ORDER);
}

#[test]
fn the_macro_imports_in_one_direction() {
    check("streamlite-macros/src", &PHASES);
}

#[expect(clippy::disallowed_methods, reason = "a test reads the sources themselves")]
fn check(folder: &str, order: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for file in rust_files(&root) {
        let module = module_of(&root, &file);
        let place = order.iter().position(|known| *known == module);
        let place = place.unwrap_or_else(|| {
            panic!("`{module}` has no place in the order: add it to the list here and in ARCHITECTURE.md")
        });
        seen.insert(module.clone());
        let text = std::fs::read_to_string(&file).expect("a source file is readable");
        for imported in imports(&text) {
            let from = order.iter().position(|known| *known == imported);
            if from.is_some_and(|from| from > place) {
                wrong.push(format!(
                    "{}: `{module}` imports from `{imported}`, which stands behind it",
                    file.display()
                ));
            }
        }
    }
    assert!(seen.len() > 3, "no modules were found under {}", root.display());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The module that a file belongs to.
fn module_of(root: &Path, file: &Path) -> String {
    let inside = file.strip_prefix(root).expect("the file is in the folder");
    let first = inside.components().next().expect("a path has a first part");
    first
        .as_os_str()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned()
}

/// The modules that a file names as `crate::module`, outside of comments.
fn imports(text: &str) -> BTreeSet<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut imports = BTreeSet::new();
    for line in code {
        for rest in line.split("crate::").skip(1) {
            imports.insert(
                rest.chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect(),
            );
        }
    }
    imports
}
