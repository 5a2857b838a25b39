/* float16; elements of tables in flash that are stored as float16, int8 or int4. */
#ifndef TVMK_FLOAT_HALF_H
#define TVMK_FLOAT_HALF_H

#include "float_base.h"

/* A float16 as a float; NaN becomes a quiet one, as with the instruction. */
TVMK_INLINE float tvmk_float_of_half(uint16_t half) {
/* Cores of the M profile with an FPU have the instruction, whatever __ARM_FP says. */
#if TVMK_GNU && defined(__arm__) && defined(__ARM_FP) && (__ARM_FP & 4) && \
    ((__ARM_FP & 2) || (defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'))
    float x;
    uint32_t bits = half;
    __asm__("vmov %0, %1\nvcvtb.f32.f16 %0, %0" : "=t"(x) : "r"(bits));
    return x;
#else
    uint32_t rest = half & UINT32_C(0x7fff), sign = (uint32_t)(half & UINT32_C(0x8000)) << 16;
    if (rest >= UINT32_C(0x7c00)) {
        uint32_t quiet = rest > UINT32_C(0x7c00) ? UINT32_C(0x400000) : 0;
        return tvmk_float_of_bits(sign | TVMK_FLOAT_INFINITY | quiet | (rest & UINT32_C(0x3ff)) << 13);
    }
    if (rest < UINT32_C(0x400)) {
        float small = tvmk_exact((float)(int32_t)rest * 5.9604644775390625e-8f);
        return sign ? -small : small;
    }
    return tvmk_float_of_bits(sign | ((rest << 13) + (UINT32_C(112) << 23)));
#endif
}

/* Element `i` of a table in flash as float, exactly as DEQUANTIZE converts it; float16 has no scale. */
TVMK_INLINE float tvmk_half_at(const void *table, int32_t i) { return tvmk_float_of_half(((const uint16_t *)table)[i]); }

TVMK_INLINE float tvmk_byte_at(const void *table, int32_t i, float scale) {
    return tvmk_exact((float)((const int8_t *)table)[i] * scale);
}

/* The same with the arguments of the others. */
TVMK_INLINE float tvmk_table_half(const void *table, int32_t i, float scale) {
    (void)scale;
    return tvmk_half_at(table, i);
}

/* Two to a byte, the first in the low half. */
TVMK_INLINE float tvmk_nibble_at(const void *table, int32_t i, float scale) {
    int32_t both = ((const uint8_t *)table)[i >> 1];
    int32_t value = (((i & 1) ? both >> 4 : both & 15) ^ 8) - 8;
    return tvmk_exact((float)value * scale);
}

#endif
