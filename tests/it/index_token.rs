//! Tokens of PyPI: every restriction, every way to be damaged, and that nothing is made of chance.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pyrelease::index::ownership::{confusable, standard_module};
use pyrelease::index::token::{Scope, Token, TokenError, decode};

use crate::support::random::Random;
use crate::support::{depth, tokens};

fn read(caveats: &[&str]) -> Token {
    decode(&tokens::token("pypi.org", caveats)).expect("a whole token")
}

fn names(token: &Token) -> Vec<&str> {
    match &token.scope {
        Scope::Projects(names) => names.iter().map(|name| name.as_str()).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn restrictions_of_both_forms() {
    assert_eq!(read(&["[3,\"u\"]"]).scope, Scope::User);
    assert_eq!(read(&["[4,\"p\",{\"sub\":\"x\"}]"]).scope, Scope::Publisher);
    assert_eq!(read(&["[2,[\"i\"]]", "[3,\"u\"]"]).scope, Scope::ProjectIds);
    assert_eq!(read(&[]).scope, Scope::Unknown);
    assert_eq!(names(&read(&["[1,[\"a\",\"b-c\"]]", "[3,\"u\"]"])), ["a", "b-c"]);
    // Two lists leave what is in both.
    assert_eq!(names(&read(&["[1,[\"a\",\"b\"]]", "[1,[\"B\"]]"])), ["B"]);
    assert_eq!(read(&["{\"version\":1,\"permissions\":\"user\"}"]).scope, Scope::User);
    assert_eq!(names(&read(&["{\"version\":1,\"permissions\":{\"projects\":[\"a\"]}}"])), ["a"]);
    assert_eq!(read(&["{\"project_ids\":[\"i\"]}"]).scope, Scope::ProjectIds);
    for form in ["[0,20,10]", "{\"exp\":20,\"nbf\":10}"] {
        let token = read(&[form, "[0,15,12]"]);
        assert_eq!((token.expires, token.not_before, token.unknown), (Some(15), Some(12), 0));
    }
}

#[test]
fn what_is_not_understood_is_counted() {
    for caveat in ["[9,1]", "[]", "{}", "\"a\"", "no json", "[1,[\"a b\"]]", "[1,\"a\"]", "[0,\"x\",1]", "[0,1]", ""] {
        let token = read(&[caveat]);
        assert_eq!((token.scope, token.unknown), (Scope::Unknown, 1), "{caveat}");
    }
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(read(&[&deep]).unknown, 1);
}

#[test]
fn damaged_tokens_are_no_tokens() {
    let whole = tokens::token("pypi.org", &["[3,\"u\"]"]);
    assert!(decode(&format!("  {whole}\n")).is_ok(), "pasted with white space");
    assert_eq!(decode("hunter2"), Err(TokenError::Prefix));
    assert_eq!(decode("pypi-"), Err(TokenError::Damaged));
    assert_eq!(decode("pypi-!!!!"), Err(TokenError::Base64));
    assert_eq!(decode(&format!("pypi-{}", "A".repeat(20_000))), Err(TokenError::Long));
    for length in 0..whole.len() {
        assert!(decode(&whole[..length]).is_err(), "cut after {length}");
    }
    let encode = |bytes: &[u8]| format!("pypi-{}", URL_SAFE_NO_PAD.encode(bytes));
    let bytes = tokens::bytes("pypi.org", &[]);
    assert_eq!(decode(&encode(&[&bytes[..], b"more"].concat())), Err(TokenError::Damaged));
    assert_eq!(decode(&encode(&tokens::bytes("py pi\u{1b}", &[]))), Err(TokenError::Damaged));
    // A length that no token has, and a number that never ends.
    assert_eq!(decode(&encode(&[2, 1, 0xff, 0xff, 0xff, 0xff, 0x0f])), Err(TokenError::Damaged));
    assert_eq!(decode(&encode(&[2, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])), Err(TokenError::Damaged));
    let many: Vec<&str> = std::iter::repeat_n("[3,\"u\"]", 65).collect();
    assert_eq!(decode(&tokens::token("pypi.org", &many)), Err(TokenError::Damaged));
}

#[test]
fn damage_never_panics_and_never_widens() {
    let mut random = Random::new(0x70ce);
    let bytes = tokens::bytes("pypi.org", &["[1,[\"a\"]]", "[0,20,10]", "[3,\"u\"]"]);
    for _ in 0..depth::rounds(2_000) {
        let mut damaged = bytes.clone();
        for _ in 0..1 + random.below(3) {
            let at = random.below(damaged.len());
            match random.below(3) {
                0 => damaged[at] = u8::try_from(random.below(256)).expect("a byte"),
                1 => {
                    damaged.remove(at);
                }
                _ => damaged.insert(at, u8::try_from(random.below(256)).expect("a byte")),
            }
        }
        if let Ok(token) = decode(&format!("pypi-{}", URL_SAFE_NO_PAD.encode(&damaged))) {
            assert!(token.location.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }
}

#[test]
fn names_that_look_alike() {
    for (one, other) in [("a.b_c-d", "ABCD"), ("fl1ght", "fiIght"), ("foo", "f00")] {
        assert_eq!(confusable(one), confusable(other), "{one} {other}");
    }
    assert_ne!(confusable("requests"), confusable("request"));
    assert_eq!(standard_module("Async-IO"), Some("asyncio"));
    assert_eq!(standard_module("j50n"), None);
    assert_eq!(standard_module("acme"), None);
}
