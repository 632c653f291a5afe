//! Compatibility tags and PyPI's platforms.

use pyrelease::error::Explain;
use pyrelease::python::tag::{PYPI_PLATFORMS_AS_OF, TagSet, pypi_accepts_platform};

#[test]
fn sets_stand_for_every_combination() {
    let set: TagSet = "py2.py3-none.abi3-Any".parse().expect("tags");
    let tags: Vec<String> = set.expand().iter().map(ToString::to_string).collect();
    assert_eq!(tags, ["py2-abi3-any", "py2-none-any", "py3-abi3-any", "py3-none-any"]);
    assert_eq!(set.to_string(), "py2.py3-none.abi3-Any");
    assert_eq!((set.pythons().len(), set.abis().len(), set.platforms().len()), (2, 2, 1));
    assert!(!set.is_sorted() && !set.is_pure());
    let pure: TagSet = "py2.py3-none-any".parse().expect("tags");
    assert!(pure.is_sorted() && pure.is_pure());
}

#[test]
fn what_is_no_tag_says_why() {
    let many = format!("py3{0}-none{0}-any{0}", ".x".repeat(16));
    let long = format!("py3-none-{}", "x".repeat(129));
    for (text, reason) in [
        (long.as_str(), "one of its parts is longer than 128 characters"),
        ("py3-none", "it must have three parts, parted by `-`"),
        ("py3-none-any-x", "it must have three parts, parted by `-`"),
        ("py3..py2-none-any", "one of its parts is empty"),
        ("py3-none-a/b", "`a/b` has other characters than letters, digits and `_`"),
        ("3-none-any", "the interpreter `3` begins with a digit"),
        (many.as_str(), "it stands for 4913 tags, more than 4096"),
    ] {
        let error = text.parse::<TagSet>().expect_err(text);
        assert!(error.to_string().ends_with(&format!("is not a compatibility tag: {reason}")), "{error}");
        assert_eq!(error.code(), "python/tag");
    }
}

#[test]
fn pypi_takes_only_these_platforms() {
    assert_eq!(PYPI_PLATFORMS_AS_OF, "2026-08-21");
    for platform in [
        "any",
        "win32",
        "win_amd64",
        "WIN_ARM64",
        "manylinux1_i686",
        "manylinux2014_ppc64",
        "linux_armv6l",
        "macosx_10_9_x86_64",
        "macosx_10_99_universal2",
        "macosx_11_0_arm64",
        "macosx_26_0_arm64",
        "manylinux_2_28_x86_64",
        "manylinux_2_17_ppc64",
        "musllinux_1_2_riscv64",
        "ios_13_0_arm64_iphoneos",
        "ios_13_0_x86_64_iphonesimulator",
        "android_21_arm64_v8a",
        "pyemscripten_2026_0_wasm32",
        "pyemscripten_2026_0_wasm32_more",
    ] {
        assert!(pypi_accepts_platform(platform), "{platform}");
    }
    for platform in [
        "",
        "linux_x86_64",
        "linux_armv8l",
        "manylinux1_aarch64",
        "manylinux_2_36_loongarch64",
        "manylinux_2_x86_64",
        "musllinux_1_2_ppc64",
        "macosx_11_1_arm64",
        "macosx_16_0_arm64",
        "macosx_10_9",
        "macosx_10__x86_64",
        "ios_13_0_arm64",
        "android_x_x86",
        "freebsd_14_0_amd64",
        "win_x86",
        "manylinux_2_28_x86_64_more",
    ] {
        assert!(!pypi_accepts_platform(platform), "{platform}");
    }
}
