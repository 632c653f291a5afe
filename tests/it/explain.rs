//! `release explain`.

use expect_test::expect;

use crate::support::Sandbox;

#[test]
fn prints_the_text_behind_a_code() {
    let sandbox = Sandbox::new();
    expect![[r#"
        plan/tag-taken: the tag exists already

        A version is released once. Choose a higher one; remove the tag only if nothing of that version was ever published, since indexes never take a second file of a name.
    "#]].assert_eq(&sandbox.release(&["explain", "plan/tag-taken"]).to_string());
    let all = sandbox.release(&["explain"]).success();
    assert!(all.stdout.lines().count() > 40, "{all}");
    assert_eq!(
        sandbox.release(&["explain", "plan/tag-taken", "--format", "json"]).json()["result"]["code"],
        "plan/tag-taken"
    );
}

#[test]
fn suggests_the_nearest_code() {
    let sandbox = Sandbox::new();
    expect![[r#"
        ------- stderr -------
        error[cli/usage]: there is no code `plan/tagtaken`
          hint: did you mean `plan/tag-taken`
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["explain", "plan/tagtaken"]).to_string());
}
