//! Variables of the environment, and what was set instead.

use std::collections::BTreeMap;
use std::time::Duration;

/// Names and values as the environment spells them.
#[derive(Clone)]
#[cfg_attr(not(feature = "object_store"), allow(dead_code))]
pub(super) struct Settings {
    variables: BTreeMap<String, String>,
    pub(super) connect_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { variables: BTreeMap::new(), connect_timeout: Duration::from_secs(10) }
    }
}

impl Settings {
    /// What the process's environment holds for the services that are known here.
    pub(super) fn from_env() -> Self {
        let known = ["AWS_", "GOOGLE_", "GS_", "STORAGE_EMULATOR_HOST", "AZURE_"];
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| known.iter().any(|prefix| name.starts_with(prefix)))
            .collect();
        Self { variables, ..Self::default() }
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }
}

#[cfg(feature = "object_store")]
impl Settings {
    /// The value of the first of these names that is set and not empty.
    pub(super) fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.variables.get(*name)).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// Whether one of these names is set to what GDAL and others take for yes.
    pub(super) fn is_on(&self, names: &[&str]) -> bool {
        let is_yes = |value: &str| matches!(value.to_ascii_lowercase().as_str(), "yes" | "true" | "on" | "1");
        names.iter().any(|name| self.first(&[name]).is_some_and(is_yes))
    }

    /// All whose name begins so, the name in lower case, as `object_store` spells its settings.
    pub(super) fn starting(&self, prefix: &str) -> impl Iterator<Item = (String, &str)> {
        let found =
            self.variables.iter().filter(move |(name, value)| name.starts_with(prefix) && !value.is_empty());
        found.map(|(name, value)| (name.to_ascii_lowercase(), value.as_str()))
    }
}
