//! The core that machine code is for, as its object files say.

use std::fmt;

/// The core that the code of a static library is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// `e_machine` of the ELF format.
    pub number: u16,
    /// 32 or 64.
    pub bits: u8,
    /// `Tag_CPU_arch` of Arm's build attributes, if the code has them.
    pub arm_architecture: Option<u32>,
    /// True for code with instructions of Arm's M-profile vector extension.
    pub arm_vectors: bool,
}

/// `e_machine`, name, and the macro that compilers for it define.
const MACHINES: [(u16, &str, &str); 8] = [
    (3, "x86, 32 bits", "__i386__"),
    (40, "Arm, 32 bits", "__arm__"),
    (62, "x86-64", "__x86_64__"),
    (83, "AVR", "__AVR__"),
    (93, "ARC", "__arc__"),
    (94, "Xtensa", "__XTENSA__"),
    (183, "AArch64", "__aarch64__"),
    (243, "RISC-V", "__riscv"),
];

/// `Tag_CPU_arch`, name, and the condition for a core that runs its code.
const ARM: [(u32, &str, &str); 9] = [
    (9, "Armv6K", "__ARM_ARCH >= 6"),
    (10, "Armv7", "__ARM_ARCH >= 7"),
    (11, "Armv6-M", "__ARM_ARCH >= 6"),
    (12, "Armv6S-M", "__ARM_ARCH >= 6"),
    (13, "Armv7E-M", "__ARM_ARCH >= 7 && defined(__ARM_FEATURE_DSP)"),
    (14, "Armv8-A", "__ARM_ARCH >= 8"),
    (16, "Armv8-M Baseline", "__ARM_ARCH >= 8"),
    (17, "Armv8-M Mainline", "__ARM_ARCH >= 8"),
    (21, "Armv8.1-M Mainline", "__ARM_ARCH >= 8"),
];

impl Machine {
    /// True for cores whose bytes have 16 bits, so that they have no `int8_t`: TI's C2000.
    pub fn has_wide_bytes(self) -> bool {
        self.number == 141
    }

    /// A condition for the C preprocessor of GCC and Clang that is true when the compiler's core runs this code; `None` when it
    /// is not known.
    pub fn condition(self) -> Option<String> {
        let (_, _, defined) = MACHINES.into_iter().find(|(number, _, _)| *number == self.number)?;
        let mut condition = format!("defined({defined})");
        if self.number == 243 {
            condition.push_str(&format!(" && __riscv_xlen == {}", self.bits));
        }
        if let Some((_, _, arm)) = self.arm() {
            condition.push_str(&format!(" && {arm}"));
        }
        if self.arm_vectors {
            condition.push_str(" && defined(__ARM_FEATURE_MVE)");
        }
        Some(condition)
    }

    /// Whether two object files are for cores of one kind.
    pub fn is_like(self, other: Machine) -> bool {
        (self.number, self.bits) == (other.number, other.bits)
    }

    /// The core that runs the code of both.
    pub(crate) fn joined(self, other: Machine) -> Machine {
        Machine {
            arm_architecture: self.arm_architecture.max(other.arm_architecture),
            arm_vectors: self.arm_vectors || other.arm_vectors,
            ..self
        }
    }

    fn arm(self) -> Option<(u32, &'static str, &'static str)> {
        let wanted = self.arm_architecture.filter(|_| self.number == 40)?;
        ARM.into_iter().find(|(tag, _, _)| *tag == wanted)
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.arm(), MACHINES.into_iter().find(|(number, _, _)| *number == self.number)) {
            (Some((_, name, _)), _) => write!(f, "{name}")?,
            (None, _) if self.has_wide_bytes() => write!(f, "TI C2000")?,
            (None, Some((243, name, _))) => write!(f, "{name}, {} bits", self.bits)?,
            (None, Some((_, name, _))) => write!(f, "{name}")?,
            (None, None) => write!(f, "machine {} of the ELF format, {} bits", self.number, self.bits)?,
        }
        if self.arm_vectors { write!(f, " with vectors") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_have_names_and_conditions() {
        let plain = |number, bits| Machine { number, bits, arm_architecture: None, arm_vectors: false };
        let arm = |tag| Machine { arm_architecture: Some(tag), ..plain(40, 32) };
        for (machine, name, condition) in [
            (plain(62, 64), "x86-64", Some("defined(__x86_64__)")),
            (plain(243, 32), "RISC-V, 32 bits", Some("defined(__riscv) && __riscv_xlen == 32")),
            (plain(40, 32), "Arm, 32 bits", Some("defined(__arm__)")),
            (arm(11), "Armv6-M", Some("defined(__arm__) && __ARM_ARCH >= 6")),
            (arm(13), "Armv7E-M", Some("defined(__arm__) && __ARM_ARCH >= 7 && defined(__ARM_FEATURE_DSP)")),
            (arm(99), "Arm, 32 bits", Some("defined(__arm__)")),
            (plain(141, 32), "TI C2000", None),
            (plain(7777, 32), "machine 7777 of the ELF format, 32 bits", None),
        ] {
            assert_eq!((machine.to_string().as_str(), machine.condition().as_deref()), (name, condition));
        }
        let vectors = Machine { arm_vectors: true, ..arm(21) };
        assert_eq!(vectors.to_string(), "Armv8.1-M Mainline with vectors");
        assert!(vectors.condition().is_some_and(|c| c.ends_with("defined(__ARM_FEATURE_MVE)")));
        assert_eq!(arm(11).joined(vectors), vectors);
        assert!(arm(11).is_like(vectors) && !arm(11).is_like(plain(183, 64)));
    }
}
