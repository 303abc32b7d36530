//! The differential check: fixtures and the command against GDAL, through rasterio.

use std::process::Command;

use crate::Outcome;
use crate::workspace::{cargo, root, run as execute};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let Some(python) = python() else {
        return Err(vec![
            "no Python with rasterio: nothing was compared. pip install -r fixtures/requirements.txt, or set PYTHON".into(),
        ]);
    };
    execute(cargo().args(["build", "--quiet", "--locked", "--package", "geotiff-cli"]))
        .map_err(|e| vec![e])?;
    let mut command = Command::new(python);
    command.current_dir(root()).arg("fixtures/check.py").args(arguments);
    execute(&mut command).map_err(|e| vec![e])
}

/// The first Python that has rasterio.
fn python() -> Option<String> {
    let chosen = std::env::var("PYTHON").ok();
    let local = root().join("fixtures/venv/bin/python").display().to_string();
    [chosen.unwrap_or_default(), local, "python3".into(), "python".into()].into_iter().find(|python| {
        let mut command = Command::new(python);
        command.args(["-c", "import rasterio"]).output().is_ok_and(|o| o.status.success())
    })
}
