//! What the tests of the command share: running it, the fixtures, `.npy` files, a server.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::panic, reason = "helpers of tests fail by panicking")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What a run of the command left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Fails the test unless the run succeeded in silence.
    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{self:?}");
        self
    }

    /// Fails the test unless the run failed with one line that contains each of `words`, and wrote nothing else.
    #[track_caller]
    pub(crate) fn fails_with(self, words: &[&str]) -> Self {
        assert_eq!(self.code, 1, "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        assert_eq!(self.stderr.trim_end_matches('\n').lines().count(), 1, "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is not in {:?}", self.stderr);
        }
        self
    }

    /// Fails the test unless the run was refused as wrong usage.
    #[track_caller]
    pub(crate) fn refused_as_usage(self) {
        assert_eq!(self.code, 2, "{self:?}");
        assert!(!self.stderr.is_empty() && self.stdout.is_empty(), "{self:?}");
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let run = self.succeeds();
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {:?}", run.stdout))
    }
}

/// Runs the command.
pub(crate) fn geotiff<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Run {
    let output =
        Command::new(env!("CARGO_BIN_EXE_geotiff")).args(arguments).output().expect("the command starts");
    Run {
        code: output.status.code().expect("no signal ends the command"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// The folder of fixtures.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures")
        .canonicalize()
        .expect("fixtures are committed")
}

/// A fixture's path as an argument.
pub(crate) fn fixture(path: &str) -> String {
    fixtures().join(path).to_str().expect("UTF-8").to_owned()
}

/// Fails the test unless an answer has the fields that its JSON Schema in `docs/schemas` requires.
#[track_caller]
pub(crate) fn follows_schema(answer: &Value, schema: &str) {
    let path = fixtures().join("../docs/schemas").join(schema);
    let schema: Value =
        serde_json::from_slice(&std::fs::read(path).expect("the schema is there")).expect("JSON");
    for required in schema["required"].as_array().expect("required fields") {
        assert!(answer.get(required.as_str().expect("a name")).is_some(), "{required} is missing: {answer}");
    }
}

/// What GDAL says of each fixture.
pub(crate) fn manifest() -> Vec<Value> {
    let text = std::fs::read(fixtures().join("manifest.json")).expect("the manifest is committed");
    let manifest: Value = serde_json::from_slice(&text).expect("JSON");
    manifest["files"].as_array().expect("files").clone()
}

/// An array from a `.npy` file.
#[derive(Debug, PartialEq)]
pub(crate) struct Npy {
    pub(crate) descr: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) data: Vec<u8>,
}

impl Npy {
    pub(crate) fn read(path: &Path) -> Self {
        let file = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(file[..8], *b"\x93NUMPY\x01\x00", "{}", path.display());
        let start = 10 + usize::from(u16::from_le_bytes([file[8], file[9]]));
        let header = std::str::from_utf8(&file[10..start]).expect("ASCII");
        let field = |name: &str, open: char, close: char| {
            let rest = header.split_once(name).expect("a header field").1;
            rest.split_once(open).expect("open").1.split_once(close).expect("close").0.to_owned()
        };
        assert!(header.contains("'fortran_order': False"), "{header}");
        let shape = field("'shape':", '(', ')');
        let shape =
            shape.split(',').map(str::trim).filter(|n| !n.is_empty()).map(|n| n.parse().expect("a length"));
        Self { descr: field("'descr':", '\'', '\''), shape: shape.collect(), data: file[start..].to_vec() }
    }

    /// numpy's name of the element type.
    pub(crate) fn dtype(&self) -> &'static str {
        match self.descr.as_str() {
            "|u1" => "uint8",
            "|i1" => "int8",
            "<u2" => "uint16",
            "<i2" => "int16",
            "<u4" => "uint32",
            "<i4" => "int32",
            "<u8" => "uint64",
            "<i8" => "int64",
            "<f4" => "float32",
            "<f8" => "float64",
            "<c8" => "complex64",
            "<c16" => "complex128",
            other => panic!("{other}"),
        }
    }

    /// The elements as floats; both parts of complex ones.
    pub(crate) fn values(&self) -> Vec<f64> {
        fn each<const N: usize>(data: &[u8], value: impl Fn([u8; N]) -> f64) -> Vec<f64> {
            data.chunks_exact(N).map(|bytes| value(bytes.try_into().expect("N bytes"))).collect()
        }
        match self.descr.as_str() {
            "|u1" => each(&self.data, |b: [u8; 1]| f64::from(b[0])),
            "|i1" => each(&self.data, |b| f64::from(i8::from_le_bytes(b))),
            "<u2" => each(&self.data, |b| f64::from(u16::from_le_bytes(b))),
            "<i2" => each(&self.data, |b| f64::from(i16::from_le_bytes(b))),
            "<u4" => each(&self.data, |b| f64::from(u32::from_le_bytes(b))),
            "<i4" => each(&self.data, |b| f64::from(i32::from_le_bytes(b))),
            "<u8" => each(&self.data, |b| u64::from_le_bytes(b) as f64),
            "<i8" => each(&self.data, |b| i64::from_le_bytes(b) as f64),
            "<f4" | "<c8" => each(&self.data, |b| f64::from(f32::from_le_bytes(b))),
            "<f8" | "<c16" => each(&self.data, f64::from_le_bytes),
            other => panic!("{other}"),
        }
    }

    /// SHA-256 of the elements, as the manifest has it.
    pub(crate) fn sha256(&self) -> String {
        use sha2::Digest;
        sha2::Sha256::digest(&self.data).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// An HTTP server on the loopback interface: files by path, with ranges, and statuses where they are given.
#[derive(Debug)]
pub(crate) struct Server {
    address: String,
}

/// This status in place of an answer: only the start of the file is served, the rest never.
pub(crate) const STALLED: u16 = 0;

impl Server {
    pub(crate) fn start(
        files: BTreeMap<&'static str, Vec<u8>>,
        statuses: BTreeMap<&'static str, u16>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (files, statuses) = (files.clone(), statuses.clone());
                std::thread::spawn(move || serve(stream, &files, &statuses));
            }
        });
        Self { address }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }
}

fn serve(stream: TcpStream, files: &BTreeMap<&str, Vec<u8>>, statuses: &BTreeMap<&str, u16>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
        let target = line.split(' ').nth(1)?.trim_start_matches('/').to_owned();
        let path = target.split('?').next()?;
        let mut range = None;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            let header = header.trim().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(bytes) = header.strip_prefix("range: bytes=") {
                let (first, last) = bytes.split_once('-')?;
                range = Some((first.parse::<usize>().ok()?, last.parse::<usize>().ok()?));
            }
        }
        if statuses.get(path) == Some(&STALLED) && range.is_some_and(|(first, _)| first > 0) {
            std::thread::sleep(std::time::Duration::from_secs(60));
        }
        let status = statuses.get(path).filter(|status| **status != STALLED);
        let answer = match (status, files.get(path), range) {
            (Some(status), ..) => {
                format!("HTTP/1.1 {status} Refused\r\nContent-Length: 0\r\n\r\n").into_bytes()
            }
            (None, None, _) => b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
            (None, Some(file), Some((first, last))) if first < file.len() => {
                let end = (last + 1).min(file.len());
                let head = format!(
                    "HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\nContent-Range: bytes {first}-{}/{}\r\n\
                     ETag: \"1\"\r\n\r\n",
                    end - first,
                    end - 1,
                    file.len()
                );
                [head.as_bytes(), &file[first..end]].concat()
            }
            (None, Some(file), Some(_)) => format!(
                "HTTP/1.1 416 Range\r\nContent-Length: 0\r\nContent-Range: bytes */{}\r\n\r\n",
                file.len()
            )
            .into_bytes(),
            (None, Some(file), None) => {
                [format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", file.len()).as_bytes(), file]
                    .concat()
            }
        };
        stream.write_all(&answer).ok()?;
    }
}

/// Reads what is left of a stream; a broken one is as good as ended.
pub(crate) fn drain(mut stream: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    bytes
}
