//! What to look up: a kind, a project, an instance and a restore job, and every form in which people paste one.

mod atlas_line;
mod endpoint;
mod found;
mod json;
mod many;
mod pasted;
mod path;

use std::fmt;
use std::str::FromStr;

use super::id::{InstanceName, ObjectId};
use super::profile::Profile;
pub use endpoint::{Cluster, Endpoint, PAGE_MAX, Tenancy};
pub use many::{BrokenJson, Entry, split};
pub use pasted::{Part, Pasted, WrongPart, read_parts, read_pasted};

/// Which of Atlas's restore-job endpoints a job is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Kind {
    /// Find out which one it is.
    #[default]
    Auto,
    /// Serverless instance, API v1.0.
    Serverless,
    /// Serverless instance, API v2.
    ServerlessV2,
    /// Flex cluster, API v2.
    Flex,
    /// Dedicated cluster, API v2.
    Dedicated,
    /// Collections or databases restored into a dedicated cluster, API v2.
    Collection,
}

impl Kind {
    /// In the order in which the form offers them.
    pub const ALL: [Self; 6] =
        [Self::Auto, Self::Flex, Self::Dedicated, Self::Collection, Self::Serverless, Self::ServerlessV2];

    /// The word used on the command line, in the saved file and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Serverless => "serverless",
            Self::ServerlessV2 => "serverless-v2",
            Self::Flex => "flex",
            Self::Dedicated => "dedicated",
            Self::Collection => "collection",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

/// The text names no kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownKind;

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the kinds are auto, flex, dedicated, collection, serverless and serverless-v2")
    }
}

impl std::error::Error for UnknownKind {}

/// One restore job and where to read it. Shown as `KIND/PROJECT/INSTANCE/JOB`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    pub kind: Kind,
    pub project: ObjectId,
    pub instance: InstanceName,
    pub job: ObjectId,
    /// With whose credentials to read it; `None`: with those of the session.
    pub profile: Option<Profile>,
}

impl Target {
    /// Whether both name the same job. Kind and profile are how to reach it, not which one it is.
    #[must_use]
    pub fn same_job(&self, other: &Self) -> bool {
        self.project == other.project && self.instance == other.instance && self.job == other.job
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.kind, self.project, self.instance, self.job)
    }
}

/// Why a text is no whole target. Its `Display` names the missing or wrong part and the accepted forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetError(pub String);

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TargetError {}

impl FromStr for Target {
    type Err = TargetError;

    /// Any of the pasted forms that holds all three ids. The kind is `auto` when the form has none.
    ///
    /// The error never quotes the text, which may hold a key: at most one character of a malformed part.
    fn from_str(text: &str) -> Result<Self, TargetError> {
        let Some(pasted) = read_parts(text) else {
            if let Some(error) = slash_form_error(text) {
                return Err(error);
            }
            return Err(TargetError(format!("this names no restore job. {FORMS}")));
        };
        if let Some(error) = pasted.kind_error() {
            return Err(TargetError(error));
        }
        let complaints = pasted.complaints();
        match pasted {
            Pasted {
                project: Some(project),
                instance: Some(instance),
                job: Some(job),
                kind,
                profile,
                ..
            } => Ok(Self { kind: kind.unwrap_or_default(), project, instance, job, profile }),
            _ => Err(TargetError(format!("{complaints}. {FORMS}"))),
        }
    }
}

/// What is wrong with a text that can only be meant as `KIND/PROJECT/INSTANCE/JOB`, but has blanks in it; `None`
/// when it cannot.
fn slash_form_error(text: &str) -> Option<TargetError> {
    let parts: Vec<&str> = text.trim().split('/').collect();
    let [kind, project, instance, job] = parts.as_slice() else { return None };
    kind.parse::<Kind>().ok()?;
    let owned = |part: &&str| Some((*part).to_owned());
    let pasted = Pasted::new(found::Found {
        project: owned(project),
        instance: owned(instance),
        job: owned(job),
        ..found::Found::default()
    });
    let complaints = pasted.complaints();
    (!complaints.is_empty()).then(|| TargetError(format!("{complaints}. {FORMS}")))
}

/// The forms in which a target can be given, for errors.
const FORMS: &str = "Give KIND/PROJECT/INSTANCE/JOB, an Atlas API URL of a restore job, a curl or \
    `atlas backups restores` line with all three, or the job as JSON";

#[cfg(test)]
mod tests;
