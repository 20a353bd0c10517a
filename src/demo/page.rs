//! Which part of a list is asked for, and a list of that part.
//!
//! Knows the query of a URL, and nothing of what is listed.

use serde_json::{Value, json};

use super::refusal::Refusal;

/// A page, as `itemsPerPage`, `pageNum` and `includeCount` ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// 1 to 500.
    pub items: usize,
    /// From 1.
    pub number: usize,
    pub count: bool,
}

impl Default for Page {
    fn default() -> Self {
        Self { items: 100, number: 1, count: true }
    }
}

impl Page {
    /// Reads the query. Parameters that are none of these are nobody's error.
    ///
    /// # Errors
    /// A value that is not among the documented ones.
    pub fn read(query: Option<&str>) -> Result<Self, Refusal> {
        let mut page = Self::default();
        for pair in query.unwrap_or_default().split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let wrong = || Refusal::wrong_parameter(name);
            match name {
                "itemsPerPage" => page.items = number(value, 500).ok_or_else(wrong)?,
                "pageNum" => page.number = number(value, usize::MAX).ok_or_else(wrong)?,
                "includeCount" => page.count = value.parse().ok().ok_or_else(wrong)?,
                _ => {}
            }
        }
        Ok(page)
    }

    /// Its part of all that there is, and whether there is more. Behind the last page there is nothing.
    pub fn cut<'a, T>(&self, all: &'a [T]) -> (&'a [T], bool) {
        let from = (self.number - 1).saturating_mul(self.items).min(all.len());
        let to = from.saturating_add(self.items).min(all.len());
        (all.get(from..to).unwrap_or_default(), to < all.len())
    }

    /// The list of its part, which is found at `path`. Links are as recorded, to a host that nobody should follow.
    pub fn list(&self, path: &str, all: &[Value]) -> Value {
        let Self { items, number, count } = *self;
        let link = |number: usize, rel: &str| {
            let query = format!("includeCount={count}&pageNum={number}&itemsPerPage={items}");
            json!({"href": format!("http://localhost:8080{path}?{query}"), "rel": rel})
        };
        let (part, more) = self.cut(all);
        let mut links = vec![link(number, "self")];
        links.extend(more.then(|| link(number + 1, "next")));
        let mut list = json!({"links": links, "results": part});
        if let (Some(list), true) = (list.as_object_mut(), count) {
            list.insert("totalCount".to_owned(), all.len().into());
        }
        list
    }
}

fn number(text: &str, most: usize) -> Option<usize> {
    text.parse().ok().filter(|number| (1..=most).contains(number))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_query_is_read_or_refused_by_name() {
        let page = |items, number, count| Ok(Page { items, number, count });
        assert_eq!(Page::read(None), page(100, 1, true));
        assert_eq!(Page::read(Some("")), page(100, 1, true));
        assert_eq!(Page::read(Some("pretty=true&itemsPerPage=500&x&pageNum=3")), page(500, 3, true));
        assert_eq!(Page::read(Some("includeCount=false&itemsPerPage=1")), page(1, 1, false));
        for (query, name) in [
            ("itemsPerPage=0", "itemsPerPage"),
            ("itemsPerPage=501", "itemsPerPage"),
            ("itemsPerPage=-1", "itemsPerPage"),
            ("itemsPerPage=", "itemsPerPage"),
            ("pageNum=0", "pageNum"),
            ("pageNum=99999999999999999999999", "pageNum"),
            ("pageNum", "pageNum"),
            ("includeCount=yes", "includeCount"),
        ] {
            let refusal = Page::read(Some(query)).unwrap_err();
            assert_eq!((refusal.status, refusal.parameters), (400, Some(vec![name.into()])), "{query}");
        }
    }

    #[test]
    fn there_is_nothing_behind_the_last_page() {
        let all = [1, 2, 3];
        for number in [2, 4, usize::MAX] {
            assert_eq!(Page { number, ..Page::default() }.cut(&all), (&[][..], false));
        }
    }

    #[test]
    fn a_list_tells_where_it_goes_on_and_counts_when_asked_to() {
        let all = [json!(1), json!(2), json!(3)];
        let page = Page { items: 2, number: 1, count: true };
        let href =
            |number| format!("http://localhost:8080/x?includeCount=true&pageNum={number}&itemsPerPage=2");
        assert_eq!(
            page.list("/x", &all),
            json!({
                "links": [{"href": href(1), "rel": "self"}, {"href": href(2), "rel": "next"}],
                "results": [1, 2],
                "totalCount": 3,
            })
        );
        let last = Page { number: 2, count: false, ..page }.list("/x", &all);
        assert_eq!((&last["results"], last["links"].as_array().unwrap().len()), (&json!([3]), 1));
        assert_eq!(last.get("totalCount"), None);
    }

    proptest! {
        #[test]
        fn any_query_is_a_page_or_a_refusal(query in "([a-zA-Z]{0,12}=?-?[0-9a-z%+]{0,22}&?){0,4}|\\PC{0,40}") {
            if let Err(refusal) = Page::read(Some(&query)) {
                prop_assert_eq!(refusal.status, 400);
            }
        }

        #[test]
        fn pages_of_any_size_cover_any_list_once(length in 0_usize..700, items in 1_usize..=500) {
            let all: Vec<_> = (0..length).collect();
            let mut seen = Vec::new();
            for number in 1.. {
                let (part, more) = Page { items, number, count: true }.cut(&all);
                seen.extend_from_slice(part);
                if !more {
                    break;
                }
            }
            prop_assert_eq!(seen, all);
        }
    }
}
