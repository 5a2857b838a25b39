//! Real values and the elements that represent them.

/// The real values that the elements of a tensor represent: `(element - zero_point) * scale`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantization {
    scale: f32,
    zero_point: i32,
}

/// The types of quantised elements.
pub trait Element: Copy + sealed::Sealed {
    #[doc(hidden)]
    const LOW: i32;
    #[doc(hidden)]
    const HIGH: i32;
    #[doc(hidden)]
    fn of(value: i32) -> Self;
    #[doc(hidden)]
    fn value(self) -> i32;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! element {
    ($($name:ident)*) => {$(
        impl sealed::Sealed for $name {}
        impl Element for $name {
            const LOW: i32 = $name::MIN as i32;
            const HIGH: i32 = $name::MAX as i32;
            fn of(value: i32) -> Self {
                value as $name
            }
            fn value(self) -> i32 {
                i32::from(self)
            }
        }
    )*};
}

element!(i8 u8 i16);

impl Quantization {
    /// For a scale above 0.
    #[must_use]
    pub const fn new(scale: f32, zero_point: i32) -> Self {
        Quantization { scale, zero_point }
    }

    /// The real value of one step.
    #[must_use]
    pub const fn scale(self) -> f32 {
        self.scale
    }

    /// The element that represents 0.
    #[must_use]
    pub const fn zero_point(self) -> i32 {
        self.zero_point
    }

    /// The element that represents a real value: rounded with halves away from zero, as `QUANTIZE` of TensorFlow Lite's
    /// reference. Values out of range give the nearest limit, NaN the lowest.
    #[must_use]
    pub fn quantize<E: Element>(self, real: f32) -> E {
        // `TVMQuantize` of the C header, operation by operation: `round` is not in `core`.
        let steps = real / self.scale;
        let mut element = if steps >= 131_072.0 { E::HIGH } else { E::LOW };
        if steps > -131_072.0 && steps < 131_072.0 {
            let whole = steps as i32;
            let rest = steps - whole as f32;
            let away = if rest >= 0.5 {
                1
            } else if rest <= -0.5 {
                -1
            } else {
                0
            };
            element = whole.saturating_add(self.zero_point).saturating_add(away).clamp(E::LOW, E::HIGH);
        }
        E::of(element)
    }

    /// The real value of an element.
    #[must_use]
    pub fn dequantize<E: Element>(self, element: E) -> f32 {
        element.value().wrapping_sub(self.zero_point) as f32 * self.scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_round_away_from_zero_and_values_are_clamped() {
        let q = Quantization::new(0.5, -3);
        for (real, element) in [
            (0.0, -3),
            (0.25, -2),
            (-0.25, -4),
            (0.24, -3),
            (-0.24, -3),
            (1.0, -1),
            (65.0, 127),
            (65.25, 127),
            (1e30, 127),
            (-62.5, -128),
            (-1e30, -128),
            (f32::NAN, -128),
            (f32::INFINITY, 127),
            (f32::NEG_INFINITY, -128),
        ] {
            assert_eq!(q.quantize::<i8>(real), element, "{real}");
        }
        assert_eq!(Quantization::new(1.0, 128).quantize::<u8>(-128.0), 0);
        assert_eq!(Quantization::new(1.0, 0).quantize::<i16>(40_000.0), i16::MAX);
    }

    #[test]
    fn every_element_is_restored() {
        for (scale, zero_point) in [(0.003_921_569, -128), (1.5, 7), (1e-6, 127)] {
            let q = Quantization::new(scale, zero_point);
            for element in i8::MIN..=i8::MAX {
                assert_eq!(q.quantize::<i8>(q.dequantize(element)), element);
            }
        }
    }
}
