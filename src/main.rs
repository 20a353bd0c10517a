//! The program: arguments in, exit code out.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    // Another hook can only be there if this ran twice.
    let _ = atlas_tui::terminal::install_panic_hook();
    ExitCode::from(atlas_tui::program::run(std::env::args_os()))
}
