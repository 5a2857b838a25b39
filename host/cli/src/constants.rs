//! Bytes of constants as text: builds for different cores hold the weights in different orders.

use tvm_embedded_compiler::ir::options::Target;

use crate::cores;
use crate::table::grouped;

/// The kinds of builds, in the order of [`Constants`].
const BUILDS: [Target; 3] = [Target::Portable, Target::Dsp, Target::Mve];

/// Bytes in a portable build, in one for Arm's DSP extension and in one for MVE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Constants(pub [u64; 3]);

impl Constants {
    /// Whether all builds hold the same bytes.
    pub fn are_equal(&self) -> bool {
        self.0.iter().all(|bytes| *bytes == self.0[0])
    }

    /// `5 376 bytes`, or with cores: `5 376 bytes on Cortex-M0, M0+, M3, M23, M52, M55, M85 and RISC-V, 5 424 on Cortex-M4, M7, M33 and M35P`.
    pub fn text(&self) -> String {
        if self.are_equal() {
            return format!("{} bytes", grouped(self.0[0]));
        }
        let mut sizes = self.0.to_vec();
        sizes.sort_unstable();
        sizes.dedup();
        let each = sizes.iter().enumerate().map(|(i, bytes)| {
            let unit = if i == 0 { " bytes" } else { "" };
            format!("{}{unit} on {}", grouped(*bytes), self.cores(*bytes))
        });
        each.collect::<Vec<_>>().join(", ")
    }

    /// The cores whose builds hold so many bytes.
    fn cores(&self, bytes: u64) -> String {
        let own = self.0.iter().zip(BUILDS).filter(|(own, _)| **own == bytes);
        cores::listed(&own.map(|(_, build)| build).collect::<Vec<_>>(), " and ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_are_named_where_they_differ() {
        let text = |portable, dsp, mve| Constants([portable, dsp, mve]).text();
        assert_eq!(text(5376, 5376, 5376), "5 376 bytes");
        assert_eq!(
            text(1, 2, 1),
            "1 bytes on Cortex-M0, M0+, M3, M23, M52, M55, M85 and RISC-V, 2 on Cortex-M4, M7, M33 and M35P"
        );
        assert_eq!(
            text(2000, 1000, 3000),
            "1 000 bytes on Cortex-M4, M7, M33 and M35P, 2 000 on Cortex-M0, M0+, M3, M23 and RISC-V, 3 000 on Cortex-M52, M55 and M85"
        );
        assert_eq!(
            text(1, 2, 2),
            "1 bytes on Cortex-M0, M0+, M3, M23 and RISC-V, 2 on Cortex-M4, M7, M33, M35P, M52, M55 and M85"
        );
    }
}
