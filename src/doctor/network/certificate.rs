//! What a server's certificate says of itself: for whom it is, who made it, from when until when. Reading only;
//! whether it is trusted is decided by the verifier that the client has, too.

use jiff::Timestamp;
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::{DirectoryString, GeneralName};

use crate::domain::text::{clean, shortened};

/// A name is cut here.
const NAME_MAX: usize = 60;

/// Beyond so many names the rest is counted.
const NAMES_MAX: usize = 3;

/// Makers of programs that open TLS on the way, as their certificates name them.
const INSPECTORS: [&str; 17] = [
    "Zscaler",
    "Netskope",
    "Palo Alto",
    "Fortinet",
    "FortiGate",
    "Blue Coat",
    "Symantec Web",
    "Cisco Umbrella",
    "Forcepoint",
    "Sophos",
    "Check Point",
    "Skyhigh",
    "McAfee Web",
    "Kaspersky",
    "Avast",
    "mitmproxy",
    "Charles Proxy",
];

/// The parts of a certificate that a person compares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Host names and addresses, cleaned.
    pub names: Vec<String>,
    /// Organization and common name of the issuer, cleaned.
    pub issuer: String,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    /// Issued by itself: nobody vouches for it.
    pub self_signed: bool,
}

impl Summary {
    /// Reads DER; `None` for what is no certificate that we can read.
    #[must_use]
    pub fn read(der: &[u8]) -> Option<Self> {
        let certificate = Certificate::from_der(der).ok()?;
        let body = certificate.tbs_certificate();
        let at = |time: x509_cert::time::Time| {
            let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
            Timestamp::from_second(seconds).ok()
        };
        let alternative = body.get_extension::<SubjectAltName>().ok().flatten();
        let names = alternative.map(|(_, names)| names.0).unwrap_or_default();
        let mut names: Vec<String> = names.iter().filter_map(name).collect();
        if names.is_empty() {
            // Clients have ignored it for years, and a person looks for it.
            names.extend(body.subject().common_name().ok().flatten().map(|name| tidy(&words(&name))));
        }
        let issuer = body.issuer();
        let organization = issuer.organization().ok().flatten().map(|name| words(&name));
        let common = issuer.common_name().ok().flatten().map(|name| words(&name));
        let issuer: Vec<String> = [organization, common].into_iter().flatten().collect();
        Some(Self {
            names,
            issuer: if issuer.is_empty() { "nobody".to_owned() } else { tidy(&issuer.join(", ")) },
            not_before: at(body.validity().not_before)?,
            not_after: at(body.validity().not_after)?,
            self_signed: body.issuer() == body.subject(),
        })
    }

    /// Whole days until it ends at `now`; negative once it has ended.
    #[must_use]
    pub fn days_left(&self, now: Timestamp) -> i64 {
        now.duration_until(self.not_after).as_secs().div_euclid(86_400)
    }

    /// The maker of a program that opens TLS on the way, where the issuer is one.
    #[must_use]
    pub fn inspector(&self) -> Option<&'static str> {
        let issuer = self.issuer.to_lowercase();
        INSPECTORS.into_iter().find(|maker| issuer.contains(&maker.to_lowercase()))
    }

    /// For whom it is, in words.
    #[must_use]
    pub fn whom(&self) -> String {
        let shown: Vec<&str> = self.names.iter().take(NAMES_MAX).map(String::as_str).collect();
        match self.names.len().saturating_sub(NAMES_MAX) {
            0 if shown.is_empty() => "nobody".to_owned(),
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    }
}

fn name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(tidy(name.as_str())),
        GeneralName::IpAddress(bytes) => {
            let bytes = bytes.as_bytes();
            let four = <[u8; 4]>::try_from(bytes).map(|four| std::net::IpAddr::from(four).to_string());
            let sixteen = || <[u8; 16]>::try_from(bytes).map(|six| std::net::IpAddr::from(six).to_string());
            four.or_else(|_| sixteen()).ok()
        }
        _ => None,
    }
}

fn words(name: &DirectoryString) -> String {
    match name {
        DirectoryString::PrintableString(text) => text.to_string(),
        DirectoryString::TeletexString(text) => text.to_string(),
        DirectoryString::Utf8String(text) => text.clone(),
        DirectoryString::BmpString(text) => text.to_string(),
    }
}

fn tidy(text: &str) -> String {
    shortened(&clean(text), NAME_MAX).into_owned()
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, Issuer, KeyPair};

    use super::*;

    fn issued(organization: &str, names: &[&str]) -> Summary {
        let key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.distinguished_name = rcgen::DistinguishedName::new();
        authority.distinguished_name.push(DnType::OrganizationName, organization);
        authority.distinguished_name.push(DnType::CommonName, "Root\u{202e} 1");
        let issuer = Issuer::new(authority, &key);
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2026, 12, 1);
        let own = KeyPair::generate().unwrap();
        Summary::read(params.signed_by(&own, &issuer).unwrap().der()).unwrap()
    }

    #[test]
    fn names_issuer_and_dates_are_read_and_cleaned() {
        let summary = issued("Example Trust", &["cloud.mongodb.com", "127.0.0.1", "a.example", "b.example"]);
        assert_eq!(summary.whom(), "cloud.mongodb.com, 127.0.0.1, a.example and 1 more");
        assert_eq!(summary.issuer, "Example Trust, Root 1");
        assert_eq!(summary.not_after.to_string(), "2026-12-01T00:00:00Z");
        assert_eq!(summary.days_left("2026-11-28T01:00:00Z".parse().unwrap()), 2);
        assert_eq!(summary.days_left("2026-12-01T01:00:00Z".parse().unwrap()), -1);
        assert_eq!((summary.inspector(), summary.self_signed), (None, false));
    }

    #[test]
    fn the_maker_of_an_inspecting_proxy_is_known_by_the_issuer() {
        assert_eq!(issued("Zscaler Inc.", &["cloud.mongodb.com"]).inspector(), Some("Zscaler"));
        assert_eq!(issued("MITMPROXY", &["cloud.mongodb.com"]).inspector(), Some("mitmproxy"));
    }

    #[test]
    fn what_is_no_certificate_is_none() {
        assert_eq!(Summary::read(b"nonsense"), None);
        assert_eq!(Summary::read(&[]), None);
    }
}
