//! What operators share: layers of a kind with their kernels, and the kernel files that others include.

pub mod ahead;
pub mod alias;
pub mod binary;
pub mod control;
pub mod conv_int8;
pub mod convolution;
pub mod elements_int16;
pub mod float_unary;
pub mod float_window;
pub mod hybrid;
pub mod hybrid_rows;
pub mod int4;
pub mod kept;
pub mod matrices;
pub mod moved;
pub mod moves;
pub mod pool_2d;
pub mod reduce;
pub mod resize;
pub mod signal;
pub mod stored;
pub mod table;
pub mod table_int16;
pub mod text;
pub mod unit_rows;
pub mod unsigned;
pub mod weighted;
pub mod window;
pub mod window_ahead;
pub mod window_int16;
pub mod window_run;

use crate::ops::kernels::{Kernel, kernels};

/// The kernel files in this directory.
pub static KERNELS: &[Kernel] = kernels![
    "base.h",
    "base_dsp.h",
    "base_mve.h",
    "base_portable.h",
    "broadcast.h",
    "core.h",
    "dsp.h",
    "dsp_bytes.h",
    "depthwise_int16.h",
    "depthwise_int16_dsp.h",
    "depthwise_int16_mve.h",
    "depthwise_int16_portable.h",
    "dsp_columns.h",
    "dsp_rows.h",
    "dsp_rows_int16.h",
    "dsp_tile.h",
    "dsp_tile_int16.h",
    "dsp_tile_int4.h",
    "dsp_units.h",
    "dsp_units_int4.h",
    "dsp_winograd.h",
    "elements_int16.h",
    "fixed_point.h",
    "float_base.h",
    "float_functions.h",
    "float_half.h",
    "float_math.h",
    "float_matrices.h",
    "float_nn.h",
    "float_unary.h",
    "float_stored.h",
    "float_weighted.h",
    "matrices.h",
    "matrices_dsp.h",
    "matrices_mve.h",
    "matrices_portable.h",
    "hybrid.h",
    "hybrid_results.h",
    "hybrid_results_mve.h",
    "hybrid_results_portable.h",
    "hybrid_taps.h",
    "hybrid_taps_dsp.h",
    "hybrid_taps_mve.h",
    "hybrid_values.h",
    "hybrid_values_mve.h",
    "hybrid_values_portable.h",
    "hybrid_weighted.h",
    "hybrid_window.h",
    "hybrid_window_dsp.h",
    "int4.h",
    "move.h",
    "mve_products.h",
    "mve_products_int4.h",
    "mve_requant.h",
    "mve_short.h",
    "mve_tile.h",
    "mve_units.h",
    "pool_int16.h",
    "reduce.h",
    "table.h",
    "table_int16.h",
    "unit_sums.h",
    "unit_sums_dsp.h",
    "unit_sums_mve.h",
    "unit_sums_portable.h",
    "weighted_int16.h",
    "weighted_int16_dsp.h",
    "weighted_int16_mve.h",
    "weighted_int16_portable.h",
    "window_int16.h",
    "window_run.h",
    "winograd.h",
];
