//! Real servers on loopback, started by a test and stopped with it.
//!
//! They are looked for on the `PATH`, in `/usr/sbin`, and in the folder that the variable `GEOTIFF_SERVERS` names
//! (`target/servers` of the workspace unless set), which a script of the continuous integration fills. A server that is
//! not there is said so loudly, and is a failure where `GEOTIFF_REQUIRE_SERVERS` is set.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

/// Finds a program, or says that its tests do not run.
pub fn find(program: &str) -> Option<PathBuf> {
    let installed = std::env::var_os("GEOTIFF_SERVERS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/servers"), PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path)
        .chain(["/usr/sbin".into()])
        .chain(["venv/bin", "bin", "node_modules/.bin"].map(|folder| installed.join(folder)));
    let found = folders.map(|folder| folder.join(program)).find(|file| file.is_file());
    if found.is_none() {
        eprintln!("\n*** {program} is not installed: THE TESTS AGAINST IT DO NOT RUN ***\n");
        assert!(
            std::env::var_os("GEOTIFF_REQUIRE_SERVERS").is_none(),
            "{program} is required here and not installed"
        );
    }
    found
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server's process, stopped when dropped.
pub struct Process(Child);

impl Process {
    /// Starts a server and waits until it answers on its port.
    pub fn start(command: &mut Command, port: u16) -> Self {
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut process = Self(child);
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(process.0.try_wait().unwrap().is_none(), "{command:?} ended before it answered");
            assert!(began.elapsed() < Duration::from_secs(90), "{command:?} does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        process
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Asked first, so that it can stop what it started itself.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(5) {
            if !matches!(self.0.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Sends a request and gives the answer's body; for setting servers up.
pub fn request(port: u16, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> String {
    let mut head = format!("{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", body.len());
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).unwrap_or_default();
    assert!(status.starts_with('2'), "{method} {target}: {answer}");
    answer
}

/// Percent-encodes all but what RFC 3986 calls unreserved, and slashes.
pub fn percent_encode(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    text.bytes()
        .map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// nginx, serving a folder of files.
pub struct Nginx {
    _process: Process,
    folder: tempfile::TempDir,
    port: u16,
    http2_port: u16,
    tls_port: u16,
    puts: std::sync::atomic::AtomicU64,
}

/// Makes a certificate authority, and a certificate of it for 127.0.0.1; writes `ca.pem`, `cert.pem` and `key.pem`.
fn make_certificates(folder: &Path) {
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::default();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    std::fs::write(folder.join("ca.pem"), authority.self_signed(&authority_key).unwrap().pem()).unwrap();
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let server = rcgen::CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), server.signed_by(&key, &issuer).unwrap().pem()).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
}

impl Nginx {
    pub fn start() -> Option<Self> {
        let nginx = find("nginx")?;
        let folder = tempfile::tempdir().unwrap();
        let (port, http2_port, tls_port) = (free_port(), free_port(), free_port());
        make_certificates(folder.path());
        let root = folder.path().display();
        std::fs::create_dir(folder.path().join("www")).unwrap();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {root}/{kind};"))
            .concat();
        // Workers of a master that is root would not be, and could not read the folder.
        let user = std::env::var("USER").unwrap_or_else(|_| "root".to_owned());
        let config = format!(
            "user {user}; daemon off; worker_processes 1; pid {root}/pid; error_log {root}/error.log;
             events {{}}
             http {{ {temporary} access_log {root}/access.log;
               server {{ listen 127.0.0.1:{port}; root {root}/www; }}
               server {{ listen 127.0.0.1:{http2_port} http2; root {root}/www; }}
               server {{ listen 127.0.0.1:{tls_port} ssl http2; root {root}/www;
                 ssl_certificate {root}/cert.pem; ssl_certificate_key {root}/key.pem; }} }}"
        );
        std::fs::write(folder.path().join("nginx.conf"), config).unwrap();
        let mut command = Command::new(nginx);
        command.arg("-c").arg(folder.path().join("nginx.conf")).arg("-p").arg(folder.path());
        command.arg("-e").arg(folder.path().join("error.log"));
        let process = Process::start(&mut command, port);
        Some(Self { _process: process, folder, port, http2_port, tls_port, puts: 0.into() })
    }

    pub fn put(&self, name: &str, bytes: &[u8]) {
        let file = self.file(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        let beside = self.folder.path().join("new");
        std::fs::write(&beside, bytes).unwrap();
        // nginx makes its ETag of size and time in seconds: each file gets a second of its own.
        let puts = self.puts.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + puts);
        std::fs::File::options().write(true).open(&beside).unwrap().set_modified(time).unwrap();
        std::fs::rename(beside, file).unwrap();
    }

    pub fn remove(&self, name: &str) {
        std::fs::remove_file(self.file(name)).unwrap();
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("www").join(name)
    }

    pub fn url(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}/{}", self.port, percent_encode(name))
    }

    /// Where it speaks HTTP/2 without TLS.
    pub fn http2_url(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}/{}", self.http2_port, percent_encode(name))
    }

    /// Where it speaks TLS, and HTTP/2 to those who ask for it.
    pub fn tls_url(&self, name: &str) -> String {
        format!("https://127.0.0.1:{}/{}", self.tls_port, percent_encode(name))
    }

    /// The certificate of the authority that nobody else trusts.
    pub fn authority(&self) -> Vec<u8> {
        std::fs::read(self.folder.path().join("ca.pem")).unwrap()
    }

    /// The first lines of all requests so far.
    pub fn log(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.folder.path().join("access.log")).unwrap();
        log.lines().map(|line| line.split('"').nth(1).unwrap_or_default().to_owned()).collect()
    }
}

/// moto, answering as S3, with or without checking signatures.
pub struct Moto {
    _process: Process,
    pub port: u16,
    pub key: String,
    pub secret: String,
}

impl Moto {
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn start(signed: bool) -> Option<Self> {
        let moto = find("moto_server")?;
        let port = free_port();
        let mut command = Command::new(moto);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        if signed {
            // After the four requests that set it up, it asks for signatures.
            command.env("INITIAL_NO_AUTH_ACTION_COUNT", "4");
        }
        let process = Process::start(&mut command, port);
        let iam = |action: &str| {
            let scope = "AWS4-HMAC-SHA256 Credential=none/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=none";
            let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Authorization", scope)];
            request(port, "POST", "/", &headers, format!("Version=2010-05-08&UserName=u&{action}").as_bytes())
        };
        iam("Action=CreateUser");
        let policy =
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        iam(&format!("Action=PutUserPolicy&PolicyName=p&PolicyDocument={}", percent_encode(policy)));
        let created = iam("Action=CreateAccessKey");
        let scope = "AWS4-HMAC-SHA256 Credential=none/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=none";
        request(port, "PUT", "/bucket", &[("Authorization", scope)], b"");
        let between = |start: &str, end: &str| {
            created.split_once(start).unwrap().1.split_once(end).unwrap().0.to_owned()
        };
        let key = between("<AccessKeyId>", "</AccessKeyId>");
        let secret = between("<SecretAccessKey>", "</SecretAccessKey>");
        Some(Self { _process: process, port, key, secret })
    }
}

/// Azurite, answering as Azure Blob Storage, with the account and key that it is known for.
pub struct Azurite {
    _process: Process,
    _folder: tempfile::TempDir,
    pub port: u16,
}

impl Azurite {
    pub const ACCOUNT: &str = "devstoreaccount1";
    /// Published in Azurite's documentation: no secret.
    pub const KEY: &str =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    pub fn start() -> Option<Self> {
        let azurite = find("azurite-blob")?;
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let mut command = Command::new(azurite);
        command.args(["--blobHost", "127.0.0.1", "--blobPort", &port.to_string(), "--silent"]);
        command.args(["--skipApiVersionCheck", "--disableTelemetry", "--location"]).arg(folder.path());
        let process = Process::start(&mut command, port);
        // A container is made with a request signed by the account's key; node, which Azurite runs on, can do that.
        let script = "
            const [port, account, key] = process.argv.slice(1);
            const date = new Date().toUTCString();
            const text = `PUT\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\nx-ms-date:${date}\\nx-ms-version:2021-12-02\\n` +
              `/${account}/${account}/container\\nrestype:container`;
            const hmac = require('crypto').createHmac('sha256', Buffer.from(key, 'base64')).update(text, 'utf8');
            const headers = { 'x-ms-date': date, 'x-ms-version': '2021-12-02', 'content-length': 0,
              authorization: `SharedKey ${account}:${hmac.digest('base64')}` };
            const options = { host: '127.0.0.1', port, method: 'PUT', headers,
              path: `/${account}/container?restype=container` };
            require('http').request(options, (r) => process.exit(r.statusCode === 201 ? 0 : 1)).end();
        ";
        let made = Command::new("node")
            .args(["-e", script, &port.to_string(), Self::ACCOUNT, Self::KEY])
            .status()
            .unwrap();
        assert!(made.success(), "Azurite did not make a container");
        Some(Self { _process: process, _folder: folder, port })
    }
}

/// fake-gcs-server, answering as Google Cloud Storage.
pub struct FakeGcs {
    _process: Process,
    pub port: u16,
}

impl FakeGcs {
    pub fn start() -> Option<Self> {
        let server = find("fake-gcs-server")?;
        let port = free_port();
        let mut command = Command::new(server);
        command.args(["-scheme", "http", "-host", "127.0.0.1", "-backend", "memory"]);
        command.args(["-port", &port.to_string(), "-public-host", &format!("127.0.0.1:{port}")]);
        let process = Process::start(&mut command, port);
        let json = [("Content-Type", "application/json")];
        request(port, "POST", "/storage/v1/b", &json, br#"{"name":"bucket"}"#);
        Some(Self { _process: process, port })
    }

    pub fn put(&self, name: &str, bytes: &[u8]) {
        let name = percent_encode(name).replace('/', "%2F");
        let target = format!("/upload/storage/v1/b/bucket/o?uploadType=media&name={name}");
        request(self.port, "POST", &target, &[("Content-Type", "application/octet-stream")], bytes);
    }

    pub fn remove(&self, name: &str) {
        let name = percent_encode(name).replace('/', "%2F");
        request(self.port, "DELETE", &format!("/storage/v1/b/bucket/o/{name}"), &[], b"");
    }
}
