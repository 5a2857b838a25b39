//! Runs that were recorded on the host.

/// Runs of a model on the host, for `TVMSelfTest_my_model`: one after the other, after one reset of the state.
#[derive(Debug, Clone, PartialEq)]
pub struct SelfTest {
    /// Number of runs, at least 1.
    pub samples: u32,
    /// For each input, its content in all runs, one after the other; `None` for [`random_input`](crate::random_input), which
    /// the device computes too, so that it takes no flash.
    pub inputs: Vec<Option<Vec<u8>>>,
    /// For each output, its content after each run, one after the other.
    pub outputs: Vec<Vec<u8>>,
    /// For each run, the hash of what each layer wrote, in the order in which they ran; 0 for a layer that is not compared.
    /// Empty if the layers of the model can't be run one by one.
    pub layers: Vec<Vec<u32>>,
    /// Largest difference of an element of a float32 output: absolute, and relative to values above 1. 0 compares bytes, as is
    /// done with all other types.
    pub tolerance: f32,
}

impl SelfTest {
    /// Bytes of constant data that inputs and outputs take on the device.
    #[must_use]
    pub fn tensor_bytes(&self) -> usize {
        let inputs: usize = self.inputs.iter().flatten().map(Vec::len).sum();
        inputs + self.outputs.iter().map(Vec::len).sum::<usize>()
    }

    /// Bytes of constant data that the hashes of layers take on the device, in programs that define `TVM_EMBEDDED_LAYERS`.
    #[must_use]
    pub fn layer_bytes(&self) -> usize {
        let hashes: usize = self.layers.iter().map(Vec::len).sum();
        // The position of each run's first hash, and the end.
        if self.layers.is_empty() { 0 } else { 4 * (hashes + self.layers.len() + 1) }
    }
}
