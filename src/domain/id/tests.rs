//! What is taken for an id or a name, and where the refusal points.

use proptest::prelude::*;

use super::*;

const JOB: &str = "6a794733c0eb9e7a17740663";

fn refused(text: &str) -> String {
    text.parse::<ObjectId>().unwrap_err().to_string()
}

fn unnamed(text: &str) -> String {
    text.parse::<InstanceName>().unwrap_err().to_string()
}

#[test]
fn ids_as_people_paste_them() {
    for text in [
        JOB,
        "6A794733C0EB9E7A17740663",
        "  6a794733c0eb9e7a17740663\r\n",
        "\"6a794733c0eb9e7a17740663\"",
        "`6a794733c0eb9e7a17740663`",
        "“6a794733c0eb9e7a17740663”",
        "\u{feff}6a794733c0eb9e7a17740663\u{200b}",
    ] {
        let id: ObjectId = text.parse().unwrap();
        assert_eq!(id.as_str(), JOB, "{text:?}");
    }
}

#[test]
fn an_id_that_is_none_says_why_and_where() {
    assert_eq!(refused(""), "24 hex digits are needed");
    assert_eq!(refused(" \"\" "), "24 hex digits are needed");
    assert_eq!(refused("6a794733c0eb9e7a177"), "5 more digits");
    assert_eq!(refused("6a794733c0eb9e7a1774066"), "1 more digit");
    assert_eq!(refused("6a794733c0eb9e7a177406631"), "1 digit too many");
    assert_eq!(refused("6a794733c0eb9e7a1774066312"), "2 digits too many");
    assert_eq!(refused("6a79x733"), "hex digits only; x at 5");
    assert_eq!(refused("6a79 733"), "hex digits only; the space at 5");
    assert_eq!(refused("6a79\u{200b}733"), "hex digits only; U+200B at 5");
    assert_eq!(refused("6a79\u{1b}733"), "hex digits only; U+001B at 5");
    assert_eq!(refused("６a79"), "hex digits only; ６ at 1", "wide digits are other characters");
    assert_eq!(refused("ñandú"), "hex digits only; ñ at 1");
    assert_eq!(refused("aañ"), "hex digits only; ñ at 3", "characters are counted, not bytes");
}

#[test]
fn an_id_tells_when_it_was_made() {
    let id: ObjectId = JOB.parse().unwrap();
    assert_eq!(id.created_at().to_string(), "2026-08-10T03:36:19Z");
    let last: ObjectId = "ffffffffffffffffffffffff".parse().unwrap();
    assert_eq!(last.created_at().to_string(), "2106-02-07T06:28:15Z");
}

#[test]
fn names_as_people_paste_them() {
    for text in
        ["backupRestores-305", " backupRestores-305 ", "'backupRestores-305'", "backupRestores-305\u{200d}"]
    {
        assert_eq!(text.parse::<InstanceName>().unwrap().as_str(), "backupRestores-305", "{text:?}");
    }
    assert!("7".parse::<InstanceName>().is_ok());
    assert!("a".repeat(NAME_MAX).parse::<InstanceName>().is_ok());
}

#[test]
fn a_name_that_is_none_says_why_and_where() {
    assert_eq!(unnamed("  "), "a name is needed");
    assert_eq!(unnamed("-orders"), "starts with a letter or digit, not with -");
    assert_eq!(unnamed("backupRestores 305"), "letters, digits and - only; the space at 15");
    assert_eq!(unnamed("orders_305"), "letters, digits and - only; _ at 7");
    assert_eq!(unnamed("订单"), "letters, digits and - only; 订 at 1");
    assert_eq!(unnamed("a\u{202e}b"), "letters, digits and - only; U+202E at 2");
    assert_eq!(unnamed(&"a".repeat(NAME_MAX + 1)), "1 character too many");
    assert_eq!(unnamed(&"a".repeat(NAME_MAX + 2)), "2 characters too many");
}

proptest! {
    #[test]
    fn every_id_survives_being_written(text in "[0-9a-fA-F]{24}") {
        let id: ObjectId = text.parse().unwrap();
        prop_assert_eq!(id.to_string(), text.to_ascii_lowercase());
        prop_assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn every_name_survives_being_written(text in "[a-zA-Z0-9][a-zA-Z0-9-]{0,63}") {
        let name: InstanceName = text.parse().unwrap();
        prop_assert_eq!(name.as_str(), text);
    }

    #[test]
    fn no_text_is_too_strange(text in "\\PC*|(?s).{0,40}") {
        for error in [
            text.parse::<ObjectId>().map(|_| ()).map_err(|error| error.to_string()),
            text.parse::<InstanceName>().map(|_| ()).map_err(|error| error.to_string()),
        ].into_iter().filter_map(Result::err) {
            prop_assert!(!error.chars().any(crate::domain::text::is_hostile), "{:?}", error);
            prop_assert!(error.chars().count() < 60, "{:?}", error);
        }
    }
}
