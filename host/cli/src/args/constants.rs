//! `POOL[:SIZE][=OPERATORS]`: a pool for constants.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use tvm_embedded_compiler::ConstantPool;

use crate::size::bytes;

/// A pool that the user asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConstantsPool(pub ConstantPool);

impl FromStr for ConstantsPool {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (pool, operators) = match text.split_once('=') {
            Some((pool, operators)) => (pool, operators.split('+').map(range).collect::<Result<_, _>>()?),
            None => (text, Vec::new()),
        };
        let (name, size) = match pool.split_once(':') {
            Some((name, size)) => (name, Some(bytes(size)?)),
            None => (pool, None),
        };
        let first = name.bytes().next();
        let identifier = first.is_some_and(|b| b.is_ascii_lowercase())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !identifier {
            return Err(
                "a pool's name may contain only lower-case letters, digits and _: expected POOL, POOL:SIZE or \
                        POOL=OPERATORS, for example itcm:64K"
                    .to_owned(),
            );
        }
        Ok(ConstantsPool(ConstantPool { name: name.to_owned(), bytes: size, operators }))
    }
}

/// `3`, or `3-7`.
fn range(text: &str) -> Result<RangeInclusive<usize>, String> {
    let wrong = || format!("expected numbers of operators such as 0-3+7, found {text:?}");
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str| text.parse::<usize>().map_err(|_| wrong());
    let range = number(first)?..=number(last)?;
    if range.is_empty() { Err(wrong()) } else { Ok(range) }
}

/// As on the command line.
impl fmt::Display for ConstantsPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ConstantPool { name, bytes, operators } = &self.0;
        f.write_str(name)?;
        if let Some(bytes) = bytes {
            write!(f, ":{bytes}")?;
        }
        for (i, range) in operators.iter().enumerate() {
            write!(f, "{}{}-{}", if i == 0 { "=" } else { "+" }, range.start(), range.end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_of_constants() {
        let parsed = |text: &str| text.parse::<ConstantsPool>().map(|pool| (pool.to_string(), pool.0.operators.len()));
        assert_eq!(parsed("qspi"), Ok(("qspi".into(), 0)));
        assert_eq!(parsed("itcm:64K"), Ok(("itcm:65536".into(), 0)));
        assert_eq!(parsed("itcm:64K=0-3+7"), Ok(("itcm:65536=0-3+7-7".into(), 2)));
        assert_eq!(parsed("a_2=5"), Ok(("a_2=5-5".into(), 1)));
        for wrong in
            ["", ":4", "QSPI", "qspi:", "qspi:0", "qspi=", "qspi=a", "qspi=3-1", "qspi=1+", "qspi=-1", "2", "q=1:4"]
        {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }
}
