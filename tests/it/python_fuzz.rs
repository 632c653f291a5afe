//! Mutated input: nothing panics, and what is accepted is shown in a form that is accepted as equal.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use pyrelease::python::bump::{Mode, Request, Scheme, Way, next};
use pyrelease::python::entry_points::EntryPoints;
use pyrelease::python::filename::{SdistName, WheelName};
use pyrelease::python::license::LicenseExpression;
use pyrelease::python::marker::{Environment, Marker};
use pyrelease::python::metadata::{Metadata, RawMetadata};
use pyrelease::python::requirement::Requirement;
use pyrelease::python::specifier::SpecifierSet;
use pyrelease::python::tag::TagSet;
use pyrelease::python::version::Version;

use crate::support::depth::rounds;
use crate::support::random::Random;

const ALPHABET: &str = "aA1.0-_+!*<>=~()[],;:@'\" \t\n\rrcé\0/";

fn stable<T: FromStr<Err: Display> + Display + PartialEq + Debug>(text: &str, seed: u64) {
    let Ok(parsed) = text.parse::<T>() else {
        return;
    };
    let shown = parsed.to_string();
    match shown.parse::<T>() {
        Ok(again) => assert_eq!(again, parsed, "seed {seed}: {text:?}"),
        Err(error) => panic!("seed {seed}: {text:?} is shown as {shown:?}: {error}"),
    }
}

#[test]
fn mutated_texts_are_refused_or_stable() {
    let seeds = [
        "1!2.0rc1.post2.dev3+ubuntu.1",
        ">=1.0,<2.0,!=1.5.*,~=1.4.2,===x",
        "Foo.bar[a,B] (>=1.0, <2) ; python_version >= '3.9' and (extra == 'x' or os_name in \"nt\")",
        "foo @ https://x.org/a ; sys_platform == 'linux'",
        "os_name == 'a' and (python_full_version < '3.9' or extra == \"b\") or 'x' in platform_version",
        "my_pkg-1.0.0-1abc-py2.py3-none-any.whl",
        "my-pkg-1.0rc1.tar.gz",
        "cp312.cp313-abi3-manylinux_2_28_x86_64",
        "(MIT OR Apache-2.0) AND GPL-2.0-only WITH Classpath-exception-2.0",
        "[console_scripts]\na = b:c [x]\n\n[g.h]\nk = m\n",
        "Metadata-Version: 2.4\nName: a\nVersion: 1\nSummary: x\n y\nRequires-Dist: b>=1\n\nbody\n",
        "minor,rc",
        "calver:YYYY.MM.DD.MICRO",
    ];
    let current: Version = "1.2.3rc1".parse().expect("a version");
    for number in 0..rounds(40_000) {
        let seed = number as u64 + 1;
        let mut random = Random::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let text = seeds[random.below(seeds.len())];
        let text = random.mutated(text, ALPHABET);
        stable::<Version>(&text, seed);
        stable::<SpecifierSet>(&text, seed);
        stable::<Marker>(&text, seed);
        stable::<Requirement>(&text, seed);
        stable::<SdistName>(&text, seed);
        stable::<WheelName>(&text, seed);
        stable::<TagSet>(&text, seed);
        stable::<Scheme>(&text, seed);
        stable::<LicenseExpression>(&text, seed);
        let _ = text.parse::<EntryPoints>();
        let raw = RawMetadata::parse(text.as_bytes());
        if let Ok(metadata) = Metadata::from_raw(&raw) {
            let _ = metadata.pypi_faults();
        }
        if let Ok(marker) = text.parse::<Marker>() {
            let _ = marker.evaluate(&Environment::default());
        }
        if let Ok(request) = text.parse::<Request>() {
            let shown = request.to_string();
            let again: Request = shown.parse().unwrap_or_else(|error| panic!("seed {seed}: {shown:?}: {error}"));
            assert_eq!(again.to_string(), shown, "seed {seed}: {text:?}");
            let way = Way { scheme: &Scheme::Pep440, mode: Mode::Linear, today: jiff::civil::date(2026, 11, 20) };
            if let Ok(next) = next(&current, &request, way) {
                assert!(next.version > current, "seed {seed}");
            }
        }
    }
}

#[test]
fn long_texts_are_read_without_delay() {
    let times = |text: &str| text.repeat(100_000);
    assert!(format!("a{}", times(">=1,")).parse::<Requirement>().is_ok());
    assert!(format!("a[{}b]", times("b,")).parse::<Requirement>().is_ok());
    assert!(times("==1.0,").parse::<SpecifierSet>().is_ok());
    assert!(format!("{}os_name == 'a'", times("os_name == 'a' and ")).parse::<Marker>().is_ok());
    assert!(format!("{}os_name == 'a'", times("os_name == 'a' or ")).parse::<Marker>().is_ok());
    assert!(times("(").parse::<Marker>().is_err());
    assert!(times("(").parse::<LicenseExpression>().is_err());
    assert!(format!("{}MIT", times("MIT OR ")).parse::<LicenseExpression>().is_ok());
    assert!(format!("[a]\nb = c\n{}", times(" \n")).parse::<EntryPoints>().is_ok());
    assert!(format!("[a]\n{}", times("b = c\n")).parse::<EntryPoints>().is_err());
    assert!(times("x-").parse::<WheelName>().is_err());
    assert!(times("a.").parse::<TagSet>().is_err());
    assert!(times("minor,").parse::<Request>().is_err());
    let minimal = "Metadata-Version: 2.4\nName: a\nVersion: 1\n";
    let text = format!("{minimal}{}", times("Classifier: x\n y\n"));
    let metadata = Metadata::parse(text.as_bytes()).expect("metadata");
    assert_eq!(metadata.classifiers.len(), 100_000);
    let text = format!("{minimal}Description-Content-Type: text/plain{}\n", times("; a=b"));
    assert!(Metadata::parse(text.as_bytes()).is_err());
}
