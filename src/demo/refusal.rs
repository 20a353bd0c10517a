//! Answers that are no job: the status, the code and the body that Atlas sends with them.
//!
//! Wording: 401, the two `CANNOT_USE_…` and the two `…_NOT_FOUND` as recorded, 410 and 429 as documented; small roles
//! and access lists as public logs of other tools quote them; the others have the same fields, with Atlas's codes and
//! sentences of our own where nothing was recorded.

use serde_json::{Map, Value};

use super::rate::RateLimit;

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    /// In the body, and repeated in `X-Error-Code`.
    pub code: &'static str,
    pub detail: String,
    /// `None`: the body has no such member.
    pub parameters: Option<Vec<Value>>,
    pub reason: &'static str,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
}

/// The body of every recorded 401: pretty-printed in its own way, and its code says nothing.
pub const UNAUTHORIZED: &str = r#"{
  "error" : 401,
  "reason" : "Unauthorized",
  "detail" : "You are not authorized for this resource.",
  "errorCode" : "UNEXPECTED_ERROR"
}"#;

impl Refusal {
    #[must_use]
    pub fn group_not_found(project: &str) -> Self {
        let detail = format!("No group with ID {project} exists.");
        Self::not_found("GROUP_NOT_FOUND", detail, vec![project.into()])
    }

    #[must_use]
    pub fn cluster_not_found(instance: &str, project: &str) -> Self {
        let detail = format!("No cluster named {instance} exists in group {project}.");
        Self::not_found("CLUSTER_NOT_FOUND", detail, vec![instance.into(), project.into()])
    }

    #[must_use]
    pub fn resource_not_found(path: &str) -> Self {
        let detail = format!("Cannot find resource {path}.");
        Self::not_found("RESOURCE_NOT_FOUND", detail, vec![path.into()])
    }

    /// A dedicated cluster, asked for as a Flex one.
    #[must_use]
    pub fn not_flex(instance: &str) -> Self {
        let detail = format!("Cannot use non-flex cluster {instance} in the flex API.");
        Self::bad_request("CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API", detail, vec![instance.into()])
    }

    /// A Flex cluster, asked for as a dedicated one.
    #[must_use]
    pub fn is_flex(instance: &str) -> Self {
        let detail = format!("Flex cluster {instance} cannot be used in the Cluster API.");
        Self::bad_request("CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API", detail, vec![instance.into()])
    }

    /// A parameter of the query with a value that is none.
    #[must_use]
    pub fn wrong_parameter(name: &str) -> Self {
        let detail = format!("Invalid query parameter {name} specified.");
        Self::bad_request("INVALID_QUERY_PARAMETER", detail, vec![name.into()])
    }

    /// v2 without a version in `Accept`, or with one that is no date.
    #[must_use]
    pub fn no_version() -> Self {
        let detail = "Invalid accept header or version date.".to_owned();
        Self::plain(406, "INVALID_VERSION_DATE", detail, Vec::new(), "Not Acceptable")
    }

    /// The endpoint has ended. The documented body has no parameters.
    #[must_use]
    pub fn gone() -> Self {
        let detail = "This happens when a resource is marked for sunset and the sunset date is in the past.";
        let gone = Self::plain(410, "VERSION_GONE", detail.to_owned(), Vec::new(), "Gone");
        Self { parameters: None, ..gone }
    }

    /// The key is right, its role is too small, as a 403. See [`Refusal::small_role`] for the form that was seen.
    #[must_use]
    pub fn wrong_role() -> Self {
        let detail = "Current user is not authorized to perform this action.".to_owned();
        Self::forbidden("USER_UNAUTHORIZED", detail, Vec::new())
    }

    /// The key is right, and used from an address that is not on its access list.
    #[must_use]
    pub fn address_blocked() -> Self {
        let detail = "IP address 127.0.0.1 is not allowed to access this resource.".to_owned();
        Self::forbidden("IP_ADDRESS_NOT_ON_ACCESS_LIST", detail, vec!["127.0.0.1".into()])
    }

    /// The key is right, and its organization asks for an access list, which it does not have.
    #[must_use]
    pub fn list_required() -> Self {
        let detail = "This organization requires access through an access list of ip ranges.".to_owned();
        Self::forbidden("ORG_REQUIRES_ACCESS_LIST", detail, vec!["127.0.0.1".into()])
    }

    /// The key is right, and its owner has no role in the project.
    #[must_use]
    pub fn not_in_project() -> Self {
        let detail = "User cannot access this group.".to_owned();
        Self::plain(401, "USER_CANNOT_ACCESS_GROUP", detail, Vec::new(), "Unauthorized")
    }

    /// The key is right, and its owner's role in the project too small. Atlas says so with a 401.
    #[must_use]
    pub fn small_role() -> Self {
        let detail = "Current user is not authorized to perform this action.".to_owned();
        Self::plain(401, "USER_UNAUTHORIZED", detail, Vec::new(), "Unauthorized")
    }

    #[must_use]
    pub fn unavailable() -> Self {
        let detail = "The service is temporarily unavailable.".to_owned();
        Self::plain(503, "SERVICE_UNAVAILABLE", detail, Vec::new(), "Service Unavailable")
    }

    /// The bucket is empty; the next token is `retry_after` seconds away. `endpoint` is a path with names for ids.
    #[must_use]
    pub fn limited(retry_after: u64, limit: RateLimit, endpoint: &str) -> Self {
        let RateLimit { capacity, refill, period } = limit;
        let seconds = period.as_secs();
        Self {
            status: 429,
            code: "RATE_LIMITED_TOKEN_BUCKET",
            detail: format!(
                "Rate limit exceeded for {endpoint}. Please retry after {retry_after} seconds. \
                 Request capacity: {capacity}. Refill rate: {refill} per {seconds} seconds."
            ),
            parameters: Some(vec![
                endpoint.into(),
                retry_after.into(),
                capacity.into(),
                refill.into(),
                seconds.into(),
            ]),
            reason: "Too Many Requests",
            retry_after: Some(retry_after),
        }
    }

    /// An account has asked for too many tokens. Not a bucket's answer: another code and other words.
    #[must_use]
    pub fn token_limited(retry_after: u64, path: &str, per_minute: u32) -> Self {
        let detail = format!("Resource {path} is limited to {per_minute} requests every 1 minutes.");
        let parameters = vec![path.into(), per_minute.into(), 1.into()];
        let limited = Self::plain(429, "RATE_LIMITED", detail, parameters, "Too Many Requests");
        Self { retry_after: Some(retry_after), ..limited }
    }

    /// The members in the recorded order.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = Map::new();
        body.insert("detail".to_owned(), self.detail.as_str().into());
        body.insert("error".to_owned(), self.status.into());
        body.insert("errorCode".to_owned(), self.code.into());
        if let Some(parameters) = &self.parameters {
            body.insert("parameters".to_owned(), parameters.clone().into());
        }
        body.insert("reason".to_owned(), self.reason.into());
        body.into()
    }

    fn bad_request(code: &'static str, detail: String, parameters: Vec<Value>) -> Self {
        Self::plain(400, code, detail, parameters, "Bad Request")
    }

    fn not_found(code: &'static str, detail: String, parameters: Vec<Value>) -> Self {
        Self::plain(404, code, detail, parameters, "Not Found")
    }

    fn forbidden(code: &'static str, detail: String, parameters: Vec<Value>) -> Self {
        Self::plain(403, code, detail, parameters, "Forbidden")
    }

    fn plain(
        status: u16,
        code: &'static str,
        detail: String,
        parameters: Vec<Value>,
        reason: &'static str,
    ) -> Self {
        Self { status, code, detail, parameters: Some(parameters), reason, retry_after: None }
    }
}
