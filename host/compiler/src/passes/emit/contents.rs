//! Constants in pools: their bytes in the header.

use crate::ir::layer::Constant;
use crate::ir::model::Model;
use std::collections::HashMap;
use std::fmt::{self, Write};

/// Characters of a line of bytes.
const LINE: usize = 118;

/// The arrays by their names; one of several for an array that is the same on all cores.
pub fn arrays(model: &Model) -> HashMap<&str, &Constant> {
    model.arrays().map(|array| (array.name.as_str(), array)).collect()
}

/// Size and content of each pool, as TVM's headers have them.
pub fn contents(out: &mut dyn Write, model: &Model) -> fmt::Result {
    let arrays = arrays(model);
    let (upper, module) = (model.macro_prefix(), &model.module);
    for pool in &model.stored.pools {
        let name = pool.name.to_ascii_uppercase();
        write!(
            out,
            "/*!\n * \\brief {} size for TVM module \"{module}\" (constants)\n */\n#define {upper}_{name}_CONSTANT_POOL_SIZE {}\n\
             /*!\n * \\brief {} content for TVM module \"{module}\"\n */\n#define {upper}_{name}_CONSTANT_POOL_DATA \\\n",
            pool.name, pool.bytes, pool.name
        )?;
        let mut lines = Bytes { out, line: String::new(), written: 0 };
        for array in &pool.arrays {
            let (Some(constant), Some(stored)) = (arrays.get(array.as_str()), model.stored.find(array)) else {
                continue;
            };
            // As between the pools of an update.
            lines.pad(stored.offset)?;
            constant.data.to_bytes().iter().try_for_each(|&byte| lines.add(byte))?;
        }
        lines.end()?;
    }
    Ok(())
}

/// Bytes in lines of a macro.
struct Bytes<'a> {
    out: &'a mut dyn Write,
    line: String,
    written: usize,
}

impl Bytes<'_> {
    fn add(&mut self, byte: u8) -> fmt::Result {
        if self.line.len() + 6 > LINE {
            self.line.push_str(" \\\n");
            self.out.write_str(&self.line)?;
            self.line.clear();
        }
        self.written += 1;
        write!(self.line, "{byte},")
    }

    fn pad(&mut self, end: usize) -> fmt::Result {
        while self.written < end {
            self.add(0xFF)?;
        }
        Ok(())
    }

    /// The last line, without a comma: TVM writes none.
    fn end(self) -> fmt::Result {
        writeln!(self.out, "{}", self.line.trim_end_matches(','))
    }
}
