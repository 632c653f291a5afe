//! A validator for the part of JSON Schema that our schemas use. A keyword that is not known here
//! fails the test, so nothing is passed over.

use serde_json::{Map, Value};

/// Checks a value against a schema; the error says where and why.
pub(crate) fn check(value: &Value, schema: &Value) -> Result<(), String> {
    Validator { root: schema }.check(value, schema, "")
}

struct Validator<'a> {
    root: &'a Value,
}

impl Validator<'_> {
    fn check(&self, value: &Value, schema: &Value, at: &str) -> Result<(), String> {
        let keywords = schema.as_object().ok_or(format!("{at}: no schema object"))?;
        for (keyword, rule) in keywords {
            let fits = match keyword.as_str() {
                "$schema" | "$defs" | "title" | "description" => true,
                "$ref" => {
                    let name = rule.as_str().and_then(|r| r.strip_prefix("#/$defs/"));
                    let target = &self.root["$defs"][name.expect("a local reference")];
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
                    assert_eq!(*rule, Value::Bool(false), "{at}");
                    let known = map(&keywords["properties"]);
                    let mut keys = value.as_object().into_iter().flat_map(Map::keys);
                    keys.all(|key| known.contains_key(key))
                }
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
        "uri" => text.starts_with("https://"),
        other => panic!("format {other}"),
    }
}
