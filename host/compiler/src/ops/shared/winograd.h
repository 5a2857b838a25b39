/* Winograd's F(2 x 2, 3 x 3) in integers: what all cores have. conv_2d_winograd.h has the layer, docs/kernels.md the proofs.
 *
 * Two tiles, 2 x 4 outputs, need 4 x 6 elements of the input. Along columns and along rows, four elements d of a tile become
 *     d0 - d2, d1 + d2, d2 - d1, d3 - d1                                    (frequencies 0 to 3)
 * and with the transformed weights, four times their size, four sums m become two outputs
 *     m0 + m1 + m2, m1 - m2 + m3
 * which are four times the sums of the convolution. Sums are modulo 2^32: only the outputs must fit.
 *
 * Values are [column's frequency][row's frequency 1, 2, 0, 3][pair of channels][tile][channel]: of each four channels, pairs are 0 2 and
 * 1 3, as SXTB16 widens them. Weights are [four output channels][column's frequency][row's frequency][pair][output channel][channel].
 */
#ifndef TVMK_WINOGRAD_H
#define TVMK_WINOGRAD_H

#include "base.h"

/* The data of two tiles. The assembly relies on the order. */
typedef struct {
    const int16_t *weights;
    const int32_t *table; /* short form */
    const int32_t *values;
    int32_t *sums;  /* [column's frequency][row of outputs][channel][tile], four channels */
    int32_t pairs;  /* pairs of input channels, even */
    int32_t blocks; /* of four output channels */
    int32_t zero;   /* 2 · zero_point + 1 */
    int32_t step;   /* bytes from an output position to the next */
    int32_t row;    /* bytes from a row of outputs to the next */
} tvmk_winograd_t;

#endif
