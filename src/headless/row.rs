//! A job as a row of a table for people. Which columns are shown and how wide they are is the table's business.

use super::reading::Reading;
use super::style::{Role, Style};
use super::times::Times;
use crate::api::ApiError;
use crate::domain::countdown;
use crate::domain::id::ObjectId;
use crate::domain::job::DeliveryType;
use crate::domain::phase::Phase;
use crate::domain::target::Target;
use crate::domain::text::clean;

/// The columns, from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Status,
    Label,
    Instance,
    Kind,
    Job,
    Delivery,
    Created,
    Time,
    To,
}

impl Column {
    pub const ALL: [Self; 9] = [
        Self::Status,
        Self::Label,
        Self::Instance,
        Self::Kind,
        Self::Job,
        Self::Delivery,
        Self::Created,
        Self::Time,
        Self::To,
    ];

    #[must_use]
    pub fn head(self) -> &'static str {
        match self {
            Self::Status => "Status",
            Self::Label => "Label",
            Self::Instance => "Instance",
            Self::Kind => "Kind",
            Self::Job => "Job",
            Self::Delivery => "Delivery",
            Self::Created => "Created",
            Self::Time => "Time",
            Self::To => "To",
        }
    }

    /// What is cut in its middle first where a terminal is too narrow: both ends of an id tell it apart.
    pub const IDS: [Self; 2] = [Self::Job, Self::To];

    /// What is left out next, in the order in which that hurts least: a row still tells which job it is, where it stands
    /// and how long that takes.
    pub const SPARE: [Self; 4] = [Self::Delivery, Self::Kind, Self::To, Self::Created];

    /// What is cut in its middle at last.
    pub const NAMES: [Self; 2] = [Self::Instance, Self::Label];
}

/// Text in each column, clean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    cells: [String; 9],
    /// Of the status.
    pub role: Role,
    /// What the table may be sorted by.
    pub job: Option<ObjectId>,
}

impl Row {
    /// A job that was read.
    #[must_use]
    pub fn of(reading: &Reading<'_>, style: Style, times: &Times) -> Self {
        let Reading { target, label, job, status, fetched_at, .. } = reading;
        let phase = &status.phase;
        let odd = if status.anomalies.is_empty() { "" } else { " (!)" };
        let to = [job.target_name.as_deref(), job.target_project_id.as_deref()];
        let to = match to {
            // The project goes without saying when it is the job's own.
            [Some(name), Some(project)] if project == target.project.as_str() => name.to_owned(),
            [Some(name), Some(project)] => format!("{name} ({project})"),
            [Some(one), None] | [None, Some(one)] => one.to_owned(),
            [None, None] => String::new(),
        };
        Self {
            cells: [
                format!("{} {}{odd}", phase.glyph(style.ascii), phase.word()),
                (*label).to_owned(),
                target.instance.to_string(),
                target.kind.to_string(),
                target.job.to_string(),
                job.delivery_type.as_ref().map_or("", DeliveryType::as_str).to_owned(),
                times.write(reading.created_at()),
                time(reading),
                to,
            ]
            .map(|text| clean(&text).into_owned()),
            role: Role::of(phase, job, *fetched_at),
            job: Some(target.job),
        }
    }

    /// A job that could not be read.
    #[must_use]
    pub fn of_error(target: &Target, label: &str, error: &ApiError, style: Style) -> Self {
        let sign = if style.ascii { "x" } else { "✖" };
        let empty = String::new;
        Self {
            cells: [
                format!("{sign} {}", error.kind.short()),
                clean(label).into_owned(),
                target.instance.to_string(),
                target.kind.to_string(),
                target.job.to_string(),
                empty(),
                empty(),
                empty(),
                empty(),
            ],
            role: Role::Danger,
            job: Some(target.job),
        }
    }

    #[must_use]
    pub fn cell(&self, column: Column) -> &str {
        let at = Column::ALL.iter().position(|known| *known == column);
        at.and_then(|at| self.cells.get(at)).map_or("", String::as_str)
    }
}

/// The one time that matters in this phase, and which one it is.
fn time(reading: &Reading<'_>) -> String {
    let Reading { job, status, fetched_at, .. } = reading;
    let lasted = || countdown::elapsed_short(reading.created_at(), reading.elapsed_until()).text;
    match (&status.phase, job.expires_at) {
        (Phase::Ready, Some(until)) => {
            format!("{} left", countdown::time_left_short(until, *fetched_at).text)
        }
        (phase, _) if !phase.is_terminal() => format!("{} so far", lasted()),
        _ if job.finished_at.is_some() => format!("took {}", lasted()),
        _ => String::new(),
    }
}
