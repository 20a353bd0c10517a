//! Reads `src` and fails where a boundary is crossed, with file and line. A boundary that nothing guards erodes.
//!
//! The rules are in `architecture/table.rs`: a change of the architecture is a change of a row, with its reason. Code under
//! `#[cfg(test)]` and files named `tests.rs` may import what they like.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking too"
)]

#[path = "architecture/source.rs"]
mod source;
#[path = "architecture/table.rs"]
mod table;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use source::{Code, Named};
use table::{
    CLOCK_READERS, CLOCKS, GUARDED_STD, MOST_LINES, NO_GETS, NO_MACROS, NO_WORDS, NOWHERE, ROOMS, Room,
    SENDERS,
};

/// Something that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Breach {
    line: usize,
    /// What is there, as it is written.
    what: String,
    /// Why it must not be, or what to do instead.
    why: String,
}

impl Breach {
    fn new(line: usize, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { line, what: what.into(), why: why.into() }
    }
}

fn room_of(file: &str) -> &str {
    let first = file.split('/').next().unwrap_or(file);
    first.strip_suffix(".rs").unwrap_or(first)
}

/// Whether `path` is `prefix` or lies in it.
fn is_in(path: &[String], prefix: &str) -> bool {
    let prefix: Vec<_> = prefix.split("::").collect();
    path.len() >= prefix.len() && prefix.iter().zip(path).all(|(a, b)| a == b)
}

/// Whether the path has these segments somewhere, one after the other.
fn has(path: &[String], wanted: &str) -> bool {
    let wanted: Vec<_> = wanted.split("::").collect();
    path.windows(wanted.len()).any(|window| window == wanted)
}

fn imports(room: &Room, paths: &[Named], crates: &BTreeSet<String>) -> Vec<Breach> {
    let forbidden = |segments: &[String]| {
        let (head, rest) = (segments[0].as_str(), &segments[1..]);
        match head {
            "crate" | "atlas_tui" => {
                let allowed = rest[0] == room.name || room.rooms.iter().any(|allowed| is_in(rest, allowed));
                (!allowed).then(|| rest.join("::"))
            }
            "std" | "core" | "alloc" => {
                let part = rest[0].as_str();
                let reaches_out = GUARDED_STD.contains(&part) && !room.std.contains(&part);
                (part == "*" || reaches_out).then(|| segments.join("::"))
            }
            name => (crates.contains(name) && !room.crates.contains(&name)).then(|| name.to_owned()),
        }
    };
    let breaches = paths.iter().filter_map(|path| forbidden(&path.segments).map(|what| (path.line, what)));
    breaches
        .map(|(line, what)| Breach::new(line, what, format!("not for `{}`: {}", room.name, room.why)))
        .collect()
}

fn clocks(file: &str, paths: &[Named]) -> Vec<Breach> {
    let allowed = CLOCKS.iter().find(|(known, ..)| *known == file).map_or(&[][..], |(_, readers, _)| readers);
    let reader = |path: &Named| CLOCK_READERS.iter().find(|reader| has(&path.segments, reader)).copied();
    let read = paths.iter().filter_map(|path| reader(path).map(|reader| (path.line, reader)));
    let breaches = read.filter(|(_, reader)| !allowed.contains(reader));
    breaches.map(|(line, reader)| Breach::new(line, reader, "take the time as a parameter")).collect()
}

fn calls(code: &Code, paths: &[Named]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (call, why) in NOWHERE {
        let callers = paths.iter().filter(|path| has(&path.segments, call));
        breaches.extend(callers.map(|path| Breach::new(path.line, *call, *why)));
    }
    for (line, called) in code.macros() {
        let known = NO_MACROS.iter().find(|(name, _)| *name == called);
        breaches.extend(known.map(|(name, why)| Breach::new(line, *name, *why)));
    }
    breaches
}

/// Requests other than GET. Only `api` may name reqwest at all, so only there can one be made.
fn requests(file: &str, code: &Code, paths: &[Named]) -> Vec<Breach> {
    if room_of(file) != "api" {
        return Vec::new();
    }
    let mut made = code.methods();
    for path in paths {
        // `Client::post(…)` is a call as well, and so is what is imported.
        made.extend(path.segments.iter().skip(1).map(|segment| (path.line, segment.clone())));
    }
    made.retain(|(_, name)| SENDERS.contains(&name.as_str()));
    let allowed = |name: &str| {
        let rows = NO_GETS.iter().filter(|(known, sender, ..)| *known == file && *sender == name);
        rows.map(|(.., times, _)| times).sum::<usize>()
    };
    let times = |name: &str| made.iter().filter(|(_, made)| made == name).count();
    let breaches = made.iter().filter(|(_, name)| times(name) != allowed(name));
    breaches
        .map(|(line, name)| Breach::new(*line, name, "this program sends GET; what else it sends has a row"))
        .collect()
}

/// What can be seen without reading code.
fn form(text: &str) -> Vec<Breach> {
    let mut breaches = Vec::new();
    if !text.starts_with("//!") {
        let why = "a file opens with `//!`, which says what it owns and what it must not know";
        breaches.push(Breach::new(1, "no header", why));
    }
    let lines = text.lines().count();
    if lines > MOST_LINES {
        breaches.push(Breach::new(
            lines,
            format!("{lines} lines"),
            format!("split it: {MOST_LINES} at most"),
        ));
    }
    for (index, line) in text.lines().enumerate() {
        let words = line.split(|c: char| !c.is_alphanumeric());
        let left_over = words.filter(|word| NO_WORDS.contains(word));
        breaches.extend(left_over.map(|word| Breach::new(index + 1, word, "do it, or open an issue")));
    }
    breaches
}

/// All breaches of one file, by its path under `src`.
fn breaches(file: &str, text: &str, crates: &BTreeSet<String>) -> Vec<Breach> {
    let mut found = form(text);
    let code = Code::of(text);
    found.extend(calls(&code, &code.paths(file)));
    let is_test = Path::new(file).file_stem().is_some_and(|name| name == "tests");
    if !is_test {
        let code = code.without_tests();
        let paths = code.paths(file);
        match ROOMS.iter().find(|room| room.name == room_of(file)) {
            Some(room) => found.extend(imports(room, &paths, crates)),
            None => found.push(Breach::new(1, room_of(file), "a room without a row in the table")),
        }
        found.extend(clocks(file, &paths));
        found.extend(requests(file, &code, &paths));
    }
    found.sort();
    found.dedup();
    found
}

/// The dependencies of `Cargo.toml`, as code names them. Those of tests alone cannot be named in `src`.
fn crates() -> BTreeSet<String> {
    let manifest: toml::Table = include_str!("../Cargo.toml").parse().unwrap();
    let mut tables = vec![&manifest];
    tables.extend(manifest["target"].as_table().unwrap().values().filter_map(toml::Value::as_table));
    let dependencies = tables.into_iter().filter_map(|table| table.get("dependencies")?.as_table());
    dependencies.flat_map(toml::Table::keys).map(|name| name.replace('-', "_")).collect()
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every file under `src`, by its path there.
fn sources() -> Vec<(String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    files(&src, &mut paths);
    paths.sort();
    let name = |path: &Path| path.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
    paths.into_iter().map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect()
}

#[test]
fn src_keeps_to_the_architecture() {
    let (crates, mut report) = (crates(), String::new());
    let sources = sources();
    assert!(sources.len() > 50, "src was found");
    for (file, text) in &sources {
        for Breach { line, what, why } in breaches(file, text, &crates) {
            writeln!(report, "src/{file}:{line}: `{what}`: {why}").unwrap();
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn every_row_is_about_something() {
    let (crates, sources) = (crates(), sources());
    let names: BTreeSet<_> = sources.iter().map(|(file, _)| room_of(file)).collect();
    for room in ROOMS {
        assert!(names.contains(room.name), "src has no `{}`", room.name);
        for allowed in room.rooms {
            let first = allowed.split("::").next().unwrap();
            assert!(names.contains(first), "`{}` may use `{allowed}`, which is not there", room.name);
        }
        for allowed in room.crates {
            assert!(crates.contains(*allowed), "`{}` may use `{allowed}`, no dependency", room.name);
        }
        assert!(room.std.iter().all(|part| GUARDED_STD.contains(part)), "{}", room.name);
    }
    for (file, ..) in NO_GETS {
        assert!(sources.iter().any(|(name, _)| name == file), "src/{file} is not there");
    }
    for (file, ..) in CLOCKS {
        assert!(sources.iter().any(|(name, _)| name == file), "src/{file} is not there");
    }
}

/// The breaches of made-up code, as `line: what`.
fn of(file: &str, code: &str) -> Vec<String> {
    let breaches = breaches(file, &format!("//! Made up.\n{code}"), &crates());
    breaches.iter().map(|Breach { line, what, .. }| format!("{line}: {what}")).collect()
}

#[test]
fn a_forbidden_import_is_found_in_every_form() {
    for (file, code, expected) in [
        ("domain/phase.rs", "use tokio::sync::mpsc;", "2: tokio"),
        ("domain/phase.rs", "\nfn f() -> std::fs::File {}", "3: std::fs::File"),
        ("domain/phase.rs", "use std::{fmt, env::var};", "2: std::env::var"),
        ("domain/phase.rs", "use std::*;", "2: std::*"),
        ("app/update/mod.rs", "use crate::{domain::id, ui};", "2: ui"),
        (
            "app/update/mod.rs",
            "use crate::{\n    domain::{id, job},\n    api::client::Client,\n};",
            "4: api::client::Client",
        ),
        ("app/update/mod.rs", "use super::super::store::Store;", "2: store::Store"),
        ("app/model.rs", "fn f(x: crossterm::Event) {}", "2: crossterm"),
        ("app/model.rs", "fn f(y: ratatui::text::Line) {}", "2: ratatui"),
        ("app/model.rs", "use crate::worker::task::run;", "2: worker::task::run"),
        ("app/model.rs", "use crate::*;", "2: *"),
        ("ui/list.rs", "use crate::app::model::Model;", "2: app::model::Model"),
        ("worker/task.rs", "type Text = &'static str; use reqwest::Client;", "2: reqwest"),
        ("api/client.rs", "const C: char = '\\''; use crate::worker::Command;", "2: worker::Command"),
        ("headless/get.rs", "use ratatui as r; use ratatui::Frame;", "2: ratatui"),
        ("demo/server.rs", "use crate::api::wire;", "2: api::wire"),
        ("main.rs", "fn main() { atlas_tui::host::x(); }", "2: host::x"),
        ("lib.rs", "use jiff::Timestamp;", "2: jiff"),
    ] {
        assert_eq!(of(file, code), [expected], "{file}: {code}");
    }
    assert_eq!(of("plugin/mod.rs", ""), ["1: plugin"]);
}

#[test]
fn what_is_allowed_or_only_mentioned_is_no_breach() {
    for (file, code) in [
        (
            "domain/phase.rs",
            "use jiff::Timestamp; use super::job::RestoreJob; use std::fmt::{self, Display};",
        ),
        ("domain/phase.rs", "// tokio::spawn\n/* use crate::ui; /* std::fs::read */ ratatui::x */"),
        (
            "domain/phase.rs",
            "/// [`crate::api::ApiError`]\nfn f() -> &'static str { \"crate::ui::x \\\" tokio::y\" }",
        ),
        ("domain/phase.rs", "const T: &str = r#\"std::fs \" println!()\"#;"),
        ("domain/phase.rs", "#[cfg(test)]\nmod tests { use proptest::x; fn f() { tokio::y({}); } }"),
        ("domain/phase/tests.rs", "use crate::api::wire; fn f() { Instant::now(); }"),
        (
            "app/screen/mod.rs",
            "use crate::app::keymap; use super::model; use crate::worker::{Command, Report};",
        ),
        ("ui/mod.rs", "use ratatui::text; fn f() { text::url::g(); }"),
        ("store/disk.rs", "fn f() { std::fs::read(x); std::time::Instant::now(); }"),
    ] {
        assert_eq!(of(file, code), [""; 0], "{file}: {code}");
    }
}

#[test]
fn a_clock_is_found_where_it_does_not_belong() {
    for (file, code, expected) in [
        ("app/model.rs", "fn f() { Timestamp::now(); }", "2: Timestamp::now"),
        ("domain/id.rs", "fn f() { jiff::Zoned::now(); }", "2: Zoned::now"),
        ("api/client.rs", "fn f() { std::time::SystemTime::now(); }", "2: SystemTime::now"),
        ("worker/cadence.rs", "fn f() { tokio::time::Instant::now(); }", "2: Instant::now"),
        ("headless/get.rs", "use crate::clock::{Clock, SystemClock};", "2: SystemClock"),
        ("program.rs", "fn f() { jiff_like::Timestamp::now(); }", "2: Timestamp::now"),
    ] {
        assert_eq!(of(file, code), [expected], "{file}: {code}");
    }
    assert_eq!(of("worker/task.rs", "fn f() { Instant::now(); clock.now(); }"), [""; 0]);
}

#[test]
fn a_request_that_is_no_get_is_found() {
    for (code, expected) in [
        ("fn f(http: &reqwest::Client) { http.post(url).send(); }", "2: post"),
        ("fn f() { self.http.delete(url); }", "2: delete"),
        ("fn f() { http\n.put::<&str>(url); }", "3: put"),
        ("fn f() { reqwest::Client::patch(&http, url); }", "2: patch"),
        ("use reqwest::Method;", "2: Method"),
        ("use reqwest::{header, Method as M};", "2: Method"),
        ("fn f() { reqwest::Request::new(reqwest::Method::PUT, url); }", "2: Method"),
        ("fn f() { http.request(any, url); }", "2: request"),
        ("fn f() { http.execute(made); }", "2: execute"),
    ] {
        assert_eq!(of("api/client.rs", code), [expected], "{code}");
    }
    for code in
        ["fn f() { http.get(url); self.request(x); }", "// http.post(url)\nconst T: &str = \".put(\";"]
    {
        assert_eq!(of("api/client.rs", code), [""; 0], "{code}");
    }
    assert_eq!(of("app/model.rs", "fn f() { list.delete(x); }"), [""; 0], "nobody else can send at all");
    assert_eq!(of("worker/task.rs", "fn f() { reqwest::get(x); }"), ["2: reqwest"]);
}

#[test]
fn a_call_that_tears_the_terminal_is_found_even_in_tests() {
    for (code, expected) in [
        ("fn f() { process::exit(1) }", "2: process::exit"),
        ("#[cfg(test)] mod tests { fn f() { println!(\"x\"); } }", "2: println!"),
        ("fn f() { eprintln!(); }", "2: eprintln!"),
        ("fn f() { std::print!(\"x\") }", "2: print!"),
        ("\n\nfn f() { dbg!(1) }", "4: dbg!"),
        ("fn f() { todo!() }", "2: todo!"),
        ("fn f() { unimplemented!() }", "2: unimplemented!"),
    ] {
        assert_eq!(of("app/model.rs", code), [expected], "{code}");
    }
    assert_eq!(of("main.rs", "fn main() { std::process::exit(1) }"), ["2: process::exit"]);
}

#[test]
fn form_is_kept() {
    let of = |text: &str| form(text).into_iter().map(|breach| (breach.line, breach.what)).collect::<Vec<_>>();
    assert_eq!(of("//! A.\nfn f() {}"), []);
    assert_eq!(of("use x;"), [(1, "no header".to_owned())]);
    assert_eq!(of("//! A.\n// TODO: x"), [(2, "TODO".to_owned())]);
    assert_eq!(of("//! A.\n\n// see FIXME(me)"), [(3, "FIXME".to_owned())]);
    assert_eq!(of("//! A word like TODOS is none."), []);
    assert_eq!(of(&"//! A.\n".repeat(MOST_LINES)), []);
    assert_eq!(of(&"//! A.\n".repeat(MOST_LINES + 1)), [(MOST_LINES + 1, "501 lines".to_owned())]);
}
