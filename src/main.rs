//! The program `release`: hands this process's world to the library and returns its exit code.

use std::process::ExitCode;

use pyrelease::effects::World;

fn main() -> ExitCode {
    ExitCode::from(pyrelease::run(World::of_this_process()))
}
