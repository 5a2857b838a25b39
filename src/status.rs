//! The statuses that calls return: fixed numbers, never reused.

use core::num::NonZeroUsize;

/// The status that a call returns: 0 is success, every other value says what was wrong.
///
/// The numbers are part of the ABI. They are between -7499 and -7401, different from the codes of TVM's own runtime
/// (`category << 8 | code`, TVM 0.8 to 0.18), from CMSIS-NN's (-1 to -4) and from `errno`. A failure of the model's code
/// is returned unchanged and is never mistaken for one of these: the code that TVM generates returns 0 or -1, and that of this
/// project's compiler 0, [`TVMStatus::StateNotReset`] or [`TVMStatus::ValueOutOfRange`].
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TVMStatus {
    /// Success.
    Ok = 0,
    /// `model` is NULL.
    NullModel = -7401,
    /// `inputs` is NULL though the model takes inputs from the caller.
    NullInputs = -7402,
    /// `outputs` is NULL though the model returns outputs to the caller.
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
    /// `inputs`, `outputs`, a table of pointers or the place for a result is not aligned as its type requires.
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
    /// The descriptor does not contain it: the archive it was made from did not record it.
    NotAvailable = -7426,
    /// A tensor inside the workspace was given another address than `TVMMapInputs` or `TVMMapOutputs` reports.
    TensorNotInWorkspace = -7427,
    /// A memory block would reach past the end of the address space.
    AddressOverflow = -7428,
    /// The model keeps its memory to itself and is running already: a call from a callback or an interrupt.
    Busy = -7429,
    /// The model keeps state from call to call, and its workspace was not reset or was used for something else: call
    /// `TVMReset` before the first run.
    StateNotReset = -7430,
    /// A value in a tensor has no result: a position outside of the tensor it points into, an integer divided by zero.
    /// The generated code of a compiled model returns this.
    ValueOutOfRange = -7431,
    /// A hook returned a value other than 0, and the run ended there. The model can be run again.
    Aborted = -7432,
    /// The step is done and layers remain: call `TVMStep_<model>` again. Outputs are not complete yet.
    Unfinished = -7433,
    /// The run was not begun, or has ended: by its last layer, an abort or a failure.
    RunNotBegun = -7434,
    /// The run was begun for another model.
    WrongRun = -7435,
    /// A workspace is at another address than when the run began.
    WorkspaceChanged = -7436,
    /// `TVMSelfTest_<model>`: the run on the device gave other bytes than the run that was recorded on the host.
    Differs = -7437,
    /// `TVMReadUpdate_<model>`: what is there was not written by `tvm-embedded pack`, or has another format.
    NotAnUpdate = -7438,
    /// `TVMReadUpdate_<model>`: the update is for another model, or for this one compiled in another way.
    WrongUpdate = -7439,
    /// `TVMReadUpdate_<model>`: the update is longer than the memory that was named.
    UpdateTruncated = -7440,
    /// `TVMReadUpdate_<model>`: the update's contents do not have the checksums that it says.
    UpdateCorrupt = -7441,
    /// `TVMCheckContexts`: two memories overlap though a run would change what another run, or the same one, must find.
    Overlap = -7442,
}

/// A status other than success as a small number, for the core's results. Devices need the fewest bytes of code for small
/// numbers, and with one as wide as a pointer a result fits two registers; it is converted to the status
/// where the library returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault(NonZeroUsize);

impl Fault {
    /// The status.
    #[inline]
    #[must_use]
    pub const fn code(self) -> i32 {
        TVMStatus::NullModel as i32 + 1 - self.0.get() as i32
    }
}

impl From<TVMStatus> for Fault {
    #[inline]
    fn from(status: TVMStatus) -> Self {
        let number = (TVMStatus::NullModel as i32 + 1).wrapping_sub(status as i32) as usize;
        // Success has no fault number; the library never converts it.
        Self(NonZeroUsize::new(number).unwrap_or(NonZeroUsize::MIN))
    }
}

/// A failed check.
#[inline]
pub fn fail<T>(status: TVMStatus) -> Result<T, Fault> {
    Err(status.into())
}

/// The texts, each ended by a NUL: success, then the statuses from -7401 downwards, then that of any other number. One
/// block of text without a table of pointers takes the least flash.
const TEXTS: &[u8] = b"\
    success\0\
    NULL model\0\
    NULL inputs\0\
    NULL outputs\0\
    NULL context\0\
    NULL tensor\0\
    NULL workspace\0\
    NULL parameter\0\
    NULL device\0\
    NULL argument\0\
    misaligned model\0\
    misaligned context\0\
    misaligned argument\0\
    misaligned tensor\0\
    misaligned parameter\0\
    not a model\0\
    ABI mismatch\0\
    corrupt model\0\
    workspaces not set\0\
    parameters not set\0\
    devices not set\0\
    workspace too small\0\
    parameter too small\0\
    wrong count\0\
    index out of range\0\
    unknown name\0\
    not recorded\0\
    not mapped\0\
    address overflow\0\
    model is running\0\
    state not reset\0\
    value out of range\0\
    aborted\0\
    layers remain\0\
    run not begun\0\
    wrong run\0\
    workspace changed\0\
    differs\0\
    no update\0\
    wrong update\0\
    truncated\0\
    corrupt\0\
    overlap\0\
    model's own code\0";

/// The text of a status, or of a failure code that is a model's own, as a C string in constant memory, NUL included.
#[must_use]
pub fn text(code: i32) -> &'static [u8] {
    let last = ALL.len() as u32;
    let mut skip = match (TVMStatus::NullModel as i32 + 1).wrapping_sub(code) as u32 {
        _ if code == 0 => 0,
        own if own == 0 || own >= last => last,
        status => status,
    };
    let mut start = 0;
    for (at, byte) in TEXTS.iter().enumerate() {
        if skip == 0 {
            break;
        }
        if *byte == 0 {
            skip -= 1;
            start = at + 1;
        }
    }
    TEXTS.get(start..).unwrap_or(TEXTS)
}

/// All statuses.
pub const ALL: [TVMStatus; 43] = {
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
        StateNotReset,
        ValueOutOfRange,
        Aborted,
        Unfinished,
        RunNotBegun,
        WrongRun,
        WorkspaceChanged,
        Differs,
        NotAnUpdate,
        WrongUpdate,
        UpdateTruncated,
        UpdateCorrupt,
        Overlap,
    ]
};

#[cfg(test)]
mod tests {
    use super::*;
    use core::ffi::CStr;

    fn words(code: i32) -> &'static str {
        CStr::from_bytes_until_nul(text(code)).unwrap().to_str().unwrap()
    }

    #[test]
    fn numbers_run_from_7401_downwards() {
        assert_eq!(ALL[0] as i32, 0);
        for (at, status) in ALL.iter().enumerate().skip(1) {
            assert_eq!(*status as i32, -7400 - at as i32);
        }
    }

    #[test]
    fn a_fault_is_its_status() {
        for status in &ALL[1..] {
            assert_eq!(Fault::from(*status).code(), *status as i32);
        }
        assert_eq!(size_of::<Result<(), Fault>>(), size_of::<usize>());
    }

    #[test]
    fn each_status_has_its_own_text() {
        for (at, status) in ALL.iter().enumerate() {
            let text = words(*status as i32);
            assert!(!text.is_empty() && !text.starts_with(' '), "{text:?}");
            assert!(ALL[at + 1..].iter().all(|other| words(*other as i32) != text));
        }
        assert_eq!(words(TVMStatus::Ok as i32), "success");
        assert_eq!(words(TVMStatus::NullModel as i32), "NULL model");
        assert_eq!(words(TVMStatus::NullWorkspace as i32), "NULL workspace");
        assert_eq!(words(TVMStatus::IndexOutOfRange as i32), "index out of range");
        assert_eq!(words(TVMStatus::Busy as i32), "model is running");
        assert_eq!(words(TVMStatus::StateNotReset as i32), "state not reset");
        assert_eq!(words(TVMStatus::ValueOutOfRange as i32), "value out of range");
    }

    #[test]
    fn other_numbers_are_the_models_own() {
        for code in [1, -1, -4, -7399, -7400, -7401 - ALL.len() as i32 + 1, -7499, i32::MIN, i32::MAX] {
            assert_eq!(words(code), "model's own code", "{code}");
        }
    }
}
