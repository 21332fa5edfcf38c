//! The library's modules import in one direction: each only from itself and from modules that stand before it here and
//! in ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The modules of the library, in the order in which they may import.
const ORDER: [&str; 33] = [
    "bad_record",
    "error",
    "epoch",
    "time",
    "fs",
    "graph",
    "metrics",
    "state",
    "control",
    "record",
    "connector",
    "checkpoint",
    "witness",
    "aggregate",
    "window",
    "join",
    "process",
    "format",
    "source",
    "sink",
    "assembly",
    "operator",
    "flow",
    "expansion",
    "runtime",
    "dashboard",
    "cli",
    "testing",
    "macro_support",
    "pipeline",
    "prelude",
    "guide",
    "lib",
];

/// The phases of the macro, likewise.
const PHASES: [&str; 7] = [
    "errors",
    "syntax",
    "model",
    "codegen",
    "lib",
    "expansions",
    "anything",
];

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
                    "{}: `{module}` imports from `{imported}`, which stands after it",
                    file.display()
                ));
            }
        }
    }
    assert!(seen.len() > 3, "no modules were found under {}", root.display());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_files_of_the_library_import_in_no_circle() {
    check_circles("streamlite/src");
}

#[test]
fn the_files_of_the_macro_import_in_no_circle() {
    check_circles("streamlite-macros/src");
}

/// Which files import which, by their names; what a folder's `mod.rs` only re-exports is no import of its own.
#[expect(clippy::disallowed_methods, reason = "a test reads the sources themselves")]
fn check_circles(folder: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let files: BTreeMap<Vec<String>, String> = rust_files(&root)
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).expect("a source file is readable");
            (path_of(&root, &file), text)
        })
        .collect();
    let imports: BTreeMap<&[String], BTreeSet<&[String]>> = files
        .iter()
        .map(|(file, text)| (&file[..], imported_files(file, text, &files)))
        .collect();
    assert!(
        imports.values().map(BTreeSet::len).sum::<usize>() > 50,
        "no imports were found"
    );
    let circles: Vec<String> = imports
        .keys()
        .filter_map(|file| circle(file, &imports))
        .map(|circle| {
            circle
                .iter()
                .map(|file| file.join("/"))
                .collect::<Vec<_>>()
                .join(" -> ")
        })
        .collect();
    assert!(
        circles.is_empty(),
        "files that import in circles:\n{}",
        circles.join("\n")
    );
}

/// The shortest way from a file back to itself.
fn circle<'a>(
    start: &'a [String],
    imports: &BTreeMap<&'a [String], BTreeSet<&'a [String]>>,
) -> Option<Vec<&'a [String]>> {
    let mut ways = vec![vec![start]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for &next in &imports[way[way.len() - 1]] {
                let mut way = way.clone();
                way.push(next);
                if next == start {
                    return Some(way);
                }
                if seen.insert(next) {
                    longer.push(way);
                }
            }
        }
        ways = longer;
    }
    None
}

/// A file as a module: `a/b.rs` and `a/b/mod.rs` are both `[a, b]`, and `lib.rs` is `[]`.
fn path_of(root: &Path, file: &Path) -> Vec<String> {
    let inside = file.strip_prefix(root).expect("the file is in the folder");
    let mut path: Vec<String> = inside
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    path.retain(|part| part != "mod" && part != "lib");
    path
}

fn imported_files<'a>(
    file: &[String],
    text: &str,
    files: &'a BTreeMap<Vec<String>, String>,
) -> BTreeSet<&'a [String]> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//") && !line.starts_with("pub use"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut found = BTreeSet::new();
    for (start, base) in [("crate::", &[][..]), ("super::", file), ("self::", file)] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let mut rest = &code[at..];
            let mut base = base.to_vec();
            while let Some(inner) = rest.strip_prefix("super::") {
                base.pop();
                rest = inner;
            }
            rest = rest.trim_start_matches("crate::").trim_start_matches("self::");
            for path in paths(rest, &base) {
                let longest = (0..=path.len())
                    .rev()
                    .find_map(|end| files.get_key_value(&path[..end]));
                if let Some((imported, _)) = longest
                    && imported != file
                {
                    found.insert(&imported[..]);
                }
            }
        }
    }
    found
}

/// The paths that a `use` names after its first parts, or that stand in code: `a::{b, c::D}` is `a::b` and `a::c::D`.
fn paths(text: &str, base: &[String]) -> Vec<Vec<String>> {
    let text = text.trim_start();
    if let Some(inner) = text.strip_prefix('{') {
        let mut depth = 0_usize;
        let mut found = Vec::new();
        let mut start = 0;
        for (at, c) in inner.char_indices() {
            match c {
                '{' => depth += 1,
                ',' | '}' if depth == 0 => {
                    found.extend(paths(&inner[start..at], base));
                    start = at + 1;
                    if c == '}' {
                        break;
                    }
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
        return found;
    }
    let name: String = text
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    if name.is_empty() {
        return Vec::new();
    }
    let mut path = base.to_vec();
    path.push(name.clone());
    match text[name.len()..].strip_prefix("::") {
        Some(rest) if !rest.starts_with('<') => paths(rest, &path),
        _ => vec![path],
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test looks for the files of the repository"
)]
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
