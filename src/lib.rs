//! A terminal dashboard for MongoDB Atlas restore jobs: the architecture.
//!
//! The program is this library; `main.rs` only turns arguments into an exit code. Read this page first, then the
//! header of the module that you are about to change.
//!
//! # What must stay true
//!
//! 1. **The screen does not lie.** A refresh that fails leaves the last answer where it is, with its age and the
//!    error beside it ([`app::remote::Remote`]). Countdowns run on Atlas's clock, learnt from its `Date` header
//!    ([`domain::server_clock`]), however wrong the local one is.
//! 2. **The keyboard does not wait.** [`app::update()`] is a function that returns; all that takes time is an
//!    effect, carried out by another thread.
//! 3. **Nothing happens unless a person could see it.** There is no tick. The loop sleeps until the next event, or
//!    until the moment at which a text on the screen would change by time alone.
//! 4. **Each decision has a test without terminal, network or clock**, because each decision is a function of
//!    plain values, with the time as a parameter.
//! 5. **The name of a folder tells where a change goes.**
//!
//! # The flow
//!
//! ```text
//!  keys, paste, signals       Atlas         lookups file
//!           │                   │                │
//!         input             api, worker        store
//!           │                   │ Report         │ Stored
//!           └───────────────────┼────────────────┘
//!                               ▼
//!                             Event
//!                               │
//!                            Message
//!                               ▼
//!            update(&mut model, message, now) ──► Effect ──► host ─┬─► Command ──► worker
//!                               │                                  ├─► Edit ─────► store
//!                               │                                  ├─► Happening ► hook
//!                    project(&model, now)                          └─► text, link ► clipboard, browser, desktop
//!                               ▼
//!                            Screen ── another than the one shown? ──► ui ──► terminal
//! ```
//!
//! | word | what it is |
//! | --- | --- |
//! | [`Message`](app::Message) | whatever can wake the loop, told in the program's own terms |
//! | [`Action`](app::keymap::Action) | what a key press meant; one table binds keys, and feeds help, footer, palette and README |
//! | [`Effect`](app::message::Effect) | what `update` wants done, as data that a test compares |
//! | [`Command`](worker::Command), [`Report`](worker::Report) | the two directions between loop and worker; one report for one request, however many lookups it is for, with its number, so that an answer that comes too late is known and dropped |
//! | [`Screen`](app::screen::Screen) | everything that can be read, with roles (`Danger`, `Muted`) and no colours; two equal ones look the same |
//!
//! # The rooms
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`domain`] | pure: ids, targets and every pasted form of them, restore jobs, phases, countdowns |
//! | [`api`] | the trait that is polled and its errors; the HTTP client, digest and tokens, the shapes on the wire |
//! | [`atlas`] | the clients of all profiles behind that trait, each made when it is first needed |
//! | [`worker`] | polling: when to ask (`cadence`), how much (`budget`), what together (`plan`), all pure; of which `kind`; and the task that sleeps and asks |
//! | [`app`] | pure: the model, `update`, the key table, the projection onto a `Screen` |
//! | [`ui`] | one file for each panel: lays a `Screen` out in cells |
//! | [`runtime`] | the loop, generic over the terminal's backend and over everything outside |
//! | [`host`] | everything outside in production: threads, channels, effects carried out |
//! | [`dashboard`] | from settings to a running loop, in the order that shows a frame soonest |
//! | [`input`] | keys and pastes by crossterm, signals, and the terminal hanging up |
//! | [`terminal`] | entering, leaving, suspending; the bytes of a frame; the panic hook; which terminal it is, and what it shows outside of the screen |
//! | [`clipboard`] | OSC 52, the system's clipboard, the browser |
//! | [`child`] | one run of a command of the user's: started without a shell, listened to, killed with its group |
//! | [`hook`] | the user's command on a transition: how many at a time, and for how long |
//! | [`desktop`] | the desktop's notifications, in builds that have them |
//! | [`store`] | saved lookups: one versioned file, replaced whole, under a lock |
//! | [`private`] | files that are ours alone: who may have changed what is read, and how to write so that nobody else can |
//! | [`doctor`] | why it does not work: credential, way to Atlas, what Atlas says, files and terminal, each check with what to do next |
//! | [`headless`] | `get` and `list`: functions of writers, a clock and the API; the forms that they write |
//! | [`inline`] | the rows of `watch` on a terminal that keeps its scrollback |
//! | [`scrape`] | a page that is asked for by GET: the metrics of `watch` |
//! | [`config`] | flags over environment over file over default, and which of them it was; in `sources`, whatever may have credentials |
//! | [`keyring`] | the system's keyring: secrets by service and user |
//! | [`cli`] | the command line as types |
//! | [`completion`] | scripts that complete it in a shell, and the answers that they ask for |
//! | [`manual`] | its man pages |
//! | [`program`] | the commands and their exit codes |
//! | [`demo`] | an Atlas on 127.0.0.1, for `--demo`, for `demo-server` and for tests; with keys, tokens, roles and faults |
//! | [`clock`] | the machine's clock, and the one of tests |
//!
//! Who may name whom is written in `tests/architecture/table.rs`, a reason beside each row, and
//! `tests/architecture.rs` fails with file and line where `src` does otherwise. In short: `domain` names nobody;
//! `app` knows the words of worker and API and none of their doings; `ui` sees a `Screen` and no more; `worker`
//! sees a trait and no HTTP; `demo` shares no code with the client that it proves; and only `runtime`, `host`,
//! `dashboard` and `program` put rooms together. Nobody calls `process::exit` or `println!`, and only the files
//! listed there ask a clock.
//!
//! # Many lookups
//!
//! A request that lists the jobs of a cluster costs as much of Atlas's rate budget as one for a single job, so lookups
//! of one cluster that are due together are read together ([`worker::plan`]). The budget is a token bucket of which
//! Atlas tells the size and the rest; how fast it fills is learnt ([`worker::budget`]). When it runs short, the lookup
//! on screen and the others take turns. Which kind a cluster is comes out of the questions that are asked anyway
//! ([`worker::kind`]). A turn of the worker looks at what is due first, never at all lookups.
//!
//! # Profiles
//!
//! A lookup remembers the profile that it was made with; the session has one for those that remember none
//! ([`app::account`]). Which of the two it is says the model, with every target that it gives to the worker: a switch of
//! the session is nothing but other watches for some lookups, so that late answers are known as such, and neither worker
//! nor client has a profile of its own. A lookup whose profile is gone is never read with another one. What a profile
//! signs in with is known to the model in words only; they come from the settings before the first frame as far as
//! nothing has to be waited for, and from [`atlas`] once it has asked.
//!
//! # Threads and channels
//!
//! | thread | lives | waits for |
//! | --- | --- | --- |
//! | main | always | events, with at most one timed wait; owns the model and the terminal |
//! | `keys` | always | crossterm's blocking `read`; it must not be what notices a dead terminal, since it spins there |
//! | `watch` | always | signals, and the terminal hanging up, in one `poll`; without a time-out until a signal asks for the end, which then comes within seconds even if the loop hangs |
//! | `worker` | from the first lookup on | commands, answers and the next due time, on a tokio runtime of its own with one thread; owns every schedule. What waits for the system (a name that is looked up, a credential) is that runtime's blocking thread |
//! | `store` | from the first edit or look at the file on | edits to save; waited for on leaving, with an end, so that none is lost that the disk takes |
//! | `demo-atlas` | with the demo | connections, on a runtime of its own |
//! | `hook` | from the first transition on, where one is configured | calls and the ends of commands, with at most one timed wait; up to four more threads for each command that runs ([`child`]), a credential command's as well |
//! | `doctor` | from `!` until all checks are made or nobody looks any more | sockets, on a runtime of its own; it may wait for the keyring |
//! | `keyring`, `key-file` | from a question until its answer, or for ever | the system's keyring; whoever writes into a pipe that a key is read from. Nothing can call such a wait back, so whoever asked stops listening in time, and the thread is left behind |
//! | `desktop` | from the first notification on, in builds that have them | texts; it may wait for the bus |
//! | `clipboard` | from the first copy on, where there is a desktop | texts: on X11 and Wayland a copy lasts as long as its owner |
//! | `browser` | while a link is opened | the program that opens it |
//!
//! The commands without a screen (`get`, `list`, `doctor`) have one thread, with a runtime on it. So has the command
//! `watch`: its loop, the worker, signals and metrics are tasks of that runtime, and `--on-change` brings the thread
//! `hook`. What the worker reports is not bounded there, because it is taken before the worker runs again; signals and
//! scrapes come in by a channel of 16, and who finds it full waits.
//!
//! No state is shared: the loop owns the model, the worker its watches, and they talk through channels.
//!
//! - *Events, 256*: to the loop, from all the others. A loop that is this far behind makes input and worker wait,
//!   which slows polling down rather than filling memory; store and clipboard drop their news instead, because
//!   they also run while the loop is leaving.
//! - *Signals*: to the loop, unbounded and taken before anything else: they must get through to a loop that is
//!   behind, and their thread must not wait for it.
//! - *Commands, 64*: to the worker, which takes them between two awaits. The loop only ever tries to send and keeps
//!   the rest for later; that, and the worker's blocking send, is why the two cannot lock each other up.
//! - *Calls, 128*: to the hook's thread, which takes them at once and keeps the newest 64. The loop only tries to send.
//! - *Edits*: to the store, unbounded, because a person makes them one by one and none may be dropped.
//!
//! # Time
//!
//! The time is a parameter. It is read in `host` for the loop, in `worker` through [`clock::Clock`], and in a test
//! from a clock that follows tokio's paused one, where hours pass in microseconds. Tests with real sockets run in
//! real time: a paused runtime takes waiting for a socket for having nothing to do, and lets every time-out fire.
//! While something on the screen is timed, no wait is longer than 30 s, because a laptop may have slept.
//!
//! # Drawing
//!
//! Up to 32 messages are taken in, and what they give to tell becomes one notification ([`app::settle`]). Then one
//! `Screen` is projected. It is drawn only when it differs from the one that is on the terminal, or when the terminal
//! no longer shows that one (another size, a stop, a redraw). The projection also says when it would next differ;
//! with nothing timed on the screen there is no timer at all.
//! Which rows the list has and in which order is worked out when an answer, a key or the time changes it
//! ([`app::rows`]), so that a frame builds no more rows than the screen has.
//!
//! Nothing that is slow stands before the first frame: client, worker and demo start behind it.
//!
//! # Digest
//!
//! A client keeps the challenge that it last answered and signs each further request with the next nonce count, so
//! a refresh is one request. A refusal with a new challenge is answered once: a nonce that has died costs one request
//! more, and a wrong key two in all, so there is no loop to get into. diqwest carries the exchange; its own memory of
//! a challenge counts from 1 twice, which a strict server takes for a replay, and it looks at the first header of a
//! refusal only, so both of these are ours. `api::auth::digest` has the details.
//!
//! # Tokens
//!
//! Everything but a key signs with a bearer token, one at a time for each account. Whoever needs one first asks for it
//! in a task of its own; the others wait for that task, and a question that is given up loses nothing. It is renewed
//! a little early, and used on while a renewal fails. A refused one is replaced once, and a new one that is refused too
//! is not at fault, so there is no loop here either; a refusal to give one is remembered for a while. Running programs
//! share the token of a service account through a file under the state directory, and a lock beside it, held from the
//! look into the file to the new one in its place. What a person mends meanwhile ([`atlas`]) is found without a restart.
//!
//! # Trust
//!
//! What is read is hostile until something has been done about it, each in one place:
//!
//! - *Text* from Atlas, the hook, the clipboard and files is cleaned where it comes in ([`domain::text`]), so that no
//!   cell, title, notification, variable or file name has to think of it. The raw answer alone stays as it came, and
//!   is escaped on each way out.
//! - *Files* that steer the program are looked at before they are believed ([`private`]): settings may name a command.
//! - *Secrets* are [`domain::secret::Secret`], and leave only as a signature; an answer that repeats one is read without
//!   it (`api::echo`). `tests/secrets` searches everything that a session writes, sends and saves for them; whatever
//!   else can hold one gets a row there.
//! - *Requests* go to one origin and are GET, but for a service account's token; only [`api`] can send any, and a row
//!   in `tests/architecture/table.rs` says so of each other method. No redirect and no link of an answer is followed.
//! - *Dependencies*: `.ci/deny.toml`.
//!
//! # Tests
//!
//! | layer | where | what it stands on |
//! | --- | --- | --- |
//! | rules of a room | `src/**/tests.rs`, `mod tests` | plain values; proptest for parsers, phases and cadence |
//! | recorded answers | `tests/recordings.rs` | what Atlas really sent, byte for byte |
//! | what a transition sets off | `tests/changes.rs`, `tests/hook.rs` | messages at chosen instants; real commands with small limits |
//! | words on the screen | `tests/screen.rs` | `Screen` at chosen instants |
//! | cells and styles | `tests/draw.rs` | ratatui's test backend |
//! | the loop | `tests/loop.rs`, `tests/worker` | the whole program on a paused clock with a scripted Atlas |
//! | the rate budget | `tests/simulation` | the worker on a paused clock against token buckets, for a day |
//! | the look for a fault | `tests/doctor`, `tests/diagnosis.rs` | faults of the embedded Atlas, certificates made on the spot, a proxy that refuses |
//! | the client | `tests/client.rs`, `tests/demo.rs` | sockets on 127.0.0.1, hostile servers among them |
//! | tokens | `tests/signing.rs` | the embedded Atlas and hostile servers, a clock wound by hand, real commands and files |
//! | scripts | `tests/headless.rs`, `tests/asking.rs`, `tests/listing.rs` | the functions, against a scripted Atlas |
//! | a watch | `tests/watch`, `tests/watching.rs` | a scripted Atlas on a paused clock; the binary with signals and pipes |
//! | | `tests/cli.rs`, `tests/scripts.rs`, `tests/schema.rs` | the binary from outside; its JSON against the published schema |
//! | what must never leave | `tests/secrets` | the binary, between a hostile Atlas, a proxy, a hook and a terminal |
//! | hostile text | `tests/hostile.rs` | made-up texts through the projection, the terminal's sequences and a shell |
//! | the terminal | `tests/pty` | the binary in a pseudo-terminal: start, resize, every way to end |
//! | this page | `tests/architecture.rs`, `tests/readme.rs` | the source, and the README, its transcript run again |

#![forbid(unsafe_code)]

pub mod api;
pub mod app;
pub mod atlas;
pub mod child;
pub mod cli;
pub mod clipboard;
pub mod clock;
pub mod completion;
pub mod config;
pub mod dashboard;
pub mod demo;
pub mod desktop;
pub mod doctor;
pub mod domain;
pub mod headless;
pub mod hook;
pub mod host;
pub mod inline;
pub mod input;
pub mod keyring;
pub mod manual;
pub mod private;
pub mod program;
pub mod runtime;
pub mod scrape;
pub mod store;
pub mod terminal;
pub mod ui;
pub mod worker;
