//! `geotiff read --plan`: what a read would fetch, as JSON.

use geotiff_kit::ReadPlan;
use serde::Serialize;

use crate::error::Failure;
use crate::output;

#[derive(Serialize)]
struct Plan<'a> {
    /// 0 is the full resolution, 1 the finest overview.
    level: usize,
    /// Column, row, width, height.
    window: (i64, i64, u32, u32),
    bands: &'a [u16],
    /// Bytes that will be requested.
    bytes: u64,
    requests: Vec<Request<'a>>,
    chunks: Vec<Chunk>,
}

#[derive(Serialize)]
struct Request<'a> {
    image: &'static str,
    /// First byte, and the byte after the last.
    range: (u64, u64),
    /// Positions in `chunks`.
    chunks: &'a [usize],
}

#[derive(Serialize)]
struct Chunk {
    image: &'static str,
    index: u64,
    plane: u16,
    column: u32,
    row: u32,
    /// Null for a sparse chunk.
    range: Option<(u64, u64)>,
    placements: Vec<Placed>,
}

#[derive(Serialize)]
struct Placed {
    /// First wanted column and row inside the chunk.
    source: (u32, u32),
    /// Where that pixel goes in the window.
    target: (u32, u32),
    /// Wanted columns and rows.
    size: (u32, u32),
}

/// Prints the plan as one JSON object.
pub(super) fn print(plan: &ReadPlan) -> Result<(), Failure> {
    let window = plan.window;
    let requests = plan.requests.iter().map(|request| Request {
        image: request.role.name(),
        range: (request.range.start, request.range.end),
        chunks: &request.chunks,
    });
    let chunks = plan.chunks.iter().map(|chunk| Chunk {
        image: chunk.role.name(),
        index: chunk.index,
        plane: chunk.plane,
        column: chunk.column,
        row: chunk.row,
        range: chunk.location.as_ref().map(|range| (range.start, range.end)),
        placements: chunk
            .placements
            .iter()
            .map(|placed| Placed { source: placed.source, target: placed.target, size: placed.size })
            .collect(),
    });
    output::print_json(&Plan {
        level: plan.level,
        window: (window.col, window.row, window.width, window.height),
        bands: &plan.bands,
        bytes: plan.bytes(),
        requests: requests.collect(),
        chunks: chunks.collect(),
    })
}
