//! Macaroons of the second format, as PyPI makes them, with a signature that means nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The bytes of a packet.
fn packet(kind: u8, data: &[u8]) -> Vec<u8> {
    let mut out = vec![kind];
    let mut length = data.len();
    loop {
        let low = u8::try_from(length & 0x7f).expect("seven bits");
        length >>= 7;
        if length == 0 {
            out.push(low);
            break;
        }
        out.push(low | 0x80);
    }
    out.extend(data);
    out
}

/// The bytes of a token.
pub(crate) fn bytes(location: &str, caveats: &[&str]) -> Vec<u8> {
    let mut out = vec![2];
    out.extend(packet(1, location.as_bytes()));
    out.extend(packet(2, b"3f1b3c1e-0000-4000-8000-000000000000"));
    out.push(0);
    for caveat in caveats {
        out.extend(packet(2, caveat.as_bytes()));
        out.push(0);
    }
    out.push(0);
    out.extend(packet(6, &[0x5a; 32]));
    out
}

/// The token as text.
pub(crate) fn token(location: &str, caveats: &[&str]) -> String {
    format!("pypi-{}", URL_SAFE_NO_PAD.encode(bytes(location, caveats)))
}

/// The same token with more restrictions, as anybody who has it can add them.
pub(crate) fn attenuated(token: &str, caveats: &[&str]) -> String {
    use ring::hmac;
    let mut bytes = URL_SAFE_NO_PAD.decode(token.trim_start_matches("pypi-")).expect("a token");
    let mut signature = bytes.split_off(bytes.len() - 32);
    // The end of the caveats, and the head of the signature.
    assert_eq!(bytes.split_off(bytes.len() - 3), [0, 6, 32]);
    for caveat in caveats {
        bytes.extend(packet(2, caveat.as_bytes()));
        bytes.push(0);
        signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &signature), caveat.as_bytes()).as_ref().to_vec();
    }
    bytes.extend([0, 6, 32]);
    bytes.extend(signature);
    format!("pypi-{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The same token with another signature.
pub(crate) fn forged(token: &str) -> String {
    let mut bytes = URL_SAFE_NO_PAD.decode(token.trim_start_matches("pypi-")).expect("a token");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    format!("pypi-{}", URL_SAFE_NO_PAD.encode(bytes))
}
