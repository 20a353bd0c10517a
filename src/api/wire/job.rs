//! One restore job, field by field. The three shapes share their names or have names of their own, so that one
//! reader serves them all.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::JOB;
use super::member::{Date, Flag, Integer, List, Text};
use crate::domain::job::{
    CollectionRestore, Component, DeliveryType, DesiredTimestamp, Link, PrivateUrl, RestoreJob, Shape,
};
use crate::domain::text::{self, clean};

/// How many names of unknown fields are kept; a hostile answer may have a million.
pub(super) const UNKNOWN_MAX: usize = 100;

/// How many characters of such a name are kept.
const NAME_MAX: usize = 100;

/// A job as it is decoded, and whether any of its fields was there.
pub(super) struct JobBody {
    pub(super) job: RestoreJob,
    pub(super) any_known: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, expecting = "a link")]
struct LinkBody {
    rel: Text,
    href: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, expecting = "an object")]
struct DesiredTimestampBody {
    date: Date,
    increment: Integer,
    time: Integer,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", expecting = "a component")]
struct ComponentBody {
    replica_set_name: Text,
    download_url: Text,
    private_download_delivery_urls: Option<List<PrivateUrlBody>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", expecting = "a private URL")]
struct PrivateUrlBody {
    delivery_url: Text,
    endpoint_id: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", expecting = "an object")]
struct IndexStatusBody {
    state: Text,
    failed_collection_count: Integer,
}

impl<'de> Deserialize<'de> for JobBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(JobVisitor)
    }
}

struct JobVisitor;

impl<'de> Visitor<'de> for JobVisitor {
    type Value = JobBody;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(JOB)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<JobBody, A::Error> {
        let mut job = RestoreJob::default();
        let mut collections = CollectionRestore::default();
        let mut any_known = false;
        while let Some(name) = object.next_key::<Cow<'de, str>>()? {
            let known = read_field(&mut job, &name, &mut object)?
                || read_collection_field(&mut collections, &name, &mut object)?;
            // Everything that Atlas answers has links, a list of jobs too.
            any_known |= known && name != "links";
            if !known {
                object.next_value::<IgnoredAny>()?;
                if job.unknown_fields.len() < UNKNOWN_MAX {
                    job.unknown_fields.push(text::shortened(&clean(&name), NAME_MAX).into_owned());
                }
            }
        }
        if collections != CollectionRestore::default() {
            job.collections = Some(Box::new(collections));
        }
        settle(&mut job);
        Ok(JobBody { job, any_known })
    }
}

/// What the same name means in another shape, known once the whole object is read.
fn settle(job: &mut RestoreJob) {
    if job.delivery_type == Some(DeliveryType::Download) {
        job.expires_at = job.expires_at.or(job.record_kept_until.take());
    }
    if job.shape() == Shape::Status && job.target_name.is_none() {
        job.target_name = job.target_deployment_item.take();
    }
}

/// Reads the value of the field `name` into the job; false, with the value unread, when there is no such field.
fn read_field<'de, A: MapAccess<'de>>(
    job: &mut RestoreJob,
    name: &str,
    object: &mut A,
) -> Result<bool, A::Error> {
    match name {
        "id" => job.id = object.next_value::<Text>()?.0,
        "deliveryType" => {
            job.delivery_type = object.next_value::<Text>()?.0.map(|word| DeliveryType::from_word(&word));
        }
        "cancelled" => job.cancelled = object.next_value::<Flag>()?.0,
        "expired" => job.expired = object.next_value::<Flag>()?.0,
        "failed" => job.failed = object.next_value::<Flag>()?.0,
        "status" => job.status = object.next_value::<Text>()?.0,
        "createdAt" | "restoreScheduledDate" => job.created_at = object.next_value::<Date>()?.0,
        "finishedAt" | "restoreFinishedDate" => job.finished_at = object.next_value::<Date>()?.0,
        "expiresAt" => job.expires_at = object.next_value::<Date>()?.0,
        "expirationDate" => job.record_kept_until = object.next_value::<Date>()?.0,
        "timestamp" | "snapshotFinishedDate" => job.snapshot_taken_at = object.next_value::<Date>()?.0,
        "snapshotId" => job.snapshot_id = object.next_value::<Text>()?.0,
        "targetClusterName" => job.target_name = object.next_value::<Text>()?.0,
        "targetDeploymentItemName" => job.target_deployment_item = object.next_value::<Text>()?.0,
        "targetGroupId" | "targetProjectId" => job.target_project_id = object.next_value::<Text>()?.0,
        "deliveryUrl" => {
            let List(urls) = object.next_value::<List<Text>>()?;
            job.delivery_urls = urls.into_iter().filter_map(|url| url.0).collect();
        }
        "snapshotUrl" => job.delivery_urls.extend(object.next_value::<Text>()?.0),
        "components" => job.components = read_list::<ComponentBody, _, _>(object)?,
        "privateDownloadDeliveryUrls" => job.private_urls = read_list::<PrivateUrlBody, _, _>(object)?,
        "links" => job.links = read_list::<LinkBody, _, _>(object)?,
        "desiredTimestamp" => {
            job.desired_timestamp = object.next_value::<Option<DesiredTimestampBody>>()?.map(Into::into);
        }
        "oplogTs" => job.oplog_ts = object.next_value::<Integer>()?.0,
        "oplogInc" => job.oplog_inc = object.next_value::<Integer>()?.0,
        "pointInTimeUTCSeconds" => job.point_in_time_utc_seconds = object.next_value::<Integer>()?.0,
        // The cluster that was asked for, named again.
        "instanceName" | "projectId" => drop(object.next_value::<IgnoredAny>()?),
        _ => return Ok(false),
    }
    Ok(true)
}

/// The fields that only a restore of collections has.
fn read_collection_field<'de, A: MapAccess<'de>>(
    restore: &mut CollectionRestore,
    name: &str,
    object: &mut A,
) -> Result<bool, A::Error> {
    match name {
        "state" => restore.state = object.next_value::<Text>()?.0,
        "restoredDocuments" => restore.restored_documents = object.next_value::<Integer>()?.0,
        "totalDocuments" => restore.total_documents = object.next_value::<Integer>()?.0,
        "errorMessage" => restore.error_message = object.next_value::<Text>()?.0,
        "indexStatus" => {
            let status = object.next_value::<Option<IndexStatusBody>>()?.unwrap_or_default();
            restore.index_state = status.state.0;
            restore.failed_collection_count = status.failed_collection_count.0;
        }
        "writeStrategy" => restore.write_strategy = object.next_value::<Text>()?.0,
        "indexStrategy" => restore.index_strategy = object.next_value::<Text>()?.0,
        _ => return Ok(false),
    }
    Ok(true)
}

fn read_list<'de, T, U, A>(object: &mut A) -> Result<Vec<U>, A::Error>
where
    T: Deserialize<'de>,
    U: From<T>,
    A: MapAccess<'de>,
{
    let List(elements) = object.next_value::<List<T>>()?;
    Ok(elements.into_iter().map(Into::into).collect())
}

impl From<LinkBody> for Link {
    fn from(body: LinkBody) -> Self {
        Self { rel: body.rel.0.unwrap_or_default(), href: body.href.0.unwrap_or_default() }
    }
}

impl From<DesiredTimestampBody> for DesiredTimestamp {
    fn from(body: DesiredTimestampBody) -> Self {
        Self { date: body.date.0, increment: body.increment.0, time: body.time.0 }
    }
}

impl From<ComponentBody> for Component {
    fn from(body: ComponentBody) -> Self {
        let urls = body.private_download_delivery_urls.map(|List(urls)| urls).unwrap_or_default();
        Self {
            replica_set: body.replica_set_name.0,
            url: body.download_url.0,
            private_urls: urls.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<PrivateUrlBody> for PrivateUrl {
    fn from(body: PrivateUrlBody) -> Self {
        Self { url: body.delivery_url.0, endpoint_id: body.endpoint_id.0 }
    }
}
