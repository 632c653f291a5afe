//! File names of distributions.

use pyrelease::error::Explain;
use pyrelease::python::filename::{SdistExtension, SdistName, WheelName};
use pyrelease::python::name::ProjectName;
use pyrelease::python::version::Version;

#[test]
fn sdist_names_say_project_and_version() {
    let sdist: SdistName = "My.Pkg-sub-1.0rc1.tar.gz".parse().expect("a name");
    assert_eq!(sdist.name().normalized(), "my-pkg-sub");
    assert_eq!(sdist.version().to_string(), "1.0rc1");
    assert_eq!(sdist.extension(), SdistExtension::TarGz);
    assert_eq!(sdist.stem(), "My.Pkg-sub-1.0rc1");
    assert_eq!(sdist.to_string(), "My.Pkg-sub-1.0rc1.tar.gz");
    assert!(!sdist.is_normalized());
    let zip: SdistName = "a-1.zip".parse().expect("a name");
    assert_eq!(zip.extension(), SdistExtension::Zip);
    assert!(!zip.is_normalized());
}

#[test]
fn the_expected_names_are_normalised() {
    let name: ProjectName = "My.Pkg-sub".parse().expect("a name");
    let version: Version = "v1.0-RC1".parse().expect("a version");
    let sdist = SdistName::expected(&name, &version);
    assert_eq!(sdist.to_string(), "my_pkg_sub-1.0rc1.tar.gz");
    assert!(sdist.is_normalized());
    let tags = "py3-none-any".parse().expect("tags");
    let wheel = WheelName::expected(&name, &version, tags);
    assert_eq!(wheel.to_string(), "my_pkg_sub-1.0rc1-py3-none-any.whl");
    assert!(wheel.is_normalized());
}

#[test]
fn wheel_names_say_project_version_build_and_tags() {
    let text = "My.Pkg-1.0.0-007abc.1-cp312.cp311-abi3-macosx_10_9_x86_64.whl";
    let wheel: WheelName = text.parse().expect("a name");
    assert_eq!(wheel.to_string(), text);
    assert_eq!(wheel.name().normalized(), "my-pkg");
    assert_eq!(wheel.dist_info(), "My.Pkg-1.0.0.dist-info");
    assert_eq!(wheel.data(), "My.Pkg-1.0.0.data");
    let build = wheel.build().expect("a build tag");
    assert_eq!((build.number(), build.rest()), (7, "abc.1"));
    assert_eq!(wheel.tags().expand().len(), 2);
    assert!(!wheel.is_normalized());
    let local: WheelName = "a-1!1.0+ubuntu_1-py3-none-any.whl".parse().expect("a name");
    assert_eq!(local.version().to_string(), "1!1.0+ubuntu.1");
    assert!(!local.is_normalized());
}

#[test]
fn what_is_no_sdist_name_says_why() {
    for (text, reason) in [
        ("a-1.0.tgz", "it must end with `.tar.gz`"),
        ("a.tar.gz", "there is no `-` between name and version"),
        ("-1.0.tar.gz", "`` is not a project name: it is empty"),
        ("a/b-1.0.tar.gz", "`a/b` is not a project name: `/` is not allowed in a name"),
        ("a- 1.0.tar.gz", "its version has white space"),
        ("a-x.tar.gz", "`x` is not a version: it must begin with a number, not `x`"),
    ] {
        let error = text.parse::<SdistName>().expect_err(text);
        assert_eq!(error.to_string(), format!("`{text}` is not the name of a source distribution: {reason}"));
        assert_eq!(error.code(), "python/sdist-name");
    }
}

#[test]
fn what_is_no_wheel_name_says_why() {
    for (text, reason) in [
        ("a-1-py3-none-any.zip", "it must end with `.whl`"),
        ("a-1-py3-none.whl", "it has 4 parts and must have 5, or 6 with a build tag"),
        ("a-1-2-3-py3-none-any.whl", "it has 7 parts and must have 5, or 6 with a build tag"),
        ("a__b-1-py3-none-any.whl", "its name has `__`"),
        ("-1-py3-none-any.whl", "`` is not a project name: it is empty"),
        ("a-1-b-py3-none-any.whl", "the build tag `b` must begin with a digit"),
        ("a-1-1/-py3-none-any.whl", "the build tag `1/` has other characters than letters, digits, `_` and `.`"),
        ("a-1-18446744073709551616-py3-none-any.whl", "the build number `18446744073709551616` is too large"),
        ("a-1-py3-none-.whl", "`py3-none-` is not a compatibility tag: one of its parts is empty"),
        ("a-1\n-py3-none-any.whl", "its version has white space"),
    ] {
        let error = text.parse::<WheelName>().expect_err(text);
        assert!(error.to_string().ends_with(&format!("is not the name of a wheel: {reason}")), "{error}");
        assert_eq!(error.code(), "python/wheel-name");
    }
}
