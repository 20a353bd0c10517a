//! A stage for the loop: a test terminal, a fake Atlas and tokio's paused clock, driven step by step.
//!
//! The loop runs on a thread of its own and stops at every wait until the test says what comes next, so the two
//! never run at once and every test goes the same way each time.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use atlas_tui::api::{self, ApiError, ErrorKind, Meta, RestoreApi, wire};
use atlas_tui::app::account::{Access, Account, Method};
use atlas_tui::app::key::parse_keys;
use atlas_tui::app::keymap::Keymap;
use atlas_tui::app::model::{Setup, Source, Zone};
use atlas_tui::app::notification::Switches;
use atlas_tui::app::screen::{Progress, Size, ThemeName};
use atlas_tui::app::time_format::TimeFormat;
use atlas_tui::app::{Effect, Message, Model};
use atlas_tui::clock::{Clock, TokioClock};
use atlas_tui::domain::id::ObjectId;
use atlas_tui::domain::lookup::Lookup;
use atlas_tui::domain::profile::Profile;
use atlas_tui::domain::target::{Kind, Target};
use atlas_tui::input::{Input, Signal};
use atlas_tui::runtime::{After, Event, Host, run};
use atlas_tui::worker::{Command, Report, task};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::Position;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

/// How long the fake Atlas takes for an answer.
const LATENCY: Duration = Duration::from_millis(62);

/// What the fake Atlas says, once.
#[derive(Clone)]
pub struct Answer(Result<String, ErrorKind>);

impl Answer {
    /// The body of a recorded answer.
    pub fn body(recording: &str) -> Self {
        Self(Ok(recording.split_once("\n\n").expect("a recording has a body").1.to_owned()))
    }

    pub fn error(kind: ErrorKind) -> Self {
        Self(Err(kind))
    }
}

/// A serverless lookup of that label and job.
pub fn lookup(label: &str, job: &str) -> Lookup {
    let target = Target {
        kind: Kind::Serverless,
        project: "6a793f6b2c88faeba59bae37".parse().unwrap(),
        instance: "backupRestores-305".parse().unwrap(),
        job: job.parse().unwrap(),
        profile: None,
    };
    Lookup { label: label.into(), target }
}

/// How that profile signs in at the usual host.
pub fn account(profile: Option<&str>) -> Account {
    Account {
        profile: profile.map(|name| name.parse().unwrap()),
        host: "cloud.mongodb.com".into(),
        base_url: "https://cloud.mongodb.com".into(),
        access: Access::Signed { by: "API key abcd…".into(), method: Method::Digest },
        project: None,
    }
}

#[derive(Default)]
struct FakeAtlas {
    answers: Mutex<HashMap<String, VecDeque<Answer>>>,
    requests: Mutex<HashMap<String, usize>>,
    /// With which profile each job was asked for, in order.
    profiles: Mutex<Vec<(String, Option<Profile>)>>,
}

impl RestoreApi for FakeAtlas {
    async fn restore_job(&self, target: &Target) -> Result<api::Answer, ApiError> {
        let job = target.job.to_string();
        *self.requests.lock().unwrap().entry(job.clone()).or_default() += 1;
        self.profiles.lock().unwrap().push((job.clone(), target.profile.clone()));
        tokio::time::sleep(LATENCY).await;
        self.answer(&job)
    }

    /// One request, counted for the first of them.
    async fn restore_jobs(&self, batch: &api::Batch) -> Result<api::Listing, ApiError> {
        *self.requests.lock().unwrap().entry(batch.wanted[0].to_string()).or_default() += 1;
        let asked = batch.wanted.iter().map(|job| (job.to_string(), batch.cluster.profile.clone()));
        self.profiles.lock().unwrap().extend(asked);
        tokio::time::sleep(LATENCY).await;
        let job = |id: &ObjectId| (*id, self.answer(id.as_str()).map(|answer| answer.job));
        let jobs: Vec<_> = batch.wanted.iter().map(job).collect();
        let meta = Meta { http_status: Some(200), requests: 1, ..Meta::default() };
        Ok(api::Listing { depth: jobs.len(), jobs, complete: true, meta })
    }
}

impl FakeAtlas {
    fn answer(&self, job: &str) -> Result<api::Answer, ApiError> {
        let mut answers = self.answers.lock().unwrap();
        let queue = answers.entry(job.to_owned()).or_default();
        // The last one is given again and again.
        let answer = if queue.len() > 1 { queue.pop_front() } else { queue.front().cloned() };
        let meta = Meta { http_status: Some(200), requests: 1, ..Meta::default() };
        match answer.map_or(Err(ErrorKind::Timeout), |answer| answer.0) {
            Ok(body) => Ok(api::Answer { job: wire::restore_job(body.as_bytes()).unwrap(), meta }),
            Err(kind) => {
                let meta = Meta { http_status: Some(503), ..meta };
                Err(ApiError { kind, code: None, detail: None, retry_after: None, meta })
            }
        }
    }
}

/// What the test and the loop's thread both see.
#[derive(Default)]
struct Shared {
    text: String,
    frames: usize,
    wakes: usize,
    effects: Vec<Effect>,
    progress: Vec<Progress>,
    asleep: bool,
    left: bool,
    now: Timestamp,
}

/// What happens next at a wait.
enum Order {
    /// These, one after the other, without time passing.
    Events(Vec<Event>),
    /// Time passes until something happens.
    Pass,
    /// The same, but no later than this.
    PassUntil(Timestamp),
}

pub struct Stage {
    model: Option<Model>,
    atlas: Arc<FakeAtlas>,
    base: Timestamp,
    shared: Arc<Mutex<Shared>>,
    orders: Option<Sender<Order>>,
    idle: Option<Receiver<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Stage {
    /// A dashboard of 120×36 with no lookups, at that time.
    pub fn new(now: &str) -> Self {
        let setup = Setup {
            size: Size { width: 120, height: 36 },
            session: account(None),
            accounts: vec![account(None)],
            variables: "MONGODB_ATLAS_",
            keymap: Keymap::default(),
            theme: ThemeName::default(),
            ascii: false,
            mouse: false,
            motion: true,
            time: TimeFormat::Utc,
            zone: Zone::new(|| TimeZone::UTC),
            interval: Duration::from_secs(3),
            notify: Switches::default(),
            hook: false,
        };
        Self {
            model: Some(Model::new(setup, Source::Saved)),
            atlas: Arc::default(),
            base: now.parse().unwrap(),
            shared: Arc::default(),
            orders: None,
            idle: None,
            thread: None,
        }
    }

    pub fn saved(mut self, lookups: impl IntoIterator<Item = Lookup>) -> Self {
        self.model.as_mut().unwrap().load(lookups);
        self
    }

    /// These profiles are there, and the first one is the session's. Before [`Stage::saved`].
    pub fn signed_in(mut self, accounts: impl IntoIterator<Item = Account>) -> Self {
        let setup = &mut self.model.as_mut().unwrap().setup;
        setup.accounts = accounts.into_iter().collect();
        setup.session = setup.accounts[0].clone();
        self
    }

    /// The profiles with which a job was asked for, each change of them once.
    pub fn asked_as(&self, job: &str) -> Vec<String> {
        let all = self.atlas.profiles.lock().unwrap();
        let of_job = all.iter().filter(|(asked, _)| asked == job);
        let mut names: Vec<String> = of_job
            .map(|(_, profile)| profile.as_ref().map(ToString::to_string).unwrap_or_default())
            .collect();
        names.dedup();
        names
    }

    pub fn sized(mut self, width: u16, height: u16) -> Self {
        self.model.as_mut().unwrap().setup.size = Size { width, height };
        self
    }

    /// What the fake Atlas says about a job, in order; the last answer for good.
    pub fn answers<const N: usize>(&mut self, job: &str, answers: [Answer; N]) {
        self.atlas.answers.lock().unwrap().insert(job.into(), answers.into());
    }

    /// Starts the loop, types these keys, and stops at the wait after them.
    pub fn run(&mut self, keys: &str) {
        let (orders, inbox) = channel();
        let (idle_sender, idle) = channel();
        let model = self.model.take().expect("run once");
        let (atlas, base, shared) = (self.atlas.clone(), self.base, self.shared.clone());
        let thread = thread::spawn(move || {
            let size = model.setup.size;
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .unwrap();
            let (commands, command_inbox) = mpsc::channel(64);
            let (reports, report_inbox) = mpsc::unbounded_channel();
            let clock = {
                let _entered = runtime.enter();
                TokioClock::starting_at(base)
            };
            let settings =
                task::Settings { interval: Duration::from_secs(3), seed: 1, ..task::Settings::default() };
            let report = move |report| drop(reports.send(report));
            runtime.spawn(task::run(atlas, clock, command_inbox, report, settings));
            let mut host = TestHost {
                runtime,
                clock,
                reports: report_inbox,
                commands,
                queue: VecDeque::new(),
                orders: inbox,
                idle: idle_sender,
                shared: shared.clone(),
            };
            let backend = Glass { inner: TestBackend::new(size.width, size.height), shared: shared.clone() };
            let mut terminal = Terminal::new(backend).unwrap();
            run(&mut terminal, &mut host, model).unwrap_or_else(|error| match error {});
            shared.lock().unwrap().left = true;
        });
        (self.orders, self.idle, self.thread) = (Some(orders), Some(idle), Some(thread));
        self.settle();
        if !keys.is_empty() {
            self.keys(keys);
        }
    }

    /// Waits until the loop waits, or has left.
    fn settle(&mut self) {
        if self.idle.as_ref().unwrap().recv().is_err() {
            self.thread.take().unwrap().join().expect("the loop panicked");
        }
    }

    fn order(&mut self, order: Order) {
        assert!(!self.has_left(), "the loop has left already");
        self.shared.lock().unwrap().asleep = false;
        self.orders.as_ref().unwrap().send(order).unwrap();
        self.settle();
    }

    fn message(&mut self, message: Message) {
        self.order(Order::Events(vec![message.into()]));
    }

    /// Types: `"<tab>abc<enter>"`.
    pub fn keys(&mut self, keys: &str) {
        let keys = parse_keys(keys).unwrap();
        self.order(Order::Events(keys.into_iter().map(|key| Message::Key(key).into()).collect()));
    }

    /// Types, with a signal close behind.
    pub fn keys_and_signal(&mut self, keys: &str, signal: Signal) {
        let keys = parse_keys(keys).unwrap().into_iter().map(|key| Message::Key(key).into());
        self.order(Order::Events(keys.chain([Event::Input(Input::Signal(signal))]).collect()));
    }

    pub fn paste(&mut self, text: &str) {
        self.message(Message::Paste(text.into()));
    }

    pub fn resize(&mut self, width: u16, height: u16) {
        self.message(Message::Resize(Size { width, height }));
    }

    pub fn tell(&mut self, message: Message) {
        self.message(message);
    }

    /// Lets time pass until the screen shows this.
    pub fn until(&mut self, text: &str) {
        self.pass_until(|screen| screen.contains(text), text);
    }

    /// Lets time pass until the screen shows this no more.
    pub fn until_gone(&mut self, text: &str) {
        self.pass_until(|screen| !screen.contains(text), text);
    }

    fn pass_until(&mut self, holds: impl Fn(&str) -> bool, what: &str) {
        for _ in 0..2_000 {
            if holds(&self.text()) {
                return;
            }
            assert!(!self.shared.lock().unwrap().asleep, "asleep before “{what}”:\n{}", self.text());
            self.order(Order::Pass);
        }
        panic!("“{what}” never came:\n{}", self.text());
    }

    /// Lets that many seconds pass.
    pub fn seconds(&mut self, seconds: u64) {
        let end = self.shared.lock().unwrap().now + Duration::from_secs(seconds);
        while self.shared.lock().unwrap().now < end {
            self.order(Order::PassUntil(end));
        }
    }

    pub fn shows(&self, text: &str) {
        assert!(self.text().contains(text), "“{text}” is not on:\n{}", self.text());
    }

    pub fn shows_not(&self, text: &str) {
        assert!(!self.text().contains(text), "“{text}” is on:\n{}", self.text());
    }

    /// The screen, a line a row.
    pub fn text(&self) -> String {
        self.shared.lock().unwrap().text.clone()
    }

    /// Frames drawn so far.
    pub fn frames(&self) -> usize {
        self.shared.lock().unwrap().frames
    }

    /// Waits that have ended so far.
    pub fn wakes(&self) -> usize {
        self.shared.lock().unwrap().wakes
    }

    /// What was asked of the outside so far.
    pub fn effects(&self) -> Vec<Effect> {
        self.shared.lock().unwrap().effects.clone()
    }

    /// What the terminal's tab was told to show, in order.
    pub fn progress(&self) -> Vec<Progress> {
        self.shared.lock().unwrap().progress.clone()
    }

    pub fn requests(&self, job: &str) -> usize {
        self.atlas.requests.lock().unwrap().get(job).copied().unwrap_or_default()
    }

    /// Whether nothing at all happens for a day.
    pub fn is_asleep_for_good(&mut self) -> bool {
        self.order(Order::Pass);
        self.shared.lock().unwrap().asleep
    }

    pub fn has_left(&self) -> bool {
        self.shared.lock().unwrap().left
    }
}

/// The loop's outside.
struct TestHost {
    runtime: Runtime,
    clock: TokioClock,
    reports: mpsc::UnboundedReceiver<Report>,
    commands: mpsc::Sender<Command>,
    queue: VecDeque<Event>,
    orders: Receiver<Order>,
    idle: Sender<()>,
    shared: Arc<Mutex<Shared>>,
}

impl TestHost {
    /// Lets virtual time pass for that long at most; a report ends it.
    fn pass(&mut self, longest: Duration) -> Option<Event> {
        let reports = &mut self.reports;
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                report = reports.recv() => report.map(|report| Message::Report(report).into()),
                () = tokio::time::sleep(longest) => None,
            }
        })
    }
}

impl Host for TestHost {
    type Backend = Glass;

    fn now(&self) -> Timestamp {
        let _entered = self.runtime.enter();
        self.clock.now()
    }

    fn wait(&mut self, timeout: Option<Duration>) -> Option<Event> {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        if let Some(event) = self.queue.pop_front() {
            return Some(event);
        }
        let since = self.now();
        loop {
            self.shared.lock().unwrap().now = self.now();
            let _ = self.idle.send(());
            let waited = self.now().duration_since(since).unsigned_abs();
            let left = timeout.map(|timeout| timeout.saturating_sub(waited));
            let event = match self.orders.recv() {
                Err(_) => return Some(Message::Terminate.into()),
                Ok(Order::Events(events)) => {
                    self.queue = events.into();
                    return self.queue.pop_front();
                }
                Ok(Order::Pass) => self.pass(left.unwrap_or(DAY)),
                Ok(Order::PassUntil(end)) => {
                    let longest = end.duration_since(self.now()).unsigned_abs();
                    match self.pass(longest.min(left.unwrap_or(longest))) {
                        None if left.is_none_or(|left| longest < left) => continue,
                        event => event,
                    }
                }
            };
            if event.is_none() && timeout.is_none() {
                self.shared.lock().unwrap().asleep = true;
                continue;
            }
            self.shared.lock().unwrap().wakes += 1;
            return event;
        }
    }

    fn poll(&mut self) -> Option<Event> {
        self.queue
            .pop_front()
            .or_else(|| self.reports.try_recv().ok().map(|report| Message::Report(report).into()))
    }

    fn opened(&mut self) {}

    fn set_progress(&mut self, progress: Progress) -> Result<(), Infallible> {
        self.shared.lock().unwrap().progress.push(progress);
        Ok(())
    }

    fn set_title(&mut self, _title: &str) -> Result<(), Infallible> {
        Ok(())
    }

    fn wipe(&mut self, terminal: &mut Terminal<Glass>, size: Size) -> Result<(), Infallible> {
        terminal.backend_mut().inner.resize(size.width, size.height);
        terminal.clear()
    }

    fn signalled(&mut self, _signal: Signal) -> Result<After, Infallible> {
        Ok(After::Leave)
    }

    fn perform(&mut self, effect: Effect) -> Result<After, Infallible> {
        self.shared.lock().unwrap().effects.push(effect.clone());
        Ok(match effect {
            Effect::Work(command) => {
                self.commands.try_send(command).expect("the worker keeps up");
                After::Continue
            }
            Effect::Repaint | Effect::Suspend => After::Repaint,
            Effect::Quit => After::Leave,
            _ => After::Continue,
        })
    }
}

/// A test terminal whose text the test can read while the loop owns it.
pub struct Glass {
    inner: TestBackend,
    shared: Arc<Mutex<Shared>>,
}

impl Backend for Glass {
    type Error = Infallible;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> Result<(), Infallible> {
        self.inner.draw(content)?;
        let buffer = self.inner.buffer();
        let rows = buffer.content().chunks(usize::from(buffer.area.width.max(1)));
        let text = rows.map(|row| row.iter().map(Cell::symbol).collect::<String>() + "\n").collect();
        let mut shared = self.shared.lock().unwrap();
        shared.text = text;
        shared.frames += 1;
        Ok(())
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        self.inner.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> Result<(), Infallible> {
        self.inner.clear_region(region)
    }

    fn size(&self) -> Result<ratatui::layout::Size, Infallible> {
        self.inner.size()
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        self.inner.flush()
    }
}
