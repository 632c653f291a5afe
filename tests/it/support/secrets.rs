//! Secrets of every kind, made while a test runs: none stands in the repository.

use flate2::Crc;

use super::random::Random;

const DIGITS: &str = "0123456789";
const HEX: &str = "0123456789abcdef";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ALNUM: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const URL_SAFE: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const BASE64: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/";
const BASE_32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A part of a value: itself, or so many characters of an alphabet.
enum Part {
    Is(&'static str),
    Of(&'static str, usize),
    /// Six digits of base 62 that check the thirty characters before them.
    Checksum,
}
use Part::{Checksum, Is, Of};

/// What stands before a value where only its name tells what it is.
fn name_of(kind: &str) -> &'static str {
    match kind {
        "a secret key of AWS" => "aws_secret_access_key = ",
        "a token of Cloudflare" => "CLOUDFLARE_API_TOKEN=",
        "a token of Gitea" => "GITEA_TOKEN: ",
        "a key of Datadog" => "DD_API_KEY=",
        "a key of Heroku" => "HEROKU_API_KEY=",
        "a password in an address" => "postgresql://app:",
        _ => "",
    }
}

/// What stands behind it.
fn end_of(kind: &str) -> &'static str {
    match kind {
        "a password in an address" => "@db.acme-internal.io:5432/app",
        "a private key" => "-----END RSA PRIVATE KEY-----",
        "a private key of PuTTY" => {
            "
Private-MAC: 0"
        }
        _ => "",
    }
}

/// The kinds and the forms of their values, as their makers document them.
const KINDS: &[(&str, &[Part])] = &[
    ("a token of PyPI", &[Is("pypi-AgEIcHlwaS5vcmc"), Of(URL_SAFE, 140)]),
    ("a token of TestPyPI", &[Is("pypi-AgENdGVzdC5weXBpLm9yZw"), Of(URL_SAFE, 140)]),
    ("a token of GitHub", &[Is("ghp_"), Of(ALNUM, 30), Checksum]),
    ("a token of GitHub", &[Is("gho_"), Of(ALNUM, 30), Checksum]),
    ("a token of GitHub", &[Is("ghs_"), Of(ALNUM, 30), Checksum]),
    ("a token of GitHub", &[Is("github_pat_"), Of(ALNUM, 22), Is("_"), Of(ALNUM, 59)]),
    ("a token of GitLab", &[Is("glpat-"), Of(URL_SAFE, 20)]),
    ("a deploy token of GitLab", &[Is("gldt-"), Of(URL_SAFE, 20)]),
    ("a trigger token of GitLab", &[Is("glptt-"), Of(HEX, 40)]),
    ("a key of AWS", &[Is("AKIA"), Of(BASE_32, 16)]),
    ("a temporary key of AWS", &[Is("ASIA"), Of(BASE_32, 16)]),
    ("a secret key of AWS", &[Of(BASE64, 40)]),
    ("an API key of Google", &[Is("AIza"), Of(URL_SAFE, 35)]),
    ("a client secret of Google", &[Is("GOCSPX-"), Of(URL_SAFE, 28)]),
    ("a storage key of Azure", &[Is("AccountKey="), Of(BASE64, 86), Is("==")]),
    ("a client secret of Azure", &[Of(ALNUM, 3), Is("8Q~"), Of(URL_SAFE, 34)]),
    ("a token of Azure DevOps", &[Of(ALNUM, 76), Is("AZDO"), Of(ALNUM, 4)]),
    ("a bot token of Slack", &[Is("xoxb-"), Of(DIGITS, 12), Is("-"), Of(DIGITS, 12), Is("-"), Of(ALNUM, 24)]),
    (
        "a webhook of Slack",
        &[Is("hooks.slack.com/services/T"), Of(UPPER, 10), Is("/B"), Of(UPPER, 10), Is("/"), Of(ALNUM, 24)],
    ),
    ("a live key of Stripe", &[Is("sk_live_"), Of(ALNUM, 99)]),
    ("a token of npm", &[Is("npm_"), Of(ALNUM, 36)]),
    ("a token of a registry of npm", &[Is("_authToken="), Of(HEX, 36)]),
    ("a token of Docker", &[Is("dckr_pat_"), Of(URL_SAFE, 27)]),
    ("a key of Anthropic", &[Is("sk-ant-api03-"), Of(URL_SAFE, 93), Is("AA")]),
    ("a key of OpenAI", &[Is("sk-"), Of(ALNUM, 20), Is("T3BlbkFJ"), Of(ALNUM, 20)]),
    ("a key of OpenAI", &[Is("sk-proj-"), Of(URL_SAFE, 74), Is("T3BlbkFJ"), Of(URL_SAFE, 74)]),
    ("a token of Hugging Face", &[Is("hf_"), Of(LETTERS, 34)]),
    ("a token of Databricks", &[Is("dapi"), Of(HEX, 32)]),
    ("a token of DigitalOcean", &[Is("dop_v1_"), Of(HEX, 64)]),
    ("a key of SendGrid", &[Is("SG."), Of(URL_SAFE, 22), Is("."), Of(URL_SAFE, 43)]),
    ("a key of Mailgun", &[Is("key-"), Of(HEX, 32)]),
    ("a key of Mailchimp", &[Of(HEX, 32), Is("-us12")]),
    ("a token of a bot of Telegram", &[Of(DIGITS, 10), Is(":AA"), Of(URL_SAFE, 33)]),
    ("a webhook of Discord", &[Is("discord.com/api/webhooks/"), Of(DIGITS, 18), Is("/"), Of(URL_SAFE, 68)]),
    ("a token of Shopify", &[Is("shpat_"), Of(HEX, 32)]),
    ("a token of Atlassian", &[Is("ATATT3"), Of(URL_SAFE, 177), Is("="), Of(HEX, 8)]),
    ("a key of Linear", &[Is("lin_api_"), Of(ALNUM, 40)]),
    ("a token of Notion", &[Is("ntn_"), Of(DIGITS, 11), Of(ALNUM, 35)]),
    ("a token of Airtable", &[Is("pat"), Of(ALNUM, 14), Is("."), Of(HEX, 64)]),
    ("a key of Postman", &[Is("PMAK-"), Of(HEX, 24), Is("-"), Of(HEX, 34)]),
    ("a key of New Relic", &[Is("NRAK-"), Of(UPPER, 27)]),
    ("a token of Grafana", &[Is("glsa_"), Of(ALNUM, 32), Is("_"), Of(HEX, 8)]),
    ("a token of Vault", &[Is("hvs."), Of(URL_SAFE, 95)]),
    ("a token of Terraform", &[Of(ALNUM, 14), Is(".atlasv1."), Of(URL_SAFE, 67)]),
    ("a token of Pulumi", &[Is("pul-"), Of(HEX, 40)]),
    ("a token of RubyGems", &[Is("rubygems_"), Of(HEX, 48)]),
    ("a token of Cloudflare", &[Of(URL_SAFE, 40)]),
    ("a token of Gitea", &[Of(HEX, 40)]),
    ("a key of Datadog", &[Of(HEX, 32)]),
    ("a web token", &[Is("eyJhbGciOiJI"), Of(URL_SAFE, 24), Is(".eyJ"), Of(URL_SAFE, 60), Is("."), Of(URL_SAFE, 43)]),
    ("a password in an address", &[Of(ALNUM, 20)]),
    (
        "a private key",
        &[Is("-----BEGIN RSA"), Is(" PRIVATE KEY-----\n"), Of(BASE64, 64), Is("\n"), Of(BASE64, 64), Is("\n")],
    ),
    (
        "a private key of PuTTY",
        &[
            Is("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: work\nPublic-Lines: 2\n"),
            Of(BASE64, 64),
            Is("\n"),
            Of(BASE64, 16),
            Is("\nPrivate-Lines: 1\n"),
            Of(BASE64, 48),
        ],
    ),
];

/// A secret in the text around it.
pub(crate) struct Planted {
    pub(crate) kind: &'static str,
    pub(crate) value: String,
    /// The value with what tells what it is.
    pub(crate) text: String,
}

/// One of each form.
pub(crate) fn planted(random: &mut Random) -> Vec<Planted> {
    let plant = |(kind, parts): &(&'static str, &[Part])| {
        let value = made(parts, random);
        let text = format!("{}{value}{}", name_of(kind), end_of(kind));
        Planted { kind, value, text }
    };
    KINDS.iter().map(plant).collect()
}

/// One of a kind, with what tells what it is.
pub(crate) fn value(kind: &str, random: &mut Random) -> String {
    planted(random).into_iter().find(|planted| planted.kind == kind).expect("there is such a kind").text
}

fn made(parts: &[Part], random: &mut Random) -> String {
    let mut value = String::new();
    for part in parts {
        match part {
            Is(text) => value += text,
            Of(alphabet, length) => {
                let bytes = alphabet.as_bytes();
                // Values end in a letter or digit, so that a text around them does not touch them.
                value.extend((0..*length).map(|_| char::from(bytes[random.below(bytes.len())])));
                if value.ends_with(['-', '_', '+', '/']) {
                    value.pop();
                    value.push('q');
                }
            }
            Checksum => {
                let mut crc = Crc::new();
                crc.update(&value.as_bytes()[value.len() - 30..]);
                let digits = ALNUM.as_bytes();
                let sum = crc.sum() as usize;
                value.extend((0..6).rev().map(|at| char::from(digits[sum / 62_usize.pow(at) % 62])));
            }
        }
    }
    value
}
