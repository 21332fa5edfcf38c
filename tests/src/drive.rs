//! A test driver of two inputs.

/// Runs steps by a test driver.
#[macro_export]
macro_rules! drive {
    ($pipeline:path, $t:ident, ($($argument:expr),*), $steps:expr, $take:expr) => {{
        use $pipeline as pipeline;
        let mut $t = pipeline::test($($argument),*);
        for step in $steps {
            match step {
                $crate::join_model::Step::Rows($crate::join_model::Side::Left, rows) => $t.left.push_all(rows.iter().cloned()),
                $crate::join_model::Step::Rows($crate::join_model::Side::Right, rows) => $t.right.push_all(rows.iter().cloned()),
                $crate::join_model::Step::End($crate::join_model::Side::Left) => $t.left.end(),
                $crate::join_model::Step::End($crate::join_model::Side::Right) => $t.right.end(),
                $crate::join_model::Step::Restore => {
                    let saved = $t.savepoint();
                    $take;
                    $t = pipeline::test($($argument),*).restore(&saved);
                }
            }
        }
        $take;
        $t.try_finish().expect("nothing fails")
    }};
}
