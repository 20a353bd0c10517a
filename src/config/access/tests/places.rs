//! Where Atlas is, a keyring that fails, our own file, and commands.

use super::*;
use crate::config::survey::Outcome;

#[test]
fn the_place_comes_from_the_first_source_that_names_one() {
    const OPS: &str = "MONGODB_ATLAS_OPS_MANAGER_URL";
    let cli = "[default]\nservice = 'cloudgov'\n[url]\nservice = 'cloudgov'\nbase_url = 'https://alias.example'\n\
               [both]\nbase_url = 'https://alias.example'\nops_manager_url = 'https://ops.example/'\n[plain]\nservice='cloud'";
    for (name, url) in [
        ("default", "https://cloud.mongodbgov.com"),
        ("url", "https://alias.example"),
        ("both", "https://ops.example"),
        ("plain", "https://own.example"),
    ] {
        let world = World::new(cli).own("base_url = 'https://own.example'");
        let accounts = world.accounts();
        let access = accounts.access(Some(&profile(name)), NOW);
        assert_eq!(access.base_url.value.as_str(), url, "{name}");
        assert_eq!(accounts.summary(Some(&profile(name))).base_url.value.as_str(), url, "{name}");
    }
    let world = World::new(cli)
        .env(&[(OPS, "https://ops.example"), ("MONGODB_ATLAS_BASE_URL", "https://base.example")]);
    let accounts = world.accounts();
    assert_eq!(accounts.access(accounts.active(), NOW).base_url.source, Source::Env(OPS));
    let accounts = world.load(&["--base-url", "https://flag.example"]).unwrap();
    assert_eq!(accounts.access(accounts.active(), NOW).base_url.value.as_str(), "https://flag.example");
    let world = World::empty().env(&[("MONGODB_ATLAS_SERVICE", "CloudGov")]);
    assert_eq!(world.access().base_url.value.as_str(), "https://cloud.mongodbgov.com");
    let error = World::empty().env(&[("MONGODB_ATLAS_SERVICE", "ops-manager")]).load(&[]).unwrap_err();
    assert!(error.starts_with("MONGODB_ATLAS_SERVICE: the service is neither cloud nor cloudgov"), "{error}");
}

#[test]
fn a_profile_of_another_service_or_of_a_wrong_place_sends_its_keys_nowhere() {
    for (line, words) in [
        (
            "service = 'cloud-manager'",
            "profile `default` of the Atlas CLI: the service is neither cloud nor cloudgov",
        ),
        ("ops_manager_url = 'http://ops.example'", "would send requests to ops.example in plain http"),
    ] {
        let world =
            World::new(&format!("[default]\n{line}\npublic_api_key='abcdefgh'\nprivate_api_key='hunter2'"));
        let access = world.access();
        assert!(access.credential.is_none());
        assert!(access.refused.as_ref().unwrap().contains(words), "{access:?}");
        let accounts = world.accounts();
        assert!(
            matches!(accounts.summary(accounts.active()).sign_in, SignIn::Refused(why) if why.contains(words))
        );
    }
}

#[test]
fn a_keyring_that_cannot_be_asked_is_told_once_and_the_file_counts() {
    let world =
        World::new("[a]\npublic_api_key='abcdefgh'\nprivate_api_key='hunter2'\n[b]\nauth_type='api_keys'")
            .broken_keyring(KeyringError::Locked);
    let accounts = world.accounts();
    let a = accounts.access(Some(&profile("a")), NOW);
    is(&a, "abcdefgh", "hunter2", Source::AtlasCli);
    assert_eq!(a.notes, ["the keyring is locked; the config file of the Atlas CLI is read in its place"]);
    let again = accounts.access(Some(&profile("a")), NOW);
    assert_eq!(again.notes, [""; 0]);
    let b = accounts.access(Some(&profile("b")), NOW);
    let why = b.refused.unwrap();
    assert_eq!(
        why,
        "the file of the Atlas CLI has nothing for profile `b`, and the keyring is locked; unlock it"
    );
}

#[test]
fn that_there_is_no_keyring_is_said_only_where_nothing_else_signs_in() {
    let world =
        World::new("[a]\npublic_api_key='abcdefgh'\nprivate_api_key='hunter2'\n[b]\nauth_type='api_keys'")
            .broken_keyring(KeyringError::Absent);
    let accounts = world.accounts();
    let a = accounts.access(Some(&profile("a")), NOW);
    is(&a, "abcdefgh", "hunter2", Source::AtlasCli);
    assert_eq!(a.notes, [""; 0]);
    let failed = |it: &Considered| it.outcome == Outcome::Failed("there is no keyring here".to_owned());
    assert!(a.considered.iter().any(failed), "{:?}", a.considered);
    let why = accounts.access(Some(&profile("b")), NOW).refused.unwrap();
    assert_eq!(why, "the file of the Atlas CLI has nothing for profile `b`, and there is no keyring here");
}

#[test]
fn a_file_that_cannot_be_read_is_the_reason_where_no_profile_is_known() {
    for (cli, words) in [
        ("version = 3\n[default]\npublic_api_key='a'\nprivate_api_key='b'", "its version 3 is newer than 2"),
        ("version = [", "line 1 is no TOML"),
    ] {
        let world = World::new(cli);
        let accounts = world.accounts();
        assert_eq!(accounts.active(), None);
        let why = world.access().refused.unwrap();
        assert!(why.contains("config.toml: not read") && why.contains(words), "{why}");
        assert_eq!(accounts.summary(None).sign_in, SignIn::Refused(why));
    }
}

#[test]
fn several_profiles_and_none_chosen_are_named() {
    let world = World::new("[b]\nproject_id='x'\n[a]\npublic_api_key='abcdefgh'\nprivate_api_key='hunter2'");
    let access = world.access();
    assert_eq!(
        access.refused.as_deref(),
        Some("no profile is chosen, and there are a, b; choose one with -P")
    );
    // The dashboard has a key for that, and nothing is wrong.
    assert_eq!(world.accounts().summary(None).sign_in, SignIn::Missing);
}

#[test]
fn a_name_with_a_dot_is_no_profile() {
    let world = World::new(
        "['a.b']\npublic_api_key='abcdefgh'\nprivate_api_key='hunter2'\n[c.d]\npublic_api_key='x'\n[c]",
    );
    // `[c.d]` before `[c]` is TOML, and makes one table in another.
    assert_eq!(world.accounts().names(), [profile("c")]);
}

#[test]
fn our_own_file_comes_last_and_has_no_secret_in_it() {
    let world = World::new("[prod]\nproject_id = 'x'").own(
        "public_key = 'sessionk'\nprivate_key_file = 'session.key'\n[profiles.prod]\nproject_id = '65ca3f3e9a45cd888d59f0d6'\n\
         client_id = 'mdb_sa_id_1'\nclient_secret_file = 'prod.secret'\nbase_url = 'https://own.example'",
    );
    world.write("config/session.key", "hunter2\n");
    world.write("config/prod.secret", "hunter3\r\n");
    let access = world.access();
    is(&access, "mdb_sa_id_1", "hunter3", Source::File);
    assert_eq!(access.base_url.value.as_str(), "https://own.example");
    // What the CLI has for an id is none.
    let project = world.accounts().project(Some(&profile("prod"))).unwrap().unwrap();
    assert_eq!((project.value.to_string().as_str(), project.source), (PROJECT, Source::File));
    is(&world.accounts().access(None, NOW), "sessionk", "hunter2", Source::File);
    for key in ["private_key", "client_secret", "access_token"] {
        for table in ["", "[profiles.x]\n"] {
            let error = World::empty().own(&format!("{table}{key} = 'hunter2'")).load(&[]).unwrap_err();
            assert!(error.contains("a secret does not belong into this file"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
    let error = World::empty().own("[profiles.A]\n[profiles.a]").load(&[]).unwrap_err();
    assert!(error.contains("there is another profile"), "{error}");
}

#[test]
fn a_command_is_parted_into_words_and_read_by_no_shell() {
    let line = "atlas auth token -P 'my prod' $HOME;";
    is(
        &World::empty().load(&["--credential-command", line]).unwrap().access(None, NOW),
        "command",
        "atlas auth token -P my prod $HOME;",
        Source::Flag,
    );
    let world = World::empty().env(&[("ATLAS_TUI_CREDENTIAL_COMMAND", "print-token")]);
    is(&world.access(), "command", "print-token", Source::Env("ATLAS_TUI_CREDENTIAL_COMMAND"));
    // What was typed wins over what is exported.
    world.write("key", "hunter2");
    let key = world.home.path().join("key");
    let flags = ["--public-key", "abcdefgh", "--private-key-file", key.to_str().unwrap()];
    is(&world.load(&flags).unwrap().access(None, NOW), "abcdefgh", "hunter2", Source::Flag);
    let error = World::empty().load(&["--credential-command", "a 'hunter2"]).unwrap_err();
    assert_eq!(error, "--credential-command: has a quote that is not closed");
}

#[test]
fn the_profile_of_an_atlas_line_counts_where_no_flag_names_one() {
    let world = World::new(&format!("[a]\npublic_api_key='x'\n[b]\nproject_id='{PROJECT}'"));
    let read = |world: &World, flags: &[&str], name: &str| {
        let line =
            format!("atlas backups restores watch 6a794733c0eb9e7a17740663 --clusterName orders -P {name}");
        let args = Args::read(["atlas-tui"].iter().chain(flags)).unwrap();
        let nothing = |_: &str| None;
        let accounts = world.load(flags).unwrap();
        let target = crate::config::target::target(Some(&line), &args.common, Env::new(&nothing), &accounts);
        target.map(|target| target.unwrap().profile).map_err(|error| error.to_string())
    };
    // Its own project as well: the line names none.
    assert_eq!(read(&world, &[], "b"), Ok(Some(profile("b"))));
    assert_eq!(read(&world, &["-P", "a", "--project-id", PROJECT], "b"), Ok(Some(profile("a"))));
    let error = read(&world, &["--project-id", PROJECT], "theirs").unwrap_err();
    assert!(error.contains("there is no profile `theirs`; there are a, b"), "{error}");
    // A colleague's line, and the environment signs.
    let world = world.env(&[(PUBLIC, "abcdefgh"), (PRIVATE, "hunter2")]);
    assert_eq!(read(&world, &["--project-id", PROJECT], "theirs"), Ok(None));
}
