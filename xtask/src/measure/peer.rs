//! The cost of TFLite Micro with CMSIS-NN, as measured in the same emulator: TFLite Micro of August 2026, CMSIS-NN of July 2026,
//! GCC 12.2, -O2, measured on 2026-11-26.

/// When the figures were measured, and with which versions.
pub const MEASURED: &str = "TFLite Micro (2026-08) with CMSIS-NN (2026-07), gcc 12.2 -O2, measured 2026-11-26";

/// Million instructions of one inference.
pub struct Peer {
    name: &'static str,
    m4f: f64,
    m55: Option<f64>,
}

const fn peer(name: &'static str, m4f: f64, m55: Option<f64>) -> Peer {
    Peer { name, m4f, m55 }
}

/// By the model's file name.
const PEERS: [Peer; 13] = [
    peer("kws_ref_model", 7.66, Some(1.815)),
    peer("pretrainedResnet_quant", 31.2, Some(4.914)),
    peer("micro_speech_quantized", 1.502, Some(1.025)),
    peer("hello_world_int8", 0.00357, Some(0.0036)),
    peer("v2_okay_nabu", 0.257, None),
    peer("vww_96_int8", 24.08, Some(6.562)),
    peer("ad01_int8", 0.583, Some(0.309)),
    peer("person_detect", 22.93, Some(6.510)),
    peer("str_ww_ref_model", 2.228, Some(0.408)),
    peer("pretrainedResnet_large_int8", 149.2, None),
    peer("separable_bn.int8", 1.38, Some(0.879)),
    peer("standardised.int8", 0.00719, Some(0.0072)),
    peer("tcn.int8", 0.571, Some(0.168)),
];

impl Peer {
    /// On a board, if it was measured there.
    pub fn on(&self, board: &str) -> Option<f64> {
        match board {
            "cortex-m4f" => Some(self.m4f),
            "cortex-m55" => self.m55,
            _ => None,
        }
    }
}

/// The figures for a model, if it was measured.
pub fn of(model: &str) -> Option<&'static Peer> {
    PEERS.iter().find(|peer| peer.name == model)
}

/// The models that were measured.
pub fn names() -> impl Iterator<Item = &'static str> {
    PEERS.iter().map(|peer| peer.name)
}
