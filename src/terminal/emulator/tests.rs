//! Which terminal is taken for which, and the bytes that each gets.

use super::*;

fn emulator(variables: &[(&str, &str)]) -> Emulator {
    let of = |name: &str| variables.iter().find(|(known, _)| *known == name);
    Emulator::find(|name| of(name).map(|(_, value)| (*value).to_owned()))
}

#[test]
fn each_terminal_is_known_and_gets_what_it_understands() {
    for (variables, notification, progress) in [
        (&[][..], None, false),
        (&[("TERM", "xterm-256color")], None, false),
        (&[("TERM", "linux")], None, false),
        (&[("TERM", "alacritty")], None, false),
        (&[("TERM_PROGRAM", "Apple_Terminal")], None, false),
        (&[("TERM", "xterm-kitty")], Some(Protocol::Osc99), false),
        (&[("TERM", "xterm-256color"), ("KITTY_WINDOW_ID", "1")], Some(Protocol::Osc99), false),
        (&[("KITTY_WINDOW_ID", " ")], None, false),
        (&[("TERM_PROGRAM", "iTerm.app"), ("TERM_PROGRAM_VERSION", "3.6.5")], Some(Protocol::Osc9), false),
        (&[("TERM_PROGRAM", "iTerm.app"), ("TERM_PROGRAM_VERSION", "3.6.6")], Some(Protocol::Osc9), true),
        (&[("TERM_PROGRAM", "iTerm.app"), ("TERM_PROGRAM_VERSION", "3.10")], Some(Protocol::Osc9), true),
        (&[("LC_TERMINAL", "iTerm2"), ("LC_TERMINAL_VERSION", "4.0")], Some(Protocol::Osc9), true),
        (&[("LC_TERMINAL", "Another")], None, false),
        (&[("TERM_PROGRAM", "ghostty"), ("TERM_PROGRAM_VERSION", "1.1.3")], Some(Protocol::Osc777), false),
        (
            &[("TERM_PROGRAM", "ghostty"), ("TERM_PROGRAM_VERSION", "1.2.0-dev+x")],
            Some(Protocol::Osc777),
            true,
        ),
        (&[("TERM", "xterm-ghostty")], Some(Protocol::Osc777), false),
        (&[("TERM_PROGRAM", "WezTerm")], Some(Protocol::Osc777), true),
        (&[("TERM", "foot-extra")], Some(Protocol::Osc777), false),
        (&[("TERM", "rxvt-unicode-256color")], Some(Protocol::Osc777), false),
        (&[("TERM_PROGRAM", "WarpTerminal")], Some(Protocol::Osc777), false),
        (&[("TERM_PROGRAM", "mintty"), ("TERM_PROGRAM_VERSION", "3.7.8")], None, true),
        (&[("TERM_PROGRAM", "vscode"), ("TERM_PROGRAM_VERSION", "1.106.0")], None, true),
        (&[("TERM_PROGRAM", "vscode"), ("TERM_PROGRAM_VERSION", "nonsense")], None, false),
        (&[("WT_SESSION", "a-guid")], None, true),
        (&[("ConEmuANSI", "ON")], None, true),
        (&[("ConEmuANSI", "OFF")], None, false),
        (&[("KONSOLE_VERSION", "250400")], Some(Protocol::Osc777), true),
        (&[("VTE_VERSION", "7802")], Some(Protocol::Osc777), false),
        (&[("VTE_VERSION", "8003")], Some(Protocol::Osc777), true),
        // One that was started from another: its own name wins over what it inherited.
        (&[("TERM_PROGRAM", "mintty"), ("KITTY_WINDOW_ID", "1")], None, true),
    ] {
        let known = emulator(variables);
        assert_eq!((known.notification, known.progress), (notification, progress), "{variables:?}");
        assert_eq!(known.multiplexer, None);
    }
}

#[test]
fn inside_a_multiplexer_what_is_left_of_the_terminal_counts() {
    let tmux = [("TMUX", "/tmp/x"), ("TERM", "tmux-256color"), ("TERM_PROGRAM", "tmux")];
    let inside = |more: &[(&str, &str)]| emulator(&[&tmux[..], more].concat());
    assert_eq!(inside(&[]).notification, None);
    let kitty = inside(&[("KITTY_WINDOW_ID", "1")]);
    assert_eq!((kitty.notification, kitty.multiplexer), (Some(Protocol::Osc99), Some(Multiplexer::Tmux)));
    // Its version is not the terminal's.
    assert!(!inside(&[("TERM_PROGRAM_VERSION", "3.7"), ("GHOSTTY_RESOURCES_DIR", "/x")]).progress);
}

fn shown(sequence: Option<String>) -> String {
    sequence.unwrap_or_default().replace('\x1b', "ESC").replace('\x07', "BEL")
}

#[test]
fn a_notification_is_written_as_the_terminal_reads_it() {
    let of = |variables: &[(&str, &str)], text| shown(emulator(variables).notification("atlas-tui", text));
    assert_eq!(of(&[], "x: failed"), "");
    assert_eq!(of(&[("LC_TERMINAL", "iTerm2")], "4;1;50 failed"), "ESC]9;atlas-tui: 4,1,50 failedESC\\");
    assert_eq!(of(&[("TERM", "foot")], "a;b\x1b]0;c\x07"), "ESC]777;notify;atlas-tui;a,b]0,cESC\\");
    assert_eq!(
        of(&[("TERM", "xterm-kitty")], "x"),
        "ESC]99;i=atlas-tui:d=0;atlas-tuiESC\\ESC]99;i=atlas-tui:p=body;xESC\\"
    );
    assert_eq!(
        of(&[("TMUX", "1"), ("VTE_VERSION", "8000")], "x"),
        "ESCPtmux;ESCESC]777;notify;atlas-tui;xESCESC\\ESC\\"
    );
    assert_eq!(of(&[("STY", "1"), ("VTE_VERSION", "8000")], "x"), "ESCPESC]777;notify;atlas-tui;xBELESC\\");
}

#[test]
fn a_progress_is_written_only_where_it_is_one() {
    let of = |variables: &[(&str, &str)], progress| shown(emulator(variables).progress(progress));
    for (progress, written) in [
        (Progress::None, "ESC]9;4;0ESC\\"),
        (Progress::Percent(0), "ESC]9;4;1;0ESC\\"),
        (Progress::Percent(255), "ESC]9;4;1;100ESC\\"),
        (Progress::Failed, "ESC]9;4;2;100ESC\\"),
        (Progress::Indeterminate, "ESC]9;4;3ESC\\"),
    ] {
        assert_eq!(of(&[("WT_SESSION", "1")], progress), written);
        assert_eq!(of(&[("TERM", "xterm-kitty")], progress), "");
    }
    assert_eq!(
        of(&[("TMUX", "1"), ("WT_SESSION", "1")], Progress::None),
        "ESCPtmux;ESCESC]9;4;0ESCESC\\ESC\\"
    );
}

#[test]
fn every_row_is_known_by_something_and_stands_in_the_table() {
    let table = markdown();
    for row in ROWS {
        assert!(row.program.is_some() || row.term.is_some() || row.variable.is_some(), "{}", row.name);
        assert!(table.contains(row.name));
    }
    assert_eq!(table.lines().count(), ROWS.len() + 3);
}
