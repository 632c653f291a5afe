//! `release verify`.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

#[test]
fn an_index_must_be_named_and_known() {
    let sandbox = Sandbox::with(ACME);
    expect![[r#"
        ------- stderr -------
        error[plan/no-index]: no index named
          hint: name one with `--index NAME`, or set `stages` in the configuration
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["verify"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[config/unknown-index]: `pipy` is neither a known index nor a URL
          hint: use one of pypi, testpypi, a URL, or name it in `[index.NAME]` of the configuration
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["verify", "--index", "pipy"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[effects/plain-http]: `http://example.org/simple/acme/` is plain http
          hint: use https, or name the host exactly in `plain-http` of the configuration if it is in your own network
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["verify", "--index", "http://example.org/legacy/"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[effects/offline]: `https://pypi.org/simple/acme/` is needed and `--offline` is set
          hint: run once without `--offline`, so that the cache is filled
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["verify", "--index", "pypi", "--offline"]).to_string());
}
