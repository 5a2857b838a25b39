/* QUANTIZE between int8 and uint8 of the same scale, zero points 128 apart. The output may overwrite the input. */
#ifndef TVMK_QUANTIZE_FLIP_H
#define TVMK_QUANTIZE_FLIP_H

#include "base.h"

TVMK_SHARED void tvmk_flip(const uint8_t *in, uint8_t *out, int32_t count) {
    uint32_t word;
    for (; !TVMK_SMALL && count >= 4; count -= 4, in += 4, out += 4) {
        memcpy(&word, in, 4);
        word ^= UINT32_C(0x80808080);
        memcpy(out, &word, 4);
    }
    for (; count > 0; count--) {
        *out++ = (uint8_t)(*in++ ^ 0x80);
    }
}

#endif
