//! Options that CONV_2D and DEPTHWISE_CONV_2D share.

use crate::ir::graph::{Activation, Around, OpOptions, Padding, Sliding};
use crate::math::window::WindowOptions;
use std::sync::Arc;

/// Options of a convolution, as in the file.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "named as in the file format")]
pub struct Options {
    pub window: WindowOptions,
    pub activation: Activation,
    /// Only for CONV_2D: `quantized_bias_type`.
    pub bias_type: i8,
}

impl Options {
    /// The same with this activation, if it has none.
    pub fn fuse_activation(&self, activation: Activation) -> Option<Options> {
        (self.activation == Activation::None).then(|| Options { activation, ..self.clone() })
    }

    /// The same with this padding, if it has none and no window is completely in the padding.
    pub fn fuse_padding(&self, weights: &[usize], around: Around) -> Option<Options> {
        let &[_, height, width, _] = weights else { return None };
        let covers = |size: usize, dilation: i32| size.saturating_sub(1) * usize::try_from(dilation).unwrap_or(0) + 1;
        let (rows, columns) = (covers(height, self.window.dilation.0), covers(width, self.window.dilation.1));
        let fits = around.top.max(around.bottom) < rows && around.left.max(around.right) < columns;
        let window = WindowOptions { padding: Padding::Explicit(around), ..self.window };
        (self.window.padding == Padding::Valid && fits).then(|| Options { window, ..self.clone() })
    }
}

impl Options {
    /// The same with this padding instead of its own.
    pub fn surround(&self, around: Around) -> Options {
        Options { window: WindowOptions { padding: Padding::Explicit(around), ..self.window }, ..self.clone() }
    }
}

impl OpOptions for Options {
    fn with_activation(&self, activation: Activation) -> Option<Arc<dyn OpOptions>> {
        Some(Arc::new(self.fuse_activation(activation)?))
    }

    fn without_activation(&self) -> Option<(Activation, Arc<dyn OpOptions>)> {
        Some((self.activation, Arc::new(Options { activation: Activation::None, ..self.clone() })))
    }

    fn sliding(&self, weights: &[usize]) -> Option<Sliding> {
        let &[_, height, width, _] = weights else { return None };
        let WindowOptions { padding, stride, dilation } = self.window;
        Some(Sliding { size: (height, width), stride, dilation, padding })
    }

    fn with_around(&self, around: Around) -> Option<Arc<dyn OpOptions>> {
        Some(Arc::new(self.surround(around)))
    }

    fn with_padding(&self, weights: &[usize], around: Around) -> Option<Arc<dyn OpOptions>> {
        Some(Arc::new(self.fuse_padding(weights, around)?))
    }
}
