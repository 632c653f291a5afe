//! Pairs of the rules over what lies in members.

use super::check_pairs::{Archive, ELF, LINUX, Pair, TAG, pair, platform, wheel, with};
use super::zip::Zip;
use crate::support::random::Random;
use crate::support::secrets;

pub(super) fn pairs() -> Vec<Pair> {
    let [secret, other] = ["a token of GitHub", "a key of AWS"].map(|kind| secrets::value(kind, &mut Random::new(11)));
    let bent = format!("{}0", &secret[..secret.len() - 1]);
    let web = secrets::value("a web token", &mut Random::new(12));
    let key = secrets::value("a private key", &mut Random::new(13));
    let aarch64 = elf(183);
    let debug = [elf(62).as_slice(), b"\0.symtab\0.debug_info\0.text\0"].concat();
    let plain = [elf(62).as_slice(), b"\0.symtab\0.text\0"].concat();
    vec![
        pair(
            "check/binary-in-pure-wheel",
            wheel(|zip| {
                zip.file("demo/lib", ELF);
            }),
            with("demo/lib.so.py"),
        ),
        pair(
            "check/platform-without-binary",
            platform(LINUX, TAG, "demo/lib.txt", b"text"),
            platform(LINUX, TAG, "demo/lib.so", ELF),
        ),
        pair("check/secret", text("demo/x.py", &secret), text("demo/x.py", &bent)),
        pair("check/secret-of-tests", text("demo/tests/key.pem", &key), text("demo/tests/key.pem", "no key")),
        pair("check/possible-secret", text("demo/x.py", &web), text("demo/tests/x.py", &web)),
        pair("check/secret", text("demo/tests/x.py", &secret), text("demo/tests/x.py", &other)),
        pair("check/obfuscated", text("demo/x.py", "__pyarmor_enter__"), text("demo/x.txt", "__pyarmor_enter__")),
        pair(
            "check/nested-archive",
            wheel(|zip| {
                zip.file("demo/inner.whl", &Zip::wheel().bytes());
            }),
            with("demo/whl"),
        ),
        pair(
            "check/machine-mismatch",
            platform(LINUX, TAG, "demo/x.abi3.so", &aarch64),
            platform(LINUX, TAG, "demo/x.abi3.so", &elf(62)),
        ),
        pair(
            "check/debug-symbols",
            platform(LINUX, TAG, "demo/x.abi3.so", &debug),
            platform(LINUX, TAG, "demo/x.abi3.so", &plain),
        ),
        pair("check/purelib-with-binary", platform(LINUX, TAG, "demo/x.abi3.so", &elf(62)), {
            let mut zip = Zip::wheel();
            zip.edit("WHEEL", "py3-none-any", TAG);
            zip.edit("WHEEL", "Purelib: true", "Purelib: false");
            zip.file("demo/x.abi3.so", &elf(62));
            (LINUX, zip.bytes())
        }),
    ]
}

/// The first header of a library for a processor, by its number in ELF.
fn elf(machine: u16) -> Vec<u8> {
    let mut head = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0".to_vec();
    head.extend(machine.to_le_bytes());
    head.resize(64, 0);
    head
}

/// A wheel with one text more.
fn text(name: &str, text: &str) -> Archive {
    wheel(|zip| {
        zip.file(name, format!("VALUE = \"\"\"{text}\"\"\"\n").as_bytes());
    })
}
