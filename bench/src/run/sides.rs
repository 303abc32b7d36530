//! The processes that do the work: one for each side, and the server.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::de::DeserializeOwned;

use crate::Failure;
use crate::http::Served;
use crate::protocol::{Answer, Task};

/// Threads that decode, on every side that lets itself be told.
pub(crate) const THREADS: usize = 2;

/// How the sides are started.
pub(crate) struct Programs {
    /// The Python that has the peers.
    pub(crate) python: String,
    /// The script of the Python peers.
    pub(crate) peers: PathBuf,
}

/// Whoever does tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    Ours,
    AsyncTiff,
    Rasterio,
    AsyncGeotiff,
    RioTiler,
}

impl Side {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::AsyncTiff => "async-tiff",
            Self::Rasterio => "rasterio",
            Self::AsyncGeotiff => "async-geotiff",
            Self::RioTiler => "rio-tiler",
        }
    }

    fn command(self, programs: &Programs) -> Result<Command, Failure> {
        let mut command = match self {
            Self::Ours | Self::AsyncTiff => {
                let mut command = Command::new(std::env::current_exe()?);
                command.arg("worker");
                command
            }
            _ => {
                let mut command = Command::new(&programs.python);
                command.arg(&programs.peers);
                command
            }
        };
        // Both of ours and async-tiff's rayon listen to it.
        command.arg(self.name()).env("RAYON_NUM_THREADS", THREADS.to_string());
        Ok(command)
    }
}

/// A process that answers lines with lines; it ends when it is dropped.
pub(crate) struct Talker {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Talker {
    fn start(command: &mut Command) -> Result<Self, Failure> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().ok_or("no standard output")?);
        Ok(Self { child, input, output })
    }

    fn tell(&mut self, line: &str) -> Result<(), Failure> {
        let input = self.input.as_mut().ok_or("no standard input")?;
        writeln!(input, "{line}")?;
        Ok(input.flush()?)
    }

    fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        match self.output.read_line(&mut line)? {
            0 => Err("a worker ended before it answered".into()),
            _ => Ok(line),
        }
    }

    fn ask<T: DeserializeOwned>(&mut self, line: &str) -> Result<T, Failure> {
        self.tell(line)?;
        Ok(serde_json::from_str(&self.line()?)?)
    }
}

impl Drop for Talker {
    fn drop(&mut self) {
        // The end of its input is the end of its work.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// A side's process.
pub(crate) struct Worker {
    pub(crate) side: Side,
    talker: Talker,
}

impl Worker {
    pub(crate) fn start(side: Side, programs: &Programs) -> Result<Self, Failure> {
        Ok(Self { side, talker: Talker::start(&mut side.command(programs)?)? })
    }

    pub(crate) fn ask(&mut self, task: &Task) -> Result<Answer, Failure> {
        let answer = self.talker.ask(&serde_json::to_string(task)?);
        answer.map_err(|error| format!("{}: {error}", self.side.name()).into())
    }
}

/// The server's process.
pub(crate) struct Server {
    talker: Talker,
    port: u16,
}

impl Server {
    pub(crate) fn start(folder: &Path) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut talker = Talker::start(command.arg("http").arg(folder))?;
        let port = talker.line()?.trim().parse()?;
        Ok(Self { talker, port })
    }

    /// Sets the delay of each answer, and says what was served since the last call.
    pub(crate) fn delay(&mut self, milliseconds: u64) -> Result<Served, Failure> {
        self.talker.ask(&milliseconds.to_string())
    }

    /// A URL of a file that no client has seen before: `copy` is anything.
    pub(crate) fn url(&self, copy: &str, file: &str) -> String {
        format!("http://127.0.0.1:{}/{copy}/{file}", self.port)
    }
}

/// Runs this program once with `arguments` and parses what it prints.
pub(crate) fn fresh<T: DeserializeOwned>(arguments: &[&str]) -> Result<T, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    let output = command.args(arguments).env("RAYON_NUM_THREADS", THREADS.to_string()).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
