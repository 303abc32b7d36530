//! The 13 well-known sets, and registries of more.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::{Error, ErrorKind, TileMatrixSet};

/// A file of a set that is larger is refused: the largest well-known document has 75 kB.
const LARGEST_FILE: u64 = 16 << 20;

macro_rules! documents {
    ($($id:literal),* $(,)?) => {
        /// Identifiers of the well-known sets, sorted.
        pub const WELL_KNOWN_IDS: &[&str] = &[$($id),*];
        /// The documents, parallel to the identifiers.
        const DOCUMENTS: &[&str] = &[$(include_str!(concat!("../data/", $id, ".json"))),*];
    };
}

documents!(
    "CDB1GlobalGrid",
    "CanadianNAD83_LCC",
    "EuropeanETRS89_LAEAQuad",
    "GNOSISGlobalGrid",
    "LINZAntarticaMapTilegrid",
    "NZTM2000Quad",
    "UPSAntarcticWGS84Quad",
    "UPSArcticWGS84Quad",
    "UTM31WGS84Quad",
    "WGS1984Quad",
    "WebMercatorQuad",
    "WorldCRS84Quad",
    "WorldMercatorWGS84Quad",
);

static PARSED: [OnceLock<Arc<TileMatrixSet>>; WELL_KNOWN_IDS.len()] =
    [const { OnceLock::new() }; WELL_KNOWN_IDS.len()];

/// A well-known set by its identifier, parsed once per process.
///
/// ```
/// let tms = geotiff_tms::well_known("WorldCRS84Quad")?;
/// assert_eq!((tms.minzoom(), tms.maxzoom()), (0, 23));
/// # Ok::<(), geotiff_tms::Error>(())
/// ```
///
/// # Errors
///
/// [`UnknownSet`](ErrorKind::UnknownSet) for any other identifier.
pub fn well_known(id: &str) -> Result<Arc<TileMatrixSet>, Error> {
    let index = WELL_KNOWN_IDS.binary_search(&id).map_err(|_| unknown(id, WELL_KNOWN_IDS.iter().copied()))?;
    if let Some(set) = PARSED[index].get() {
        return Ok(Arc::clone(set));
    }
    let set = Arc::new(TileMatrixSet::from_json(DOCUMENTS[index])?);
    Ok(Arc::clone(PARSED[index].get_or_init(|| set)))
}

fn unknown<'a>(id: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let known = known.collect::<Vec<_>>().join(", ");
    Error::new(ErrorKind::UnknownSet, format!("{id:?}; known are: {known}"))
}

/// Sets by identifier: the well-known ones, and any that a caller adds.
///
/// ```
/// use geotiff_tms::TileMatrixSets;
///
/// let sets = TileMatrixSets::new();
/// assert_eq!(sets.ids().count(), 13);
/// assert_eq!(sets.get("WebMercatorQuad")?.maxzoom(), 24);
/// # Ok::<(), geotiff_tms::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TileMatrixSets {
    added: BTreeMap<String, Arc<TileMatrixSet>>,
}

impl TileMatrixSets {
    /// The well-known sets.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The set of this identifier.
    ///
    /// # Errors
    ///
    /// [`UnknownSet`](ErrorKind::UnknownSet), with the identifiers that are known.
    pub fn get(&self, id: &str) -> Result<Arc<TileMatrixSet>, Error> {
        match self.added.get(id) {
            Some(set) => Ok(Arc::clone(set)),
            None => well_known(id).map_err(|error| {
                if error.kind() == ErrorKind::UnknownSet { unknown(id, self.ids()) } else { error }
            }),
        }
    }

    /// The identifiers: the well-known ones first, then the added ones, each sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let added = self.added.keys().map(String::as_str).filter(|id| !is_well_known(id));
        WELL_KNOWN_IDS.iter().copied().chain(added)
    }

    /// Adds a set under an identifier.
    ///
    /// # Errors
    ///
    /// [`Usage`](ErrorKind::Usage) where the identifier is taken and `overwrite` is false.
    pub fn register(
        &mut self,
        id: impl Into<String>,
        set: TileMatrixSet,
        overwrite: bool,
    ) -> Result<(), Error> {
        let id = id.into();
        if !overwrite && (is_well_known(&id) || self.added.contains_key(&id)) {
            return Err(Error::new(ErrorKind::Usage, format!("the identifier {id:?} is taken")));
        }
        self.added.insert(id, Arc::new(set));
        Ok(())
    }

    /// Adds every `*.json` file of a directory under its file name without the ending, replacing sets of that name.
    ///
    /// Nothing is added unless all of them are valid.
    ///
    /// # Errors
    ///
    /// [`Io`](ErrorKind::Io) and [`Malformed`](ErrorKind::Malformed), naming the file.
    pub fn load_directory(&mut self, directory: impl AsRef<Path>) -> Result<(), Error> {
        let directory = directory.as_ref();
        let io = |error: std::io::Error| {
            Error::new(ErrorKind::Io, directory.display().to_string()).with_source(error)
        };
        let mut loaded = BTreeMap::new();
        for entry in std::fs::read_dir(directory).map_err(io)? {
            let path = entry.map_err(io)?.path();
            if path.extension().is_some_and(|ending| ending == "json")
                && let Some(stem) = path.file_stem().and_then(|stem| stem.to_str())
            {
                loaded.insert(stem.to_owned(), Arc::new(load_file(&path)?));
            }
        }
        self.added.append(&mut loaded);
        Ok(())
    }
}

fn is_well_known(id: &str) -> bool {
    WELL_KNOWN_IDS.binary_search(&id).is_ok()
}

fn load_file(path: &Path) -> Result<TileMatrixSet, Error> {
    let name = path.display().to_string();
    let mut json = String::new();
    let mut read = || -> std::io::Result<u64> {
        let read = File::open(path)?.take(LARGEST_FILE + 1).read_to_string(&mut json)?;
        Ok(read as u64)
    };
    let length = read().map_err(|error| Error::new(ErrorKind::Io, name.clone()).with_source(error))?;
    if length > LARGEST_FILE {
        return Err(Error::new(ErrorKind::Malformed, format!("{name}: larger than 16 MiB")));
    }
    TileMatrixSet::from_json(&json).map_err(|error| Error::new(error.kind(), name).with_source(error))
}
