//! Which endpoint a path means, in which version it answers, and how both are written.
//!
//! Knows paths and media types, and nothing of jobs. Written from the description of the API and the recordings, never
//! from the client, whose idea of them it is here to prove.

use jiff::civil::Date;

use super::refusal::Refusal;

/// Where restore jobs are read, one job or a list of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// API v1.0, without versions.
    ServerlessV1,
    ServerlessV2,
    Flex,
    Dedicated,
    /// Collections or databases restored into a dedicated cluster.
    Collections,
}

/// What is asked: an endpoint, and the ids as they stand in the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question<'a> {
    pub endpoint: Endpoint,
    pub project: &'a str,
    pub instance: &'a str,
    /// `None` asks for the list.
    pub job: Option<&'a str>,
}

/// The version of a resource in which an answer comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// `Content-Type` of an answer that is no error.
    pub media_type: String,
    /// `Deprecation` and `Sunset`.
    pub ends: Option<(String, &'static str)>,
}

/// Recorded with the older versions of a cluster. Those of the restore jobs never were: each has had one so far.
const OLD_VERSIONS_END: &str = "Thu, 1 Jul 2027 00:00:00 GMT";

/// When serverless instances were deprecated; the header was seen, its day was not kept.
const SERVERLESS_DEPRECATED: &str = "Wed, 5 Feb 2025 00:00:00 GMT";

/// The documented end of the endpoints of serverless instances.
const SERVERLESS_ENDED: &str = "Thu, 22 Jan 2026 00:00:00 GMT";

/// The documented end of the v2 list of their jobs, which is kept up empty until then.
const SERVERLESS_LIST_ENDS: &str = "Mon, 18 Jan 2027 00:00:00 GMT";

impl Endpoint {
    /// The path of the list, with the names of the published description.
    fn template(self) -> &'static str {
        match self {
            Self::ServerlessV1 => {
                "/api/atlas/v1.0/groups/{groupId}/serverless/{clusterName}/backup/restoreJobs"
            }
            Self::ServerlessV2 => {
                "/api/atlas/v2/groups/{groupId}/serverless/{clusterName}/backup/restoreJobs"
            }
            Self::Flex => "/api/atlas/v2/groups/{groupId}/flexClusters/{name}/backup/restoreJobs",
            Self::Dedicated => "/api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup/restoreJobs",
            Self::Collections => {
                "/api/atlas/v2/groups/{groupId}/clusters/{clusterName}/collectionRestoreJobs"
            }
        }
    }

    /// The path of the list of a cluster's jobs.
    pub fn jobs(self, project: &str, instance: &str) -> String {
        filled(self.template(), project, instance)
    }

    /// The path of the cluster itself, and the one of its project.
    pub fn cluster_and_project(self, project: &str, instance: &str) -> [String; 2] {
        let template = self.template();
        let up_to = |end: Option<usize>| end.and_then(|end| template.get(..=end)).unwrap_or(template);
        [template.rfind('}'), template.find('}')].map(|end| filled(up_to(end), project, instance))
    }

    /// The version of its resource; `None` for API v1.0, which has none.
    fn version(self) -> Option<Date> {
        match self {
            Self::ServerlessV1 => None,
            Self::ServerlessV2 | Self::Dedicated => Some(Date::constant(2023, 1, 1)),
            Self::Flex => Some(Date::constant(2024, 11, 13)),
            Self::Collections => Some(Date::constant(2025, 3, 12)),
        }
    }

    /// Serverless instances have ended, and may be kept alive.
    pub fn is_serverless(self) -> bool {
        matches!(self, Self::ServerlessV1 | Self::ServerlessV2)
    }
}

impl Version {
    /// The version that was asked for, but none newer than there is.
    ///
    /// # Errors
    /// None was named.
    pub fn negotiated(newest: Date, accept: Option<&str>) -> Result<Self, Refusal> {
        let asked = accept.and_then(named_version).ok_or_else(Refusal::no_version)?;
        let deprecated = || newest.strftime("%a, %-d %b %Y 00:00:00 GMT").to_string();
        let ends = (asked < newest).then(|| (deprecated(), OLD_VERSIONS_END));
        let media_type = format!("application/vnd.atlas.{}+json;charset=utf-8", asked.min(newest));
        Ok(Self { media_type, ends })
    }
}

impl<'a> Question<'a> {
    /// What a path asks for; `None` when there is nothing at it.
    pub fn of(path: &'a str) -> Option<Self> {
        let parts: Vec<&str> = path.strip_prefix("/api/atlas/")?.split('/').collect();
        let [version, "groups", project, clusters, instance, rest @ ..] = parts.as_slice() else {
            return None;
        };
        let (endpoint, job) = match (*version, *clusters, rest) {
            ("v1.0", "serverless", ["backup", "restoreJobs", job @ ..]) => (Endpoint::ServerlessV1, job),
            ("v2", "serverless", ["backup", "restoreJobs", job @ ..]) => (Endpoint::ServerlessV2, job),
            ("v2", "flexClusters", ["backup", "restoreJobs", job @ ..]) => (Endpoint::Flex, job),
            ("v2", "clusters", ["backup", "restoreJobs", job @ ..]) => (Endpoint::Dedicated, job),
            ("v2", "clusters", ["collectionRestoreJobs", job @ ..]) => (Endpoint::Collections, job),
            _ => return None,
        };
        let job = match job {
            [] => None,
            [job] => Some(*job),
            _ => return None,
        };
        Some(Self { endpoint, project, instance, job })
    }

    /// The path of the list.
    pub fn jobs(&self) -> String {
        self.endpoint.jobs(self.project, self.instance)
    }

    /// The endpoint as a rate limit names it in its body.
    pub fn limited_as(&self) -> String {
        let list = self.endpoint.template().trim_start_matches('/');
        match (self.job, self.endpoint) {
            (None, _) => list.to_owned(),
            (Some(_), Endpoint::Collections) => format!("{list}/{{jobId}}"),
            (Some(_), _) => format!("{list}/{{restoreJobId}}"),
        }
    }

    /// The version in which to answer a request with that `Accept`: the one that was asked for, but none newer than
    /// there is. An older one is answered as such, and says when it ends.
    ///
    /// # Errors
    /// v2 wants a version to be named.
    pub fn version(&self, accept: Option<&str>) -> Result<Version, Refusal> {
        let endpoint = self.endpoint;
        let Some(newest) = endpoint.version() else {
            return Ok(Version { media_type: "application/json".to_owned(), ends: self.end() });
        };
        let version = Version::negotiated(newest, accept)?;
        Ok(Version { ends: self.end().or(version.ends), ..version })
    }

    /// When the endpoint itself ends, whatever the version.
    fn end(&self) -> Option<(String, &'static str)> {
        let end = match (self.endpoint, self.job) {
            (Endpoint::ServerlessV2, None) => SERVERLESS_LIST_ENDS,
            _ => SERVERLESS_ENDED,
        };
        self.endpoint.is_serverless().then(|| (SERVERLESS_DEPRECATED.to_owned(), end))
    }
}

/// A template with ids in place of their names.
fn filled(template: &str, project: &str, instance: &str) -> String {
    let path = template.replace("{groupId}", project);
    path.replace("{clusterName}", instance).replace("{name}", instance)
}

/// The version in `application/vnd.atlas.2024-11-13+json`, which may stand among other types.
fn named_version(accept: &str) -> Option<Date> {
    accept.split(',').find_map(|kind| {
        let kind = kind.split(';').next().unwrap_or(kind).trim();
        kind.strip_prefix("application/vnd.atlas.")?.strip_suffix("+json")?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn question(path: &str) -> Question<'_> {
        Question::of(path).unwrap_or_else(|| panic!("{path}"))
    }

    #[test]
    fn a_path_is_read_and_written_the_same() {
        for endpoint in [
            Endpoint::ServerlessV1,
            Endpoint::ServerlessV2,
            Endpoint::Flex,
            Endpoint::Dedicated,
            Endpoint::Collections,
        ] {
            let jobs = endpoint.jobs("p", "c");
            assert_eq!(question(&jobs), Question { endpoint, project: "p", instance: "c", job: None });
            let one = format!("{jobs}/j");
            assert_eq!(question(&one), Question { endpoint, project: "p", instance: "c", job: Some("j") });
            assert_eq!(question(&one).jobs(), jobs);
            assert_eq!(Question::of(&format!("{one}/more")), None);
            let [cluster, project] = endpoint.cluster_and_project("p", "c");
            assert!(jobs.starts_with(&format!("{cluster}/")) && cluster.ends_with("/c"), "{cluster}");
            assert!(project.ends_with("/groups/p"), "{project}");
        }
        for nothing in [
            "",
            "/",
            "/api/atlas/v2",
            "/api/atlas/v2/groups/p/clusters/c",
            "/api/atlas/v1.0/groups/p/clusters/c/backup/restoreJobs/j",
        ] {
            assert_eq!(Question::of(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn the_version_asked_for_is_answered_but_none_newer_than_there_is() {
        let flex = question("/api/atlas/v2/groups/p/flexClusters/c/backup/restoreJobs");
        let media_type = |accept| flex.version(Some(accept)).map(|version| version.media_type);
        let newest = Ok("application/vnd.atlas.2024-11-13+json;charset=utf-8".to_owned());
        for accept in [
            "application/vnd.atlas.2024-11-13+json",
            "application/vnd.atlas.2026-06-01+json",
            "text/html, application/vnd.atlas.2024-11-13+json;q=0.9",
        ] {
            assert_eq!(media_type(accept), newest, "{accept}");
            assert_eq!(flex.version(Some(accept)).unwrap().ends, None);
        }
        let older = flex.version(Some("application/vnd.atlas.2024-08-05+json")).unwrap();
        assert_eq!(older.media_type, "application/vnd.atlas.2024-08-05+json;charset=utf-8");
        assert_eq!(older.ends, Some(("Wed, 13 Nov 2024 00:00:00 GMT".to_owned(), OLD_VERSIONS_END)));
        for none in
            ["*/*", "application/json", "application/vnd.atlas.2024-13-13+json", "application/vnd.atlas.x"]
        {
            assert_eq!(media_type(none).unwrap_err().status, 406, "{none}");
        }
        assert_eq!(flex.version(None).unwrap_err().code, "INVALID_VERSION_DATE");
        let v1 = question("/api/atlas/v1.0/groups/p/serverless/c/backup/restoreJobs/j");
        assert_eq!(v1.version(None).unwrap().media_type, "application/json");
    }

    proptest! {
        #[test]
        fn any_path_is_read_back_or_nothing(
            path in "/api/atlas/(v1.0|v2)/groups/[a-z0-9-]{0,5}/(serverless|flexClusters|clusters)/[a-z0-9-]{0,5}\
                     /(backup/restoreJobs|collectionRestoreJobs)(/[^/]{0,5}){0,2}|(/?[^/]{0,5}){0,9}",
            accept in "(application/vnd.atlas.[0-9-]{0,10}(.json)?,?){0,2}|\\PC{0,40}",
        ) {
            if let Some(question) = Question::of(&path) {
                let list = question.jobs();
                let whole = question.job.map_or(list.clone(), |job| format!("{list}/{job}"));
                prop_assert_eq!(&whole, &path);
                if let Err(refusal) = question.version(Some(&accept)) {
                    prop_assert_eq!(refusal.status, 406);
                }
            }
        }
    }
}
