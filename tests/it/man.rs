//! `release man`.

use crate::support::Sandbox;

#[test]
fn prints_the_page_of_the_program_and_of_subcommands() {
    let sandbox = Sandbox::new();
    let page = sandbox.release(&["man"]).success().stdout;
    assert!(page.contains(".TH release 1"), "{page}");
    assert!(sandbox.release(&["man", "bump"]).success().stdout.contains("\\-\\-current"));
    assert_eq!(sandbox.release(&["man", "nothing"]).code, 2);
}
