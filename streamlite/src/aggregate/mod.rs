//! Incremental aggregates: one a file, and [`Rows`], on which an aggregate expression calls them.

mod apply;
mod collect;
mod count;
mod distinct;
mod extreme;
mod extreme_by;
mod fold;
mod incremental;
mod mean;
mod number;
mod pick;
mod position;
mod predicate;
mod reduce;
mod rows;
mod sum;
mod variance;

pub use apply::{Aggregator, Apply};
pub use collect::Collect;
pub use count::Count;
pub use distinct::{CountDistinct, Distinct};
pub use extreme::{Extreme, Greatest, Least, Side};
pub use extreme_by::ExtremeBy;
pub use fold::{Apart, Fold, Join, JoinedBy};
pub use incremental::{Aggregate, Merge, Merging};
pub use mean::Mean;
pub use number::{Number, Total};
pub use pick::{Every, Pick, Where};
pub use position::{First, Last};
pub use predicate::{All, Any, Holds, Quantifier};
pub use reduce::Reduce;
pub use rows::Rows;
pub use sum::Sum;
pub use variance::{Deviation, Moments, Spread, Squared, Variance};
