//! The least that a ratatui program can be, in the usual way: what our own figures are ratios to.
//!
//! `bare` draws a frame and then one for each key; `bare tick` draws a clock each second as well; `bare poll URL`
//! reads the URL once a second, over one kept connection. `q` quits.

use std::io;
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{self, Event, KeyCode};
use ratatui::widgets::{Block, Paragraph};
use ratatui::{DefaultTerminal, Frame};

fn draw(frame: &mut Frame, keys: usize, seconds: u64, answer: &str) {
    let text = format!("hello, world\nkeys: {keys}\nseconds: {seconds}\n{answer}");
    frame.render_widget(Paragraph::new(text).block(Block::bordered().title("bare")), frame.area());
}

fn main() -> io::Result<()> {
    let mode: Vec<String> = std::env::args().skip(1).collect();
    let mut terminal = ratatui::init();
    terminal.draw(|frame| draw(frame, 0, 0, ""))?;
    let result = match mode.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["poll", url] => run(&mut terminal, Some(&mut Poller::new(url)), true),
        ["tick"] => run(&mut terminal, None, true),
        _ => run(&mut terminal, None, false),
    };
    ratatui::restore();
    result
}

fn run(terminal: &mut DefaultTerminal, mut poller: Option<&mut Poller>, ticks: bool) -> io::Result<()> {
    let start = Instant::now();
    let mut keys = 0;
    let mut answer = String::new();
    loop {
        let seconds = start.elapsed().as_secs();
        terminal.draw(|frame| draw(frame, keys, seconds, &answer))?;
        let next = start + Duration::from_secs(seconds + 1);
        if !ticks || event::poll(next.saturating_duration_since(Instant::now()))? {
            match event::read()? {
                Event::Key(key) if key.code == KeyCode::Char('q') => return Ok(()),
                Event::Key(_) => keys += 1,
                _ => {}
            }
        } else if let Some(poller) = &mut poller {
            answer = poller.read();
        }
    }
}

/// A client made after the first frame, as a careful program would.
struct Poller {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    url: String,
}

impl Poller {
    #[expect(clippy::expect_used, reason = "a program for measuring only")]
    fn new(url: &str) -> Self {
        rustls::crypto::ring::default_provider().install_default().expect("first provider");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { runtime, client: reqwest::Client::new(), url: url.to_owned() }
    }

    fn read(&self) -> String {
        let answer = async { self.client.get(&self.url).send().await?.text().await };
        self.runtime.block_on(answer).unwrap_or_else(|error| error.to_string())
    }
}
