//! The published schema of the JSON output, and whether a value is as it says.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::fs::File;
use std::sync::LazyLock;

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use serde_json::Value;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/restore-job.schema.json");

static SCHEMA: LazyLock<(Schemas, SchemaIndex)> = LazyLock::new(|| {
    let document: Value = serde_json::from_reader(File::open(PATH).unwrap()).unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.set_default_draft(Draft::V2020_12);
    // By its own name: the schema is found nowhere on a network.
    let name = document["$id"].as_str().unwrap().to_owned();
    compiler.add_resource(&name, document).unwrap();
    let index = compiler.compile(&name, &mut schemas).unwrap();
    (schemas, index)
});

fn fault(value: &Value) -> Option<String> {
    let (schemas, index) = &*SCHEMA;
    schemas.validate(value, *index).err().map(|error| format!("{error:#}"))
}

pub fn is_valid(value: &Value) -> bool {
    fault(value).is_none()
}

pub fn assert_valid(what: &str, value: &Value) {
    if let Some(fault) = fault(value) {
        panic!("{what}: {fault}\n{value:#}");
    }
}
