//! The table has no clash, every word it needs, and takes the user's changes.

use std::collections::{HashMap, HashSet};

use super::*;

fn changed(changes: &[(&str, &[&str])]) -> Result<Keymap, KeymapError> {
    let owned: Vec<_> = changes
        .iter()
        .map(|(name, keys)| ((*name).to_owned(), keys.iter().map(|key| (*key).to_owned()).collect()))
        .collect();
    Keymap::new(&owned)
}

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

#[test]
fn the_table_is_in_the_order_of_the_actions_and_whole() {
    for (index, action) in Action::ALL.into_iter().enumerate() {
        assert_eq!(action as usize, index, "{action:?}");
    }
    assert_eq!(Action::ALL.len(), Action::Quit as usize + 1);
}

#[test]
fn no_default_key_has_two_actions() {
    let mut seen = HashMap::new();
    for action in Action::ALL {
        for key in Keymap::default().keys(action) {
            assert_eq!(key.normal(), *key, "{action:?} is written in the form that input has");
            assert_eq!(seen.insert(*key, action), None, "{key} of {action:?}");
        }
    }
}

#[test]
fn names_round_trip_and_are_kebab_case() {
    let mut names = HashSet::new();
    for action in Action::ALL {
        assert_eq!(Action::from_name(action.name()), Some(action));
        assert!(names.insert(action.name()));
        let kebab: String = format!("{action:?}")
            .chars()
            .enumerate()
            .flat_map(|(at, c)| {
                let hyphen = (at > 0 && c.is_uppercase()).then_some('-');
                hyphen.into_iter().chain(c.to_lowercase())
            })
            .collect();
        assert_eq!(action.name(), kebab);
        assert!(!action.description().is_empty() && !action.description().ends_with('.'));
        assert!(action.word().len() <= 12, "{} is too long for the footer", action.word());
    }
}

#[test]
fn the_agreed_default_keys_are_there() {
    let keymap = Keymap::default();
    for (text, action) in [
        ("k", Action::Up),
        ("down", Action::Down),
        ("ctrl-b", Action::PageUp),
        ("ctrl-d", Action::HalfPageDown),
        ("home", Action::Top),
        ("G", Action::Bottom),
        ("d", Action::Open),
        ("backspace", Action::Back),
        ("shift-tab", Action::PreviousPane),
        ("J", Action::MoveDown),
        ("shift-up", Action::MoveUp),
        ("del", Action::Remove),
        ("=", Action::Slower),
        ("-", Action::Faster),
        ("space", Action::Mark),
        ("*", Action::MarkAll),
        ("\\", Action::MarkNone),
        ("s", Action::Sort),
        ("S", Action::ReverseSort),
        ("f1", Action::Help),
        ("ctrl-p", Action::Palette),
        ("ctrl-c", Action::Quit),
    ] {
        assert_eq!(keymap.action(key(text)), Some(action), "{text}");
    }
    assert_eq!(keymap.action(key("ctrl-x")), None);
}

#[test]
fn a_change_replaces_all_keys_of_its_action() {
    let keymap = changed(&[("refresh", &["f5", "R", "f5"])]).unwrap();
    assert_eq!(keymap.keys(Action::Refresh), [key("f5"), key("R")]);
    assert_eq!(keymap.action(key("r")), None);
    assert_eq!(keymap.label(Action::Refresh, false), "F5");
    assert_eq!(keymap.action(key("p")), Some(Action::Pause), "others keep theirs");
}

#[test]
fn none_unbinds_but_ctrl_c_always_quits() {
    let keymap = changed(&[("mouse", &[]), ("quit", &[])]).unwrap();
    assert_eq!(keymap.keys(Action::Mouse), []);
    assert_eq!(keymap.label(Action::Mouse, false), "");
    assert_eq!(keymap.action(key("q")), None);
    assert_eq!(keymap.action(key("ctrl-c")), Some(Action::Quit));
    let keymap = changed(&[("quit", &["Q"])]).unwrap();
    assert_eq!(keymap.keys(Action::Quit), [key("Q"), key("ctrl-c")]);
}

#[test]
fn actions_can_swap_keys() {
    let keymap = changed(&[("raw", &["o"]), ("open-link", &["i"])]).unwrap();
    assert_eq!(keymap.action(key("o")), Some(Action::Raw));
    assert_eq!(keymap.action(key("i")), Some(Action::OpenLink));
    let keymap = changed(&[("refresh", &["p"]), ("pause", &[])]).unwrap();
    assert_eq!(keymap.action(key("p")), Some(Action::Refresh));
}

#[test]
fn what_cannot_be_used_is_named() {
    type Change = (&'static str, &'static [&'static str]);
    let cases: [(&[Change], &str, &[&str]); 8] = [
        (&[("refresh", &["p"])], "refresh", &["`p`", "both `refresh` and `pause`", "`pause = []`"]),
        (&[("add", &["f5"]), ("edit", &["f5"])], "add", &["`f5`", "`add` and `edit`"]),
        (&[("refresh", &["ctrl-c"])], "refresh", &["`ctrl-c` always quits", "`refresh`"]),
        (&[("quit", &["q"]), ("raw", &["ctrl-c"])], "quit", &["`ctrl-c` always quits", "to `raw`"]),
        (&[("refesh", &["x"])], "refesh", &["unknown action `refesh`", "did you mean `refresh`"]),
        (&[("copy_id", &["x"])], "copy_id", &["`copy-id`"]),
        (&[("xyzzy", &["x"])], "xyzzy", &["unknown action `xyzzy`; the actions are up, down, page-up"]),
        (&[("raw", &["ctrl-"])], "raw", &["`ctrl-` is no key", "write it as"]),
    ];
    for (changes, entry, parts) in cases {
        let error = changed(changes).unwrap_err();
        assert_eq!(error.entry, entry);
        for part in parts {
            assert!(error.message.contains(part), "{part} in {}", error.message);
        }
    }
}

#[test]
fn a_name_cannot_carry_an_escape_sequence_into_the_message() {
    let error = changed(&[("\u{1b}[2Jrefresh", &[])]).unwrap_err();
    assert!(error.message.contains("`[2Jrefresh`"), "{}", error.message);
}

#[test]
fn labels_come_in_ascii_too() {
    let keymap = Keymap::default();
    assert_eq!(keymap.label(Action::Open, false), "⏎");
    assert_eq!(keymap.label(Action::Open, true), "Enter");
    assert!(Action::ALL.into_iter().all(|action| keymap.label(action, true).is_ascii()));
}

#[test]
fn the_markdown_table_has_every_action_once() {
    let text = markdown();
    for action in Action::ALL {
        assert_eq!(text.matches(&format!("| `{}` |", action.name())).count(), 1, "{action:?}");
    }
    assert!(text.contains("| `⏎` `l` `d` | `open` |"), "{text}");
    assert!(text.lines().all(|line| line.matches('|').count() == 4), "{text}");
}
