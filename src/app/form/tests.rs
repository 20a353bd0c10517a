//! Pastes into the form: what is filled, what is told as wrong, and what is never saved.

use super::*;

const P: &str = "6a793f6b2c88faeba59bae37";
const J: &str = "6a794733c0eb9e7a17740663";

/// A profile at the usual host, with its default project.
fn signed(profile: Option<&str>, project: Option<&str>) -> Account {
    Account {
        profile: profile.map(|name| name.parse().unwrap()),
        host: "cloud.mongodb.com".into(),
        base_url: "https://cloud.mongodb.com".into(),
        access: account::Access::Missing,
        project: project.map(|id| id.parse().unwrap()),
    }
}

fn pasted(text: &str) -> Form {
    let mut form = Form::add(None, &signed(None, None), &[]);
    form.paste(&text.replace("{P}", P).replace("{J}", J));
    form
}

fn values(form: &Form) -> [&str; 3] {
    [form.project.value(), form.instance.value(), form.job.value()]
}

#[test]
fn a_wrong_part_of_a_paste_stands_in_its_field_with_the_verdict_beside_it() {
    let form = pasted("flex/{P}/or_ders/{J}");
    assert_eq!(values(&form), [P, "or_ders", J]);
    assert_eq!(form.focus, Place::Instance);
    let why = "letters, digits and - only; _ at 3";
    assert_eq!(form.verdict(Place::Instance), Verdict::Wrong(why.into()));
    let hint = format!("Filled kind, project, job from the paste; instance: {why}");
    assert_eq!(form.hint, Some(Hint::Wrong(hint)));

    let url =
        "https://cloud.mongodb.com/api/atlas/v2/groups/g{P}/flexClusters/orders/backup/restoreJobs/6a79";
    let form = pasted(url);
    assert_eq!(values(&form), [format!("g{P}").as_str(), "orders", "6a79"]);
    assert_eq!((form.focus, form.kind), (Place::Project, Kind::Flex));
    assert_eq!(form.verdict(Place::Job), Verdict::Unfinished("20 more digits".into()));
}

#[test]
fn what_may_be_a_key_is_not_put_into_a_field() {
    let form = pasted("flex/{P}/orders/1b2c3d4e-aaaa-bbbb-cccc-0123456789ab");
    assert_eq!(values(&form), [P, "orders", ""]);
    assert!(!format!("{form:?}").contains("1b2c"), "{form:?}");
}

#[test]
fn a_misspelt_kind_is_chosen_before_anything_is_saved() {
    let mut form = pasted("serverles/{P}/orders/{J}");
    let hint = "Filled project, instance, job from the paste; `serverles` is no kind, choose one";
    assert_eq!(form.hint, Some(Hint::Wrong(hint.into())));
    assert_eq!(form.focus, Place::Kind);
    assert_eq!(form.finish(), None);
    assert!(matches!(&form.hint, Some(Hint::Wrong(why)) if why.contains("`serverles` is none")), "{form:?}");
    form.step_kind(1);
    let lookup = form.finish().unwrap();
    assert_eq!((lookup.target.kind, lookup.target.instance.as_str()), (form.kind, "orders"));
    // Whoever goes on from the kind takes the one that is shown.
    let mut form = pasted("serverles/{P}/orders/{J}");
    form.step(1);
    assert!(form.finish().is_some());
}

#[test]
fn a_misspelt_kind_that_is_typed_is_not_saved_either() {
    for leave in [|form: &mut Form| drop(form.finish()), |form: &mut Form| form.step(1)] {
        let mut form = Form::add(None, &signed(None, None), &[]);
        form.project = format!("serverles/{P}/orders/{J}").into();
        leave(&mut form);
        assert_eq!((form.focus, form.finish()), (Place::Kind, None));
        assert_eq!(values(&form), [P, "orders", J]);
    }
}

#[test]
fn the_address_of_another_atlas_is_told_and_nothing_more() {
    let path = "/api/atlas/v2/groups/{P}/flexClusters/orders/backup/restoreJobs/{J}";
    let form = pasted(&format!("https://cloud.mongodbgov.com{path}"));
    let Some(Hint::Elsewhere(words)) = &form.hint else { panic!("{:?}", form.hint) };
    assert!(
        words.ends_with("the address names cloud.mongodbgov.com; this Atlas is cloud.mongodb.com"),
        "{words}"
    );
    assert_eq!(values(&form), [P, "orders", J]);
    for host in ["https://cloud.mongodb.com", "https://CLOUD.mongodb.com:443", "http://localhost:8080", ""] {
        let form = pasted(&format!("{host}{path}"));
        assert!(matches!(form.hint, Some(Hint::Filled(_))), "{host}: {:?}", form.hint);
    }
}

const OTHER: &str = "6a793f6b2c88faeba59bae99";

#[test]
fn a_new_lookup_takes_the_sessions_profile_and_the_project_follows_the_chosen_one() {
    let accounts =
        [signed(Some("dev"), Some(P)), signed(Some("prod"), Some(OTHER)), signed(Some("bare"), None)];
    let mut form = Form::add(None, &accounts[0], &accounts);
    assert_eq!(form.profiles(), (vec!["dev".into(), "prod".into(), "bare".into()], 0));
    assert_eq!((form.project.value(), form.focus, form.is_changed()), (P, Place::Instance, false));
    form.step_profile(1);
    assert_eq!((form.project.value(), form.is_changed()), (OTHER, true));
    form.step_profile(1);
    assert_eq!(form.project.value(), "");
    form.step_profile(-1);
    assert_eq!(form.project.value(), OTHER);
    // What was pasted is meant, whatever the profile.
    form.paste(&format!("flex/{P}/orders/{J}"));
    form.step_profile(-1);
    form.step_profile(-1);
    assert_eq!(form.project.value(), P);
    let lookup = form.finish().unwrap();
    assert_eq!(lookup.target.profile, Some("bare".parse().unwrap()));
}

#[test]
fn an_edited_lookup_keeps_its_profile_even_one_that_is_gone_or_none() {
    let accounts = [signed(Some("dev"), Some(OTHER)), signed(Some("prod"), None)];
    let lookup = |profile: Option<&str>| {
        let target: Target = format!("flex/{P}/orders/{J}").parse().unwrap();
        let profile = profile.map(|name| name.parse().unwrap());
        Lookup { label: String::new(), target: Target { profile, ..target } }
    };
    for (profile, offered) in [
        (Some("prod"), vec!["dev", "prod"]),
        (Some("old"), vec!["old", "dev", "prod"]),
        (None, vec!["the session's", "dev", "prod"]),
    ] {
        let mut form = Form::edit(&lookup(profile), &accounts[0], &accounts);
        let (names, chosen) = form.profiles();
        assert_eq!(names, offered);
        assert_eq!(names[chosen], profile.unwrap_or("the session's"));
        assert_eq!(form.finish(), Some(lookup(profile)));
        form.step_profile(1);
        assert_eq!(form.project.value(), P, "the project of an edited lookup is its own");
        assert!(form.is_changed());
    }
}

#[test]
fn the_row_of_profiles_is_passed_over_where_there_is_nothing_to_choose() {
    let only = signed(Some("dev"), None);
    let mut form = Form::add(None, &only, std::slice::from_ref(&only));
    assert!(!form.offers_profiles());
    form.step(-1);
    assert_eq!(form.focus, Place::Kind);
    form.step(1);
    assert_eq!(form.focus, Place::Project);
}
