//! The real program on a pseudo-terminal of 80 columns and 24 lines.

use std::io::Write;
use std::process::{Command, Stdio};

use super::Sandbox;

/// Runs the program on a pseudo-terminal, types `keys`, and returns what was shown.
pub(crate) fn on_a_terminal(sandbox: &Sandbox, arguments: &[&str], keys: &str) -> (i32, String) {
    const DRIVER: &str = "\
import fcntl, os, pty, struct, sys, termios
keys = sys.stdin.buffer.read()
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
    os.execv(sys.argv[1], sys.argv[1:])
shown = b''
for line in keys.splitlines(keepends=True) + [b'']:
    while not shown.rstrip(b' ').endswith(b']:'):
        try:
            more = os.read(terminal, 4096)
        except OSError:
            more = b''
        if not more:
            break
        shown += more
    if line:
        os.write(terminal, line)
        shown += b'~'
    elif not shown.endswith(b'~'):
        os.write(terminal, b'\\x04')
        shown += b'^D'
while True:
    try:
        more = os.read(terminal, 4096)
    except OSError:
        more = b''
    if not more:
        break
    shown += more
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
";
    let program = super::sandbox::program();
    let prepared = sandbox.command(arguments);
    let mut child = Command::new("python3")
        .args(["-c", DRIVER])
        .arg(program)
        .args(arguments)
        .current_dir(sandbox.repo())
        .env_clear()
        .envs(prepared.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .env("TERM", "xterm")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("python3 starts");
    child.stdin.take().expect("it was asked for").write_all(keys.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let shown = String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n");
    super::sandbox::assert_clean(&shown, "the terminal");
    (output.status.code().unwrap_or(-1), shown)
}
