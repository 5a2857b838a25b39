//! The kinds of entries that a descriptor has.

use tvm_embedded_core::context::Aspect;
use tvm_embedded_core::status::TVMStatus;

/// The kinds of entries, in the order in which the descriptor holds their arrays.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Tensors the caller writes.
    Input,
    /// Tensors the caller reads.
    Output,
    /// Memory the caller provides.
    Workspace,
    /// Constants outside the model's code.
    Parameter,
    /// Handles for device hooks.
    Device,
}

impl Kind {
    /// The status for a struct of pointers to tensors of this kind that is NULL.
    pub fn null(self) -> TVMStatus {
        if matches!(self, Self::Input) { TVMStatus::NullInputs } else { TVMStatus::NullOutputs }
    }

    /// The entries of the descriptor that belong to an aspect of the context.
    pub fn of(aspect: Aspect) -> Self {
        match aspect {
            Aspect::Workspaces => Self::Workspace,
            Aspect::Parameters => Self::Parameter,
            Aspect::Devices => Self::Device,
        }
    }
}
