//! Precedence, sources, and the words for what is wrong, with an environment and a file of each test's own.

use std::ffi::OsString;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::api::Credential;
use crate::app::keymap::Action;
use crate::app::notification::Switches;
use crate::app::screen::ThemeName;
use crate::app::time_format::TimeFormat;
use crate::cli::{Args, Command};
use crate::domain::secret::ExposeSecret;
use crate::domain::target::{Kind, Target};
use crate::headless::form::Form;

/// A home of its own, a config file in it, and variables.
struct Setup {
    home: TempDir,
    variables: Vec<(&'static str, OsString)>,
}

impl Setup {
    fn new(variables: &[(&'static str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut all: Vec<_> = variables.iter().map(|(name, value)| (*name, OsString::from(value))).collect();
        all.push(("ATLAS_TUI_HOME", home.path().into()));
        Self { home, variables: all }
    }

    fn with_file(variables: &[(&'static str, &str)], text: impl AsRef<[u8]>) -> Self {
        let setup = Self::new(variables);
        std::fs::create_dir(setup.home.path().join("config")).unwrap();
        std::fs::write(setup.file(), text).unwrap();
        setup
    }

    fn file(&self) -> std::path::PathBuf {
        self.home.path().join("config").join("config.toml")
    }

    fn lookup(&self, name: &str) -> Option<OsString> {
        self.variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }

    fn args(&self, words: &[&str]) -> Result<Args, ConfigError> {
        let mut args = Args::read(["atlas-tui"].iter().chain(words)).unwrap();
        flags::complete(&mut args, Env::new(&|name| self.lookup(name)))?;
        Ok(args)
    }

    fn load(&self, words: &[&str]) -> Result<Settings, ConfigError> {
        Settings::load(&self.args(words)?, Env::new(&|name| self.lookup(name)))
    }

    fn target(&self, words: &[&str]) -> Result<Option<Target>, String> {
        let args = self.args(words).unwrap();
        let text = match &args.command {
            Some(Command::Get(get)) => Some(get.targets.first().cloned().unwrap_or_default()),
            _ => args.target.clone(),
        };
        target::target(text.as_deref(), &args.common, Env::new(&|name| self.lookup(name)))
            .map_err(|error| error.to_string())
    }

    /// The error of a config file, without the path, and without the next step.
    fn complaint(&self) -> String {
        let error = self.load(&[]).unwrap_err().to_string();
        let (what, next) = error.split_once('\n').unwrap();
        assert!(next.contains("start with --no-config"), "{next}");
        what.strip_prefix(self.file().to_str().unwrap()).unwrap().to_owned()
    }
}

const SECONDS: fn(u64) -> Duration = Duration::from_secs;

#[test]
fn without_anything_the_defaults_hold() {
    let settings = Setup::new(&[]).load(&[]).unwrap();
    assert_eq!(settings.accounts.access(None).base_url.value.as_str(), "https://cloud.mongodb.com");
    assert_eq!(settings.interval, Sourced { value: SECONDS(3), source: Source::Default });
    assert_eq!(settings.ascii, Sourced { value: false, source: Source::Default });
    assert_eq!(settings.theme.value, ThemeName::Terminal);
    assert_eq!(settings.mouse, Sourced { value: false, source: Source::Default });
    assert_eq!(settings.motion, Sourced { value: true, source: Source::Default });
    assert_eq!(settings.time_format.value, TimeFormat::Utc);
    let access = settings.accounts.access(None);
    assert!(access.credential.is_none() && access.half_pair.is_none());
}

#[test]
fn flag_wins_over_variable_over_file_over_default() {
    let file = "interval = 20\nbase_url = 'https://file.example/'\nascii = false";
    let variables = [
        ("ATLAS_TUI_INTERVAL", "10s"),
        ("MONGODB_ATLAS_BASE_URL", "https://env.example"),
        ("ATLAS_TUI_ASCII", "yes"),
    ];
    let setup = Setup::with_file(&variables, file);
    let settings = setup.load(&["--interval", "5s", "--base-url", "HTTPS://Flag.example/"]).unwrap();
    assert_eq!(settings.interval, Sourced { value: SECONDS(5), source: Source::Flag });
    assert_eq!(
        settings.accounts.access(None).base_url,
        Sourced { value: "https://flag.example".parse().unwrap(), source: Source::Flag }
    );

    let settings = setup.load(&[]).unwrap();
    assert_eq!(settings.interval, Sourced { value: SECONDS(10), source: Source::Env("ATLAS_TUI_INTERVAL") });
    assert_eq!(settings.accounts.access(None).base_url.source, Source::Env("MONGODB_ATLAS_BASE_URL"));
    assert_eq!(settings.ascii, Sourced { value: true, source: Source::Env("ATLAS_TUI_ASCII") });

    let blank: Vec<_> = variables.iter().map(|(name, _)| (*name, " ")).collect();
    let setup = Setup::with_file(&blank, file);
    let settings = setup.load(&[]).unwrap();
    assert_eq!(settings.interval, Sourced { value: SECONDS(20), source: Source::File });
    assert_eq!(
        settings.accounts.access(None).base_url,
        Sourced { value: "https://file.example".parse().unwrap(), source: Source::File }
    );
    assert_eq!(settings.ascii, Sourced { value: false, source: Source::File });

    let settings = setup.load(&["--no-config"]).unwrap();
    assert_eq!(settings.interval.source, Source::Default);
    assert_eq!(settings.config_file, None);
}

#[test]
fn motion_is_on_unless_somebody_wants_none() {
    let no = "ATLAS_TUI_NO_MOTION";
    for (variables, file, flags, value, source) in [
        (&[][..], "motion = true", &["--no-motion"][..], false, Source::Flag),
        (&[(no, "1")], "motion = true", &[], false, Source::Env(no)),
        (&[(no, "0")], "motion = false", &[], true, Source::Env(no)),
        (&[(no, " ")], "motion = false", &[], false, Source::File),
    ] {
        let settings = Setup::with_file(variables, file).load(flags).unwrap();
        assert_eq!(settings.motion, Sourced { value, source });
    }
}

#[test]
fn the_file_sets_what_has_no_flag() {
    let text = "\u{FEFF}theme = \"mono\"\r\nmouse = true\r\ntime = \"relative\"\r\ninterval = \"1m 30s\"\r\n\
                \r\n[keys]\r\nrefresh = \"f5\"\r\nmouse = []\r\nraw = [\"I\", \"ctrl-t\"]\r\n";
    let settings = Setup::with_file(&[], text).load(&[]).unwrap();
    assert_eq!(settings.theme, Sourced { value: ThemeName::Mono, source: Source::File });
    assert_eq!(settings.mouse, Sourced { value: true, source: Source::File });
    assert_eq!(settings.time_format, Sourced { value: TimeFormat::Relative, source: Source::File });
    assert_eq!(settings.interval.value, SECONDS(90));
    assert_eq!(settings.keymap.label(Action::Refresh, false), "F5");
    assert_eq!(settings.keymap.keys(Action::Mouse), []);
    assert_eq!(settings.keymap.keys(Action::Raw).len(), 2);
}

#[test]
fn a_wrong_file_is_placed_by_line_and_column() {
    for (text, expected) in [
        ("intervall = 3", ":1:1: unknown key `intervall`; known keys are `base_url`, `interval`, `theme`"),
        ("\u{FEFF}\r\nmouse = true\r\n  colour = 1", ":3:3: unknown key `colour`; known keys are"),
        ("mouse = 'yes'", ":1:9: invalid type: string \"yes\", expected a boolean"),
        ("\n# é\nmouse = maybe", ":3:9: "),
        ("theme = 'dark'", ":1:9: no theme `dark`; the themes are terminal and mono"),
        ("time = \"UTC\"", ":1:8: no time format `UTC`; the time formats are local, utc and relative"),
        ("interval = 0", ":1:12: an interval is a duration such as `3s`"),
        ("interval = '2h'", ":1:12: an interval is a duration such as `3s`"),
        ("interval = 3.5", ":1:12: invalid type: floating point `3.5`, expected a duration such as"),
        ("base_url = 'cloud'", ":1:12: the base URL `cloud` cannot be read; write it as https://"),
        ("[keys]\nrefesh = 'f5'", ":2:1: unknown action `refesh`; did you mean `refresh`"),
        ("[keys]\nraw = 'ctrl-'", ":2:1: `ctrl-` is no key; write it as"),
        ("[keys]\nmouse = []\nraw = 'p'", ":3:1: `p` is bound to both `raw` and `pause`"),
        ("[keys]\nraw = 3", ":2:7: invalid type: integer `3`, expected a key such as"),
        ("mouse = true\nmouse = false", ":2:1: duplicate key"),
        ("mouse = \"\u{1b}[31m", ":1:"),
    ] {
        let complaint = Setup::with_file(&[], text).complaint();
        assert!(complaint.starts_with(expected), "{text:?}: {complaint}");
        assert!(!complaint.contains('\u{1b}'), "{complaint:?}");
    }
    let complaint = Setup::with_file(&[], b"mouse = true\ntheme = \"\xff\"").complaint();
    assert_eq!(complaint, ":2:10: not UTF-8");
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_can_be_left_out() {
    let setup = Setup::new(&[]);
    std::fs::create_dir_all(setup.file()).unwrap();
    let error = setup.load(&[]).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{} cannot be read: ", setup.file().display())), "{error}");
    assert!(error.ends_with("Start with --no-config to go on without it."), "{error}");
    assert!(setup.load(&["--no-config"]).is_ok());
    let mut setup = Setup::with_file(&[], "nonsense");
    setup.variables.push(("ATLAS_TUI_NO_CONFIG", "1".into()));
    assert!(setup.load(&[]).is_ok());
}

#[test]
fn a_wrong_variable_or_flag_is_named() {
    for (name, value, words) in [
        ("ATLAS_TUI_INTERVAL", "soon", "an interval is a duration"),
        ("ATLAS_TUI_ASCII", "perhaps", "`perhaps` is neither true nor false"),
        ("ATLAS_TUI_DEMO", "2", "neither true nor false"),
        ("MONGODB_ATLAS_BASE_URL", "ftp://x", "the base URL begins with `ftp:`"),
    ] {
        let error = Setup::new(&[(name, value)]).load(&[]).unwrap_err().to_string();
        assert!(error.starts_with(name) && error.contains(words), "{error}");
    }
    let error = Setup::new(&[]).load(&["--base-url", "https://me:hunter2@x"]).unwrap_err().to_string();
    assert!(error.starts_with("--base-url: the base URL holds a user name or password"), "{error}");
    assert!(!error.contains("hunter2"));
}

#[test]
fn a_whole_key_is_taken_and_half_a_key_is_named() {
    const PUBLIC: &str = "MONGODB_ATLAS_PUBLIC_API_KEY";
    const PRIVATE: &str = "MONGODB_ATLAS_PRIVATE_API_KEY";
    let settings = Setup::new(&[(PUBLIC, "abcdefgh"), (PRIVATE, " 1234-5678\n")]).load(&[]).unwrap();
    let shown = format!("{settings:?}");
    let credential = settings.accounts.access(None).credential.unwrap();
    assert_eq!(credential.source, Source::Env(PUBLIC));
    let Credential::Key(key) = credential.value else { panic!() };
    assert_eq!(key.public_key, "abcdefgh");
    assert_eq!(key.private_key.expose_secret(), "1234-5678");
    assert!(shown.contains("ApiKey(abcd…)") && !shown.contains("1234"), "{shown}");
    for (variables, named) in [
        ([(PUBLIC, "abcdefgh"), (PRIVATE, "  ")], format!("{PUBLIC} is set, but {PRIVATE} is not")),
        ([(PUBLIC, ""), (PRIVATE, "1234-5678")], format!("{PRIVATE} is set, but {PUBLIC} is not")),
    ] {
        let settings = Setup::new(&variables).load(&[]).unwrap();
        let access = settings.accounts.access(None);
        assert!(access.credential.is_none());
        assert_eq!(access.half_pair, Some(named));
    }
}

#[test]
fn a_private_key_that_is_no_text_is_named_and_not_shown() {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        let mut setup = Setup::new(&[]);
        setup.variables.push(("MONGODB_ATLAS_PRIVATE_API_KEY", OsString::from_vec(b"hunter2\xff".to_vec())));
        let error = setup.load(&[]).unwrap_err();
        assert!(error.to_string().starts_with("MONGODB_ATLAS_PRIVATE_API_KEY: "));
        assert!(!format!("{error:?} {error}").contains("hunter2"));
    }
}

#[test]
fn variables_of_the_terminal_choose_theme_and_ascii() {
    for (variables, theme) in [
        (vec![("NO_COLOR", "1")], ThemeName::Mono),
        (vec![("NO_COLOR", "")], ThemeName::Terminal),
        (vec![("CLICOLOR", "0")], ThemeName::Mono),
        (vec![("CLICOLOR", "1")], ThemeName::Terminal),
    ] {
        let settings = Setup::with_file(&variables, "theme = 'terminal'").load(&[]).unwrap();
        assert_eq!(settings.theme.value, theme, "{variables:?}");
    }
    for (variables, ascii) in [
        (vec![("LANG", "C")], true),
        (vec![("LANG", "de_DE.UTF-8")], false),
        (vec![("LANG", "de_DE.utf8"), ("LC_ALL", "POSIX")], true),
        (vec![("LANG", "C"), ("LC_CTYPE", "C.UTF-8")], false),
        (vec![("LANG", ""), ("LC_ALL", "")], false),
    ] {
        let settings = Setup::new(&variables).load(&[]).unwrap();
        assert_eq!(settings.ascii.value, ascii, "{variables:?}");
    }
    let settings = Setup::with_file(&[("LANG", "C")], "ascii = false").load(&[]).unwrap();
    assert_eq!(settings.ascii, Sourced { value: false, source: Source::File });
}

#[test]
fn flags_of_subcommands_have_variables_too() {
    let setup = Setup::new(&[
        ("ATLAS_TUI_OUTPUT", "json"),
        ("ATLAS_TUI_EXIT_STATUS", "1"),
        ("ATLAS_TUI_PORT", "8123"),
        ("ATLAS_TUI_SEED", "7"),
        ("ATLAS_TUI_FLEET", "20x50"),
        ("ATLAS_TUI_DEMO", "1"),
    ]);
    let Some(Command::Get(get)) = setup.args(&["get", "x"]).unwrap().command else { panic!() };
    assert_eq!((get.shown.output, get.exit_status), (Some(Form::Json), true));
    let Some(Command::Get(get)) = setup.args(&["get", "x", "-o", "text"]).unwrap().command else { panic!() };
    assert_eq!(get.shown.output, Some(Form::Text));
    let words = ["demo-server", "--port", "1"];
    let Some(Command::DemoServer(server)) = setup.args(&words).unwrap().command else { panic!() };
    assert_eq!((server.port, server.seed, server.fleet), (Some(1), Some(7), Some((20, 50))));
    assert!(setup.args(&[]).unwrap().demo);
    let error = Setup::new(&[("ATLAS_TUI_OUTPUT", "xml")]).args(&["get", "x"]).unwrap_err();
    assert_eq!(error.to_string(), "ATLAS_TUI_OUTPUT: the forms are text, json, ndjson, markdown and csv");
}

const PROJECT: &str = "5f1b6c7d8e9fa0b1c2d3e4f5";
const OTHER: &str = "aaaaaaaaaaaaaaaaaaaaaaaa";
const JOB: &str = "6a794733c0eb9e7a17740663";

#[test]
fn a_target_is_put_together_from_flags_target_and_variables() {
    let whole = format!("serverless/{PROJECT}/orders/{JOB}");
    let bare = Setup::new(&[]);
    let env = Setup::new(&[
        ("ATLAS_TUI_PROJECT_ID", OTHER),
        ("ATLAS_TUI_CLUSTER_NAME", "fallback"),
        ("ATLAS_TUI_KIND", "flex"),
    ]);
    for (setup, words, expected) in [
        (&bare, vec![whole.as_str()], whole.clone()),
        (&env, vec!["get", whole.as_str()], whole.clone()),
        (
            &bare,
            vec!["get", JOB, "--projectId", PROJECT, "--clusterName", "orders"],
            format!("auto/{PROJECT}/orders/{JOB}"),
        ),
        (
            &bare,
            vec!["--group-id", PROJECT, "--instance", "orders", "get", JOB, "--kind", "dedicated"],
            format!("dedicated/{PROJECT}/orders/{JOB}"),
        ),
        (&env, vec![JOB], format!("flex/{OTHER}/fallback/{JOB}")),
        (&env, vec![JOB, "--project-id", PROJECT], format!("flex/{PROJECT}/fallback/{JOB}")),
        (&bare, vec![whole.as_str(), "--project-id", OTHER], format!("serverless/{OTHER}/orders/{JOB}")),
    ] {
        let target = setup.target(&words).unwrap().unwrap();
        assert_eq!(target.to_string(), expected, "{words:?}");
    }
    assert_eq!(bare.target(&[]), Ok(None));
    assert_eq!(env.target(&[]), Ok(None));
    assert_eq!(bare.target(&[&whole]).unwrap().unwrap().kind, Kind::Serverless);
}

#[test]
fn a_target_that_is_not_whole_says_what_is_missing() {
    let setup = Setup::new(&[]);
    for (words, parts) in [
        (vec![JOB], vec!["TARGET", "--project-id", "--cluster-name"]),
        (vec!["--project-id", PROJECT], vec!["TARGET: missing"]),
        (vec![JOB, "--project-id", "xyz"], vec!["--project-id: hex digits only; x at 1"]),
        (vec![JOB, "--cluster-name", "a b"], vec!["--cluster-name: ", "the space at 2"]),
        (vec!["nonsense"], vec!["TARGET: "]),
    ] {
        let error = setup.target(&words).unwrap_err();
        assert!(parts.iter().all(|part| error.contains(part)), "{words:?}: {error}");
    }
    let error = Setup::new(&[("ATLAS_TUI_PROJECT_ID", "x")]).target(&[JOB]).unwrap_err();
    assert!(error.starts_with("ATLAS_TUI_PROJECT_ID: hex digits only"), "{error}");
}

#[test]
fn a_wrong_part_of_a_target_is_named_unless_a_flag_stands_in_for_it() {
    let setup = Setup::new(&[("ATLAS_TUI_CLUSTER_NAME", "fallback"), ("ATLAS_TUI_KIND", "flex")]);
    let short = JOB.get(..23).unwrap();
    for (target, flags, words) in [
        (
            format!("serverless/{PROJECT}/or_ders/{JOB}"),
            vec![],
            "instance: letters, digits and - only; _ at 3",
        ),
        (format!("serverless/{PROJECT}/orders/{short}"), vec![], "job: 1 more digit"),
        (format!("serverless/g{PROJECT}/orders/{JOB}"), vec![], "project: hex digits only; g at 1"),
        (format!("serverless/{PROJECT}/or_ders/{short}"), vec!["--cluster-name", "b"], "job: 1 more digit"),
        (short.to_owned(), vec!["--project-id", PROJECT, "--cluster-name", "b"], "job: 1 more digit"),
        (format!("serverles/{PROJECT}/orders/{JOB}"), vec![], "`serverles` is no kind: the kinds are auto"),
    ] {
        let mut all = vec!["get", target.as_str()];
        all.extend(&flags);
        let error = setup.target(&all).unwrap_err();
        assert!(error.starts_with(&format!("TARGET: {words}")), "{target}: {error}");
        assert!(!error.contains("missing") && !error.contains("holds no"), "{target}: {error}");
    }
    for (target, flags) in [
        (format!("auto/{PROJECT}/or_ders/{JOB}"), ["--cluster-name", "orders"]),
        (format!("auto/g{PROJECT}/orders/{JOB}"), ["--project-id", PROJECT]),
        (format!("serverles/{PROJECT}/orders/{JOB}"), ["--kind", "auto"]),
    ] {
        let mut all = vec!["get", target.as_str()];
        all.extend(flags);
        let whole = setup.target(&all).unwrap().unwrap().to_string();
        assert_eq!(whole, format!("auto/{PROJECT}/orders/{JOB}"), "{target}");
    }
}

#[test]
fn the_documented_config_file_is_the_defaults() {
    let documented = include_str!("../../assets/config.toml");
    let as_it_is = Setup::with_file(&[], documented).load(&[]).unwrap();
    assert_eq!(as_it_is.interval.source, Source::Default, "everything is commented out");
    // Uncommented, it must be valid, complete, and change nothing.
    let live: String = documented
        .lines()
        .filter_map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).or(Some(line)))
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| [line, "\n"])
        .collect();
    let settings = Setup::with_file(&[], &live).load(&[]).unwrap();
    assert_eq!(settings.accounts.access(None).base_url.value, as_it_is.accounts.access(None).base_url.value);
    assert_eq!(settings.interval.value, as_it_is.interval.value);
    assert_eq!(settings.theme.value, as_it_is.theme.value);
    assert_eq!(settings.time_format.value, as_it_is.time_format.value);
    assert_eq!(settings.keymap, as_it_is.keymap);
    for source in
        [settings.accounts.access(None).base_url.source, settings.interval.source, settings.theme.source]
    {
        assert_eq!(source, Source::File);
    }
    for source in [settings.ascii.source, settings.mouse.source, settings.time_format.source] {
        assert_eq!(source, Source::File);
    }
    assert_eq!((settings.notify, &settings.hook), (as_it_is.notify, &None));
    for name in ["bell", "terminal", "desktop", "title", "progress", "command"] {
        assert!(live.contains(&format!("\n{name} = ")), "{name} is documented");
    }
    for action in Action::ALL {
        let name = action.name();
        assert!(live.contains(&format!("\n{name} = ")), "{name} is documented");
    }
}

#[test]
fn each_means_of_telling_is_turned_off_by_itself() {
    let settings = Setup::with_file(&[], "[notify]\nbell = false\nprogress = false").load(&[]).unwrap();
    let expected = Switches { bell: false, progress: false, ..Switches::default() };
    assert_eq!(settings.notify, expected);
    assert!(expected.terminal && expected.desktop && expected.title);
}

#[test]
fn a_hook_is_a_list_of_words() {
    let hook = |text: &str| Setup::with_file(&[], text).load(&[]).unwrap().hook;
    assert_eq!(hook(""), None);
    assert_eq!(hook("[hook]\ncommand = []"), None);
    assert_eq!(
        hook("[hook]\ncommand = ['page', '', 'a b']"),
        Some(vec!["page".into(), String::new(), "a b".into()])
    );
}

#[test]
fn what_is_wrong_with_a_reaction_is_said_with_its_place() {
    for (text, place, words) in [
        ("[notify]\nbell = 1", ":2:8: ", "expected a boolean"),
        ("[notify]\nbel = true", ":2:1: ", "unknown key `bel`; known keys are"),
        ("[hook]\ncommand = 'page restores'", ":2:11: ", "write [\"page\", \"restores\"]"),
        ("[hook]\ncommand = \"sh -c 'x y'\"", ":2:11: ", "write [\"program\", \"argument\"]"),
        ("[hook]\ncommand = ''", ":2:11: ", "write [\"program\", \"argument\"]"),
        ("[hook]\ncommand = ['']", ":2:11: ", "its program, and here it is empty"),
        ("[hook]\ncommand = [1]", ":2:12: ", "expected a string"),
        ("[hook]\ncommand = true", ":2:11: ", "expected a list of the program and its arguments"),
        ("[hook]\nrun = ['x']", ":2:1: ", "unknown key `run`"),
    ] {
        let complaint = Setup::with_file(&[], text).complaint();
        assert!(complaint.starts_with(place) && complaint.contains(words), "{text}: {complaint}");
    }
}
