//! Badges: strict keys, geometry, contrast, and hostile text.

use pyrelease::status::Document;
use pyrelease::status::badge::{Badge, all};
use serde_json::{Value, json};

use crate::support::json_schema::check;
use crate::support::statuses::{accepted_only, clean, every, findings, hostile, inconclusive, unrefreshed};

fn badge(document: &Document, name: &str) -> Badge {
    all(document).into_iter().find(|badge| badge.name == name).expect("a badge of that name")
}

fn shown(document: &Document, name: &str) -> (String, &'static str, bool) {
    let badge = badge(document, name).endpoint;
    (badge.message, badge.color, badge.is_error)
}

/// What shields.io takes from an endpoint: it refuses every other key. Written down from its own validation.
fn shields() -> Value {
    let text = json!({"type": "string"});
    json!({
        "type": "object",
        "required": ["schemaVersion", "label", "message"],
        "properties": {
            "schemaVersion": {"const": 1},
            "label": text, "message": text, "color": text, "labelColor": text,
            "isError": {"type": "boolean"},
            "namedLogo": text, "logoSvg": text, "logoColor": text, "logoSize": text,
            "logoWidth": {"type": "number"}, "logoPosition": {"type": "number"},
            "style": text,
            "cacheSeconds": {"type": "integer", "minimum": 0},
        },
        "additionalProperties": false,
    })
}

#[test]
fn endpoints_are_what_shields_takes() {
    for (name, status) in every() {
        for badge in all(&status.document) {
            let json: Value = serde_json::from_str(&badge.endpoint.to_json()).expect(name);
            assert_eq!(check(&json, &shields()), Ok(()), "{name} {}", badge.name);
            assert!(!json["message"].as_str().expect("a text").is_empty(), "shields refuses an empty message");
            let mut more = json.clone();
            more["run"] = "x".into();
            assert!(check(&more, &shields()).is_err(), "unknown keys are refused");
        }
    }
}

#[test]
fn the_message_says_the_state_in_words_with_the_day() {
    let text = |message: &str, color, error| (message.to_owned(), color, error);
    let document = clean().document;
    assert_eq!(shown(&document, "grade"), text("A+ · 2026-11-20", "#116329", false));
    assert_eq!(shown(&document, "vulns"), text("none known · 2026-11-20", "#116329", false));
    assert_eq!(shown(&document, "updated"), text("2026-11-20 · until 2026-11-22", "#116329", false));
    assert_eq!(shown(&document, "release"), text("1.4.2 · as of 2026-11-20", "#116329", false));
    assert_eq!(shown(&accepted_only().document, "vulns"), text("1 accepted · 2026-11-20", "#6e5800", false));
    let document = findings().document;
    assert_eq!(shown(&document, "vulns"), text("1 critical, 2 high, 9 more · 2026-11-20", "#a40e26", false));
    assert_eq!(shown(&document, "grade"), text("F · 1 critical · 2026-11-20", "#a40e26", false));
    assert_eq!(shown(&document, "release"), text("1.5 failed · 2026-11-19", "#a40e26", false));
    let mut unrated = document;
    unrated.counts.open = Default::default();
    unrated.counts.open.unknown = 2;
    unrated.counts.open.low = 1;
    assert_eq!(shown(&unrated, "vulns"), text("2 unrated, 1 low · 2026-11-20", "#9a4a00", false));
}

#[test]
fn unknown_is_grey_and_an_error_and_tells_since_when() {
    let grey = |message: &str| (message.to_owned(), "#57606a", true);
    let document = inconclusive().document;
    assert_eq!(shown(&document, "grade"), grey("unknown · last known 2026-11-19"));
    assert_eq!(shown(&document, "vulns"), grey("unknown · last known 2026-11-19"));
    assert_eq!(shown(&document, "updated"), grey("not refreshed since 2026-11-19"));
    let document = unrefreshed().document;
    assert_eq!(shown(&document, "vulns"), grey("unknown · last known 2026-11-20"));
    let mut never = inconclusive().document;
    never.refreshed_at = None;
    assert_eq!(shown(&never, "vulns"), grey("unknown · 2026-11-20"));
    assert_eq!(shown(&never, "updated"), grey("unknown · 2026-11-20"));
}

#[test]
fn the_geometry_is_that_of_the_flat_style() {
    let svg = badge(&clean().document, "grade").svg();
    // "security" is 43.5 pixels wide in Verdana 11, so 43; with 5 on each side 53.
    assert!(svg.contains("<rect width=\"53\" height=\"20\" fill=\"#555555\"/>"), "{svg}");
    assert!(svg.contains("x=\"275\" y=\"140\" transform=\"scale(.1)\" textLength=\"430\""));
    assert!(svg.contains("<rect x=\"53\" "));
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\""));
}

#[test]
fn the_svg_is_named_in_words() {
    let text = badge(&inconclusive().document, "grade").svg();
    let title = "security: unknown, last known 2026-11-19, checked 2026-11-20, valid until 2026-11-22";
    assert!(text.contains(&format!("role=\"img\" aria-label=\"{title}\"><title>{title}</title>")), "{text}");
    assert_eq!(text, badge(&inconclusive().document, "grade").svg());
}

#[test]
fn hostile_text_is_text_in_a_badge() {
    for badge in all(&hostile().document) {
        let svg = badge.svg();
        assert!(!svg.contains("<script") && !svg.contains("</script") && !svg.contains("<img"), "{svg}");
        assert!(svg.lines().all(|line| !line.starts_with("::")), "{svg}");
        assert_eq!(svg.lines().count(), 1);
        let json = badge.endpoint.to_json();
        assert!(!json.contains("\\u00") && json.lines().all(|line| !line.starts_with("::")), "{json}");
    }
    let mut document = clean().document;
    document.generated_at = "<b>&\"'\u{1}".to_owned();
    let text = badge(&document, "grade").svg();
    assert!(text.contains("&lt;b&gt;&amp;&quot;&#39;\u{fffd}") && !text.contains("<b>"), "{text}");
}

/// WCAG 2.2: the contrast of two colours written `#rrggbb`.
pub(crate) fn contrast(a: &str, b: &str) -> f64 {
    let luminance = |colour: &str| {
        let part = |at: usize| {
            let value = u8::from_str_radix(&colour[at..at + 2], 16).expect("hexadecimal");
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn white_text_can_be_read_on_every_colour() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.01);
    for (name, status) in every() {
        for badge in all(&status.document) {
            for colour in [badge.endpoint.color, badge.endpoint.label_color] {
                assert!(contrast(colour, "#ffffff") >= 6.0, "{name} {colour}");
            }
        }
    }
}
