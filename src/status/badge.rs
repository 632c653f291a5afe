//! Badges: the endpoint document of shields.io, and an SVG of our own.
//!
//! Follows the endpoint schema of shields.io (unknown keys are refused there) and the geometry of its
//! flat style. The colours are our own: shields' fail WCAG AA with the text that they carry. The
//! message carries the day, since a static file cannot age, and says in words what colours say.

use std::fmt::Write as _;

use serde::Serialize;

use super::document::{Document, State, day_of};
use super::grade::Letter;
use super::xml::escape;
use crate::security::severity::Level;

/// How many severities a badge has room to name; the rest are counted together.
const NAMED_LEVELS: usize = 2;

/// Colours with at least 4.5:1 to the white text.
const LABEL_COLOUR: &str = "#555555";
const OK: &str = "#116329";
const LOW: &str = "#6e5800";
const MEDIUM: &str = "#9a4a00";
const CRITICAL: &str = "#a40e26";
const UNKNOWN: &str = "#57606a";

/// The endpoint document of shields.io.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// Always 1.
    pub schema_version: u8,
    /// The left half.
    pub label: String,
    /// The right half.
    pub message: String,
    /// The colour of the right half.
    pub color: &'static str,
    /// The colour of the left half.
    pub label_color: &'static str,
    /// Whether the badge shows that nothing is known; keeps users from overriding the colour.
    pub is_error: bool,
}

impl Endpoint {
    fn new(label: &str, message: String, color: &'static str) -> Self {
        Endpoint {
            schema_version: 1,
            label: label.to_owned(),
            message,
            color,
            label_color: LABEL_COLOUR,
            is_error: color == UNKNOWN,
        }
    }

    /// The bytes of the endpoint file.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("texts and numbers only");
        json.push('\n');
        json
    }
}

/// A badge of a status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// Its name, of which the files are named: `badge/grade.json`, `badge/grade.svg`.
    pub name: &'static str,
    /// What it shows.
    pub endpoint: Endpoint,
    /// The same in words, for those who do not see it.
    pub title: String,
}

impl Badge {
    /// The bytes of the SVG file.
    pub fn svg(&self) -> String {
        draw(&self.endpoint, &self.title)
    }
}

/// Every badge of a status.
pub fn all(document: &Document) -> Vec<Badge> {
    let badges = [
        ("grade", grade(document)),
        ("vulns", vulns(document)),
        ("updated", updated(document)),
        ("release", release(document)),
    ];
    let until = day_of(&document.valid_until);
    badges
        .into_iter()
        .map(|(name, endpoint)| {
            let said = endpoint.message.replace(" · ", ", ");
            let title = match name {
                "release" => format!("{}: {said}", endpoint.label),
                _ => format!("{}: {said}, checked {}, valid until {until}", endpoint.label, document.day()),
            };
            Badge { name, endpoint, title }
        })
        .collect()
}

/// `unknown`, with the last day on which something was known.
fn unknown(document: &Document) -> String {
    match &document.refreshed_at {
        Some(time) => format!("unknown · last known {}", day_of(time)),
        None => format!("unknown · {}", document.day()),
    }
}

fn grade(document: &Document) -> Endpoint {
    let letter = document.grade.letter;
    let color = match letter {
        Letter::APlus | Letter::A => OK,
        Letter::B => LOW,
        Letter::C | Letter::D => MEDIUM,
        Letter::E | Letter::F => CRITICAL,
        Letter::Unknown => UNKNOWN,
    };
    if document.state == State::Inconclusive {
        return Endpoint::new("security", unknown(document), UNKNOWN);
    }
    let open = document.counts.open.words();
    let worst = open.first().map_or(String::new(), |(_, words)| format!(" · {words}"));
    Endpoint::new("security", format!("{}{worst} · {}", letter.word(), document.day()), color)
}

fn vulns(document: &Document) -> Endpoint {
    let label = "vulnerabilities";
    let open = &document.counts.open;
    let (text, color) = match document.state {
        State::Inconclusive => return Endpoint::new(label, unknown(document), UNKNOWN),
        State::Ok => match document.counts.accepted {
            0 => ("none known".to_owned(), OK),
            accepted => (format!("{accepted} accepted"), LOW),
        },
        State::Findings => {
            let words = open.words();
            let others: usize = words.iter().skip(NAMED_LEVELS).map(|(number, _)| number).sum();
            let mut text: Vec<String> = words.into_iter().take(NAMED_LEVELS).map(|(_, words)| words).collect();
            if others > 0 {
                text.push(format!("{others} more"));
            }
            let worst = Level::ALL.into_iter().filter(|&level| open.of(level) > 0).max();
            let color = match worst {
                Some(Level::Critical | Level::High) => CRITICAL,
                Some(Level::Medium | Level::Unknown) | None => MEDIUM,
                Some(Level::Low | Level::None) => LOW,
            };
            (text.join(", "), color)
        }
    };
    Endpoint::new(label, format!("{text} · {}", document.day()), color)
}

fn updated(document: &Document) -> Endpoint {
    let label = "security status";
    match (document.state, &document.refreshed_at) {
        (State::Inconclusive, Some(time)) => {
            Endpoint::new(label, format!("not refreshed since {}", day_of(time)), UNKNOWN)
        }
        (State::Inconclusive, None) => Endpoint::new(label, unknown(document), UNKNOWN),
        _ => Endpoint::new(label, format!("{} · until {}", document.day(), day_of(&document.valid_until)), OK),
    }
}

fn release(document: &Document) -> Endpoint {
    let label = "release";
    if let Some(last) = &document.releases.last {
        let version = last.version.as_deref().unwrap_or("unnamed");
        let day = day_of(&last.time);
        return match last.outcome.as_str() {
            "ok" => Endpoint::new(label, format!("{version} · {day}"), OK),
            _ => Endpoint::new(label, format!("{version} failed · {day}"), CRITICAL),
        };
    }
    match &document.project.version_released {
        Some(version) => Endpoint::new(label, format!("{version} · as of {}", document.day()), OK),
        None => Endpoint::new(label, format!("none · {}", document.day()), UNKNOWN),
    }
}

/// The flat style: two halves of 20 pixels height, text in tenths of a pixel.
fn draw(badge: &Endpoint, title: &str) -> String {
    let (label, message) = (width(&badge.label), width(&badge.message));
    let (left, right) = (label + 10, message + 10);
    let total = left + right;
    let title = escape(title);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{total}\" height=\"20\" role=\"img\" \
         aria-label=\"{title}\"><title>{title}</title>\
         <linearGradient id=\"s\" x2=\"0\" y2=\"100%\"><stop offset=\"0\" stop-color=\"#bbb\" \
         stop-opacity=\".1\"/><stop offset=\"1\" stop-opacity=\".1\"/></linearGradient>\
         <clipPath id=\"r\"><rect width=\"{total}\" height=\"20\" rx=\"3\" fill=\"#fff\"/></clipPath>\
         <g clip-path=\"url(#r)\"><rect width=\"{left}\" height=\"20\" fill=\"{}\"/>\
         <rect x=\"{left}\" width=\"{right}\" height=\"20\" fill=\"{}\"/>\
         <rect width=\"{total}\" height=\"20\" fill=\"url(#s)\"/></g>\
         <g fill=\"#fff\" text-anchor=\"middle\" \
         font-family=\"Verdana,Geneva,DejaVu Sans,sans-serif\" font-size=\"110\" \
         text-rendering=\"geometricPrecision\">",
        badge.label_color, badge.color,
    );
    let halves =
        [(&badge.label, label, 10 * (1 + 5) + 5 * label), (&badge.message, message, 10 * (left - 1 + 5) + 5 * message)];
    for (text, width, x) in halves {
        let (text, length) = (escape(text), 10 * width);
        // Writing to a String cannot fail.
        let _ = write!(
            svg,
            "<text aria-hidden=\"true\" x=\"{x}\" y=\"150\" fill=\"#010101\" fill-opacity=\".3\" \
             transform=\"scale(.1)\" textLength=\"{length}\">{text}</text>\
             <text x=\"{x}\" y=\"140\" transform=\"scale(.1)\" textLength=\"{length}\">{text}</text>",
        );
    }
    svg.push_str("</g></svg>\n");
    svg
}

/// The width of a text in Verdana of 11 pixels, rounded down to whole pixels and up to an odd number,
/// as shields does so that halves sit on whole pixels.
fn width(text: &str) -> usize {
    let units: usize = text.chars().map(advance).sum();
    (units * 11 / UNITS_PER_EM) | 1
}

const UNITS_PER_EM: usize = 2048;

/// The advance of a character in font units; what is not in the table is as wide as an `m`.
fn advance(character: char) -> usize {
    match character {
        ' '..='~' => usize::from(ADVANCES[character as usize - ' ' as usize]),
        '·' => 745,
        c if c.is_control() => 0,
        _ => 1992,
    }
}

/// The advances of Verdana for ASCII from space to tilde.
#[rustfmt::skip]
const ADVANCES: [u16; 95] = [
    720, 806, 940, 1676, 1302, 2204, 1488, 550, 930, 930, 1302, 1676, 745, 930, 745, 930,
    1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 930, 930, 1676, 1676, 1676, 1117,
    2048, 1400, 1404, 1430, 1578, 1295, 1177, 1588, 1539, 862, 931, 1419, 1140, 1726, 1532, 1612,
    1235, 1612, 1424, 1400, 1262, 1499, 1400, 2025, 1403, 1260, 1403, 930, 930, 930, 1676, 1302,
    1302, 1230, 1276, 1067, 1276, 1220, 720, 1276, 1296, 562, 705, 1212, 562, 1992, 1296, 1243,
    1276, 1276, 874, 1067, 807, 1296, 1212, 1676, 1212, 1212, 1076, 1300, 930, 1300, 1676,
];
