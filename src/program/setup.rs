//! `completions` and `man`, with which a person sets the shell up, and what the scripts of the first ask later.

use std::fs;
use std::io::{self, Read, Write};

use super::{INTERNAL, USAGE, complain, written};
use crate::cli::{self, Args};
use crate::completion::{self, Values};
use crate::config::{self, Env, Paths, Settings};
use crate::domain::lookup::Lookup;
use crate::domain::profile::Profile;
use crate::domain::text::clean;
use crate::manual;
use crate::store::Store;

/// More than any command line. The rest of a longer one is not read, and its end not completed.
const LINE_MOST: u64 = 1 << 20;

/// Prints the script for a shell.
pub fn completions(completions: &cli::Completions) -> u8 {
    printed(completion::script(completions.shell).as_bytes())
}

/// Completes the words on standard input. Whatever goes wrong, there is nothing to offer, and nobody to tell.
pub fn complete(complete: &cli::Complete) -> u8 {
    let mut input = Vec::new();
    if io::stdin().lock().take(LINE_MOST).read_to_end(&mut input).is_err() {
        return 0;
    }
    let input = String::from_utf8_lossy(&input);
    let answer = completion::answer(complete.shell, cli::tree(), &input, Values { profiles, lookups });
    printed(answer.as_bytes())
}

/// The names in two config files. The keyring is not asked: it holds none.
fn profiles() -> Vec<Profile> {
    let lookup = |name: &str| std::env::var_os(name);
    let env = Env::new(&lookup);
    let settings = Args::read(["atlas-tui"]).ok().and_then(|mut args| {
        config::flags::complete(&mut args, env).ok()?;
        Settings::load(&args, env).ok()
    });
    settings.map(|settings| settings.accounts.names()).unwrap_or_default()
}

fn lookups() -> Vec<Lookup> {
    let paths = Paths::find(Env::new(&|name| std::env::var_os(name)));
    paths.map(|paths| Store::new(paths.lookups_file()).peek().lookups).unwrap_or_default()
}

/// Prints a page of the manual, or writes them all.
pub fn man(man: &cli::Man) -> u8 {
    let Some(dir) = &man.dir else {
        return match manual::page(cli::tree(), &man.command) {
            Ok(Some(page)) => printed(&page.roff),
            Ok(None) => {
                let words = man.command.join(" ");
                complain(&format!("there is no command `{}`; atlas-tui --help lists them", clean(&words)));
                USAGE
            }
            Err(_) => INTERNAL,
        };
    };
    let written = manual::pages(cli::tree()).and_then(|pages| {
        fs::create_dir_all(dir)?;
        pages.iter().try_for_each(|page| fs::write(dir.join(&page.file), &page.roff))
    });
    match written {
        Ok(()) => 0,
        Err(error) => {
            let dir = dir.display().to_string();
            complain(&format!("the manual cannot be written into {}: {error}", clean(&dir)));
            INTERNAL
        }
    }
}

fn printed(bytes: &[u8]) -> u8 {
    let mut out = io::stdout().lock();
    written(out.write_all(bytes).and_then(|()| out.flush()))
}
