//! What the program runs in: a directory and an environment of its own, and an Atlas that answers it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use assert_cmd::cargo::cargo_bin;
use atlas_tui::clock::Clock;
use atlas_tui::demo::{self, Fault, Options, Running, ServerlessEndpoints};
use atlas_tui::domain::secret::ExposeSecret;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tempfile::TempDir;

/// That of the demonstration's Atlas. No output of any run may hold it.
pub const PRIVATE_KEY: &str = "00000000-de30-4000-8000-000000000000";

/// The environment of a run. Nothing of the machine's own gets in but where programs are.
pub struct Home {
    directory: TempDir,
    variables: Vec<(String, String)>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    /// Standard output as one JSON object.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Home {
    /// Without a key.
    pub fn bare() -> Self {
        let home = Self { directory: tempfile::tempdir().unwrap(), variables: Vec::new() };
        let directory = home.directory.path().to_str().unwrap().to_owned();
        home.with("PATH", &std::env::var("PATH").unwrap_or_default()).with("ATLAS_TUI_HOME", &directory)
    }

    /// With the key of the demonstration.
    pub fn new() -> Self {
        Self::bare()
            .with("MONGODB_ATLAS_PUBLIC_API_KEY", "demopubl")
            .with("MONGODB_ATLAS_PRIVATE_API_KEY", PRIVATE_KEY)
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes the config file.
    pub fn configure(&self, text: &str) {
        let directory = self.directory.path().join("config");
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("config.toml"), text).unwrap();
    }

    /// Writes any file of it.
    #[allow(dead_code, reason = "not all test files save lookups")]
    pub fn write(&self, path: &str, text: &str) {
        let path = self.directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The files in the directory, by their path in it.
    pub fn files(&self) -> Vec<String> {
        fn add(directory: &Path, root: &Path, found: &mut Vec<String>) {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    add(&path, root, found);
                } else {
                    found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        let mut found = Vec::new();
        add(self.directory.path(), self.directory.path(), &mut found);
        found.sort();
        found
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(cargo_bin!("atlas-tui"));
        command.args(words).env_clear().current_dir(self.directory.path());
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command
    }

    /// Runs the program to its end, without a terminal.
    pub fn run(&self, words: &[&str]) -> Run {
        let output = assert_cmd::Command::from_std(self.command(words)).output().unwrap();
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        for text in [&out, &err] {
            assert!(!text.contains(PRIVATE_KEY), "the private key: {text}");
            assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "an escape sequence: {text:?}");
        }
        Run { code: output.status.code().unwrap(), out, err }
    }
}

/// A clock that stands still until it is wound.
#[derive(Clone)]
struct HandClock(Arc<Mutex<Timestamp>>);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// The embedded Atlas on a thread of this process. It starts at 2026-08-10T03:45:00Z.
pub struct Atlas {
    running: Running,
    clock: HandClock,
}

impl Atlas {
    pub fn start() -> Self {
        Self::with(Options::default())
    }

    /// One that still answers for serverless instances, by API v1.0.
    pub fn of_serverless_instances() -> Self {
        Self::with(Options { serverless: ServerlessEndpoints::Live, ..Options::default() })
    }

    fn with(options: Options) -> Self {
        let clock = HandClock(Arc::new(Mutex::new("2026-08-10T03:45:00Z".parse().unwrap())));
        let (sender, started) = mpsc::channel();
        let servers = clock.clone();
        // It serves until the process ends: stopping is what `tests/demo.rs` is about.
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                sender.send(demo::start_with(options, servers).await.unwrap()).unwrap();
                std::future::pending::<()>().await;
            });
        });
        Self { running: started.recv().unwrap(), clock }
    }

    /// A home whose program asks this Atlas.
    pub fn home(&self) -> Home {
        Home::new().with("MONGODB_ATLAS_BASE_URL", self.base_url())
    }

    pub fn base_url(&self) -> &str {
        &self.running.base_url
    }

    /// The lookup of that label, as `KIND/PROJECT/INSTANCE/JOB`.
    pub fn target(&self, label: &str) -> String {
        self.running.lookup(label).unwrap().target.to_string()
    }

    pub fn wind(&self, seconds: i64) {
        *self.clock.0.lock().unwrap() += SignedDuration::from_secs(seconds);
    }

    pub fn set_fault(&self, fault: Fault) {
        self.running.set_fault(Some(fault));
    }

    /// A home whose program asks this Atlas as a service account.
    pub fn home_of_account(&self) -> Home {
        Home::bare()
            .with("MONGODB_ATLAS_CLIENT_ID", &self.running.client_id)
            .with("MONGODB_ATLAS_CLIENT_SECRET", self.running.client_secret.expose_secret())
            .with("MONGODB_ATLAS_BASE_URL", self.base_url())
    }

    #[allow(dead_code, reason = "not all test files count")]
    pub fn stats(&self) -> demo::Stats {
        self.running.stats()
    }

    /// The requests answered so far, challenges included.
    pub fn requests(&self) -> u64 {
        self.running.requests()
    }
}

/// `demo-server` as a process, which ends with this.
pub struct DemoServer {
    child: Child,
    /// The lines that it printed, up to the curl line that ends them.
    pub told: Vec<String>,
}

impl DemoServer {
    pub fn start(words: &[&str]) -> Self {
        let words: Vec<_> = ["demo-server"].iter().chain(words).copied().collect();
        let home = Home::bare();
        let child = home.command(&words).stdout(Stdio::piped()).spawn().unwrap();
        let mut server = Self { child, told: Vec::new() };
        for line in BufReader::new(server.child.stdout.take().unwrap()).lines() {
            server.told.push(line.unwrap());
            if server.told.last().is_some_and(|line| line.starts_with("curl ")) {
                break;
            }
        }
        server
    }

    /// What stands behind that name.
    pub fn told(&self, name: &str) -> &str {
        let value = self.told.iter().find_map(|line| line.strip_prefix(name));
        value.unwrap_or_else(|| panic!("{name} in {:?}", self.told)).trim()
    }
}

impl Drop for DemoServer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
