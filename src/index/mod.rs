//! x
pub mod error;
pub mod listing;
pub use error::IndexError;
pub use listing::Listing;
