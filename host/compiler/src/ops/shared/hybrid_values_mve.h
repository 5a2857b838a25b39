/* Floats to int8 with MVE: four at a time. */
#ifndef TVMK_HYBRID_VALUES_MVE_H
#define TVMK_HYBRID_VALUES_MVE_H

#include "hybrid_values_portable.h"

/* Vectors of floats, which not every core with MVE has. */
#if TVMK_MVE && (__ARM_FEATURE_MVE & 2)
#define TVMK_HYBRID_VECTORS
#endif

#ifdef TVMK_HYBRID_VECTORS

/* The range of `count` floats and 0, at least one: 1 instruction for each. */
TVMK_INLINE void tvmk_hybrid_range(const float *in, int32_t count, float *low, float *high) {
    int32_t highest = 0;
    uint32_t lowest = TVMK_FLOAT_SIGN;
    __asm__ volatile("vdup.32 q1, %[highest]\n"
                     "vdup.32 q2, %[lowest]\n"
                     "dlstp.32 lr, %[count]\n"
                     "1:\n"
                     "vldrw.32 q0, [%[in]], #16\n"
                     "vmax.s32 q1, q1, q0\n"
                     "vmax.u32 q2, q2, q0\n"
                     "letp lr, 1b\n"
                     "vmaxv.s32 %[highest], q1\n"
                     "vmaxv.u32 %[lowest], q2\n"
                     : [highest] "+r"(highest), [lowest] "+r"(lowest), [in] "+r"(in)
                     : [count] "r"(count)
                     : "lr", "q0", "q1", "q2", "memory");
    *low = tvmk_float_of_bits(lowest);
    *high = tvmk_float_of_bits((uint32_t)highest);
}
TVMK_INLINE float tvmk_hybrid_most(const float *in, int32_t count) {
    float low, high;
    tvmk_hybrid_range(in, count, &low, &high);
    /* In their bits: a NaN is the largest. */
    int32_t below = (int32_t)(tvmk_float_bits(low) & ~TVMK_FLOAT_SIGN);
    return tvmk_float_of_bits((uint32_t)tvmk_max(below, (int32_t)tvmk_float_bits(high)));
}

/* Vectors take numbers below FLT_MIN as 0: these become 0 anyway unless `span`, that of the range, is about as small. */
TVMK_INLINE void tvmk_hybrid_values(const float *in, int8_t *out, int32_t count, float factor, int32_t offset, float span) {
    if (span < 1e-30f) {
        tvmk_hybrid_values_portable(in, out, count, factor, offset);
        return;
    }
    __asm__ volatile(
        "vdup.32 q1, %[low]\n"
        "vdup.32 q2, %[high]\n"
        "dlstp.32 lr, %[count]\n"
        "1:\n"
        "vldrw.32 q0, [%[in]], #16\n"
        "vmul.f32 q0, q0, %[factor]\n"
        "vcvta.s32.f32 q0, q0\n"
        "vadd.i32 q0, q0, %[offset]\n"
        "vmax.s32 q0, q0, q1\n"
        "vmin.s32 q0, q0, q2\n"
        "vstrb.32 q0, [%[out]], #4\n"
        "letp lr, 1b\n"
        : [in] "+r"(in), [out] "+l"(out)
        : [count] "r"(count), [factor] "r"(tvmk_float_bits(factor)), [offset] "r"(offset), [low] "r"(-128), [high] "r"(127)
        : "lr", "q0", "q1", "q2", "memory");
}

#endif

#endif
