//! Image file directories and their entries.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use crate::segments::Segments;
use crate::values::{real, unsigned};
use crate::{ByteOrder, Error, FieldType, Tag, Values};

/// An entry as it stands in the file: the value's place, not the value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawEntry {
    pub(crate) tag: Tag,
    pub(crate) field_type: FieldType,
    pub(crate) count: u64,
    /// File offset of the value: inside the entry itself where it fits there.
    pub(crate) position: u64,
    /// Bytes of the value; `None` where count times size overflows.
    pub(crate) len: Option<u64>,
}

impl RawEntry {
    pub(crate) fn range(&self) -> Option<Range<u64>> {
        Some(self.position..self.position.checked_add(self.len?)?)
    }
}

/// One image file directory (TIFF 6.0, section 2): entries sorted by tag, each tag once (the first of
/// duplicates counts, as in libtiff).
///
/// Cheap to clone: entries and bytes are shared.
#[derive(Clone)]
pub struct Ifd {
    pub(crate) offset: u64,
    pub(crate) table: Range<u64>,
    pub(crate) order: ByteOrder,
    pub(crate) entries: Arc<[RawEntry]>,
    pub(crate) data: Arc<Segments>,
    pub(crate) sub_ifds: Option<Arc<[Ifd]>>,
}

impl Ifd {
    /// File offset of the directory.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The entries, sorted by tag.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = Entry<'_>> {
        self.entries.iter().map(|raw| self.entry(raw))
    }

    /// The entry of a tag.
    #[must_use]
    pub fn get(&self, tag: Tag) -> Option<Entry<'_>> {
        self.raw(tag).map(|raw| self.entry(raw))
    }

    /// The directories that the SubIFDs tag points to, those that could be read (TIFF Technical Note 1).
    #[must_use]
    pub fn sub_ifds(&self) -> &[Ifd] {
        self.sub_ifds.as_deref().unwrap_or_default()
    }

    /// First value of an integer tag. Signed types are accepted where the value is not negative.
    #[must_use]
    pub fn unsigned(&self, tag: Tag) -> Option<u64> {
        self.get(tag)?.unsigned()
    }

    /// The value of an integer tag that has just one: libtiff refuses more for tags of one value.
    pub(crate) fn single(&self, tag: Tag) -> Option<u64> {
        self.get(tag).filter(|entry| entry.count() == 1)?.unsigned()
    }

    pub(crate) fn single_short(&self, tag: Tag) -> Option<u16> {
        u16::try_from(self.single(tag)?).ok()
    }

    /// All values of an integer tag; `None` where one of them is negative or not an integer.
    #[must_use]
    pub fn unsigneds(&self, tag: Tag) -> Option<Vec<u64>> {
        self.get(tag)?.unsigneds()
    }

    /// First value of an integer tag that must fit in 16 bits.
    #[must_use]
    pub fn short(&self, tag: Tag) -> Option<u16> {
        u16::try_from(self.unsigned(tag)?).ok()
    }

    /// All values of an integer tag that must fit in 16 bits.
    #[must_use]
    pub fn shorts(&self, tag: Tag) -> Option<Vec<u16>> {
        self.get(tag)?.shorts()
    }

    /// First value of a numeric tag.
    #[must_use]
    pub fn double(&self, tag: Tag) -> Option<f64> {
        let entry = self.get(tag)?;
        real(entry.field_type(), entry.order, entry.bytes()?)
    }

    /// All values of a numeric tag as doubles.
    #[must_use]
    pub fn doubles(&self, tag: Tag) -> Option<Vec<f64>> {
        self.get(tag)?.doubles()
    }

    /// A text tag, up to its first NUL. ASCII, BYTE and UNDEFINED fields are taken as text.
    #[must_use]
    pub fn text(&self, tag: Tag) -> Option<&[u8]> {
        let entry = self.get(tag)?;
        match entry.field_type() {
            FieldType::ASCII | FieldType::BYTE | FieldType::UNDEFINED | FieldType::SBYTE => {}
            _ => return None,
        }
        entry.bytes().map(until_nul)
    }

    pub(crate) fn raw(&self, tag: Tag) -> Option<&RawEntry> {
        let at = self.entries.binary_search_by_key(&tag, |raw| raw.tag).ok()?;
        self.entries.get(at)
    }

    fn entry<'a>(&'a self, raw: &'a RawEntry) -> Entry<'a> {
        Entry { raw, order: self.order, data: &self.data }
    }
}

/// The bytes before the first NUL.
pub(crate) fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|&b| b == 0).next().unwrap_or_default()
}

impl fmt::Debug for Ifd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ifd")
            .field("offset", &self.offset)
            .field(
                "entries",
                &self.entries().map(|e| (e.tag(), e.field_type(), e.count())).collect::<Vec<_>>(),
            )
            .field("sub_ifds", &self.sub_ifds)
            .finish()
    }
}

/// One entry of an IFD: a view of the directory's bytes.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    raw: &'a RawEntry,
    order: ByteOrder,
    data: &'a Segments,
}

impl<'a> Entry<'a> {
    /// The tag.
    #[must_use]
    pub fn tag(&self) -> Tag {
        self.raw.tag
    }

    /// The type of the values.
    #[must_use]
    pub fn field_type(&self) -> FieldType {
        self.raw.field_type
    }

    /// Number of values that the entry declares.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.raw.count
    }

    /// Where the value lies in the file: inside the entry itself where it fits there. For an unknown type,
    /// the entry's value field. `None` where the declared size overflows.
    #[must_use]
    pub fn range(&self) -> Option<Range<u64>> {
        self.raw.range()
    }

    /// The value's bytes as they stand in the file; `None` where they were not fed. Large values that no
    /// other part of this library needs are not asked for: fetch [`range`](Self::range) and use
    /// [`Values::parse`].
    #[must_use]
    pub fn bytes(&self) -> Option<&'a [u8]> {
        self.data.get(self.raw.position, self.raw.len?)
    }

    /// The values.
    ///
    /// # Errors
    ///
    /// `Unsupported` where TIFF does not define the type; `Usage` where the value was not fed.
    pub fn values(&self) -> Result<Values, Error> {
        let bytes =
            self.bytes().ok_or_else(|| Error::usage("the value was not loaded").with_tag(self.tag()))?;
        Values::parse(self.field_type(), self.order, bytes).map_err(|e| e.with_tag(self.tag()))
    }

    /// First value, where it is an integer that is not negative.
    #[must_use]
    pub fn unsigned(&self) -> Option<u64> {
        unsigned(self.field_type(), self.order, self.bytes()?)
    }

    /// All values, where they are integers that are not negative.
    #[must_use]
    pub fn unsigneds(&self) -> Option<Vec<u64>> {
        self.all(|b| unsigned(self.field_type(), self.order, b))
    }

    /// All values, where they are integers of 16 bits that are not negative.
    #[must_use]
    pub fn shorts(&self) -> Option<Vec<u16>> {
        self.all(|b| u16::try_from(unsigned(self.field_type(), self.order, b)?).ok())
    }

    /// All values, where they are numbers.
    #[must_use]
    pub fn doubles(&self) -> Option<Vec<f64>> {
        self.all(|b| real(self.field_type(), self.order, b))
    }

    /// All values, if `read` reads each.
    fn all<T>(&self, read: impl Fn(&[u8]) -> Option<T>) -> Option<Vec<T>> {
        let values = self.bytes()?.chunks_exact(usize::from(self.field_type().size()?));
        // Into one allocation: collecting options would grow it again and again.
        let mut all = Vec::with_capacity(values.len());
        for value in values {
            all.push(read(value)?);
        }
        Some(all)
    }
}

impl fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("tag", &self.tag())
            .field("field_type", &self.field_type())
            .field("count", &self.count())
            .field("range", &self.range())
            .finish()
    }
}
