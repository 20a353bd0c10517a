//! The menu of download links: what tells one from the other comes first, because the end is what gets cut.

use crate::app::overlay::{Choice, Does, Menu};
use crate::domain::job::Download;
use crate::domain::text::common_head;

/// The keys of the links, without those that move in a menu.
const KEYS: &str = "123456789abcefimnoprstuvwxz";
/// Characters at each end of an endpoint's id that are shown: two of them differ at the end, and all begin alike.
const ENDPOINT: (usize, usize) = (5, 6);

/// One line a link.
pub(super) fn menu(downloads: &[Download<'_>]) -> Menu {
    let shards: Vec<&str> = downloads.iter().filter_map(|download| download.shard).collect();
    let before_shard = common_head(&shards, '-');
    // Another endpoint is another host.
    let before_url = |endpoint| {
        let urls =
            downloads.iter().filter(|download| download.endpoint == endpoint).map(|download| download.url);
        common_head(&urls.collect::<Vec<_>>(), '/').len()
    };
    let items = downloads.iter().zip(KEYS.chars().chain(std::iter::repeat(' '))).map(|(download, key)| {
        let rest = download.url.get(before_url(download.endpoint)..);
        let url = rest.filter(|rest| !rest.is_empty()).unwrap_or(download.url);
        let shard = download.shard.map(|shard| short_shard(shard, before_shard).to_owned());
        let endpoint = download.endpoint.map(|endpoint| format!("through {}", short_endpoint(endpoint)));
        let names: Vec<String> = [shard, endpoint].into_iter().flatten().collect();
        let note = if names.is_empty() { url.to_owned() } else { format!("{}  {url}", names.join(" · ")) };
        Choice { key, label: "", note, does: Does::Open(download.url.to_owned()) }
    });
    Menu { title: "Open a download link".into(), items: items.collect(), selected: 0 }
}

/// `shard-0` of `atlas-97e7a4-shard-0`, where all begin alike: the number alone would say nothing.
fn short_shard<'a>(shard: &'a str, head: &str) -> &'a str {
    let word = head.trim_end_matches('-').rfind('-').map_or(0, |at| at + 1);
    shard.get(word..).unwrap_or(shard)
}

/// `vpce-…7a9f01`.
fn short_endpoint(endpoint: &str) -> String {
    let count = endpoint.chars().count();
    if endpoint.contains(' ') || count <= ENDPOINT.0 + 1 + ENDPOINT.1 {
        return endpoint.to_owned();
    }
    let head = endpoint.chars().take(ENDPOINT.0);
    let tail = endpoint.chars().skip(count - ENDPOINT.1);
    head.chain(std::iter::once('…')).chain(tail).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shard_and_endpoint_come_before_what_is_cut() {
        let download = |url, shard, endpoint| Download { url, shard, endpoint };
        let menu = menu(&[
            download("https://restore.example.net:27017/a/0.tar.gz", Some("atlas-97e7a4-shard-0"), None),
            download("https://restore.example.net:27017/a/1.tar.gz", Some("atlas-97e7a4-shard-1"), None),
            download(
                "https://restore.example.net:27017/b/1.tar.gz",
                Some("atlas-97e7a4-shard-1"),
                Some("vpce-0a1b2c3d4e5f67890"),
            ),
            download("https://restore.example.net:27017/b/c.tar.gz", None, Some("private endpoint")),
        ]);
        let notes: Vec<&str> = menu.items.iter().map(|item| item.note.as_str()).collect();
        assert_eq!(
            notes,
            [
                "shard-0  0.tar.gz",
                "shard-1  1.tar.gz",
                "shard-1 · through vpce-…f67890  1.tar.gz",
                "through private endpoint  c.tar.gz",
            ]
        );
        let opened = Does::Open("https://restore.example.net:27017/b/1.tar.gz".into());
        assert_eq!((menu.items[2].key, &menu.items[2].does), ('3', &opened), "whole all the same");
    }

    #[test]
    fn links_without_names_are_told_by_their_ends() {
        let download = |url| Download { url, shard: None, endpoint: None };
        let notes = |urls: [&'static str; 2]| -> Vec<String> {
            menu(&urls.map(download)).items.into_iter().map(|item| item.note).collect()
        };
        assert_eq!(notes(["https://a/0", "https://a/1"]), ["0", "1"]);
        assert_eq!(notes(["https://a/", "https://a/1"]), ["https://a/", "1"]);
        assert_eq!(notes(["odd", "https://a/1"]), ["odd", "https://a/1"]);
    }
}
