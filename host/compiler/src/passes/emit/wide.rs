//! Models with sizes or strides that the structs of most models have no room for.

use crate::cost::Fields;
use crate::ir::model::Model;

/// Selects kernels' structs with more bits for sizes and strides.
const WIDE: &str = "/* Sizes above 65535 or strides above 255. */
#define TVMK_WIDE 1

";

/// The members of kernels' structs of the type `tvmk_extent_t`.
const EXTENTS: [&str; 12] = [
    "batches",
    "in_height",
    "in_width",
    "in_channels",
    "channels",
    "out_height",
    "out_width",
    "out_channels",
    "group_in",
    "group_out",
    "band",
    "multiplier",
];

/// The members of the type `tvmk_stride_t`.
const STRIDES: [&str; 2] = ["stride_height", "stride_width"];

/// The macro that such a model defines before its kernels; empty for others.
pub fn definition(model: &Model) -> &'static str {
    let is_wide = model.layers.iter().map(|planned| Fields::new(&planned.layer.body)).any(|fields| {
        let above = |names: &[&str], most: i64| names.iter().any(|name| fields.largest(name) > most);
        above(&EXTENTS, u16::MAX.into()) || above(&STRIDES, u8::MAX.into())
    });
    if is_wide { WIDE } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_member_of_these_types_is_known() {
        let members = |c_type: &str| {
            let lines = crate::ops::kernels().flat_map(|kernel| kernel.text.lines());
            let lists = lines.filter_map(|line| line.trim().strip_prefix(c_type)?.split(';').next());
            lists.flat_map(|list| list.split(',').map(str::trim)).collect::<BTreeSet<_>>()
        };
        let strides: BTreeSet<&str> = STRIDES.into();
        // Strides of pools have this type, too.
        assert_eq!(&members("tvmk_extent_t ") - &strides, EXTENTS.into());
        assert_eq!(members("tvmk_stride_t "), strides);
    }
}
