//! Raster attribute tables.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::xml::Element;

/// The type of a column of a [`RasterAttributeTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttributeType {
    /// Integers.
    Integer,
    /// Doubles.
    Real,
    /// Text.
    Text,
}

/// A column of a [`RasterAttributeTable`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeColumn {
    /// The name.
    pub name: String,
    /// The type of the cells.
    pub kind: AttributeType,
    /// GDAL's code of the column's use (`GDALRATFieldUsage`): 1 pixel count, 2 class name, 5 value, and so on.
    pub usage: u32,
}

/// A table of attributes of pixel values (GDAL's raster attribute table), cells as text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RasterAttributeTable {
    columns: Vec<AttributeColumn>,
    rows: Vec<Vec<String>>,
}

impl RasterAttributeTable {
    pub(crate) fn read(element: &Element<'_>) -> Self {
        let column = |e: &Element<'_>| {
            let code = |name| e.child_text(name).and_then(|n| n.trim().parse::<u32>().ok()).unwrap_or(0);
            let kind = match code("Type") {
                0 => AttributeType::Integer,
                1 => AttributeType::Real,
                _ => AttributeType::Text,
            };
            let name = e.child_text("Name").unwrap_or_default().to_owned();
            AttributeColumn { name, kind, usage: code("Usage") }
        };
        let cell = |e: &Element<'_>| e.text().unwrap_or_default().to_owned();
        let row = |e: &Element<'_>| e.elements().filter(|f| f.is("F")).map(cell).collect();
        Self {
            columns: element.elements().filter(|e| e.is("FieldDefn")).map(column).collect(),
            rows: element.elements().filter(|e| e.is("Row")).map(row).collect(),
        }
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &[AttributeColumn] {
        &self.columns
    }

    /// The rows: a cell a column; a damaged table may have fewer.
    #[must_use]
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }
}
