//! What a frame costs, from the answer of the API to the bytes of the terminal. Run with `cargo bench`.
//!
//! The job is a recorded one: a download whose link counts down.
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
use atlas_tui::app::Model;
use atlas_tui::app::screen::project;
use atlas_tui::terminal::Tty;
use atlas_tui::ui;
use board::{Given, at, board, report};
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
