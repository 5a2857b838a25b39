//! `--custom`: functions of the user for custom operators.

use std::str::FromStr;

use tvm_embedded_compiler::ir::options::CustomOperator;

use crate::size::bytes;

/// A function for a custom operator: `NAME=HEADER:FUNCTION`, or with a size after another colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomFunction {
    /// The operator, as the file names it.
    pub name: String,
    /// The header that declares the function.
    pub header: String,
    /// The function.
    pub function: String,
    /// Bytes of scratch memory.
    pub scratch: usize,
}

impl FromStr for CustomFunction {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("'{text}' is not NAME=HEADER:FUNCTION, for example MyOp=my_op.h:my_op or MyOp=my_op.h:my_op:2K");
        let (name, rest) = text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(wrong)?;
        let mut parts = rest.split(':');
        let (Some(header), Some(function), size, None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        if header.is_empty() || function.is_empty() {
            return Err(wrong());
        }
        let scratch = size.map(bytes).transpose()?.unwrap_or(0);
        Ok(CustomFunction { name: name.to_owned(), header: header.to_owned(), function: function.to_owned(), scratch })
    }
}

impl From<&CustomFunction> for CustomOperator {
    fn from(given: &CustomFunction) -> Self {
        let CustomFunction { name, header, function, scratch } = given.clone();
        CustomOperator { name, header, function, scratch }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_for_custom_operators() {
        let parsed = |text: &str| text.parse::<CustomFunction>().map(|f| (f.name, f.header, f.function, f.scratch));
        assert_eq!(parsed("My=my/op.h:f"), Ok(("My".into(), "my/op.h".into(), "f".into(), 0)));
        assert_eq!(parsed("My=op.h:f:2K"), Ok(("My".into(), "op.h".into(), "f".into(), 2048)));
        for wrong in ["", "My", "My=op.h", "=op.h:f", "My=:f", "My=op.h:", "My=op.h:f:x", "My=op.h:f:1:2"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }
}
