//! What the benchmark asks of a worker, and what it answers: JSON lines on standard input and output.

use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use crate::Failure;

/// One measured piece of work.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub(crate) enum Task {
    /// Open a file and read all of it.
    Image {
        path: String,
        threads: usize,
        /// Whether the file's bytes are in memory when the clock starts; otherwise they come from the file system.
        from_memory: bool,
        check: bool,
    },
    /// Open each URL and ask for transform, CRS and overviews.
    Open { urls: Vec<String>, at_once: usize },
    /// Open each URL and read one window of it.
    Windows { windows: Vec<UrlWindow>, at_once: usize, check: bool },
    /// Make a new connection, open a URL and read one window.
    Cold { window: UrlWindow },
    /// Make map tiles out of one file.
    Tiles { source: String, tiles: Vec<String>, mode: TileMode, check: bool },
    /// Parse a header again and again.
    Parse { path: String },
}

/// A window of the file at a URL: column, row, width, height.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UrlWindow {
    pub(crate) url: String,
    pub(crate) window: [u32; 4],
}

/// What a reader may have kept when it makes a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TileMode {
    /// An open file and its set-up, but no pixels.
    Cold,
    /// Every block that the tile needs, decoded.
    Decoded,
    /// An open file; 32 tiles at a time.
    AtOnce,
}

/// What came of a task.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Answer {
    /// Wall time.
    pub(crate) seconds: f64,
    /// Time of all the worker's threads on processors.
    #[serde(default)]
    pub(crate) cpu: f64,
    /// A checksum of the pixels, where one was asked for.
    #[serde(default)]
    pub(crate) checksum: Option<u64>,
    /// The mean of the pixels' bytes, where a checksum was asked for.
    #[serde(default)]
    pub(crate) mean: Option<f64>,
    /// Why there is no answer.
    #[serde(default)]
    pub(crate) error: Option<String>,
}

impl Answer {
    /// With the checksum and the mean of `bytes`.
    pub(crate) fn checked(self, bytes: &[u8]) -> Self {
        let sum: u64 = bytes.iter().map(|byte| u64::from(*byte)).sum();
        let checksum = Some(u64::from(crc32fast::hash(bytes)));
        Self { checksum, mean: Some(sum as f64 / bytes.len().max(1) as f64), ..self }
    }
}

/// Wall and processor time since it was started.
pub(crate) struct Stopwatch {
    start: Instant,
    cpu: Duration,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self { cpu: cpu_time(ClockId::ProcessCPUTime), start: Instant::now() }
    }

    pub(crate) fn stop(&self) -> Answer {
        let seconds = self.start.elapsed().as_secs_f64();
        let cpu = (cpu_time(ClockId::ProcessCPUTime) - self.cpu).as_secs_f64();
        Answer { seconds, cpu, ..Answer::default() }
    }
}

/// The time that this process or thread has spent on processors.
pub(crate) fn cpu_time(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

/// Answers tasks from standard input until it ends.
pub(crate) fn serve(mut answer: impl FnMut(Task) -> Result<Answer, Failure>) -> Result<(), Failure> {
    for line in std::io::stdin().lock().lines() {
        let task: Task = serde_json::from_str(&line?)?;
        let answer = answer(task)
            .unwrap_or_else(|error| Answer { error: Some(error.to_string()), ..Answer::default() });
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", serde_json::to_string(&answer)?)?;
        out.flush()?;
    }
    Ok(())
}
