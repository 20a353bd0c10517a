//! How commands without a screen write: the flags that all of them share.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::headless::form::Form;
use crate::headless::style::Color;

/// Form, colour and time zone of what is written.
#[derive(Debug, Clone, PartialEq, Eq, Default, clap::Args)]
pub struct Shown {
    /// Form of the output: text, json, ndjson, markdown or csv [default: text]
    #[arg(short, long, value_name = "FORM", hide_possible_values = true, value_parser = form())]
    pub output: Option<Form>,

    /// Colour the text: auto (on a terminal), always or never [default: auto]
    #[arg(long, value_name = "WHEN", hide_possible_values = true, value_parser = color())]
    pub color: Option<Color>,

    /// Times in this machine's time zone, not in UTC; JSON stays in UTC
    #[arg(long)]
    pub local: bool,
}

fn form() -> impl TypedValueParser<Value = Form> {
    PossibleValuesParser::new(Form::ALL.map(Form::as_str)).try_map(|word| word.parse::<Form>())
}

fn color() -> impl TypedValueParser<Value = Color> {
    PossibleValuesParser::new(Color::ALL.map(Color::as_str)).try_map(|word| word.parse::<Color>())
}
