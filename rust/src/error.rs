//! The result of a call.

use core::ffi::CStr;
use core::fmt;
use tvm_embedded_core::status::{self, TVMStatus as Status};

/// A call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// A status of this project.
    Status(Status),
    /// A number of the model's own code, as a kernel library or TVM's C returns it.
    Model(i32),
}

/// The result of a call of a model.
pub type Result<T> = core::result::Result<T, Error>;

impl Error {
    /// Converts a number that a C function returned.
    ///
    /// # Errors
    /// For every number except 0.
    pub fn check(code: i32) -> Result<()> {
        match status::ALL.iter().find(|status| **status as i32 == code) {
            Some(Status::Ok) => Ok(()),
            Some(status) => Err(Error::Status(*status)),
            None => Err(Error::Model(code)),
        }
    }

    /// The number that C functions return for this.
    #[must_use]
    pub const fn code(self) -> i32 {
        match self {
            Error::Status(status) => status as i32,
            Error::Model(code) => code,
        }
    }

    /// A short English text.
    #[must_use]
    pub fn text(self) -> &'static str {
        let text = CStr::from_bytes_until_nul(status::text(self.code()));
        text.ok().and_then(|text| text.to_str().ok()).unwrap_or_default()
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Error::Status(status)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.text(), self.code())
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::string::ToString;

    #[test]
    fn every_status_is_returned() {
        for status in &status::ALL[1..] {
            let error = Error::check(*status as i32).unwrap_err();
            assert_eq!((error, error.code()), (Error::Status(*status), *status as i32));
        }
        assert_eq!(Error::check(0), Ok(()));
        assert_eq!(Error::check(-1), Err(Error::Model(-1)));
        assert_eq!(Error::from(Status::StateNotReset).to_string(), "state not reset (-7430)");
        assert_eq!(Error::Model(-1).to_string(), "model's own code (-1)");
    }
}
