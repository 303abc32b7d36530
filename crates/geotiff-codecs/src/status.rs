//! The table of what is read, made from the registry.

use alloc::string::String;
use core::fmt::Write;

use crate::compression::KNOWN;
use crate::registry::Codecs;

impl Codecs {
    /// The status of every compression scheme this crate knows of, as a Markdown table: the text of
    /// `STATUS.md`. It does not depend on the features of the build.
    #[must_use]
    pub fn status_markdown() -> String {
        let mut table = String::from(
            "| code | name | feature | decoder | what to know |\n\
             |-----:|------|---------|---------|--------------|\n",
        );
        for row in KNOWN {
            let feature = row.feature.map_or(String::from("always there"), |name| alloc::format!("`{name}`"));
            let line =
                writeln!(table, "| {} | {} | {feature} | {} | {} |", row.code, row.name, row.by, row.note);
            debug_assert!(line.is_ok(), "writing to a string cannot fail");
        }
        table
    }
}
