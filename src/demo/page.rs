//! Which part of a list is asked for.
//!
//! Knows the query of a URL, and nothing of what is listed.

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
            let wrong = |_| Refusal::wrong_parameter(name);
            match name {
                "itemsPerPage" => page.items = number(value, 500).map_err(wrong)?,
                "pageNum" => page.number = number(value, usize::MAX).map_err(wrong)?,
                "includeCount" => page.count = value.parse().map_err(|_| Refusal::wrong_parameter(name))?,
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
}

fn number(text: &str, most: usize) -> Result<usize, ()> {
    text.parse().ok().filter(|number| (1..=most).contains(number)).ok_or(())
}

#[cfg(test)]
mod tests {
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
    fn pages_cover_the_list_once() {
        let all: Vec<_> = (0..250).collect();
        let mut seen = Vec::new();
        for number in 1..=3 {
            let (part, more) = Page { number, ..Page::default() }.cut(&all);
            assert_eq!(more, number < 3);
            seen.extend_from_slice(part);
        }
        assert_eq!(seen, all);
        for number in [4, usize::MAX] {
            assert_eq!(Page { number, ..Page::default() }.cut(&all), (&[][..], false));
        }
    }
}
