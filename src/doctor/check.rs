//! What a check is: its name, its verdict, what was found, and what to do.
//!
//! Plain values that scripts, the dashboard and the bundle share. Knows nothing of how anything is found out.

/// All the checks, in the order of the report: from what is given to what Atlas says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Name {
    Credentials,
    Keyring,
    BaseUrl,
    Proxy,
    Dns,
    Tcp,
    Tls,
    Answer,
    Clock,
    SignIn,
    AccessList,
    Project,
    Role,
    Job,
    RateBudget,
    Endpoint,
    Files,
    Terminal,
    Version,
}

/// How serious a failure is to a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// What was given is wrong: configuration, files, target.
    Usage,
    /// Atlas has no such thing, or no longer.
    NotFound,
    /// The credential, its role or the address.
    Access,
    /// Atlas is not reached, or lets nobody in now.
    Unreachable,
    Other,
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Ok,
    /// Works, and will not for long, or not as meant.
    Warning,
    Failure(Blame),
    /// Could not be looked at; the finding says why.
    Skipped,
}

/// A check that was made. All its text is clean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: Name,
    pub verdict: Verdict,
    /// One sentence, or a few words.
    pub finding: String,
    /// A command to run, or a place in Atlas. A failure and a warning have one.
    pub next_step: Option<String>,
    /// Status, code and request id of an answer, for a support case.
    pub evidence: Option<String>,
}

impl Name {
    pub const ALL: [Self; 19] = [
        Self::Credentials,
        Self::Keyring,
        Self::BaseUrl,
        Self::Proxy,
        Self::Dns,
        Self::Tcp,
        Self::Tls,
        Self::Answer,
        Self::Clock,
        Self::SignIn,
        Self::AccessList,
        Self::Project,
        Self::Role,
        Self::Job,
        Self::RateBudget,
        Self::Endpoint,
        Self::Files,
        Self::Terminal,
        Self::Version,
    ];

    /// The word for programs, stable within a schema number.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Keyring => "keyring",
            Self::BaseUrl => "base_url",
            Self::Proxy => "proxy",
            Self::Dns => "dns",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Answer => "answer",
            Self::Clock => "clock",
            Self::SignIn => "sign_in",
            Self::AccessList => "access_list",
            Self::Project => "project",
            Self::Role => "role",
            Self::Job => "job",
            Self::RateBudget => "rate_budget",
            Self::Endpoint => "endpoint",
            Self::Files => "files",
            Self::Terminal => "terminal",
            Self::Version => "version",
        }
    }

    /// The words for people, in at most twelve columns.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Credentials => "Credentials",
            Self::Keyring => "Keyring",
            Self::BaseUrl => "Base URL",
            Self::Proxy => "Proxy",
            Self::Dns => "DNS",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Answer => "Answer",
            Self::Clock => "Clock",
            Self::SignIn => "Sign-in",
            Self::AccessList => "Access list",
            Self::Project => "Project",
            Self::Role => "Role",
            Self::Job => "Restore job",
            Self::RateBudget => "Rate budget",
            Self::Endpoint => "Endpoint",
            Self::Files => "Files",
            Self::Terminal => "Terminal",
            Self::Version => "Version",
        }
    }

    /// As a check that went well.
    #[must_use]
    pub fn ok(self, finding: impl Into<String>) -> Check {
        Check::new(self, Verdict::Ok, finding.into(), None)
    }

    /// As a check of something that works, with what to do about it all the same.
    #[must_use]
    pub fn warning(self, finding: impl Into<String>, next_step: impl Into<String>) -> Check {
        Check::new(self, Verdict::Warning, finding.into(), Some(next_step.into()))
    }

    /// As a check that went wrong, with what to do about it.
    #[must_use]
    pub fn failure(self, blame: Blame, finding: impl Into<String>, next_step: impl Into<String>) -> Check {
        Check::new(self, Verdict::Failure(blame), finding.into(), Some(next_step.into()))
    }

    /// As a check that could not be made, and why.
    #[must_use]
    pub fn skipped(self, why: impl Into<String>) -> Check {
        Check::new(self, Verdict::Skipped, why.into(), None)
    }

    /// As a check that could not be made, and what to give for it.
    #[must_use]
    pub fn skipped_until(self, why: impl Into<String>, next_step: impl Into<String>) -> Check {
        Check::new(self, Verdict::Skipped, why.into(), Some(next_step.into()))
    }
}

impl Check {
    fn new(name: Name, verdict: Verdict, finding: String, next_step: Option<String>) -> Self {
        Self { name, verdict, finding, next_step, evidence: None }
    }

    /// The same with what a support case needs.
    #[must_use]
    pub fn with_evidence(self, evidence: Option<String>) -> Self {
        Self { evidence, ..self }
    }

    #[must_use]
    pub fn is_failure(&self) -> bool {
        matches!(self.verdict, Verdict::Failure(_))
    }
}

impl Verdict {
    /// The word for people and programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failure(_) => "failure",
            Self::Skipped => "skipped",
        }
    }

    /// One column wide. Never without the word beside it.
    #[must_use]
    pub fn glyph(self, ascii: bool) -> &'static str {
        match (self, ascii) {
            (Self::Ok, false) => "✔",
            (Self::Warning | Self::Failure(_), true) => "!",
            (Self::Warning, false) => "▲",
            (Self::Failure(_), false) => "✖",
            (Self::Ok, true) => "+",
            (Self::Skipped, false) => "·",
            (Self::Skipped, true) => "-",
        }
    }
}

impl Blame {
    /// As in the table of exit codes.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Usage => 2,
            Self::NotFound => 6,
            Self::Access => 7,
            Self::Unreachable => 8,
            Self::Other => 1,
        }
    }
}

/// What the whole comes to: the code of the first failure, and 0 where there is none.
#[must_use]
pub fn exit_code(checks: &[Check]) -> u8 {
    let codes = checks.iter().filter_map(|check| match check.verdict {
        Verdict::Failure(blame) => Some(blame.exit_code()),
        _ => None,
    });
    codes.into_iter().next().unwrap_or(0)
}

/// What to do first: about the first failure, else about the first warning.
#[must_use]
pub fn first_step(checks: &[Check]) -> Option<&Check> {
    let warning = || checks.iter().find(|check| check.verdict == Verdict::Warning);
    checks.iter().find(|check| check.is_failure()).or_else(warning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_in_order_and_fit_their_column() {
        assert!(Name::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        for name in Name::ALL {
            assert!(name.label().len() <= 12, "{}", name.label());
        }
    }

    #[test]
    fn the_first_failure_decides_and_comes_before_a_warning() {
        let warning = Name::Proxy.warning("an odd one", "change it");
        let tls = Name::Tls.failure(Blame::Unreachable, "expired", "set the clock");
        let role = Name::Role.failure(Blame::Access, "too small", "ask");
        assert_eq!(exit_code(&[]), 0);
        assert_eq!(exit_code(std::slice::from_ref(&warning)), 0);
        assert_eq!(first_step(std::slice::from_ref(&warning)), Some(&warning));
        let all = [warning, tls.clone(), role];
        assert_eq!(exit_code(&all), 8);
        assert_eq!(first_step(&all), Some(&tls));
        assert_eq!(first_step(&[Name::Dns.ok("found")]), None);
    }
}
