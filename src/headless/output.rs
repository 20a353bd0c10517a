//! Where commands without a screen write: data to one writer, sentences to another, and lists that may end early.
//!
//! Whoever closed the pipe, as `head` does, has what they wanted: nothing more is written, and that is no error.

use std::io::{self, ErrorKind, Write};
use std::ops::ControlFlow;

use super::exit;
use super::form::Form;

/// The two writers, and what became of the first.
pub struct Output<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// The reader has left.
    Closed,
    /// The disk is full, or the like.
    Failed,
}

impl std::fmt::Debug for Output<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").field("state", &self.state).finish_non_exhaustive()
    }
}

impl<'a> Output<'a> {
    pub fn new(out: &'a mut dyn Write, err: &'a mut dyn Write) -> Self {
        Self { out, err, state: State::Open }
    }

    /// Writes data, all of it and at once. `Break` when there is nobody who reads any more.
    pub fn data(&mut self, text: &str) -> ControlFlow<()> {
        if self.state == State::Open {
            match self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::BrokenPipe => self.state = State::Closed,
                Err(error) => self.fail(&error),
            }
        }
        if self.state == State::Open { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn fail(&mut self, error: &io::Error) {
        self.state = State::Failed;
        self.message(&format!("The answer could not be written: {error}.\n"));
    }

    /// Writes sentences for people. Standard error may be closed; there is nobody left to tell then.
    pub fn message(&mut self, text: &str) {
        let _ = self.err.write_all(text.as_bytes()).and_then(|()| self.err.flush());
    }

    /// The code to end with, where all else ended with that one: [`exit::INTERNAL`] when data could not be written.
    #[must_use]
    pub fn code(&self, code: u8) -> u8 {
        if self.state == State::Failed { exit::INTERNAL } else { code }
    }
}

/// Objects of JSON one after the other: one alone, a list, or one a line.
#[derive(Debug)]
pub struct Objects {
    /// Whether it is a list; lines are none.
    list: bool,
    written: usize,
}

impl Objects {
    /// `many`: several may come, however many do.
    #[must_use]
    pub fn new(form: Form, many: bool) -> Self {
        Self { list: many && form == Form::Json, written: 0 }
    }

    /// What stands before the first, and between them.
    pub fn add(&mut self, object: &str, output: &mut Output<'_>) -> ControlFlow<()> {
        let before = match (self.list, self.written) {
            (false, _) => "",
            (true, 0) => "[\n",
            (true, _) => ",\n",
        };
        let after = if self.list { "" } else { "\n" };
        self.written += 1;
        output.data(&format!("{before}{object}{after}"))
    }

    /// What stands behind the last.
    pub fn end(&self, output: &mut Output<'_>) -> ControlFlow<()> {
        match (self.list, self.written) {
            (false, _) => ControlFlow::Continue(()),
            (true, 0) => output.data("[]\n"),
            (true, _) => output.data("\n]\n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(form: Form, many: bool, objects: &[&str]) -> String {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut output = Output::new(&mut out, &mut err);
        let mut list = Objects::new(form, many);
        for object in objects {
            assert!(list.add(object, &mut output).is_continue());
        }
        assert!(list.end(&mut output).is_continue());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_alone_a_list_or_lines() {
        assert_eq!(written(Form::Json, false, &["{}"]), "{}\n");
        assert_eq!(written(Form::Json, true, &[]), "[]\n");
        assert_eq!(written(Form::Json, true, &["{}"]), "[\n{}\n]\n");
        assert_eq!(written(Form::Json, true, &["{}", "{}"]), "[\n{},\n{}\n]\n");
        assert_eq!(written(Form::Ndjson, true, &["{}", "{}"]), "{}\n{}\n");
        assert_eq!(written(Form::Ndjson, false, &[]), "");
    }

    /// Takes so many writes, and then fails in that way.
    struct Until(usize, ErrorKind);

    impl Write for Until {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(self.1.into());
            }
            self.0 -= 1;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_left_ends_it_quietly_and_a_full_disk_does_not() {
        for (kind, code, words) in
            [(ErrorKind::BrokenPipe, 3, ""), (ErrorKind::StorageFull, 1, "The answer could not be written: ")]
        {
            let (mut out, mut err) = (Until(1, kind), Vec::new());
            let mut output = Output::new(&mut out, &mut err);
            assert!(output.data("a").is_continue());
            assert!(output.data("b").is_break());
            assert!(output.data("c").is_break(), "and stays so");
            assert_eq!(output.code(3), code);
            let err = String::from_utf8(err).unwrap();
            assert!(err.starts_with(words) && err.lines().count() <= 1, "{err}");
        }
    }
}
