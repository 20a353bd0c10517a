//! The rules of the architecture as data: who may name what, and why.

/// A top-level module of `src` and all that it may name.
pub struct Room {
    pub name: &'static str,
    /// Other rooms, or single items of them, by the beginning of their path.
    pub rooms: &'static [&'static str],
    /// Crates from `Cargo.toml`.
    pub crates: &'static [&'static str],
    /// The parts of `std` that reach outside of the program (see [`GUARDED_STD`]).
    pub std: &'static [&'static str],
    pub why: &'static str,
}

pub const ROOMS: &[Room] = &[
    Room {
        name: "domain",
        rooms: &[],
        crates: &["jiff", "secrecy", "serde_json", "unicode_segmentation", "unicode_width"],
        std: &[],
        why: "what a restore job means is decided without terminal, network, disk or clock; serde_json reads \
              pasted text only",
    },
    Room {
        name: "app",
        rooms: &[
            "domain",
            "worker::protocol",
            "worker::Command",
            "worker::Ended",
            "worker::Pace",
            "worker::Read",
            "worker::Report",
            "worker::RequestId",
            "worker::Schedule",
            "worker::Subject",
            "worker::WatchId",
            "api::Answer",
            "api::ApiError",
            "api::Budget",
            "api::ErrorKind",
            "api::Explanation",
            "api::Meta",
            "api::Missing",
            "doctor::Check",
            "doctor::Name",
            "doctor::Verdict",
            "doctor::report",
        ],
        crates: &["jiff", "serde_json", "strsim", "tui_input", "unicode_segmentation", "unicode_width"],
        std: &[],
        why: "every decision of the dashboard runs in a plain test; of worker and API it knows the words they speak",
    },
    Room {
        name: "ui",
        rooms: &["app::screen", "app::keymap::Action"],
        crates: &["ratatui", "unicode_segmentation", "unicode_width"],
        std: &[],
        why: "it draws a finished Screen: no state, no clock, no choice of what to say",
    },
    Room {
        name: "worker",
        rooms: &[
            "domain",
            "clock",
            "api::Answer",
            "api::ApiError",
            "api::Batch",
            "api::Budget",
            "api::ClusterApi",
            "api::ClusterState",
            "api::ErrorKind",
            "api::ListApi",
            "api::Listing",
            "api::Meta",
            "api::Missing",
            "api::Page",
            "api::RestoreApi",
            "api::TokenLimit",
        ],
        crates: &["fastrand", "jiff", "tokio"],
        std: &[],
        why: "it polls anything that can be asked for jobs; HTTP and the screen are other rooms",
    },
    Room {
        name: "api",
        rooms: &["child", "domain", "private"],
        crates: &[
            "base64",
            "digest_auth",
            "diqwest",
            "fastrand",
            "httpdate",
            "jiff",
            "reqwest",
            "rustls",
            "serde",
            "serde_json",
            "serde_path_to_error",
            "tokio",
            "url",
            "zeroize",
        ],
        std: &["fs", "io", "net"],
        why: "the only room that speaks HTTP to Atlas (tokio for time-outs, and for one token request that many wait \
              for; files for the token that programs share); when to ask and what to show is not its business",
    },
    Room {
        name: "headless",
        rooms: &[
            "domain",
            "worker",
            "clock",
            "api::Answer",
            "api::ApiError",
            "api::Batch",
            "api::Budget",
            "api::ClusterApi",
            "api::ClusterState",
            "api::ErrorKind",
            "api::ListApi",
            "api::Listing",
            "api::Meta",
            "api::Missing",
            "api::Page",
            "api::RestoreApi",
            "api::cluster",
        ],
        crates: &[
            "futures_util",
            "jiff",
            "serde",
            "serde_json",
            "tokio",
            "unicode_segmentation",
            "unicode_width",
        ],
        std: &["io"],
        why: "functions of a writer, a clock and the API: a test hands in all three (tokio for the one loop of a watch)",
    },
    Room {
        name: "clock",
        rooms: &[],
        crates: &["jiff", "tokio"],
        std: &[],
        why: "the one place that asks for the time; the test clock follows tokio's paused one",
    },
    Room {
        name: "atlas",
        rooms: &["api", "config::Accounts", "config::SignIn", "config::access", "domain"],
        crates: &["jiff", "tokio"],
        std: &[],
        why: "it puts clients and profiles together, so that neither knows the other (tokio for a keyring that one \
              profile waits for and others do not)",
    },
    Room {
        name: "config",
        rooms: &[
            "domain",
            "cli",
            "api::BaseUrl",
            "api::base_url",
            "api::credential",
            "app::keymap",
            "app::notification::Switches",
            "app::screen::ThemeName",
            "app::time_format",
            "keyring",
            "private",
        ],
        crates: &[
            "base64",
            "clap",
            "etcetera",
            "jiff",
            "serde",
            "serde_json",
            "shlex",
            "toml",
            "unicode_width",
        ],
        std: &["fs", "io", "os", "thread"],
        why: "it reads two files of settings and is handed the environment; what it reads are the other rooms' own \
              types. A key may come out of a pipe, which takes a thread; base64 and serde_json read when a login ends",
    },
    Room {
        name: "keyring",
        rooms: &["domain::secret", "domain::text"],
        crates: &["base64", "keyring", "keyring_core"],
        std: &["process", "thread"],
        why: "the only room that asks a keyring, on macOS through a program of the system's: a \
              secret by the names of a service and a user; what it is for is not its business",
    },
    Room {
        name: "cli",
        rooms: &[
            "config::duration",
            "config::fleet",
            "config::interval",
            "domain::target",
            "headless::form",
            "headless::list",
            "headless::style",
            "headless::watch::Until",
        ],
        crates: &["clap"],
        std: &["net"],
        why: "types of the command line, an address among them, and nothing that acts on them",
    },
    Room {
        name: "completion",
        rooms: &["cli::Shell", "domain", "headless::list"],
        crates: &["clap", "clap_complete"],
        std: &[],
        why: "text in, text out; what this machine knows is handed to it (headless for the words of `list --sort` and \
              `--status`)",
    },
    Room {
        name: "manual",
        rooms: &[],
        crates: &["clap", "clap_mangen"],
        std: &["io"],
        why: "pages out of the tree of the command line; who wants to read them is not its business (io for the \
              writers of clap_mangen)",
    },
    Room {
        name: "store",
        rooms: &["domain", "private"],
        crates: &["jiff", "serde", "serde_json"],
        std: &["fs", "io", "os", "thread"],
        why: "one file of lookups; who shows them and when they are read is not its business",
    },
    Room {
        name: "private",
        rooms: &["domain::shell", "domain::text"],
        crates: &["fd_lock", "rustix", "tempfile"],
        std: &["fs", "io", "os"],
        why: "owners, modes and links of files; what is in them is not its business (rustix for the flags that open a \
              file, and for who we are)",
    },
    Room {
        name: "terminal",
        rooms: &[],
        crates: &["color_eyre", "crossterm", "ratatui", "rustix", "unicode_width"],
        std: &["env", "io"],
        why: "bytes of the terminal; what is drawn is not its business",
    },
    Room {
        name: "input",
        rooms: &["app::key", "terminal"],
        crates: &["crossterm", "rustix", "signal_hook"],
        std: &["io", "os", "thread"],
        why: "it tells which key was pressed and not what it means",
    },
    Room {
        name: "clipboard",
        rooms: &["terminal::Multiplexer"],
        crates: &["arboard", "base64", "open", "url"],
        std: &["env", "thread"],
        why: "copying and opening links; it never writes to the terminal itself, and only wraps for what is around it",
    },
    Room {
        name: "desktop",
        rooms: &[],
        crates: &["notify_rust"],
        std: &["thread"],
        why: "shows a text; whose it is and whether anybody should see it is decided elsewhere",
    },
    Room {
        name: "inline",
        rooms: &["headless::style", "headless::times", "headless::watch", "terminal"],
        crates: &["ratatui", "unicode_segmentation", "unicode_width"],
        std: &["io"],
        why: "it draws the finished rows of a watch; headless must not know what a terminal is",
    },
    Room {
        name: "scrape",
        rooms: &[],
        crates: &["axum", "tokio"],
        std: &["io", "net"],
        why: "it answers GET with a page that somebody else writes; no client, no key and no job comes near it",
    },
    Room {
        name: "hook",
        rooms: &["child", "domain::text"],
        crates: &[],
        std: &["thread"],
        why: "which command runs when, and for how long; what it is told is text by then",
    },
    Room {
        name: "child",
        rooms: &["domain::text"],
        crates: &["rustix", "zeroize"],
        std: &["env", "io", "os", "process", "thread"],
        why: "the only room that runs a command, for a hook or for a token; what it says is cleaned",
    },
    Room {
        name: "demo",
        rooms: &["clock", "domain"],
        crates: &[
            "axum",
            "base64",
            "digest_auth",
            "fastrand",
            "httpdate",
            "jiff",
            "serde_json",
            "tokio",
            "url",
        ],
        std: &["io", "net", "thread"],
        why: "an Atlas of its own: it proves the client only as long as it shares no code with it. Tokens are base64, \
              and requests for them forms, which url reads",
    },
    Room {
        name: "doctor",
        rooms: &["api", "config", "domain", "private", "terminal", "worker::kind"],
        crates: &[
            "http",
            "hyper_util",
            "jiff",
            "rustls",
            "rustls_platform_verifier",
            "serde_json",
            "tokio",
            "tokio_rustls",
            "unicode_width",
            "x509_cert",
        ],
        std: &["env", "io", "net"],
        why: "it looks at the way to Atlas itself, down to sockets and certificates, and asks Atlas through the API; it \
              sends Atlas nothing of its own (the environment's constants name the platform)",
    },
    Room {
        name: "runtime",
        rooms: &["app", "input", "ui"],
        crates: &["jiff", "ratatui"],
        std: &[],
        why: "the loop is generic over everything outside, so that the whole program runs in a test",
    },
    Room {
        name: "host",
        rooms: &[
            "api",
            "app",
            "atlas",
            "clipboard",
            "clock",
            "config::Accounts",
            "config::SignIn",
            "config::Summary",
            "config::sources::AuthType",
            "demo",
            "desktop",
            "doctor",
            "domain",
            "headless::Reading",
            "headless::Transition",
            "headless::transition",
            "hook",
            "input",
            "runtime",
            "store",
            "terminal",
            "worker",
        ],
        crates: &["jiff", "ratatui", "tokio"],
        std: &["env", "io", "thread"],
        why: "the threads and channels of the real program; it decides nothing and draws nothing. A hook gets the \
              JSON that scripts get, so it is made where scripts have it made; the environment tells which terminal \
              this is",
    },
    Room {
        name: "dashboard",
        rooms: &[
            "app",
            "config",
            "doctor::Machine",
            "domain",
            "host",
            "input",
            "runtime",
            "store",
            "terminal",
        ],
        crates: &["jiff", "ratatui"],
        std: &["env", "io"],
        why: "puts the parts of the dashboard together, in the order of a quick start",
    },
    Room {
        name: "program",
        rooms: &[
            "app::screen::ThemeName",
            "atlas",
            "cli",
            "clock",
            "completion",
            "config",
            "dashboard",
            "demo",
            "doctor",
            "domain",
            "headless",
            "hook",
            "inline",
            "input",
            "manual",
            "private::Trust",
            "scrape",
            "store::Store",
            "terminal",
            "worker",
        ],
        crates: &["jiff", "serde_json", "signal_hook", "tokio"],
        std: &["env", "fs", "io"],
        why: "the commands and their exit codes; only it and main touch the environment as a whole (fs for the pages \
              of the manual)",
    },
    Room {
        name: "main",
        rooms: &["program", "terminal"],
        crates: &[],
        std: &["env", "process"],
        why: "arguments in, exit code out",
    },
    Room {
        name: "lib",
        rooms: &[],
        crates: &[],
        std: &[],
        why: "the page about the architecture, and no code",
    },
];

/// The parts of `std` that a room must be allowed to name.
pub const GUARDED_STD: &[&str] = &["env", "fs", "io", "net", "os", "process", "thread"];

/// Files that may ask a clock of the machine's. Everywhere else the time is a parameter or a `Clock`.
pub const CLOCKS: &[(&str, &[&str], &str)] = &[
    ("clock.rs", &["Timestamp::now", "Instant::now", "SystemClock"], "it is the clock"),
    ("hook.rs", &["Instant::now"], "when a command has run too long"),
    ("doctor/network/mod.rs", &["Instant::now"], "how long a step on the way takes, which is shown"),
    ("host/examiner.rs", &["SystemClock"], "hands the clock to the look for a fault"),
    ("child.rs", &["Instant::now"], "how long a command has run"),
    ("hook/child.rs", &["Instant::now"], "how long starting one took that could not be started"),
    ("host.rs", &["SystemClock"], "the outside of the loop in production"),
    ("program/diagnosis.rs", &["SystemClock"], "hands the clock to the look for a fault"),
    ("program/watch.rs", &["SystemClock"], "hands the clock to the loop of a watch"),
    ("program.rs", &["SystemClock"], "hands the clock to the commands without a screen"),
    ("demo/mod.rs", &["SystemClock"], "the embedded Atlas has a clock of its own, as the real one has"),
    ("worker/task.rs", &["Instant::now"], "tokio's, which tests pause: what the rate budget counts from"),
    ("store/disk.rs", &["Instant::now"], "how long a lock has been waited for; shown nowhere"),
];

/// Everything that reads a clock of the machine's. `SystemClock` by any mention.
pub const CLOCK_READERS: &[&str] = &[
    "Timestamp::now",
    "Zoned::now",
    "SystemTime::now",
    "Instant::now",
    "Utc::now",
    "Local::now",
    "SystemClock",
];

/// How a request comes to be in the room that can send one, but for `.get(…)`: by reqwest's methods of these names, or
/// by naming a method. A collection's methods of the same name must be called something else there.
pub const SENDERS: &[&str] = &["post", "put", "patch", "delete", "head", "request", "execute", "Method"];

/// Requests that are no GET: file under `src`, which of [`SENDERS`], how often it stands there, why.
pub const NO_GETS: &[(&str, &str, usize, &str)] = &[(
    "api/auth/grant.rs",
    "post",
    1,
    "a service account's token, and its end: the two changes nothing else",
)];

/// Paths that nobody may call, whatever the room.
pub const NOWHERE: &[(&str, &str)] = &[
    ("process::exit", "it leaves the terminal raw; return a code from `program::run`"),
    ("process::abort", "it leaves the terminal raw; return a code from `program::run`"),
];

/// Macros that nobody may call.
pub const NO_MACROS: &[(&str, &str)] = &[
    ("print!", "write to the writer that was handed in: a closed pipe is no panic then"),
    ("println!", "write to the writer that was handed in: a closed pipe is no panic then"),
    ("eprint!", "it tears the screen; say it with a message or an error"),
    ("eprintln!", "it tears the screen; say it with a message or an error"),
    ("dbg!", "left over"),
    ("todo!", "unfinished"),
    ("unimplemented!", "unfinished"),
];

pub const MOST_LINES: usize = 500;

/// Words that nobody may leave in a file.
pub const NO_WORDS: &[&str] = &["TODO", "FIXME", "XXX"];
