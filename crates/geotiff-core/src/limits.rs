//! Bounds on what a file may make us do.

/// Bounds on by default, generous for real files; see each field.
///
/// ```
/// use geotiff_core::Limits;
/// let limits = Limits::default().with_max_ifds(16);
/// assert_eq!(limits.max_ifds, 16);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// IFDs (pages, overviews, masks, SubIFDs) in one file. More is an error. Default 16,384.
    pub max_ifds: usize,
    /// Entries in one IFD; libtiff has the same bound. More is an error. Default 4,096.
    pub max_tags: usize,
    /// Bytes of one tag's value that will be asked for. A larger value is left unread, with a warning,
    /// unless it was fed anyway. Strip and tile indexes are not concerned: they are read in blocks.
    /// Default 16 MiB.
    pub max_tag_bytes: u64,
    /// Bytes of metadata asked for in one decode, in all. More is an error. Default 64 MiB.
    pub max_metadata_bytes: u64,
    /// Compressed bytes of one strip or tile: a larger byte count is an error. Default 1 GiB.
    pub max_chunk_bytes: u64,
    /// Nodes (elements, attributes) in one XML text of GDAL's metadata. Default 1,048,576.
    pub max_xml_nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_ifds: 16 << 10,
            max_tags: 4 << 10,
            max_tag_bytes: 16 << 20,
            max_metadata_bytes: 64 << 20,
            max_chunk_bytes: 1 << 30,
            max_xml_nodes: 1 << 20,
        }
    }
}

macro_rules! setters {
    ($($with:ident $field:ident: $ty:ty;)*) => {
        impl Limits {
            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
                #[must_use]
                pub fn $with(mut self, value: $ty) -> Self {
                    self.$field = value;
                    self
                }
            )*
        }
    };
}

setters! {
    with_max_ifds max_ifds: usize;
    with_max_tags max_tags: usize;
    with_max_tag_bytes max_tag_bytes: u64;
    with_max_metadata_bytes max_metadata_bytes: u64;
    with_max_chunk_bytes max_chunk_bytes: u64;
    with_max_xml_nodes max_xml_nodes: usize;
}
