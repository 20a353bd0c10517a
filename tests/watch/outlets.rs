//! Where a watch tells: a pipe that closes, rows on a terminal, metrics.

use super::*;

/// Fails every write in one way.
struct Broken(io::ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_leaves_ends_it_quietly_and_a_full_disk_does_not() {
    for (kind, code, words) in [
        (io::ErrorKind::BrokenPipe, 141, ""),
        (io::ErrorKind::StorageFull, 1, "the output could not be written"),
    ] {
        let (mut out, mut err, look) = (Broken(kind), Vec::new(), Look::default());
        let mut output =
            Output::Objects { out: &mut out, err: &mut err, look: &look, at_end: false, many: false };
        let (ended, ..) = Scene::of(|_, _| Ok(completed(-5))).play_to(&mut output).await;
        assert_eq!(ended, code);
        let said = String::from_utf8(err).unwrap();
        assert_eq!(said.is_empty(), words.is_empty(), "{said}");
        assert!(said.contains(words), "{said}");
    }
}

/// Keeps what it is shown.
#[derive(Default)]
struct Seen {
    lines: Vec<String>,
    panels: Vec<Panel>,
    room: usize,
}

impl View for Seen {
    fn line(&mut self, line: &Line) -> io::Result<()> {
        self.lines.push(line.text.clone());
        Ok(())
    }

    fn show(&mut self, panel: &Panel) -> io::Result<()> {
        self.panels.push(panel.clone());
        Ok(())
    }

    fn resized(&mut self) {}

    fn room(&self) -> usize {
        self.room
    }
}

#[tokio::test(start_paused = true)]
async fn rows_are_drawn_once_for_each_text_and_a_line_stays_for_each_job() {
    let scene = Scene::of(|n, second| match n {
        1 if second < 30 => Ok(running()),
        1 => Ok(completed(30)),
        _ if second < 120 => Ok(running()),
        _ => Ok(failed()),
    });
    let mut seen = Seen { room: 5, ..Seen::default() };
    let mut output = Output::Live { view: &mut seen, ascii: false, shown: None };
    let (code, took, ..) = scene.jobs(2).play_to(&mut output).await;
    assert_eq!(code, 3);
    assert!(seen.panels.windows(2).all(|pair| pair[0] != pair[1]), "never twice the same");
    // Seconds are counted, and little else happens.
    let most = usize::try_from(took.as_secs()).unwrap() + 8;
    assert!(seen.panels.len() <= most, "{} in {took:?}", seen.panels.len());
    assert_eq!(seen.panels.iter().map(|panel| panel.rows.len()).max(), Some(2));
    assert_eq!(seen.panels.last(), Some(&Panel::default()), "nothing is left but lines");
    let ends = ["job-1: completed after 30 s (was running)", "job-2: failed after "];
    for end in ends {
        assert_eq!(seen.lines.iter().filter(|line| line.starts_with(end)).count(), 1, "{:?}", seen.lines);
    }
}

#[tokio::test(start_paused = true)]
async fn more_jobs_than_rows_are_counted() {
    let mut seen = Seen { room: 3, ..Seen::default() };
    let mut scene = Scene::of(|n, _| Ok(if n == 1 { completed(-5) } else { running() })).jobs(6);
    scene.options.rules.timeout = Some(seconds(30));
    let mut output = Output::Live { view: &mut seen, ascii: true, shown: None };
    scene.play_to(&mut output).await;
    let panel = seen.panels.iter().rfind(|panel| !panel.rows.is_empty()).unwrap();
    assert_eq!(panel.rows.len(), 2);
    assert_eq!(panel.summary.as_deref(), Some("and 3 more: 3 running; 1 over"));
    assert_eq!(panel.rows[0].glyph, "*");
}

#[tokio::test(start_paused = true)]
async fn hours_without_a_change_wake_nobody_but_for_the_reads() {
    let scene = Scene::of(|_, _| Ok(running())).rules(|rules| rules.timeout = Some(seconds(36_000)));
    let played = scene.json(false).await;
    assert_eq!(played.objects().len(), 2, "the first and the last line");
    assert!(played.out.len() < 4_000);
}

/// A watch that is scraped at one moment: the page, and how long the watch took.
async fn scraped(form: metrics::Form, second: u64) -> (String, Played) {
    let mut scene = Scene::of(|n, second| match n {
        1 => Ok(link(7_200)),
        2 if second < 100 => Ok(running()),
        2 => Ok(failed()),
        _ => Err(error(if second < 50 { ErrorKind::Timeout } else { ErrorKind::NotFound(Missing::Job) })),
    })
    .jobs(3);
    let (answer, page) = oneshot::channel();
    scene.outside = vec![(second, Outside::Metrics { form, answer })];
    scene.options.linger = Some(seconds(90));
    let played = scene.text().await;
    (page.await.unwrap(), played)
}

#[tokio::test(start_paused = true)]
async fn the_metrics_say_where_everything_stands() {
    let (page, _) = scraped(metrics::Form::OpenMetrics, 40).await;
    let job = |n: u64| {
        let Target { project, job, .. } = lookup(n).target;
        format!(
            "project=\"{project}\",instance_name=\"orders-{n}\",job_id=\"{job}\",label=\"job-{n}\",kind=\"serverless\""
        )
    };
    for line in [
        "# TYPE atlas_tui_restore_phase stateset".to_owned(),
        format!("atlas_tui_restore_phase{{{},atlas_tui_restore_phase=\"ready\"}} 1", job(1)),
        format!("atlas_tui_restore_phase{{{},atlas_tui_restore_phase=\"failed\"}} 0", job(1)),
        format!("atlas_tui_restore_phase{{{},atlas_tui_restore_phase=\"running\"}} 1", job(2)),
        format!("atlas_tui_restore_link_expires_seconds{{{}}} 7160", job(1)),
        format!("atlas_tui_restore_elapsed_seconds{{{}}} 40", job(2)),
        format!("atlas_tui_restore_over{{{}}} 0", job(2)),
        // The third leaves a tenth of a second after the others.
        format!("atlas_tui_restore_failing_seconds{{{}}} 39.9", job(3)),
        "# UNIT atlas_tui_restore_elapsed_seconds seconds".to_owned(),
    ] {
        assert!(page.lines().any(|known| known == line), "{line} in\n{page}");
    }
    assert!(page.ends_with("# EOF\n"));
    let total = |name: &str| {
        let line = page.lines().find(|line| line.starts_with(name)).unwrap();
        line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()
    };
    assert!((6..=12).contains(&total("atlas_tui_requests_total")), "{page}");
    assert!(total("atlas_tui_request_errors_total{error=\"timeout\"}") >= 2, "{page}");
}

#[tokio::test(start_paused = true)]
async fn a_parser_of_others_reads_the_older_form() {
    let (page, _) = scraped(metrics::Form::Plain, 40).await;
    assert!(!page.contains("# EOF") && !page.contains("stateset") && !page.contains("# UNIT"), "{page}");
    let lines = page.lines().map(|line| Ok(line.to_owned()));
    let scrape = prometheus_parse::Scrape::parse(lines).unwrap();
    let written = page.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(scrape.samples.len(), written, "each line is a sample");
    let ready = scrape.samples.iter().find(|sample| {
        sample.metric == "atlas_tui_restore_phase"
            && sample.labels.get("atlas_tui_restore_phase") == Some("ready")
            && sample.labels.get("label") == Some("job-1")
    });
    assert_eq!(ready.unwrap().value, prometheus_parse::Value::Gauge(1.0));
    let counter = scrape.samples.iter().find(|sample| sample.metric == "atlas_tui_requests_total").unwrap();
    assert!(matches!(counter.value, prometheus_parse::Value::Counter(count) if count > 0.0));
}

#[tokio::test(start_paused = true)]
async fn an_ended_watch_waits_for_one_more_scrape_and_not_for_ever() {
    let (page, played) = scraped(metrics::Form::OpenMetrics, 130).await;
    assert!(page.contains("atlas_tui_restore_phase=\"failed\"} 1"), "the end is seen: {page}");
    assert_eq!(played.took.as_secs(), 130, "and then it leaves");
    assert_eq!(played.code, 3);
    let (_, played) = scraped(metrics::Form::OpenMetrics, 20).await;
    assert!((190..215).contains(&played.took.as_secs()), "nobody asks again: {:?}", played.took);
}

#[tokio::test(start_paused = true)]
async fn what_a_label_holds_is_escaped() {
    let lookups = vec![Lookup { label: "a\"b\\c\n\u{1b}[31md".to_owned(), ..lookup(1) }];
    let clock = TokioClock::starting_at(base());
    let vigil = atlas_tui::headless::watch::Vigil::new(lookups, Rules::default(), clock.now());
    let page = metrics::exposition(&vigil, metrics::Form::OpenMetrics, clock.now());
    assert!(page.contains(r#",label="a\"b\\c [31md","#), "{page}");
    assert!(!page.contains('\u{1b}'));
}
