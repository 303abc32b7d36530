//! Prints the status table of the codecs: the text of `STATUS.md`.

fn main() {
    print!("{}", geotiff_codecs::Codecs::status_markdown());
}
