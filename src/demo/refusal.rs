//! Answers that are no job: the status, the code and the body that Atlas sends with them.
//!
//! Wording: 401 and the two `…_NOT_FOUND` as recorded, 429 as documented; the others have the same fields,
//! with Atlas's codes and sentences of our own where nothing was recorded.

use serde_json::{Value, json};

use super::rate::RateLimit;

/// The endpoint as the rate limit names it in its body.
const ENDPOINT: &str =
    "api/atlas/v1.0/groups/{groupId}/serverless/{clusterName}/backup/restoreJobs/{restoreJobId}";

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    /// In the body, and repeated in `X-Error-Code`.
    pub code: &'static str,
    pub detail: String,
    pub parameters: Vec<Value>,
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

    /// The key is right, its role is too small.
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

    #[must_use]
    pub fn unavailable() -> Self {
        Self {
            status: 503,
            code: "SERVICE_UNAVAILABLE",
            detail: "The service is temporarily unavailable.".to_owned(),
            parameters: Vec::new(),
            reason: "Service Unavailable",
            retry_after: None,
        }
    }

    /// The bucket is empty; the next token is `retry_after` seconds away.
    #[must_use]
    pub fn limited(retry_after: u64, limit: RateLimit) -> Self {
        let RateLimit { capacity, refill, period } = limit;
        let seconds = period.as_secs();
        Self {
            status: 429,
            code: "RATE_LIMITED_TOKEN_BUCKET",
            detail: format!(
                "Rate limit exceeded for {ENDPOINT}. Please retry after {retry_after} seconds. \
                 Request capacity: {capacity}. Refill rate: {refill} per {seconds} seconds."
            ),
            parameters: vec![
                ENDPOINT.into(),
                retry_after.into(),
                capacity.into(),
                refill.into(),
                seconds.into(),
            ],
            reason: "Too Many Requests",
            retry_after: Some(retry_after),
        }
    }

    /// The members in the recorded order.
    #[must_use]
    pub fn body(&self) -> Value {
        json!({
            "detail": self.detail,
            "error": self.status,
            "errorCode": self.code,
            "parameters": self.parameters,
            "reason": self.reason,
        })
    }

    fn not_found(code: &'static str, detail: String, parameters: Vec<Value>) -> Self {
        Self { status: 404, code, detail, parameters, reason: "Not Found", retry_after: None }
    }

    fn forbidden(code: &'static str, detail: String, parameters: Vec<Value>) -> Self {
        Self { status: 403, code, detail, parameters, reason: "Forbidden", retry_after: None }
    }
}
