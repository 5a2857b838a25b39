//! The networks that are profiled, and what is counted of them.

use super::layer::Layer;

/// Where the tables are.
pub const DOCUMENT: &str = "docs/profiles.md";

/// A network on a core, and the line that it misses.
pub struct Subject {
    /// The part of `docs/data.md`.
    pub part: &'static str,
    /// Its name: that of its file.
    pub model: &'static str,
    /// The core.
    pub core: &'static str,
    /// Instructions that a run is to take at most; those of one layer if it is named.
    pub line: u64,
    /// What is in the name of that layer.
    pub layer: Option<&'static str>,
}

const fn subject(part: &'static str, model: &'static str, core: &'static str, line: u64) -> Subject {
    Subject { part, model, core, line, layer: None }
}

/// The networks of `docs/data.md` that are profiled.
pub const SUBJECTS: [Subject; 8] = [
    subject("models", "kws_ref_model", "cortex-m4f", 2_700_000),
    subject("networks", "vww_96_int8", "cortex-m4f", 5_500_000),
    subject("models", "pretrainedResnet_quant", "cortex-m4f", 11_500_000),
    subject("networks", "person_detect", "cortex-m4f", 8_200_000),
    subject("networks", "ad01_int8", "cortex-m4f", 330_000),
    Subject { layer: Some("lstm"), ..subject("networks", "trained_lstm_int8", "cortex-m4f", 252_224) },
    subject("models", "kws_ref_model", "cortex-m55", 800_000),
    subject("networks", "ad01_int8", "cortex-m55", 55_000),
];

/// What was counted.
pub struct Profile {
    /// Instructions of a call without marks.
    pub whole: u64,
    /// Its layers.
    pub layers: Vec<Layer>,
}
