/* Inner loops for Arm's DSP extension in assembly: they need all 14 registers, and compilers spill some of them.
 *
 * Each is one asm statement in an ordinary function. Arguments come in the registers of a call, r4 to r11 are saved and restored by
 * the statement itself, so whatever a compiler adds to the function (stack protector, profiling, coverage, a frame pointer)
 * is kept around it. See docs/kernels.md, "Assembly".
 */
#ifndef TVMK_DSP_H
#define TVMK_DSP_H

#include "base.h"

#if TVMK_DSP

/* Pairs of inputs after which packed sums are separated if nothing is known about the weights: 496 · 128 · 128 is within 24
 * bits. A multiple of 8, for the unrolled loop. */
enum { TVMK_DSP_BLOCK = 248 };

/* The registers that every statement changes besides its operands. Not lr, which it saves, so that its function needs no stack. */
#define TVMK_DSP_CLOBBERS "cc", "memory"

/* Where words must be aligned (-mno-unaligned-access), activations are loaded byte by byte: two of them as halfwords of a word. */
#define TVMK_DSP_TWO(to, spare, first, second)   \
    "ldrsb " to ", " first "\n"                  \
    "ldrsb " spare ", " second "\n"              \
    "pkhbt " to ", " to ", " spare ", lsl #16\n"

#endif

#endif
