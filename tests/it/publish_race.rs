//! Several `release publish` of the same release at once: one set of files, and everybody is content.

use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{WHEEL_NAME, Zip};
use crate::support::random::Random;
use crate::support::{Sandbox, Served, depth, web};

const PYTHONS: [&str; 3] = ["cp311", "cp312", "cp313"];

/// The files of a release.
fn release(sandbox: &Sandbox) -> Vec<String> {
    let mut files = vec![WHEEL_NAME.to_owned(), SDIST_NAME.to_owned()];
    sandbox.write(WHEEL_NAME, Zip::wheel().bytes());
    sandbox.write(SDIST_NAME, Tar::sdist().gz());
    for python in PYTHONS {
        let mut zip = Zip::wheel();
        zip.edit("WHEEL", "py3", python);
        files.push(WHEEL_NAME.replace("py3", python));
        sandbox.write(&WHEEL_NAME.replace("py3", python), zip.bytes());
    }
    files
}

#[test]
fn everybody_ends_well_and_the_files_are_there_once() {
    let mut random = Random::new(7);
    for _ in 0..depth::rounds(100) {
        let sandbox = Sandbox::new();
        let index = Served::start(&sandbox, &[]);
        let files = release(&sandbox);
        let (url, token) = (index.upload_url(), index.token_file());
        let token = token.to_str().expect("a plain path");
        let mut arguments = vec!["publish", "--format", "json", "--index", &url, "--token-file", token];
        arguments.extend(files.iter().map(String::as_str));
        let many = 2 + random.below(7);
        let running: Vec<_> = (0..many)
            .map(|_| {
                let mut command = sandbox.command(&arguments);
                command.stdin(std::process::Stdio::null());
                command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
                command.spawn().expect("it starts")
            })
            .collect();
        for one in running {
            let output = one.wait_with_output().expect("it ends");
            let said =
                format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert_eq!(output.status.code(), Some(0), "{many} at once: {said}");
            assert!(!said.contains("answered 500"), "{said}");
        }
        let listed = web::get(&format!("{}demo/", index.simple_url()), "application/vnd.pypi.simple.v1+json").json();
        let mut names: Vec<&str> =
            listed["files"].as_array().expect("files").iter().filter_map(|file| file["filename"].as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), files.len(), "{listed}");
        let third = sandbox.release(&arguments).success().json();
        let states = third["result"]["files"].as_array().expect("files").clone();
        assert!(states.iter().all(|file| file["state"] == "already-there"), "{third}");
    }
}
