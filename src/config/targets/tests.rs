//! Targets as command lines and pipes name them.

use std::cell::Cell;
use std::io;

use super::*;

const PROJECT: &str = "6a793f6b2c88faeba59bae37";
const JOB: &str = "6a794733c0eb9e7a17740663";
const OTHER: &str = "6a7948342c88faeba59eb866";

fn lookup(label: &str, text: &str) -> Lookup {
    Lookup { label: label.to_owned(), target: text.parse().unwrap() }
}

fn saved() -> Vec<Lookup> {
    let mut prod = lookup("orders restore", &format!("flex/{PROJECT}/orders/{JOB}"));
    prod.target.profile = Some("prod".parse().unwrap());
    vec![
        prod,
        lookup("twice", &format!("flex/{PROJECT}/a/{JOB}")),
        lookup("twice", &format!("flex/{PROJECT}/b/{JOB}")),
        lookup("evil\u{1b}[31m", &format!("flex/{PROJECT}/c/{OTHER}")),
        lookup("deadbeefdeadbeefdeadbeef", &format!("flex/{PROJECT}/c/6a7948342c88faeba59eb800")),
    ]
}

/// The targets as `label=KIND/…@profile`, and how often the saved lookups were read.
fn run_with(
    words: &[&str],
    input: &str,
    common: &Common,
    profile: Option<&Profile>,
) -> (Result<Vec<String>, String>, usize) {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let reads = Cell::new(0);
    let read = || {
        reads.set(reads.get() + 1);
        Ok(saved())
    };
    let variable = |_: &str| None;
    let mut input = input.as_bytes();
    let sources = Sources { common, env: Env::new(&variable), profile, saved: &read, input: &mut input };
    let found = targets(&words, sources).map(|lookups| {
        let shown = |Lookup { label, target }: &Lookup| {
            let profile = target.profile.as_ref().map_or("", Profile::as_str);
            format!("{label}={target}@{profile}").replace(PROJECT, "P").replace(JOB, "J").replace(OTHER, "O")
        };
        lookups.iter().map(shown).collect()
    });
    (found.map_err(|error| error.to_string()), reads.get())
}

fn run(words: &[&str], input: &str) -> Result<Vec<String>, String> {
    run_with(words, input, &Common::default(), None).0
}

#[test]
fn many_words_and_lines_are_read_in_order_and_each_job_once() {
    let first = format!("flex/{PROJECT}/orders/{JOB}");
    let second = format!("dedicated/{PROJECT}/orders/{OTHER}");
    let input = format!("# tonight\n{second}\n\nauto/{PROJECT}/orders/{JOB}\n{{\"target\":null}}\n");
    let (found, reads) = run_with(&[&first, &second, &first], "", &Common::default(), None);
    assert_eq!(found.unwrap(), ["=flex/P/orders/J@", "=dedicated/P/orders/O@"]);
    assert_eq!(reads, 0, "the file of lookups is nobody's business here");
    let lines = input.rsplit_once("{\"").unwrap().0;
    assert_eq!(run(&[&first, "-"], lines).unwrap(), ["=flex/P/orders/J@", "=dedicated/P/orders/O@"]);
    let error = run(&["-"], &input).unwrap_err();
    assert!(error.starts_with("standard input, line 5: "), "{error}");
}

#[test]
fn the_output_of_this_program_is_input_of_it() {
    let object = |job: &str| {
        format!(
            r#"{{"schema":1,"target":{{"kind":"flex","projectId":"{PROJECT}","instance":"orders","jobId":"{job}"}},"phase":"ready"}}"#
        )
    };
    let (one, two) = (object(JOB), object(OTHER));
    let wanted = ["=flex/P/orders/J@", "=flex/P/orders/O@"];
    assert_eq!(run(&["-"], &format!("{one}\n{two}\n")).unwrap(), wanted);
    assert_eq!(run(&["-"], &format!("[{one},\n{two}]\n")).unwrap(), wanted);
    assert_eq!(run(&["-"], &one.replace(',', ",\n ")).unwrap(), wanted[..1]);
}

#[test]
fn a_label_is_written_in_full_and_loses_to_an_id() {
    assert_eq!(run(&["orders restore"], "").unwrap(), ["orders restore=flex/P/orders/J@prod"]);
    assert_eq!(run(&[" orders restore "], "").unwrap(), ["orders restore=flex/P/orders/J@prod"]);
    assert_eq!(run(&["-"], "orders restore\n").unwrap(), ["orders restore=flex/P/orders/J@prod"]);
    let error = run(&["orders"], "").unwrap_err();
    assert!(
        error.contains("KIND/PROJECT/INSTANCE/JOB") && error.contains("there is `orders restore`"),
        "{error}"
    );
    let error = run(&["evil"], "").unwrap_err();
    assert!(error.ends_with("there is `evil[31m`"), "{error:?}");
    let error = run(&["twice"], "").unwrap_err();
    assert!(error.contains("2 saved lookups have this label"), "{error}");
    // A saved job by its id alone; an id that nothing is known of is a label only if there is no such job.
    assert_eq!(run(&[OTHER], "").unwrap(), ["evil\u{1b}[31m=flex/P/c/O@"]);
    let common =
        Common { project_id: Some(PROJECT.into()), cluster_name: Some("x".into()), ..Common::default() };
    assert_eq!(
        run_with(&["deadbeefdeadbeefdeadbeef"], "", &common, None).0.unwrap(),
        ["=auto/P/x/deadbeefdeadbeefdeadbeef@"]
    );
    assert!(
        run(&[JOB], "").unwrap_err().contains("3 saved lookups"),
        "it is there thrice, by other clusters"
    );
}

#[test]
fn flags_win_over_what_is_saved_and_the_session_has_a_profile_for_the_rest() {
    let kind = Common { kind: Some(crate::domain::target::Kind::Dedicated), ..Common::default() };
    let profile: Profile = "night".parse().unwrap();
    let words = ["orders restore", &format!("flex/{PROJECT}/b/{JOB}")];
    let (found, _) = run_with(&words, "", &kind, Some(&profile));
    assert_eq!(found.unwrap(), ["orders restore=dedicated/P/orders/J@prod", "=dedicated/P/b/J@night"]);
}

#[test]
fn all_faults_are_told_by_their_place() {
    let error = run(&["x y", &format!("flex/{PROJECT}/orders/{JOB}"), "flex/12/orders"], "").unwrap_err();
    let lines: Vec<_> = error.lines().collect();
    assert!(
        matches!(lines[..], [first, second] if first.starts_with("TARGET 1: ") && second.starts_with("TARGET 3: ")),
        "{error}"
    );
    let many = "nonsense\n".repeat(9);
    let error = run(&["-"], &many).unwrap_err();
    assert_eq!(error.lines().count(), 6, "{error}");
    assert!(error.ends_with("and 4 more"), "{error}");
    assert!(run(&["-", "-"], "").unwrap_err().contains("names no restore job"));
    let line = format!("flex/{PROJECT}/orders/{JOB}");
    assert!(run(&["-", "-"], &line).unwrap_err().starts_with("TARGET 2: standard input is read once"));
    assert!(run(&["-"], "").unwrap_err().starts_with("standard input: it names no restore job"));
    assert!(run(&["-"], "{\"a\":\n").unwrap_err().starts_with("standard input, line 1: this is no JSON"));
}

#[test]
fn no_error_repeats_a_text_that_may_be_a_key() {
    let secret = "0d9c7a52-0000-4000-8000-feedfacecafe";
    for text in [secret, &format!("curl -u abc:{secret} https://example.com/nothing")] {
        assert!(!run(&[text], "").unwrap_err().contains("feedface"), "{text}");
    }
}

#[test]
fn a_pipe_that_breaks_or_floods_is_an_error() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    let variable = |_: &str| None;
    let read = || Ok(Vec::new());
    let common = Common::default();
    let ask = |input: &mut dyn Read| {
        let sources =
            Sources { common: &common, env: Env::new(&variable), profile: None, saved: &read, input };
        targets(&["-".to_owned()], sources).unwrap_err().to_string()
    };
    assert_eq!(ask(&mut Broken), "standard input: gone");
    assert_eq!(ask(&mut io::repeat(b'x')), "standard input: more than 16 MiB of targets");
    assert!(ask(&mut &b"\xff\xfe"[..]).contains("no UTF-8"));
}
