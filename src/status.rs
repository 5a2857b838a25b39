//! The statuses every call answers with: fixed numbers, never reused.

/// What a call answers: 0 is success, every other value says what was wrong.
///
/// The numbers are part of the ABI. They lie between -7499 and -7401, apart from the codes of TVM's own runtime
/// (`category << 8 | code`, TVM 0.8 to 0.18), from CMSIS-NN's (-1 to -4) and from `errno`. A failure of the model's code
/// comes back unchanged and is never mistaken for one of these: the code that TVM or this project's compiler generates
/// returns 0 or -1.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TVMStatus {
    /// Success.
    Ok = 0,
    /// `model` is NULL.
    NullModel = -7401,
    /// `inputs` is NULL though the model takes inputs from the caller.
    NullInputs = -7402,
    /// `outputs` is NULL though the model hands outputs to the caller.
    NullOutputs = -7403,
    /// `context` is NULL though the model needs a workspace, parameters or devices from it, or the call writes to it.
    NullContext = -7404,
    /// A tensor pointer inside `inputs` or `outputs` is NULL.
    NullTensor = -7405,
    /// A workspace pointer is NULL.
    NullWorkspace = -7406,
    /// A parameter pointer is NULL, and the model carries no data of its own for it.
    NullParameter = -7407,
    /// The pointer to the devices, or one of the devices, is NULL.
    NullDevice = -7408,
    /// Any other pointer argument is NULL: a name, a message or the place for a result.
    NullArgument = -7409,
    /// `model` is not aligned to a pointer: it does not point at a descriptor.
    MisalignedModel = -7410,
    /// `context` is not aligned to a pointer.
    MisalignedContext = -7411,
    /// `inputs`, `outputs`, a table of pointers or the place for a result is not aligned as its type asks.
    MisalignedArgument = -7412,
    /// A tensor's address is not a multiple of the tensor's alignment.
    MisalignedTensor = -7413,
    /// The address of a parameter is not a multiple of its alignment. (Workspaces are aligned by the library.)
    MisalignedParameter = -7414,
    /// `model` does not point at a descriptor: its first word is wrong.
    NotAModel = -7415,
    /// The descriptor was generated for another version of this library's ABI: generate it again.
    AbiMismatch = -7416,
    /// The descriptor's own size is wrong: it was compiled against another header, or memory was overwritten.
    CorruptModel = -7417,
    /// The context's workspaces were never set: call `TVMSetWorkspaces`.
    WorkspacesNotSet = -7418,
    /// The context's parameters were never set, and the model carries no data of its own for them: call `TVMSetParameters`.
    ParametersNotSet = -7419,
    /// The context's devices were never set: call `TVMSetDevices`.
    DevicesNotSet = -7420,
    /// A workspace is smaller than the model needs, counted from the first aligned byte in it.
    WorkspaceTooSmall = -7421,
    /// A parameter's memory is smaller than the model needs.
    ParameterTooSmall = -7422,
    /// One buffer was given to a model with several workspaces or parameters, or a table with too few pointers.
    WrongCount = -7423,
    /// `index` is not below the count.
    IndexOutOfRange = -7424,
    /// The model has nothing of that name.
    NameUnknown = -7425,
    /// The descriptor does not say: the archive it was made from recorded no such fact.
    NotAvailable = -7426,
    /// A tensor that lives in the workspace was given another address than `TVMMapInputs` or `TVMMapOutputs` tells.
    TensorNotInWorkspace = -7427,
    /// A memory block would reach past the end of the address space.
    AddressOverflow = -7428,
    /// The model keeps its memory to itself and is running already: a call from a callback or an interrupt.
    Busy = -7450,
}

impl TVMStatus {
    /// The text of the status as a C string in constant memory, NUL included.
    #[must_use]
    pub const fn text(self) -> &'static [u8] {
        match self {
            Self::Ok => b"success\0",
            Self::NullModel => b"model is NULL\0",
            Self::NullInputs => b"inputs is NULL\0",
            Self::NullOutputs => b"outputs is NULL\0",
            Self::NullContext => b"context is NULL\0",
            Self::NullTensor => b"a tensor pointer is NULL\0",
            Self::NullWorkspace => b"a workspace pointer is NULL\0",
            Self::NullParameter => b"a parameter pointer is NULL\0",
            Self::NullDevice => b"a device pointer is NULL\0",
            Self::NullArgument => b"an argument is NULL\0",
            Self::MisalignedModel => b"model is misaligned\0",
            Self::MisalignedContext => b"context is misaligned\0",
            Self::MisalignedArgument => b"an argument is misaligned\0",
            Self::MisalignedTensor => b"a tensor is misaligned\0",
            Self::MisalignedParameter => b"a parameter is misaligned\0",
            Self::NotAModel => b"not a model descriptor\0",
            Self::AbiMismatch => b"model made for another ABI version\0",
            Self::CorruptModel => b"model descriptor is corrupt\0",
            Self::WorkspacesNotSet => b"workspaces not set\0",
            Self::ParametersNotSet => b"parameters not set\0",
            Self::DevicesNotSet => b"devices not set\0",
            Self::WorkspaceTooSmall => b"workspace too small\0",
            Self::ParameterTooSmall => b"parameter too small\0",
            Self::WrongCount => b"wrong number of pointers\0",
            Self::IndexOutOfRange => b"index out of range\0",
            Self::NameUnknown => b"name unknown\0",
            Self::NotAvailable => b"not recorded in the model\0",
            Self::TensorNotInWorkspace => b"tensor is not where the workspace holds it\0",
            Self::AddressOverflow => b"memory reaches past the address space\0",
            Self::Busy => b"model is running already\0",
        }
    }

    /// The status with this number, or `None` for a number that is a model's own.
    #[must_use]
    pub fn from_code(code: i32) -> Option<Self> {
        ALL.iter().copied().find(|status| *status as i32 == code)
    }
}

/// Every status there is.
pub const ALL: [TVMStatus; 30] = {
    use TVMStatus::*;
    [
        Ok,
        NullModel,
        NullInputs,
        NullOutputs,
        NullContext,
        NullTensor,
        NullWorkspace,
        NullParameter,
        NullDevice,
        NullArgument,
        MisalignedModel,
        MisalignedContext,
        MisalignedArgument,
        MisalignedTensor,
        MisalignedParameter,
        NotAModel,
        AbiMismatch,
        CorruptModel,
        WorkspacesNotSet,
        ParametersNotSet,
        DevicesNotSet,
        WorkspaceTooSmall,
        ParameterTooSmall,
        WrongCount,
        IndexOutOfRange,
        NameUnknown,
        NotAvailable,
        TensorNotInWorkspace,
        AddressOverflow,
        Busy,
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unique_and_come_back() {
        for (at, status) in ALL.iter().enumerate() {
            assert_eq!(TVMStatus::from_code(*status as i32), Some(*status));
            assert!(ALL[at + 1..].iter().all(|other| *other as i32 != *status as i32));
        }
        assert_eq!(TVMStatus::from_code(-1), None);
        assert_eq!(TVMStatus::from_code(-7499), None);
    }

    #[test]
    fn texts_are_c_strings_and_unique() {
        for (at, status) in ALL.iter().enumerate() {
            let text = status.text();
            assert_eq!(text.iter().position(|byte| *byte == 0), Some(text.len() - 1));
            assert!(ALL[at + 1..].iter().all(|other| other.text() != text));
        }
    }
}
