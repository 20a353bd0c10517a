//! The dashboard command: from settings to a running loop, in the order that puts the first frame up soonest.

use std::fmt;
use std::io;

use jiff::tz::TimeZone;
use ratatui::Terminal;

use crate::api::Credential;
use crate::app::Model;
use crate::app::model::{Access, Setup, Source, Zone};
use crate::app::screen::Size;
use crate::config::{Settings, Sourced};
use crate::domain::lookup::Lookup;
use crate::domain::target::Target;
use crate::host::{Connection, Events, Process, Start};
use crate::input::Signal;
use crate::runtime;
use crate::store::Store;
use crate::terminal::{self, Session, Tty};

/// What the command line asks of the dashboard.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Open and watch this one too.
    pub target: Option<Target>,
    pub demo: bool,
    pub crash: bool,
}

/// Why there was no dashboard.
#[derive(Debug)]
pub enum DashboardError {
    /// No terminal to show it on: one line for the user, exit code 2.
    NoTerminal(String),
    /// The terminal went away, or the system refused a thread.
    Io(io::Error),
}

impl fmt::Display for DashboardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTerminal(why) => f.write_str(why),
            Self::Io(error) => write!(f, "the terminal cannot be used: {error}"),
        }
    }
}

impl From<io::Error> for DashboardError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// How it ended.
#[derive(Debug)]
pub struct Ending {
    pub signal: Option<Signal>,
    /// Why the last edits could not be saved.
    pub unsaved: Option<String>,
    /// Why the terminal could not be written to any more.
    pub error: Option<io::Error>,
}

/// Runs the dashboard until it is left.
///
/// # Errors
/// [`DashboardError`]; the terminal is given back in any case.
pub fn run(settings: &Settings, request: Request) -> Result<Ending, DashboardError> {
    terminal::check().map_err(DashboardError::NoTerminal)?;
    // Before the size is asked, so that no change of it falls between.
    let events = Events::listen()?;
    let size = terminal::size()?;
    let source = if request.demo { Source::Demo { running: false } } else { Source::Saved };
    let mut model = Model::new(setup(settings, Size { width: size.width, height: size.height }), source);
    let mut store = None;
    if !request.demo {
        let mut opened = Store::new(settings.paths.lookups_file());
        if opened.is_large() {
            model.source = Source::Reading;
        } else {
            let loaded = opened.load();
            model.load(loaded.lookups);
            model.file_note = loaded.note.map(|note| note.to_string());
            model.read_only = loaded.read_only;
        }
        store = Some(opened);
    }
    let session = Session::enter(terminal::Options { mouse: model.setup.mouse })?;
    let mut terminal = Terminal::new(Tty::new(size))?;
    let connection = Connection { accounts: settings.accounts.clone(), interval: settings.interval.value };
    let load_later = model.source == Source::Reading;
    let hook = settings.hook.clone();
    let start = Start { connection, store, load_later, demo: request.demo, hook, crash: request.crash };
    let mut process = Process::new(session, events, start);
    if let Some(target) = request.target {
        process.open(Lookup { label: String::new(), target });
    }
    let ended = runtime::run(&mut terminal, &mut process, model);
    let (signal, unsaved) = process.close();
    Ok(Ending { signal, unsaved, error: ended.err() })
}

/// What the model is told of the settings: how keys hint at themselves, and nothing that is secret.
#[must_use]
pub fn setup(settings: &Settings, size: Size) -> Setup {
    let own = settings.accounts.access(settings.accounts.active());
    let base = &own.base_url.value;
    let access = match (own.credential, own.half_pair) {
        (Some(Sourced { value: Credential::Key(key), .. }), _) => Access::Key { hint: key.hint() },
        (Some(credential), _) => Access::Key { hint: credential.value.name() },
        (None, Some(why)) => Access::Half { why },
        (None, None) => Access::Missing,
    };
    Setup {
        size,
        host: base.place().to_owned(),
        base_url: base.to_string(),
        access,
        keymap: settings.keymap.clone(),
        theme: settings.theme.value,
        ascii: settings.ascii.value,
        mouse: settings.mouse.value,
        motion: settings.motion.value,
        time: settings.time_format.value,
        zone: Zone::new(TimeZone::system),
        interval: settings.interval.value,
        notify: settings.notify,
        hook: settings.hook.is_some(),
    }
}
