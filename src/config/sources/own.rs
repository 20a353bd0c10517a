//! What our config file says about signing in: at its top level for the session, and in `[profiles.NAME]`.
//!
//! No secrets: files of settings are copied, shown and committed. A secret in it is refused, and not repeated.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Hidden, Layer, Origin, Placed};
use crate::api::base_url::BaseUrl;
use crate::config::{Source, Sourced};
use crate::domain::id::ObjectId;
use crate::domain::profile::Profile;

/// Names under which people might write a secret, and what to write in their place.
const SECRETS: [(&str, &str); 9] = [
    ("private_key", "private_key_file"),
    ("private_api_key", "private_key_file"),
    ("api_key", "private_key_file"),
    ("password", "private_key_file"),
    ("client_secret", "client_secret_file"),
    ("secret", "client_secret_file"),
    ("access_token", "credential_command"),
    ("token", "credential_command"),
    ("refresh_token", "credential_command"),
];

/// Why a key that the file may not have is refused, if it is one for a secret.
#[must_use]
pub fn secret(key: &str) -> Option<String> {
    let (_, other) = SECRETS.into_iter().find(|(name, _)| key.eq_ignore_ascii_case(name))?;
    let where_to = if other == "credential_command" {
        "name a command that prints it"
    } else {
        "put it into a file of its own (mode 600) and name that"
    };
    Some(format!("a secret does not belong into this file; {where_to} in `{other}`"))
}

/// What one table says.
#[derive(Debug, Clone, Default)]
pub struct Account {
    pub base_url: Option<BaseUrl>,
    pub project_id: Option<ObjectId>,
    pub public_key: Option<String>,
    pub private_key_file: Option<PathBuf>,
    pub client_id: Option<String>,
    pub client_secret_file: Option<PathBuf>,
    pub credential_command: Option<Vec<String>>,
}

/// `[profiles.NAME]`, as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::config) struct Table {
    #[serde(deserialize_with = "super::super::file::base_url")]
    base_url: Option<BaseUrl>,
    #[serde(deserialize_with = "super::super::file::project")]
    project_id: Option<ObjectId>,
    public_key: Option<String>,
    private_key_file: Option<PathBuf>,
    client_id: Option<String>,
    client_secret_file: Option<PathBuf>,
    #[serde(deserialize_with = "super::super::reactions::command")]
    credential_command: Option<Vec<String>>,
}

impl From<Table> for Account {
    fn from(table: Table) -> Self {
        Self {
            base_url: table.base_url,
            project_id: table.project_id,
            public_key: table.public_key,
            private_key_file: table.private_key_file,
            client_id: table.client_id,
            client_secret_file: table.client_secret_file,
            credential_command: table.credential_command,
        }
    }
}

impl Account {
    fn layer(&self, origin: Origin, directory: &Path, home: Option<&Path>) -> Layer {
        let text = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let file = |path: &Option<PathBuf>| {
            let path = path.clone().filter(|path| !path.as_os_str().is_empty())?;
            Some(Hidden::In(directory.join(super::key_file::at_home(path, home))))
        };
        let mut layer = Layer::new(origin);
        layer.parts.public_key = text(&self.public_key);
        layer.parts.private_key = file(&self.private_key_file);
        layer.parts.client_id = text(&self.client_id);
        layer.parts.client_secret = file(&self.client_secret_file);
        layer.parts.command.clone_from(&self.credential_command);
        layer.project = self.project_id.as_ref().map(|id| (Source::File, id.to_string()));
        layer.place = self
            .base_url
            .clone()
            .map(|value| -> Result<Placed, String> { Ok(Sourced { value, source: Source::File }) });
        layer
    }
}

/// All that our config file says.
#[derive(Debug, Clone, Default)]
pub struct Own {
    /// Which profile the session is to have.
    pub profile: Option<Profile>,
    pub session: Account,
    pub profiles: BTreeMap<Profile, Account>,
    /// Where the file is: the files that it names are looked for from there.
    pub directory: PathBuf,
    pub home: Option<PathBuf>,
}

impl Own {
    #[must_use]
    pub fn session(&self) -> Layer {
        self.session.layer(Origin::Own(None), &self.directory, self.home.as_deref())
    }

    #[must_use]
    pub fn layer(&self, profile: &Profile) -> Option<Layer> {
        let account = self.profiles.get(profile)?;
        Some(account.layer(Origin::Own(Some(profile.clone())), &self.directory, self.home.as_deref()))
    }
}
