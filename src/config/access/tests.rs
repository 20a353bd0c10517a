//! Every case of the Atlas CLI's configuration, and which source wins, with files, variables and a keyring of each
//! test's own.

mod places;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Mutex;

use tempfile::TempDir;

use super::*;
use crate::cli::Args;
use crate::config::sources::login::token_ending;
use crate::config::{Settings, SignIn};
use crate::domain::secret::{ExposeSecret, Secret};

const NOW: Timestamp = Timestamp::constant(1_795_834_800, 0);
const PUBLIC: &str = "MONGODB_ATLAS_PUBLIC_API_KEY";
const PRIVATE: &str = "MONGODB_ATLAS_PRIVATE_API_KEY";
const PROJECT: &str = "65ca3f3e9a45cd888d59f0d6";

/// Entries by service and user; it counts how often it was asked.
#[derive(Default)]
struct Entries {
    secrets: BTreeMap<(&'static str, &'static str), &'static str>,
    failure: Option<KeyringError>,
    asked: Mutex<Vec<String>>,
}

impl Keyring for Entries {
    fn secrets(&self, service: &str, users: &[&'static str]) -> Result<Vec<Option<Secret>>, KeyringError> {
        self.asked.lock().unwrap().push(service.to_owned());
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let of = |user: &&'static str| {
            let entry = self.secrets.iter().find(|((a, b), _)| *a == service && b == user);
            entry.map(|(_, secret)| Secret::from((*secret).to_owned()))
        };
        Ok(users.iter().map(of).collect())
    }
}

struct World {
    home: TempDir,
    variables: Vec<(&'static str, String)>,
    keyring: Arc<Entries>,
}

impl World {
    /// With the Atlas CLI's file.
    fn new(cli: &str) -> Self {
        let world = Self::empty();
        std::fs::create_dir(world.home.path().join("atlascli")).unwrap();
        world.write("atlascli/config.toml", cli);
        world
    }

    fn empty() -> Self {
        Self { home: tempfile::tempdir().unwrap(), variables: Vec::new(), keyring: Arc::default() }
    }

    fn env(mut self, variables: &[(&'static str, &str)]) -> Self {
        self.variables.extend(variables.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self
    }

    fn own(self, config: &str) -> Self {
        std::fs::create_dir(self.home.path().join("config")).unwrap();
        self.write("config/config.toml", config);
        self
    }

    fn keyring(mut self, entries: &[(&'static str, &'static str, &'static str)]) -> Self {
        let entries = entries.iter().map(|(service, user, secret)| ((*service, *user), *secret)).collect();
        self.keyring = Arc::new(Entries { secrets: entries, ..Entries::default() });
        self
    }

    fn broken_keyring(mut self, failure: KeyringError) -> Self {
        self.keyring = Arc::new(Entries { failure: Some(failure), ..Entries::default() });
        self
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }

    fn asked(&self) -> usize {
        self.keyring.asked.lock().unwrap().len()
    }

    fn load(&self, flags: &[&str]) -> Result<Accounts, String> {
        let lookup = |name: &str| {
            if name == "ATLAS_TUI_HOME" {
                return Some(self.home.path().as_os_str().to_owned());
            }
            self.variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        };
        let args = Args::read(["atlas-tui"].iter().chain(flags)).unwrap();
        let settings = Settings::load(&args, Env::new(&lookup)).map_err(|error| error.to_string())?;
        let mut accounts = settings.accounts;
        accounts.keyring = self.keyring.clone();
        Ok(accounts)
    }

    fn accounts(&self) -> Accounts {
        self.load(&[]).unwrap()
    }

    /// The session's.
    fn access(&self) -> Access {
        let accounts = self.accounts();
        accounts.access(accounts.active(), NOW)
    }
}

fn profile(name: &str) -> Profile {
    name.parse().unwrap()
}

/// What is signed with: the public part and the secret, and who gave it.
fn signed(access: &Access) -> Option<(String, String, Source)> {
    let Sourced { value, source } = access.credential.clone()?;
    let exposed = |secret: &Secret| secret.expose_secret().to_owned();
    Some(match value {
        Credential::Key(key) => (key.public_key, exposed(&key.private_key), source),
        Credential::ServiceAccount(account) => (account.client_id, exposed(&account.client_secret), source),
        Credential::Token(token) => ("token".to_owned(), exposed(&token), source),
        Credential::Command(words) => ("command".to_owned(), words.join(" "), source),
    })
}

fn is(access: &Access, public: &str, secret: &str, source: Source) {
    assert_eq!(signed(access), Some((public.to_owned(), secret.to_owned(), source)), "{access:?}");
}

#[test]
fn nothing_anywhere_is_no_credential_and_asks_no_keyring() {
    let world = World::empty();
    std::fs::create_dir(world.home.path().join("atlascli")).unwrap();
    let accounts = world.accounts();
    let access = accounts.access(accounts.active(), NOW);
    assert_eq!(accounts.active(), None);
    assert_eq!(accounts.atlas_cli().state, State::Missing);
    assert!(access.credential.is_none() && access.half_pair.is_none() && access.refused.is_none());
    assert!(!accounts.may_wait(None) && accounts.profiles().is_empty());
    assert_eq!(world.asked(), 0);
}

#[test]
fn version_1_has_its_secrets_in_the_file() {
    let world = World::new(
        "[default]\npublic_api_key = 'abcdefgh'\nprivate_api_key = 'hunter2'\nproject_id = '65ca3f3e9a45cd888d59f0d6'",
    );
    let accounts = world.accounts();
    assert_eq!(accounts.atlas_cli().state, State::Read { version: 1 });
    assert_eq!(accounts.active(), Some(&Profile::default()));
    is(&world.access(), "abcdefgh", "hunter2", Source::AtlasCli);
    let project = accounts.project(accounts.active()).unwrap().unwrap();
    assert_eq!((project.value.to_string().as_str(), project.source), (PROJECT, Source::AtlasCli));
}

#[test]
fn version_2_has_them_in_the_keyring_which_is_asked_when_needed_and_not_before() {
    let world = World::new("version = 2\n[Prod]\nauth_type = 'api_keys'\n[work]\nauth_type = 'user_account'")
        .keyring(&[
            ("atlascli_prod", "public_api_key", "abcdefgh"),
            ("atlascli_prod", "private_api_key", "hunter2"),
            ("atlascli_prod", "client_id", ""),
        ]);
    let accounts = world.load(&["-P", "PROD"]).unwrap();
    let prod = profile("prod");
    assert_eq!(accounts.active(), Some(&prod));
    assert!(accounts.may_wait(Some(&prod)));
    assert_eq!(
        accounts.summary(Some(&prod)).sign_in,
        SignIn::Keyring(Some(super::super::sources::AuthType::ApiKeys))
    );
    assert_eq!(world.asked(), 0, "neither loading nor listing asks");
    is(&accounts.access(Some(&prod), NOW), "abcdefgh", "hunter2", Source::Keyring);
    assert_eq!(world.asked(), 1);
}

#[test]
fn the_keyring_wins_over_the_file_and_is_not_asked_where_the_environment_has_it() {
    let cli = "[prod]\npublic_api_key = 'fromfile'\nprivate_api_key = 'hunter2'";
    let entries =
        [("atlascli_prod", "public_api_key", "fromring"), ("atlascli_prod", "private_api_key", "hunter3")];
    let world = World::new(cli).keyring(&entries);
    is(&world.access(), "fromring", "hunter3", Source::Keyring);
    let world = World::new(cli).keyring(&entries).env(&[
        (PUBLIC, "fromenv1"),
        (PRIVATE, "hunter4"),
        ("MONGODB_ATLAS_PROFILE", "prod"),
    ]);
    let accounts = world.accounts();
    let access = accounts.access(accounts.active(), NOW);
    is(&access, "fromenv1", "hunter4", Source::Env(PUBLIC));
    assert!(!accounts.may_wait(accounts.active()));
    assert_eq!(world.asked(), 0);
    let outcomes: Vec<_> = access.considered.iter().map(|one| &one.outcome).collect();
    assert!(outcomes.contains(&&crate::config::survey::Outcome::NotAsked), "{outcomes:?}");
    assert!(
        outcomes.contains(&&crate::config::survey::Outcome::Passed("API key from…".into())),
        "{outcomes:?}"
    );
}

#[test]
fn the_profile_of_the_session_is_the_named_one_the_only_one_or_default() {
    let two = "[one]\nproject_id='x'\n[two]\nproject_id='x'";
    let whole = [(PUBLIC, "abcdefgh"), (PRIVATE, "hunter2")];
    let active = |world: World, flags: &[&str]| world.load(flags).unwrap().active().map(ToString::to_string);
    for (expected, world, flags) in [
        (None, World::new(two), &[][..]),
        (Some("one"), World::new("[one]\nproject_id='x'"), &[]),
        (Some("default"), World::new(&format!("{two}\n[default]")), &[]),
        (None, World::new("[one]").env(&whole), &[]),
        (Some("one"), World::new("[one]").env(&whole[..1]), &[]),
        (Some("two"), World::new(two).env(&whole), &["-P", "two"]),
        (Some("one"), World::new(two).env(&[("MONGODB_ATLAS_PROFILE", "One")]), &[]),
        (Some("two"), World::new(two).env(&[("MONGODB_ATLAS_PROFILE", "One")]), &["--profile", "two"]),
        (
            Some("two"),
            World::new(two).env(&[("MONGODB_ATLAS_PROFILE", "one"), ("ATLAS_TUI_PROFILE", "two")]),
            &[],
        ),
        (Some("one"), World::new(two).env(&[("MONGODB_ATLAS_PROFILE", " ")]).own("profile = 'one'"), &[]),
        (Some("two"), World::new(two).env(&[("MCLI_PROFILE", "two"), ("MONGODB_ATLAS_PROFILE", "one")]), &[]),
        (None, World::new("[one]").own("[profiles.two]"), &[]),
    ] {
        assert_eq!(active(world, flags).as_deref(), expected, "{flags:?}");
    }
    let error = World::new(two).load(&["-P", "three"]).unwrap_err();
    assert_eq!(error, "--profile: there is no profile `three`; there are one, two");
    let world = World::new(two).env(&[("MONGODB_ATLAS_PROFILE", "three")]);
    assert_eq!(world.access().refused.as_deref(), Some("there is no profile `three`; there are one, two"));
    let error = World::new(two).load(&["-P", "a.b"]).unwrap_err();
    assert_eq!(error, "--profile: the name of a profile has no dot in it");
}

#[test]
fn flags_and_variables_stand_in_for_the_profile_of_the_session_alone() {
    let world = World::new(
        "[a]\npublic_api_key='aaaaaaaa'\nprivate_api_key='x'\n[b]\npublic_api_key='bbbbbbbb'\nprivate_api_key='y'\n\
         ops_manager_url='https://b.example'",
    )
    .env(&[(PUBLIC, "eeeeeeee"), (PRIVATE, "z"), ("MONGODB_ATLAS_BASE_URL", "https://env.example")]);
    let accounts = world.load(&["-P", "a"]).unwrap();
    let of = |name: &str| accounts.access(Some(&profile(name)), NOW);
    is(&of("a"), "eeeeeeee", "z", Source::Env(PUBLIC));
    assert_eq!(of("a").base_url.value.as_str(), "https://env.example");
    is(&of("b"), "bbbbbbbb", "y", Source::AtlasCli);
    assert_eq!(of("b").base_url.value.as_str(), "https://b.example");
    is(&accounts.access(None, NOW), "eeeeeeee", "z", Source::Env(PUBLIC));
}

#[test]
fn upper_case_is_lower_case_and_what_is_unknown_is_passed_over() {
    let world = World::new(
        "\u{FEFF}VERSION = 2\r\nskip_update_check = true\r\nlist = [1, 2]\r\nmongosh_path = '/x'\r\n\r\n[PROD]\r\n\
         Public_API_Key = 'abcdefgh'\r\nPRIVATE_API_KEY = ' hunter2 '\r\nnested = { a = 1 }\r\nnew_thing = 1.5\r\n\
         output = ['x']\r\n[['tables']]\r\na = 1\r\n",
    );
    let accounts = world.accounts();
    assert_eq!(accounts.atlas_cli().state, State::Read { version: 2 });
    assert_eq!(accounts.names(), [profile("prod")]);
    is(&world.access(), "abcdefgh", "hunter2", Source::AtlasCli);
}

#[test]
fn a_stray_key_at_the_top_wins_over_every_profile() {
    let other = "5f1b6c7d8e9fa0b1c2d3e4f5";
    let world = World::new(&format!("project_id = '{PROJECT}'\n[a]\nproject_id = '{other}'\n[default]"));
    for name in ["a", "default"] {
        let project = world.accounts().project(Some(&profile(name))).unwrap().unwrap();
        assert_eq!(project.value.to_string(), PROJECT, "{name}");
    }
    // With no table at all they are of the profile that is meant then.
    let world = World::new("public_api_key = 'abcdefgh'\nprivate_api_key = 'hunter2'");
    assert_eq!(world.accounts().active(), Some(&Profile::default()));
    is(&world.access(), "abcdefgh", "hunter2", Source::AtlasCli);
}

#[test]
fn a_newer_version_is_refused_and_the_environment_counts_all_the_same() {
    let cli = "version = 3\n[default]\npublic_api_key = 'abcdefgh'\nprivate_api_key = 'hunter2'";
    let world = World::new(cli).env(&[("MONGODB_ATLAS_PROFILE", "default")]);
    let access = world.access();
    assert!(access.credential.is_none());
    let why = access.refused.unwrap();
    assert!(why.contains("config.toml: not read: its version 3 is newer than 2"), "{why}");
    let world = World::new(cli).env(&[(PUBLIC, "fromenv1"), (PRIVATE, "hunter3")]);
    is(&world.access(), "fromenv1", "hunter3", Source::Env(PUBLIC));
}

#[test]
fn a_broken_file_is_placed_by_its_line_and_not_quoted() {
    for (text, line) in
        [(&b"[a]\nprivate_api_key = 'hunter2\n"[..], 2), (b"\xef\xbb\xbf[a]\r\n\r\nx = \xffhunter2", 3)]
    {
        let world = World::new("").env(&[("MONGODB_ATLAS_PROFILE", "a")]);
        world.write("atlascli/config.toml", text);
        let accounts = world.accounts();
        assert_eq!(accounts.atlas_cli().state, State::Broken { line });
        let access = world.access();
        assert!(access.refused.as_ref().unwrap().contains(&format!("line {line} is no TOML")));
        assert!(!format!("{accounts:?} {access:?}").contains("hunter2"));
    }
}

#[test]
fn without_a_profile_too_it_is_said_that_its_file_is_not_read() {
    let world = World::new("[default]\npublic_api_key = 'abcdefgh'\nprivate_api_key = 'hunter2\n");
    assert_eq!(world.accounts().active(), None, "it would have been in the file");
    let why = world.access().refused.unwrap();
    assert!(why.contains("config.toml: not read: line 3 is no TOML"), "{why}");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_write_is_not_read_and_one_that_they_can_read_is_noted() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new("[default]\npublic_api_key = 'abcdefgh'\nprivate_api_key = 'hunter2'");
    let path = world.home.path().join("atlascli/config.toml");
    let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    mode(0o666);
    let accounts = world.accounts();
    let State::Unreadable { why } = &accounts.atlas_cli().state else { panic!("{accounts:?}") };
    assert!(why.contains("others may write to it (mode 666); run: chmod go-w "), "{why}");
    mode(0o644);
    let access = world.access();
    is(&access, "abcdefgh", "hunter2", Source::AtlasCli);
    assert!(
        access.notes[0].contains("it holds secrets, and others may read it (mode 644); run: chmod"),
        "{access:?}"
    );
    // A directory in its place cannot be read by anybody, root among them.
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert!(matches!(world.accounts().atlas_cli().state, State::Unreadable { .. }));
}

#[test]
fn half_a_pair_is_named_wherever_it_is() {
    let world = World::new("[prod]\npublic_api_key = 'abcdefgh'");
    let access = world.access();
    assert_eq!(
        access.half_pair.as_deref(),
        Some(
            "public_api_key of the profile `prod` of the Atlas CLI is set, but private_api_key is not; \
             `atlas auth login --profile prod` sets both"
        )
    );
    assert!(access.credential.is_none());
    // In front of a whole pair it is a note, and never put together with a half from elsewhere.
    let world = World::new("[prod]\npublic_api_key = 'abcdefgh'\nprivate_api_key = 'hunter2'")
        .env(&[(PUBLIC, "fromenv1"), ("MONGODB_ATLAS_CLIENT_SECRET", " ")]);
    let access = world.access();
    is(&access, "abcdefgh", "hunter2", Source::AtlasCli);
    assert_eq!(access.half_pair, None);
    assert_eq!(access.notes, [format!("{PUBLIC} is set, but {PRIVATE} is not")]);
    let world = World::empty().env(&[(PUBLIC, "abcdefgh"), ("ATLAS_TUI_PRIVATE_KEY_FILE", "/x")]);
    let half = world.access().half_pair.unwrap();
    assert_eq!(
        half,
        "ATLAS_TUI_PRIVATE_KEY_FILE is set, but ATLAS_TUI_PUBLIC_KEY is not; \
         MONGODB_ATLAS_PUBLIC_API_KEY is set, but MONGODB_ATLAS_PRIVATE_API_KEY is not"
    );
    let world = World::empty().own("client_id = 'mdb_sa_id_1'");
    assert_eq!(
        world.access().half_pair.as_deref(),
        Some("client_id of the config file is set, but client_secret_file is not")
    );
}

#[test]
fn half_a_pair_of_flags_is_wrong_usage() {
    let error = World::empty().load(&["--public-key", "abcdefgh"]).unwrap_err();
    assert_eq!(error, "--public-key: needs --private-key-file beside it");
    let error = World::empty().load(&["--client-secret-file", "x"]).unwrap_err();
    assert_eq!(error, "--client-secret-file: needs --client-id beside it");
}

#[test]
fn one_variable_of_the_old_prefix_silences_all_of_the_new_one() {
    let world = World::empty().env(&[
        ("MCLI_ORG_ID", "x"),
        (PUBLIC, "abcdefgh"),
        (PRIVATE, "hunter2"),
        ("MONGODB_ATLAS_OPS_MANAGER_URL", "https://new.example"),
    ]);
    let accounts = world.accounts();
    assert!(accounts.access(None, NOW).credential.is_none());
    assert_eq!(accounts.access(None, NOW).base_url.source, Source::Default);
    let silenced = accounts.silenced().unwrap();
    assert!(silenced.contains(PUBLIC) && silenced.contains("because MCLI_ORG_ID is set"), "{silenced}");
    let world = world.env(&[("MCLI_PUBLIC_API_KEY", "oldprefix"), ("MCLI_PRIVATE_API_KEY", "hunter3")]);
    is(&world.access(), "oldprefix", "hunter3", Source::Env("MCLI_PUBLIC_API_KEY"));
    let blank =
        World::empty().env(&[("MCLI_PUBLIC_API_KEY", ""), (PUBLIC, "abcdefgh"), (PRIVATE, "hunter2")]);
    is(&blank.access(), "abcdefgh", "hunter2", Source::Env(PUBLIC));
}

#[test]
fn a_service_account_wins_over_a_key_and_a_pair_over_what_the_profile_says() {
    let keys = "public_api_key = 'abcdefgh'\nprivate_api_key = 'hunter2'\n";
    let account = "client_id = 'mdb_sa_id_1'\nclient_secret = 'hunter3'\n";
    let token = "access_token = 'opaque'\n";
    for (text, public) in [
        (format!("auth_type = 'api_keys'\n{keys}{account}{token}"), Some("mdb_sa_id_1")),
        (format!("auth_type = 'user_account'\n{keys}{token}"), Some("abcdefgh")),
        (format!("auth_type = 'user_account'\n{token}"), Some("token")),
        (token.to_owned(), Some("token")),
        // The CLI keeps a service account's tokens under the same name.
        (format!("auth_type = 'service_account'\n{token}"), None),
        (format!("auth_type = 'no_auth'\n{token}"), None),
        (format!("auth_type = 'something new'\n{token}"), Some("token")),
        ("access_token = ' '".to_owned(), None),
    ] {
        let access = World::new(&format!("[default]\n{text}")).access();
        assert_eq!(signed(&access).map(|(public, ..)| public).as_deref(), public, "{text}");
    }
}

#[test]
fn a_login_counts_while_it_lasts_and_then_says_how_to_renew_it() {
    let ending =
        |seconds: i64| token_ending(NOW.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap());
    let cli = |token: &str| format!("[prod]\nauth_type = 'user_account'\naccess_token = '{token}'");
    let live = ending(1);
    is(&World::new(&cli(&live)).access(), "token", &live, Source::AtlasCli);
    let world = World::new(&cli(&ending(0)));
    let access = world.access();
    assert!(access.credential.is_none());
    let why = access.refused.unwrap();
    assert!(
        why.starts_with("the login of profile `prod` ended at ")
            && why.ends_with("run `atlas auth login --profile prod`"),
        "{why}"
    );
    // What comes after it in the order is not kept from its turn.
    let world = world.own("[profiles.prod]\ncredential_command = ['atlas', 'auth', 'token', '-P', 'prod']");
    is(&world.access(), "command", "atlas auth token -P prod", Source::File);
}
