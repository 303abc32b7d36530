//! What WKT 1 says otherwise than WKT 2: projection and parameter names of GDAL and ESRI.

use super::tree::Node;
use crate::error::{Error, Result};
use crate::method::{self, Method, Param, Quantity};
use crate::model::{Conversion, Parameter};
use crate::units::{Unit, UnitKind};

/// The conversion of a WKT 1 `PROJCS`.
pub(super) fn conversion(node: &Node, angular: &Unit, linear: &Unit) -> Result<Conversion> {
    let name = node.require(&["PROJECTION"])?.name();
    let mut values = Values(
        node.all(&["PARAMETER"])
            .map(|parameter| Ok((method::canonical(parameter.name()), parameter.number(1)?)))
            .collect::<Result<Vec<_>>>()?,
    );
    if node
        .all(&["AXIS"])
        .any(|axis| axis.text(1).is_some_and(|direction| direction.eq_ignore_ascii_case("SOUTH")))
    {
        values.0.push((method::canonical("south_axis"), 1.0));
    }
    let extension = node.all(&["EXTENSION"]).find_map(|node| node.text(1)).unwrap_or("");
    let method = choose(name, &values, extension)
        .ok_or_else(|| Error::unsupported(format!("projection {name:?} of WKT 1 is not known")))?;
    let parameters =
        method.params.iter().map(|param| parameter(param, method, name, &values, angular, linear)).collect();
    Ok(Conversion {
        name: "unnamed".to_owned(),
        method: method.name.to_owned(),
        method_code: (method.code != 0).then_some(method.code),
        parameters,
        id: None,
    })
}

/// The values of a projection by canonical parameter name.
struct Values(Vec<(String, f64)>);

impl Values {
    fn get(&self, name: &str) -> Option<f64> {
        let wanted = method::canonical(name);
        self.0.iter().find(|(known, _)| *known == wanted).map(|(_, value)| *value)
    }
}

/// The method, where the name alone does not say which: by the parameters.
fn choose(name: &str, values: &Values, extension: &str) -> Option<&'static Method> {
    let pseudo_mercator = extension.contains("+proj=merc") && extension.contains("+nadgrids=@null");
    let code = match method::canonical(name).as_str() {
        "mercator1sp" | "mercator2sp" if pseudo_mercator => 1024,
        "mercator1sp" if values.get("standard_parallel_1").is_some_and(|lat| lat != 0.0) => 9805,
        "krovak" => {
            // ESRI turns and mirrors the plane by parameters, GDAL says by the axes where they point.
            let south =
                values.get("x_scale").is_some_and(|scale| scale > 0.0) || values.get("south_axis").is_some();
            if south { 9819 } else { 1041 }
        }
        "lambertconformalconic" if values.get("standard_parallel_2").is_none() => 9801,
        "polarstereographic" => {
            // GDAL writes both variants under this name; at the pole itself the scale is given there.
            let pole = values.get("latitude_of_origin").is_none_or(|lat| (lat.abs() - 90.0).abs() < 1e-10);
            let scaled = values.get("scale_factor").is_some_and(|k| (k - 1.0).abs() > 1e-10);
            if pole || scaled { 9810 } else { 9829 }
        }
        "geostationarysatellite" if extension.contains("+sweep=x") => {
            return method::find(None, "Geostationary Satellite (Sweep X)");
        }
        "goodehomolosine" => {
            let views =
                ["Goode Homolosine", "Interrupted Goode Homolosine", "Interrupted Goode Homolosine Ocean"];
            let option = values.get("option").unwrap_or(0.0);
            return method::find(None, views.get(option as usize)?);
        }
        _ => return method::by_wkt1(name),
    };
    method::by_code(code)
}

fn parameter(
    param: &Param,
    method: &Method,
    projection: &str,
    values: &Values,
    angular: &Unit,
    linear: &Unit,
) -> Parameter {
    let mut value = param.wkt1.iter().find_map(|name| values.get(name));
    let projection = method::canonical(projection);
    if value.is_none() {
        value = match (param.code, projection.as_str()) {
            // Without it the grid is rectified by the azimuth itself.
            (8814, _) if projection.starts_with("swiss") => Some(90.0),
            (8813, _) if projection.starts_with("swiss") => Some(90.0),
            (8814, _) => values.get("azimuth"),
            (8823, "behrmann") => Some(30.0),
            // The south pole's projections have their sign in the name.
            (8832, "stereographicsouthpole") => Some(-90.0),
            (8832, "stereographicnorthpole") => Some(90.0),
            // One standard parallel is the origin as well.
            (8801, "lambertconformalconic") => values.get("standard_parallel_1"),
            (8818, _) => Some(78.5),
            _ => None,
        };
    }
    if method.code == 9801 && param.code == 8801 {
        value = values.get("latitude_of_origin").or(values.get("standard_parallel_1"));
    }
    if method.code == 1041 && param.code == 1036 {
        // ESRI gives the azimuth in degrees of co-latitude, as GDAL does.
        value = values.get("azimuth");
    }
    let unit = match param.quantity {
        Quantity::Angle => angular.clone(),
        Quantity::Length => linear.clone(),
        Quantity::Scale => Unit::new("unity", UnitKind::Scale, 1.0),
    };
    Parameter {
        name: param.name.to_owned(),
        value: value.unwrap_or(param.default()),
        unit,
        code: (param.code != 0).then_some(param.code),
    }
}
