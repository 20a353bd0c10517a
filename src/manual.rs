//! The man pages, one for each command, out of the command line's own help.
//!
//! `clap_mangen` writes what clap knows: names, synopsis and flags. The long help holds what clap has no words for
//! (forms of TARGET, exit codes, environment, files); its paragraphs become sections, with their lines as they are,
//! because they are tables. Exit codes, environment and files are in every page: whoever asks for one of `get` at
//! night is not to be sent to another.

use std::io;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

/// Paragraphs of the long help by the beginning of their first line, the section that each becomes, and whether the
/// pages of all commands have it.
const SECTIONS: [(&str, &str, bool); 6] = [
    ("TARGET", "TARGETS", false),
    ("Examples", "EXAMPLES", false),
    ("Exit codes", "EXIT STATUS", true),
    ("Environment", "ENVIRONMENT", true),
    ("Files", "FILES", true),
    ("Hook", "HOOK", false),
];

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Such as `atlas-tui-get.1`.
    pub file: String,
    pub roff: Vec<u8>,
}

/// The page about the command that these words lead to, the one of the program for none; `None` if there is no such
/// command, or one that is not for people.
///
/// # Errors
/// None: writing to memory does not fail. It is what `clap_mangen` says.
pub fn page(tree: Command, path: &[String]) -> io::Result<Option<Page>> {
    let tree = built(tree);
    let mut command = &tree;
    for word in path {
        match command.get_subcommands().find(|found| found.get_name() == word && !found.is_hide_set()) {
            Some(found) => command = found,
            None => return Ok(None),
        }
    }
    render(command, &tree).map(Some)
}

/// The pages of the program and of all its commands.
///
/// # Errors
/// As [`page`].
pub fn pages(tree: Command) -> io::Result<Vec<Page>> {
    let tree = built(tree);
    let mut pages = Vec::new();
    let mut left = vec![&tree];
    while let Some(command) = left.pop() {
        pages.push(render(command, &tree)?);
        left.extend(command.get_subcommands().filter(|found| !found.is_hide_set()));
    }
    Ok(pages)
}

/// With the names that subcommands get only then.
fn built(mut tree: Command) -> Command {
    tree.build();
    tree
}

fn render(command: &Command, program: &Command) -> io::Result<Page> {
    let is_program = command.get_name() == program.get_name();
    let version = program.get_version().unwrap_or_default();
    let man = Man::new(command.clone())
        .source(format!("{} {version}", program.get_name()))
        .manual("MongoDB Atlas restore jobs");
    let mut roff = Vec::new();
    man.render_title(&mut roff)?;
    man.render_name_section(&mut roff)?;
    man.render_synopsis_section(&mut roff)?;
    man.render_description_section(&mut roff)?;
    man.render_options_section(&mut roff)?;
    if is_program {
        man.render_subcommands_section(&mut roff)?;
    }
    let mut more = Roff::new();
    if !is_program && let Some(help) = command.get_after_long_help().or_else(|| command.get_after_help()) {
        for paragraph in help.to_string().split("\n\n") {
            match paragraph.split_once('\n') {
                Some((first, body)) if first.starts_with("Examples") => {
                    section(&mut more, "EXAMPLES", body.lines());
                }
                _ => section(&mut more, "NOTES", paragraph.lines()),
            }
        }
    }
    let help = program.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    let takes_target = command.get_positionals().any(|arg| arg.get_id().as_str().starts_with("target"));
    for paragraph in help.split("\n\n") {
        let Some((first, body)) = paragraph.split_once('\n') else { continue };
        let known = SECTIONS.iter().find(|(beginning, ..)| first.starts_with(beginning));
        let Some((beginning, name, everywhere)) = known else { continue };
        if is_program || *everywhere || (*beginning == "TARGET" && takes_target) {
            // A first line that says no more than the name of the section is that name.
            let first = (first.trim_end_matches(':') != *beginning).then_some(first);
            section(&mut more, name, first.into_iter().chain(body.lines()));
        }
    }
    let others = if is_program {
        program
            .get_subcommands()
            .filter(|found| !found.is_hide_set())
            .map(|found| format!("{}-{}(1)", program.get_name(), found.get_name()))
            .collect::<Vec<_>>()
            .join(", ")
    } else {
        format!("{}(1)", program.get_name())
    };
    more.control("SH", ["SEE ALSO"]);
    more.text([roman(others)]);
    more.to_writer(&mut roff)?;
    Ok(Page { file: man.get_filename(), roff })
}

/// A section whose lines stay as they are. They are made for 80 columns, so they begin at the edge.
fn section<'a>(roff: &mut Roff, name: &str, lines: impl Iterator<Item = &'a str>) {
    roff.control("SH", [name]);
    roff.control("nf", []);
    roff.control("in", ["1n"]);
    for line in lines {
        roff.text([roman(line)]);
    }
    roff.control("in", []);
    roff.control("fi", []);
}
