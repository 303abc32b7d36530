//! The differential check: fixtures and the command against GDAL, through rasterio.

use std::process::Command;

use crate::Outcome;
use crate::workspace::{cargo, python, root, run as execute};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let Some(python) = python("rasterio") else {
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
