//! Passwords: before the host of an address, and in the files that log programs in.

use super::forms::{LETTERS, is_in, is_random, run_before};
use super::scan::{Found, Sort, is_token};

/// Where an address is noticed.
pub(super) const ANCHOR: &str = "://";
/// The key of the files.
pub(super) const PASSWORD: &str = "password";
/// Files that hold logins and nothing else.
pub(super) const FILES: [&str; 3] = [".pypirc", ".netrc", "_netrc"];

const LONGEST: usize = 128;
/// Names that stand for a name, a host or a password.
const STAND_INS: [&str; 45] = [
    "alice",
    "anonymous",
    "bar",
    "baz",
    "bob",
    "changeme",
    "company",
    "corp",
    "demo",
    "domain",
    "dummy",
    "email",
    "example",
    "fake",
    "foo",
    "guest",
    "host",
    "hostname",
    "hunter",
    "invalid",
    "joe",
    "letmein",
    "local",
    "localhost",
    "login",
    "me",
    "my",
    "myhost",
    "name",
    "pass",
    "passwd",
    "password",
    "placeholder",
    "proxy",
    "pwd",
    "redacted",
    "sample",
    "scott",
    "secret",
    "server",
    "somehost",
    "test",
    "user",
    "username",
    "xxx",
];

/// `scheme://user:password@host`.
pub(super) fn address(before: &[u8], after: &[u8]) -> Option<Found> {
    let rest = after.strip_prefix(ANCHOR.as_bytes())?;
    if run_before(before, LETTERS, 2) < 2 {
        return None;
    }
    // Most addresses name a host and a path.
    let sign = memchr::memchr2(b'@', b'/', &rest[..rest.len().min(2 * LONGEST)])?;
    if rest[sign] != b'@' {
        return None;
    }
    let is_userinfo = |byte: &u8| byte.is_ascii_graphic() && !b"\"'`<>/{}$\\()[]*#?,|^".contains(byte);
    let length = rest.iter().take(2 * LONGEST).take_while(|byte| is_userinfo(byte) && **byte != b'@').count();
    if rest.get(length) != Some(&b'@') {
        return None;
    }
    let colon = memchr::memchr(b':', &rest[..length])?;
    let (user, password) = (&rest[..colon], &rest[colon + 1..length]);
    let host: Vec<u8> = rest[length + 1..]
        .iter()
        .take(LONGEST)
        .take_while(|byte| byte.is_ascii_alphanumeric() || b".-".contains(byte))
        .copied()
        .collect();
    (is_real_password(password) && !is_stand_in(user) && is_real_host(&host)).then_some(Found {
        kind: "a password in an address",
        from: -((ANCHOR.len() + colon + 1) as isize),
        to: ANCHOR.len() + length,
        sort: Sort::Password,
    })
}

/// `password = value` or `password value`.
pub(super) fn password(before: &[u8], after: &[u8]) -> Option<Found> {
    const SHORTEST: usize = 6;
    let rest = after.strip_prefix(PASSWORD.as_bytes())?;
    if before.last().is_some_and(|byte| !byte.is_ascii_whitespace()) {
        return None;
    }
    let between = rest.iter().take(LONGEST).take_while(|byte| b" \t=:".contains(byte)).count();
    let length = rest[between..].iter().take(2 * LONGEST).take_while(|byte| byte.is_ascii_graphic()).count();
    let value = &rest[between..between + length];
    let is_written = between > 0 && length >= SHORTEST && !value.iter().any(|byte| b"<>{}$".contains(byte));
    (is_written && !is_stand_in(value) && !is_token(value)).then_some(Found {
        kind: "a password",
        from: -((PASSWORD.len() + between) as isize),
        to: PASSWORD.len() + between + length,
        sort: Sort::Password,
    })
}

/// Letters and digits, long and mixed enough that nobody wrote them to explain something.
fn is_real_password(password: &[u8]) -> bool {
    const SHORTEST: usize = 8;
    let has = |fits: fn(&u8) -> bool| password.iter().any(fits);
    (SHORTEST..=LONGEST).contains(&password.len())
        && has(u8::is_ascii_alphabetic)
        && has(u8::is_ascii_digit)
        && is_random(password)
        && !contains_stand_in(password)
        && !is_token(password)
}

fn is_stand_in(name: &[u8]) -> bool {
    let lower = String::from_utf8_lossy(name).to_lowercase();
    let plain = lower.trim_end_matches(|c: char| c.is_ascii_digit());
    STAND_INS.contains(&plain) || name.is_empty()
}

fn contains_stand_in(password: &[u8]) -> bool {
    let lower = password.to_ascii_lowercase();
    STAND_INS.iter().filter(|word| word.len() > 3).any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
}

/// A name of the public net, none that stands for one.
fn is_real_host(host: &[u8]) -> bool {
    const RESERVED: [&str; 9] = ["test", "example", "invalid", "localhost", "local", "lan", "internal", "corp", "home"];
    let lower = String::from_utf8_lossy(host).to_lowercase();
    let lower = lower.trim_end_matches('.');
    let Some((rest, top)) = lower.rsplit_once('.') else {
        return false;
    };
    if lower.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        let private = ["0.", "10.", "127.", "169.254.", "192.168.", "192.0.2.", "198.51.100.", "203.0.113.", "172."];
        return !private.iter().any(|begin| lower.starts_with(begin))
            && !["1.1.1.1", "1.2.3.4", "8.8.8.8"].contains(&lower);
    }
    let is_top = top.len() >= 2 && top.bytes().all(|byte| is_in(byte, LETTERS));
    is_top && !RESERVED.contains(&top) && !rest.split('.').any(|label| is_stand_in(label.as_bytes()))
}
