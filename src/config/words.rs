//! A command on one line, as a variable or a single argument holds it.
//!
//! Pure. The quotes of a POSIX shell are known and nothing else of a shell: no variables, no pipes.

/// The words of the command, its program first; `None` for a line without any.
///
/// # Errors
/// Why it is no command, without the line: that may hold anything.
pub fn split(line: &str) -> Result<Option<Vec<String>>, String> {
    let words = shlex::split(line).ok_or("has a quote that is not closed")?;
    if words.iter().any(|word| word.contains('\0')) {
        return Err("holds a NUL character".to_owned());
    }
    match words.first() {
        None => Ok(None),
        Some(program) if program.trim().is_empty() => Err("has an empty word for its program".to_owned()),
        Some(_) => Ok(Some(words)),
    }
}
