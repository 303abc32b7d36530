//! The command line: every subcommand and option, as scripts may rely on them.

mod values;

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand};
use geotiff_kit::read::resample::Resampling;
use geotiff_kit::tms::Tile;

pub(crate) use values::{BandList, Bbox, Fill, Format, OutPath, Point, Range, Size, Window};

/// Read GeoTIFF and Cloud-Optimized GeoTIFF files from disk, HTTP and object stores.
#[derive(Debug, Parser)]
#[command(name = "geotiff", version, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Parses the process's arguments; on a usage error prints it and exits with 2.
    pub(crate) fn from_env() -> Self {
        Self::parse_from(shield_negative_lists(std::env::args_os()))
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the metadata of a file
    Info(InfoArgs),
    /// Read pixels into an array, a picture or another GeoTIFF
    Read(Box<ReadArgs>),
    /// Read the values at points, one JSON line a point
    Sample(SampleArgs),
    /// Compute statistics, one JSON object a band
    Stats(StatsArgs),
    /// Tell whether a file is a Cloud-Optimized GeoTIFF, and why not
    Validate(ValidateArgs),
    /// Print the TileMatrixSet of a file as OGC JSON
    Tms(TmsArgs),
    /// Render one map tile
    Tile(TileArgs),
    /// Read pixels in another coordinate reference system
    Warp(WarpArgs),
}

const SRC_HELP: &str = "Path, or http(s)://, s3://, gs:// or az:// URL of the file";

#[derive(Debug, Args)]
pub(crate) struct InfoArgs {
    #[arg(help = SRC_HELP)]
    pub(crate) src: String,
    /// Also read .aux.xml, .ovr, .msk, RPC and world files beside a URL; those beside a local path always are
    #[arg(long)]
    pub(crate) sidecars: bool,
    /// Also read EXIF, the colour profile and whether WebP is lossless where a URL needs further requests for them
    #[arg(long)]
    pub(crate) details: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub(crate) json: bool,
    /// Page of a multi-page file, counted from 0
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) page: usize,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("destination").required(true).args(["output", "plan"])))]
#[command(group(ArgGroup::new("area").args(["window", "bbox"])))]
pub(crate) struct ReadArgs {
    #[arg(help = SRC_HELP)]
    pub(crate) src: String,
    /// File to write: .npy (array), .png (picture) or .tif (GeoTIFF)
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<OutPath>,
    /// Window in pixels of the level read
    #[arg(long, value_name = "COL,ROW,WIDTH,HEIGHT")]
    pub(crate) window: Option<Window>,
    /// Area by its bounds, in the file's CRS unless --bbox-crs tells
    #[arg(long, value_name = "L,B,R,T")]
    pub(crate) bbox: Option<Bbox>,
    /// CRS of --bbox: EPSG:4326, WKT2, PROJJSON or a PROJ string
    #[arg(long, value_name = "CRS", requires = "bbox")]
    pub(crate) bbox_crs: Option<String>,
    /// Bands to read, counted from 1, in this order
    #[arg(long, value_name = "1,3")]
    pub(crate) bands: Option<BandList>,
    /// Overview to read, counted from 0 (the finest)
    #[arg(long, value_name = "N")]
    pub(crate) overview: Option<usize>,
    /// Size of the result; without --overview the level is chosen for it
    #[arg(long, value_name = "WxH")]
    pub(crate) size: Option<Size>,
    /// How to resample to --size
    #[arg(long, value_name = "NAME", default_value = "nearest", value_parser = values::resampling())]
    pub(crate) resampling: Resampling,
    /// Let the window exceed the image, and fill what is outside
    #[arg(long, conflicts_with = "clip")]
    pub(crate) boundless: bool,
    /// Value outside the image (default: nodata, else 0)
    #[arg(long, value_name = "V", requires = "boundless", allow_hyphen_values = true)]
    pub(crate) fill: Option<Fill>,
    /// Let the window exceed the image, and read the part inside
    #[arg(long)]
    pub(crate) clip: bool,
    /// Also write the mask: .npy, uint8, 0 or 255, (bands, height, width)
    #[arg(long, value_name = "MASK.npy", value_parser = values::npy_path, conflicts_with = "plan")]
    pub(crate) mask_out: Option<PathBuf>,
    /// Page of a multi-page file, counted from 0
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) page: usize,
    /// Also read .aux.xml, .ovr, .msk, RPC and world files beside a URL; those beside a local path always are
    #[arg(long)]
    pub(crate) sidecars: bool,
    /// Print each request as a JSON line on standard error
    #[arg(long)]
    pub(crate) trace: bool,
    /// Print the plan as JSON and read no pixels
    #[arg(long)]
    pub(crate) plan: bool,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("where").required(true).args(["points", "points_from"])))]
pub(crate) struct SampleArgs {
    #[arg(help = SRC_HELP, required = true, num_args = 1..)]
    pub(crate) src: Vec<String>,
    /// Points to sample
    #[arg(long, value_name = "X,Y", num_args = 1..)]
    pub(crate) points: Vec<Point>,
    /// CSV file of points: columns x and y by name, else the first two
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) points_from: Option<PathBuf>,
    /// Also read .aux.xml, .ovr, .msk, RPC and world files beside a URL; those beside a local path always are
    #[arg(long)]
    pub(crate) sidecars: bool,
    /// CRS of the points (default: the file's)
    #[arg(long)]
    pub(crate) crs: Option<String>,
    /// Bands to read, counted from 1, in this order
    #[arg(long, value_name = "1,3")]
    pub(crate) bands: Option<BandList>,
}

#[derive(Debug, Args)]
pub(crate) struct StatsArgs {
    #[arg(help = SRC_HELP)]
    pub(crate) src: String,
    /// Bands to read, counted from 1, in this order
    #[arg(long, value_name = "1,3")]
    pub(crate) bands: Option<BandList>,
    /// Also read .aux.xml, .ovr, .msk, RPC and world files beside a URL; those beside a local path always are
    #[arg(long)]
    pub(crate) sidecars: bool,
    /// Use an overview instead of every pixel
    #[arg(long)]
    pub(crate) approx: bool,
    /// Number of bins of the histogram
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) histogram: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    #[arg(help = SRC_HELP)]
    pub(crate) src: String,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TmsArgs {
    #[arg(help = SRC_HELP)]
    pub(crate) src: String,
}

#[derive(Debug, Args)]
pub(crate) struct TileArgs {
    #[arg(help = SRC_HELP)]
    pub(crate) src: String,
    /// The tile
    #[arg(value_name = "Z/X/Y")]
    pub(crate) tile: Tile,
    /// File to write: .npy (array), .png, .jpg, .webp (pictures) or .tif (GeoTIFF)
    #[arg(short, long, value_name = "OUT", value_parser = values::tile_path)]
    pub(crate) output: OutPath,
    /// Well-known TileMatrixSet
    #[arg(long, value_name = "ID", default_value = "WebMercatorQuad")]
    pub(crate) tms: String,
    /// Bands to read, counted from 1, in this order
    #[arg(long, value_name = "1,3")]
    pub(crate) bands: Option<BandList>,
    /// How to resample
    #[arg(long, value_name = "NAME", default_value = "nearest", value_parser = values::resampling())]
    pub(crate) resampling: Resampling,
    /// Values that become black and white
    #[arg(long, value_name = "MIN,MAX")]
    pub(crate) rescale: Option<Range>,
    /// Colour map of a single band
    #[arg(long, value_name = "NAME")]
    pub(crate) colormap: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct WarpArgs {
    #[arg(help = SRC_HELP)]
    pub(crate) src: String,
    /// File to write: .npy (array), .png (picture) or .tif (GeoTIFF)
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: OutPath,
    /// CRS of the result: EPSG:3857, WKT2, PROJJSON or a PROJ string
    #[arg(long)]
    pub(crate) crs: String,
    /// Bounds of the result, in its CRS
    #[arg(long, value_name = "L,B,R,T")]
    pub(crate) bbox: Bbox,
    /// Size of the result
    #[arg(long, value_name = "WxH")]
    pub(crate) size: Size,
    /// How to resample
    #[arg(long, value_name = "NAME", default_value = "nearest", value_parser = values::resampling())]
    pub(crate) resampling: Resampling,
}

/// Puts a space before arguments such as `-5,-5,10,10`, which clap would take for a bundle of short options; the
/// value parsers trim it. Arguments after `--` stay as they are.
fn shield_negative_lists(
    arguments: impl Iterator<Item = std::ffi::OsString>,
) -> impl Iterator<Item = std::ffi::OsString> {
    let mut literal = false;
    arguments.map(move |argument| {
        literal |= argument == "--";
        match argument.to_str() {
            Some(text) if !literal && values::is_negative_list(text) => format!(" {text}").into(),
            _ => argument,
        }
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(arguments: &[&str]) -> Result<Cli, clap::Error> {
        let arguments = std::iter::once("geotiff").chain(arguments.iter().copied()).map(Into::into);
        Cli::try_parse_from(shield_negative_lists(arguments))
    }

    fn read(arguments: &[&str]) -> ReadArgs {
        match parse(&[&["read", "a.tif", "-o", "a.npy"], arguments].concat()).unwrap().command {
            Command::Read(read) => *read,
            other => panic!("{other:?}"),
        }
    }

    fn is_usage_error(arguments: &[&str]) {
        let error = parse(arguments).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{arguments:?}");
    }

    #[test]
    fn definitions_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn negative_numbers_are_values() {
        let arguments = read(&["--window", "-5,-6.5,10,20", "--boundless", "--fill", "-9999"]);
        assert_eq!(arguments.window, Some(Window { col: -5.0, row: -6.5, width: 10.0, height: 20.0 }));
        assert_eq!(arguments.fill, Some(Fill::Integer(-9999)));
        let arguments = read(&["--bbox=-180,-90,-1e-3,90", "--bbox-crs", "EPSG:4326"]);
        assert_eq!(arguments.bbox, Some(Bbox([-180.0, -90.0, -1e-3, 90.0])));
        assert_eq!(arguments.bbox_crs.as_deref(), Some("EPSG:4326"));
    }

    #[test]
    fn points_end_at_the_next_option() {
        let cli =
            parse(&["sample", "a.tif", "b.tif", "--points", "1,2", "-3,4", "--crs", "EPSG:4326"]).unwrap();
        let Command::Sample(sample) = cli.command else { panic!("{cli:?}") };
        assert_eq!(sample.src, ["a.tif", "b.tif"]);
        assert_eq!(sample.points, [Point { x: 1.0, y: 2.0 }, Point { x: -3.0, y: 4.0 }]);
        assert_eq!(sample.crs.as_deref(), Some("EPSG:4326"));
    }

    #[test]
    fn bands_keep_their_order() {
        assert_eq!(read(&["--bands", "3,1,1"]).bands, Some(BandList(vec![3, 1, 1])));
    }

    #[test]
    fn wrong_usage_is_told() {
        is_usage_error(&["read", "a.tif"]);
        is_usage_error(&["read", "a.tif", "-o", "a.jp2"]);
        is_usage_error(&["read", "a.tif", "-o", "a"]);
        is_usage_error(&["read", "a.tif", "-o", "a.npy", "--plan"]);
        is_usage_error(&["read", "a.tif", "-o", "a.npy", "--bands", "0"]);
        is_usage_error(&["read", "a.tif", "-o", "a.npy", "--bands", ""]);
        is_usage_error(&["read", "a.tif", "-o", "a.npy", "--window", "1,2,3"]);
        is_usage_error(&["read", "a.tif", "-o", "a.npy", "--window", "0,0,0,5"]);
        is_usage_error(&["read", "a.tif", "-o", "a.npy", "--window", "0,0,nan,5"]);
        is_usage_error(&["read", "a.tif", "-o", "a.npy", "--window", "0,0,1,1", "--bbox", "0,0,1,1"]);
        is_usage_error(&["read", "a.tif", "-o", "a.npy", "--bbox", "0,1,1,1"]);
        is_usage_error(&["read", "a.tif", "-o", "a.npy", "--bbox-crs", "EPSG:4326"]);
        is_usage_error(&["read", "a.tif", "-o", "a.npy", "--boundless", "--clip"]);
        is_usage_error(&["read", "a.tif", "-o", "a.npy", "--fill", "3"]);
        is_usage_error(&["read", "a.tif", "-o", "a.npy", "--resampling", "best"]);
        is_usage_error(&["read", "a.tif", "-o", "a.npy", "--size", "0x5"]);
        is_usage_error(&["read", "a.tif", "-o", "a.npy", "--mask-out", "m.png"]);
        is_usage_error(&["sample", "a.tif"]);
        is_usage_error(&["sample", "a.tif", "--points", "1"]);
        is_usage_error(&["stats", "a.tif", "--histogram", "0"]);
        is_usage_error(&["tile", "a.tif", "1/2", "-o", "a.png"]);
        is_usage_error(&["unknown"]);
        is_usage_error(&[]);
    }
}
