//! One member of a JSON object: any scalar or nothing, read as what it should be.
//!
//! Knows types of values, not names of fields.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};

use super::date;
use crate::domain::text::{clean, shortened};

/// How many elements of a list are built; a hostile answer may have a million. Atlas sends one link a shard.
const LIST_MAX: usize = 1_000;

/// How many characters of a text are kept; a download URL has under a thousand.
const TEXT_MAX: usize = 64 << 10;

/// How many texts and numbers are kept of a list that could be anything. A rate limit has five parameters.
const PARAMETERS_MAX: usize = 8;

/// One member of any type, of which nothing deeper than a scalar is built.
pub(super) enum Member<'a> {
    Null,
    Flag(bool),
    Integer(i64),
    Number(f64),
    Text(Cow<'a, str>),
    /// Its first texts and numbers.
    List(Vec<String>),
    Object,
}

impl Member<'_> {
    fn unexpected(&self) -> Unexpected<'_> {
        match self {
            Self::Null => Unexpected::Unit,
            Self::Flag(flag) => Unexpected::Bool(*flag),
            Self::Integer(number) => Unexpected::Signed(*number),
            Self::Number(number) => Unexpected::Float(*number),
            Self::Text(text) => Unexpected::Str(text),
            Self::List(_) => Unexpected::Seq,
            Self::Object => Unexpected::Map,
        }
    }

    /// The value that `read` makes of it, none for null.
    fn read<T, E: serde::de::Error>(
        &self,
        expected: &'static str,
        read: impl FnOnce(&Self) -> Option<T>,
    ) -> Result<Option<T>, E> {
        match self {
            Self::Null => Ok(None),
            found => read(found).map(Some).ok_or_else(|| E::invalid_type(found.unexpected(), &expected)),
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn integer(&self) -> Option<i64> {
        if let Self::Integer(number) = self { Some(*number) } else { None }
    }

    /// The texts and numbers of a list.
    pub(super) fn list(self) -> Vec<String> {
        if let Self::List(shown) = self { shown } else { Vec::new() }
    }

    /// A text or a number as text.
    pub(super) fn shown(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(clean(text).into_owned()),
            Self::Integer(number) => Some(number.to_string()),
            Self::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

struct MemberVisitor;

impl<'de> Visitor<'de> for MemberVisitor {
    type Value = Member<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Member::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Member::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Member::Integer(number))
    }

    #[expect(clippy::cast_precision_loss, reason = "a number beyond i64 is only shown")]
    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(number).map_or(Member::Number(number as f64), Member::Integer))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Member::Number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Member::Text(text.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Member::Text(text.to_owned().into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut shown = Vec::new();
        while shown.len() < PARAMETERS_MAX {
            let Some(element) = list.next_element::<Member>()? else { return Ok(Member::List(shown)) };
            shown.extend(element.shown());
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Member::List(shown))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Member::Object)
    }
}

impl<'de> Deserialize<'de> for Member<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MemberVisitor)
    }
}

/// Names a newtype that decodes one nullable member: its value, what was expected, and how it is read.
macro_rules! member {
    ($name:ident, $value:ty, $expected:literal, $read:expr) => {
        #[derive(Default)]
        pub(super) struct $name(pub(super) Option<$value>);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Member::deserialize(deserializer)?.read($expected, $read).map(Self)
            }
        }
    };
}

member!(Text, String, "a text", |member| {
    member.text().map(|text| shortened(&clean(text), TEXT_MAX).into_owned())
});
member!(Flag, bool, "true or false", |member| if let Member::Flag(flag) = member {
    Some(*flag)
} else {
    None
});
member!(Integer, i64, "a whole number", Member::integer);
member!(Date, Timestamp, "a date", |member| member.text().and_then(date::read));

/// A list that may be null and hold nulls, both of which are left out. Longer ones are cut to [`LIST_MAX`].
pub(super) struct List<T>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(List(Vec::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while elements.len() < LIST_MAX {
            let Some(element) = list.next_element::<Option<T>>()? else { return Ok(List(elements)) };
            elements.extend(element);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(List(elements))
    }
}
