//! A validator for the part of JSON Schema that our schemas use, and for the dialect of OpenAPI 3.0. A keyword
//! that is not known here fails the test, so nothing is passed over.

use serde_json::{Map, Value};

/// Checks a value against a schema; the error says where and why.
pub(crate) fn check(value: &Value, schema: &Value) -> Result<(), String> {
    Validator { root: schema }.check(value, schema, "")
}

#[cfg(not(offline))]
/// The same with a schema that is a part of a larger document, which its references lead into.
pub(crate) fn check_below(value: &Value, schema: &Value, root: &Value) -> Result<(), String> {
    Validator { root }.check(value, schema, "")
}

struct Validator<'a> {
    root: &'a Value,
}

impl Validator<'_> {
    fn check(&self, value: &Value, schema: &Value, at: &str) -> Result<(), String> {
        let keywords = schema.as_object().ok_or(format!("{at}: no schema object"))?;
        if keywords.get("nullable") == Some(&Value::Bool(true)) && value.is_null() {
            return Ok(());
        }
        for (keyword, rule) in keywords {
            let fits = match keyword.as_str() {
                "$schema" | "$defs" | "title" | "description" => true,
                // Of OpenAPI; the first was looked at above.
                "nullable" | "example" | "examples" | "default" | "deprecated" | "externalDocs" => true,
                keyword if keyword.starts_with("x-") => true,
                "$ref" => {
                    let pointer = rule.as_str().and_then(|reference| reference.strip_prefix('#'));
                    let target = self.root.pointer(pointer.expect("a local reference")).expect("it leads somewhere");
                    self.check(value, target, at)?;
                    true
                }
                "type" => match rule {
                    Value::Array(kinds) => kinds.iter().any(|kind| is(value, kind)),
                    kind => is(value, kind),
                },
                "enum" => list(rule).contains(value),
                "const" => rule == value,
                "oneOf" | "anyOf" => list(rule).iter().any(|choice| self.check(value, choice, at).is_ok()),
                "allOf" => list(rule).iter().all(|part| self.check(value, part, at).is_ok()),
                "required" => list(rule)
                    .iter()
                    .filter_map(Value::as_str)
                    .all(|key| !value.is_object() || value.get(key).is_some()),
                "properties" => {
                    for (key, schema) in map(rule) {
                        if let Some(value) = value.get(key) {
                            self.check(value, schema, &format!("{at}/{key}"))?;
                        }
                    }
                    true
                }
                "additionalProperties" => {
                    let nothing = Map::new();
                    let known = keywords.get("properties").map_or(&nothing, map);
                    let more = value.as_object().into_iter().flatten().filter(|(key, _)| !known.contains_key(*key));
                    let mut fits = true;
                    for (key, value) in more {
                        match rule {
                            Value::Bool(allowed) => fits &= allowed,
                            schema => self.check(value, schema, &format!("{at}/{key}"))?,
                        }
                    }
                    fits
                }
                "minLength" => value.as_str().is_none_or(|v| v.chars().count() as u64 >= number(rule)),
                "maxLength" => value.as_str().is_none_or(|v| v.chars().count() as u64 <= number(rule)),
                "maxProperties" => value.as_object().is_none_or(|v| v.len() as u64 <= number(rule)),
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(item, rule, &format!("{at}/{index}"))?;
                    }
                    true
                }
                "minimum" => value.as_f64().is_none_or(|v| Some(v) >= rule.as_f64()),
                "maximum" => value.as_f64().is_none_or(|v| Some(v) <= rule.as_f64()),
                "format" => has_format(value, rule.as_str().expect("a word")),
                other => panic!("{at}: keyword {other}"),
            };
            if !fits {
                return Err(format!("{at}: {keyword}: {value}"));
            }
        }
        Ok(())
    }
}

fn number(rule: &Value) -> u64 {
    rule.as_u64().expect("a number")
}

fn list(rule: &Value) -> &[Value] {
    rule.as_array().expect("a list")
}

fn map(rule: &Value) -> &Map<String, Value> {
    rule.as_object().expect("a map")
}

fn is(value: &Value, kind: &Value) -> bool {
    match kind.as_str().expect("a word") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("type {other}"),
    }
}

fn has_format(value: &Value, format: &str) -> bool {
    let Some(text) = value.as_str() else {
        return true;
    };
    match format {
        "date-time" => text.parse::<jiff::Timestamp>().is_ok(),
        "date" => text.parse::<jiff::civil::Date>().is_ok(),
        // Servers of tests have no other address.
        "uri" => text.starts_with("https://") || text.starts_with("http://127.0.0.1"),
        "email" => text.contains('@'),
        "int64" | "binary" => true,
        other => panic!("format {other}"),
    }
}
