//! Digests: known values and their spellings.

use pyrelease::archive::{Blake2b256, Sha256};

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[test]
fn digests_of_nothing_are_the_published_ones() {
    assert_eq!(Sha256::of(b"").to_string(), EMPTY);
    assert_eq!(Sha256::of(b"").to_record(), "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
    assert_eq!(Blake2b256::of(b"").to_string(), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

#[test]
fn hex_is_read_in_either_case_and_nothing_else() {
    assert_eq!(Sha256::from_hex(EMPTY), Some(Sha256::of(b"")));
    assert_eq!(Sha256::from_hex(&EMPTY.to_uppercase()), Some(Sha256::of(b"")));
    assert_eq!(Sha256::from_hex(&EMPTY[1..]), None);
    assert_eq!(Sha256::from_hex(&EMPTY.replace('e', "g")), None);
    assert_eq!(Blake2b256::from_hex(&"\u{e9}".repeat(32)), None);
}
