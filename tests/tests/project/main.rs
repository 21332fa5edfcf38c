//! What the source keeps to: the order of its imports, the pages of its operators.

pub mod errors;
pub mod import_order;
pub mod operator_pages;
pub mod parity;
