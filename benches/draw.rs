//! What a frame costs, from the answer of the API to the bytes of the terminal, and how that grows with the number
//! of lookups. Run with `cargo bench`.
//!
//! The job is a recorded one: a download whose link counts down. Of many lookups every third has been answered so,
//! every third is done, and the rest wait.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "nobody runs it but who measures, and the helper is shared with tests"
)]

#[path = "../tests/board/mod.rs"]
mod board;

use std::hint::black_box;
use std::io;
use std::time::Duration;

use atlas_tui::api::wire;
use atlas_tui::app::key::Key;
use atlas_tui::app::screen::{Size as ScreenSize, project};
use atlas_tui::app::{Message, Model, update};
use atlas_tui::domain::lookup::Lookup;
use atlas_tui::terminal::Tty;
use atlas_tui::ui;
use board::{Given, at, board, ended, report};
use divan::Bencher;
use ratatui::Terminal;
use ratatui::backend::{Backend, TestBackend};
use ratatui::layout::Size;

const JOB: &str = "6a7948342c88faeba59eb866";
const READY: &str = include_str!("../tests/recordings/dedicated-download-ready.http");
const NOW: &str = "2026-08-10T03:50:00Z";

fn main() {
    divan::main();
}

fn model() -> Model {
    let mut model = board([JOB]);
    report(&mut model, JOB, "2026-08-10T03:49:58Z", Given::Body(READY));
    model
}

#[divan::bench]
fn decode_an_answer(bencher: Bencher) {
    let body = READY.split_once("\n\n").unwrap().1.as_bytes();
    bencher.bench(|| wire::restore_job(black_box(body)));
}

#[divan::bench]
fn project_the_screen(bencher: Bencher) {
    let (model, now) = (model(), at(NOW));
    bencher.bench(|| project(black_box(&model), now));
}

#[divan::bench]
fn compare_two_screens(bencher: Bencher) {
    let (model, now) = (model(), at(NOW));
    let (one, other) = (project(&model, now).screen, project(&model, now).screen);
    bencher.bench(|| black_box(&one) == black_box(&other));
}

/// Frames of the countdown, a second apart.
fn countdown<B: Backend>(bencher: Bencher, backend: B)
where
    B::Error: 'static,
{
    let mut terminal = Terminal::new(backend).unwrap();
    let model = model();
    let frames: Vec<_> =
        (0..2).map(|second| project(&model, at(NOW) + Duration::from_secs(second)).screen).collect();
    let mut turn = 0;
    bencher.bench_local(|| {
        turn = 1 - turn;
        let draw = |frame: &mut ratatui::Frame| {
            ui::draw(frame, &frames[turn]);
        };
        terminal.draw(draw).map(drop).unwrap();
    });
}

#[divan::bench]
fn draw_on_a_test_backend(bencher: Bencher) {
    countdown(bencher, TestBackend::new(120, 36));
}

#[divan::bench]
fn draw_as_bytes(bencher: Bencher) {
    countdown(bencher, Tty::with_writer(io::sink(), Size::new(120, 36)));
}

const DONE: &str = include_str!("../tests/recordings/dedicated-automated-finished.http");
const COUNTS: [usize; 3] = [10, 1_000, 10_000];

fn job(number: usize) -> String {
    format!("6a79{number:04x}2c88faeba59eb866")
}

/// A zoomed list of so many lookups on twenty clusters.
fn many(count: usize) -> Model {
    let mut model = board([]);
    model.load((0..count).map(|number| {
        Lookup {
            label: format!("restore {:05}", number * 7_919 % 100_003),
            target: format!("dedicated/6a793f6b2c88faeba59bae37/cluster-{}/{}", number % 20, job(number))
                .parse()
                .unwrap(),
        }
    }));
    for number in 0..count {
        match number % 3 {
            0 => report(&mut model, &job(number), "2026-08-10T03:49:58Z", Given::Body(READY)),
            1 => report(&mut model, &job(number), "2026-08-10T03:49:58Z", Given::Body(DONE)),
            _ => {}
        }
    }
    model.zoom = true;
    press(&mut model, "");
    model
}

fn press(model: &mut Model, keys: &str) {
    for key in keys.chars() {
        let key = if key == '\n' { "enter".parse().unwrap() } else { Key::char(key) };
        update(model, Message::Key(key), at(NOW));
    }
}

#[divan::bench(args = COUNTS)]
fn project_many(bencher: Bencher, count: usize) {
    let (model, now) = (many(count), at(NOW));
    bencher.bench(|| project(black_box(&model), now));
}

#[divan::bench(args = COUNTS)]
fn project_many_beside_a_detail(bencher: Bencher, count: usize) {
    let (mut model, now) = (many(count), at(NOW));
    model.zoom = false;
    bencher.bench(|| project(black_box(&model), now));
}

/// A frame as bytes after each step down the list.
#[divan::bench(args = COUNTS)]
fn step_and_draw_many(bencher: Bencher, count: usize) {
    let mut model = many(count);
    model.setup.size = ScreenSize { width: 120, height: 36 };
    let mut terminal = Terminal::new(Tty::with_writer(io::sink(), Size::new(120, 36))).unwrap();
    let mut down = true;
    bencher.bench_local(|| {
        press(&mut model, if down { "j" } else { "k" });
        down = !down;
        let screen = project(&model, at(NOW)).screen;
        let draw = |frame: &mut ratatui::Frame| {
            ui::draw(frame, &screen);
        };
        terminal.draw(draw).map(drop).unwrap();
    });
}

/// An answer about the last lookup, which moves it in a list that is filtered and sorted by urgency.
fn take_reports(bencher: Bencher, count: usize, keys: &str) {
    let mut model = many(count);
    press(&mut model, keys);
    let last = job(count - 1);
    let [one, other] = [READY, DONE]
        .map(|body| Message::Report(ended(&model, &last, "2026-08-10T03:50:00Z", Given::Body(body))));
    // Long after the last key, so that rows are free to move.
    let now = at("2026-08-10T03:51:00Z");
    update(&mut model, Message::Wake, now);
    let mut turn = false;
    bencher.bench_local(|| {
        turn = !turn;
        update(&mut model, if turn { one.clone() } else { other.clone() }, now)
    });
}

#[divan::bench(args = COUNTS)]
fn take_a_report(bencher: Bencher, count: usize) {
    take_reports(bencher, count, "");
}

#[divan::bench(args = COUNTS)]
fn take_a_report_sorted_and_filtered(bencher: Bencher, count: usize) {
    take_reports(bencher, count, "sss/-kind:flex age<3d\n");
}

/// One more letter of a filter: words, or terms.
fn type_a_filter(bencher: Bencher, count: usize, filter: &str) {
    let mut model = many(count);
    press(&mut model, &format!("/{filter}"));
    let backspace = Message::Key("backspace".parse().unwrap());
    bencher.bench_local(|| {
        update(&mut model, backspace.clone(), at(NOW));
        press(&mut model, "1");
    });
}

#[divan::bench(args = COUNTS)]
fn filter_by_a_word(bencher: Bencher, count: usize) {
    type_a_filter(bencher, count, "restore 1");
}

#[divan::bench(args = COUNTS)]
fn filter_by_terms(bencher: Bencher, count: usize) {
    type_a_filter(bencher, count, "status:link,completed age<3d -label:1");
}

/// All six orders, one after the other.
#[divan::bench(args = COUNTS)]
fn sort_by_every_column(bencher: Bencher, count: usize) {
    let mut model = many(count);
    bencher.bench_local(|| press(&mut model, "ssssss"));
}
