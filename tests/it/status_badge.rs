//! Badges: strict keys, geometry, contrast, and hostile text.

use pyrelease::status::badge::{Endpoint, svg};
use serde_json::Value;

use crate::support::statuses::{accepted_only, clean, every, findings, hostile, inconclusive};

#[test]
fn the_endpoint_has_only_keys_that_shields_knows() {
    for (name, document) in every() {
        let json: Value = serde_json::from_str(&Endpoint::of(&document).to_json()).expect(name);
        let keys: Vec<&String> = json.as_object().expect("a map").keys().collect();
        assert_eq!(keys, ["schemaVersion", "label", "message", "color", "labelColor", "isError"], "{name}");
        assert_eq!(json["schemaVersion"], 1);
        assert!(!json["message"].as_str().expect("a text").is_empty());
    }
}

#[test]
fn the_message_says_the_state_in_words_with_the_day() {
    let badge = |document| {
        let badge = Endpoint::of(&document);
        (badge.message, badge.color, badge.is_error)
    };
    assert_eq!(badge(clean()), ("no known vulnerabilities · 2026-11-20".to_owned(), "#116329", false));
    assert_eq!(badge(accepted_only()), ("1 accepted · 2026-11-20".to_owned(), "#6e5800", false));
    assert_eq!(badge(inconclusive()), ("unknown · 2026-11-20".to_owned(), "#57606a", true));
    assert_eq!(badge(findings()), ("1 critical, 2 high, 9 more · 2026-11-20".to_owned(), "#a40e26", false));
    let mut unrated = findings();
    unrated.counts.open = Default::default();
    unrated.counts.open.unknown = 2;
    unrated.counts.open.low = 1;
    assert_eq!(badge(unrated), ("2 unrated, 1 low · 2026-11-20".to_owned(), "#9a4a00", false));
}

#[test]
fn the_geometry_is_that_of_the_flat_style() {
    let svg = svg(&clean());
    // "security" is 43.5 pixels wide in Verdana 11, so 43; with 5 on each side 53.
    assert!(svg.contains("<rect width=\"53\" height=\"20\" fill=\"#555555\"/>"), "{svg}");
    assert!(svg.contains("x=\"275\" y=\"140\" transform=\"scale(.1)\" textLength=\"430\""));
    assert!(svg.contains("<rect x=\"53\" "));
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\""));
}

#[test]
fn the_svg_is_named_in_words() {
    let text = svg(&inconclusive());
    let title = "security: unknown, checked 2026-11-20, valid until 2026-11-22";
    assert!(text.contains(&format!("role=\"img\" aria-label=\"{title}\"><title>{title}</title>")));
    assert_eq!(text, svg(&inconclusive()));
}

#[test]
fn hostile_text_does_not_get_into_a_badge() {
    let document = hostile();
    for text in [svg(&document), Endpoint::of(&document).to_json()] {
        assert!(!text.contains("alert") && !text.contains("set-env"), "{text}");
    }
    let mut document = clean();
    document.generated_at = "<b>&\"'".to_owned();
    let text = svg(&document);
    assert!(text.contains("&lt;b&gt;&amp;&quot;&#39;") && !text.contains("<b>"), "{text}");
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
    for (name, document) in every() {
        let badge = Endpoint::of(&document);
        for colour in [badge.color, badge.label_color] {
            assert!(contrast(colour, "#ffffff") >= 6.0, "{name} {colour}");
        }
    }
}
