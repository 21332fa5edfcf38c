//! What `docs/parity.md` says is there is there: the files and the tests that it names.
#![expect(clippy::disallowed_methods, reason = "a test reads the sources themselves")]

use std::path::Path;

#[test]
fn what_the_list_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let list = std::fs::read_to_string(root.join("docs/parity.md")).expect("it is there");
    let rows: Vec<&str> = list
        .lines()
        .filter(|line| line.contains("`tests/tests/") && line.starts_with('|'))
        .collect();
    assert!(rows.len() >= 30, "the rows are found");
    for row in rows {
        let shown = row
            .trim_end_matches([' ', '|'])
            .rsplit('|')
            .next()
            .expect("it has columns");
        let mut quoted = shown.split('`').skip(1).step_by(2);
        let file = quoted.next().expect("it names a file");
        let text = std::fs::read_to_string(root.join(file)).unwrap_or_else(|cause| panic!("{file}: {cause}"));
        match quoted.next() {
            Some(test) => assert!(text.contains(&format!("fn {test}(")), "{file} has no `{test}`"),
            None => assert!(text.contains("fn "), "{file} has no test"),
        }
    }
}
