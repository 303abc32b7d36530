//! What lies beside a file: metadata, overviews, a mask, a world file, rational polynomial coefficients.

use std::sync::Arc;

use futures::try_join;
use geotiff_core::{ByteOrder, Page, Pam, RpcFile, Tiff, WorldFile};

use crate::source::Source;
use crate::{Error, ErrorKind, OpenOptions, metadata};

/// No file of text is larger than this.
const MAX_TEXT_BYTES: u64 = 64 << 20;

/// The file that an image's bytes lie in.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) source: Arc<Source>,
    pub(crate) byte_order: ByteOrder,
}

/// What was found beside a file.
pub(crate) struct Sidecars {
    pam: Option<Pam>,
    world: Option<WorldFile>,
    rpc: Option<RpcFile>,
    pub(crate) overviews: Option<(Tiff, Origin)>,
    pub(crate) mask: Option<(Tiff, Origin)>,
}

impl Sidecars {
    pub(crate) async fn find(source: &Source, page: &Page, options: &OpenOptions) -> Result<Self, Error> {
        let (pam, world, rpc, overviews, mask) = try_join!(
            pam(source, options),
            world(source, page),
            rpc(source),
            tiff(source, ".ovr", page.overviews().is_empty(), options),
            tiff(source, ".msk", page.mask().is_none(), options),
        )?;
        Ok(Self { pam, world, rpc, overviews, mask })
    }

    pub(crate) fn apply(&self, mut page: Page) -> Page {
        if let Some(world) = &self.world {
            page = page.with_world_file(world);
        }
        if let Some((overviews, _)) = &self.overviews {
            page = page.with_external_overviews(overviews);
        }
        if let Some((mask, _)) = &self.mask {
            page = page.with_external_mask(mask);
        }
        if let Some(pam) = &self.pam {
            page = page.with_pam(pam);
        }
        match &self.rpc {
            Some(rpc) => page.with_rpc_file(rpc),
            None => page,
        }
    }
}

/// `path` with `suffix` behind its name; the query string of a URL stays at the end.
fn beside(path: &str, suffix: &str) -> String {
    match path.split_once('?') {
        Some((name, query)) => format!("{name}{suffix}?{query}"),
        None => format!("{path}{suffix}"),
    }
}

/// `path` with another end than its extension.
fn with_ending(path: &str, ending: &str) -> String {
    let (name, query) = path.split_once('?').unwrap_or((path, ""));
    let folder = name.rfind('/').map_or(0, |slash| slash + 1);
    let stem = name[folder..].rfind('.').map_or(name.len(), |dot| folder + dot);
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    format!("{}{ending}{query}", &name[..stem])
}

fn source_beside(source: &Source, path: String) -> Source {
    Source::new(Arc::clone(source.store()), path)
}

async fn pam(source: &Source, options: &OpenOptions) -> Result<Option<Pam>, Error> {
    let aux = source_beside(source, beside(source.path(), ".aux.xml"));
    let Some(bytes) = aux.get_all(MAX_TEXT_BYTES).await? else { return Ok(None) };
    let pam =
        Pam::parse(&bytes, &options.limits.metadata).map_err(|error| Error::from(error).at(aux.path()))?;
    Ok(Some(pam))
}

async fn world(source: &Source, page: &Page) -> Result<Option<WorldFile>, Error> {
    if page.georeferencing().transform().is_some() {
        return Ok(None);
    }
    for ending in [".tfw", ".tifw", ".wld"] {
        let file = source_beside(source, with_ending(source.path(), ending));
        if let Some(bytes) = file.get_all(MAX_TEXT_BYTES).await? {
            let world = WorldFile::parse(&bytes).map_err(|error| Error::from(error).at(file.path()))?;
            return Ok(Some(world));
        }
    }
    Ok(None)
}

async fn rpc(source: &Source) -> Result<Option<RpcFile>, Error> {
    for (ending, parse) in [
        (".RPB", RpcFile::parse_rpb as fn(&[u8]) -> RpcFile),
        (".rpb", RpcFile::parse_rpb),
        ("_RPC.TXT", RpcFile::parse_rpc_txt),
        ("_rpc.txt", RpcFile::parse_rpc_txt),
    ] {
        let file = source_beside(source, with_ending(source.path(), ending));
        if let Some(bytes) = file.get_all(MAX_TEXT_BYTES).await? {
            return Ok(Some(parse(&bytes)));
        }
    }
    Ok(None)
}

async fn tiff(
    source: &Source,
    suffix: &str,
    wanted: bool,
    options: &OpenOptions,
) -> Result<Option<(Tiff, Origin)>, Error> {
    if !wanted {
        return Ok(None);
    }
    let file = Arc::new(source_beside(source, beside(source.path(), suffix)));
    match metadata::load(&file, options).await {
        Ok(tiff) => {
            let origin = Origin { source: file, byte_order: tiff.byte_order() };
            Ok(Some((tiff, origin)))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.at(file.path())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beside_a_file_keep_folder_and_query() {
        assert_eq!(beside("a/b.tif", ".ovr"), "a/b.tif.ovr");
        assert_eq!(beside("https://h/b.tif?sig=1", ".msk"), "https://h/b.tif.msk?sig=1");
        assert_eq!(with_ending("a.d/b.tif", ".tfw"), "a.d/b.tfw");
        assert_eq!(with_ending("a.d/b", ".tfw"), "a.d/b.tfw");
        assert_eq!(with_ending("https://h.x/b.tif?v=1.2", ".wld"), "https://h.x/b.wld?v=1.2");
    }
}
