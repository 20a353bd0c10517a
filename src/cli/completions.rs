//! Flags of `completions`, and of the hidden command that its scripts ask.

use clap::ValueEnum;

/// A shell that there is a script for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    #[value(alias = "pwsh")]
    Powershell,
    Elvish,
}

/// Flags of `completions`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
It completes commands, flags and their values, profiles and the labels of
saved lookups. It asks the atlas-tui on the PATH, and so goes on being right
when that is replaced.

Examples, to have it from the next start of the shell on:
  atlas-tui completions bash \\
      > ~/.local/share/bash-completion/completions/atlas-tui
  atlas-tui completions zsh > _atlas-tui      in a directory of $fpath
  atlas-tui completions fish > ~/.config/fish/completions/atlas-tui.fish
  atlas-tui completions powershell >> $PROFILE
  atlas-tui completions elvish >> ~/.config/elvish/rc.elv")]
pub struct Completions {
    /// Shell that the script is for
    pub shell: Shell,
}

/// What a script asks with; the words to complete come by standard input, where no list of processes shows them.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Complete {
    pub shell: Shell,
}
