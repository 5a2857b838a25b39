/* Any function of one int16: 513 of its values in a table, straight lines between them. The output may overwrite the input. */
#ifndef TVMK_TABLE_INT16_H
#define TVMK_TABLE_INT16_H

#include "base.h"

/* The difference of neighbours has 16 bits, as the reference's: a larger one wraps around. */
TVMK_INLINE int16_t tvmk_table_int16_at(const int16_t *table, int32_t x) {
    int32_t i = 256 + (x >> 7);
    int32_t base = table[i];
    int32_t slope = (int16_t)(table[i + 1] - base);
    return (int16_t)(base + ((slope * (x & 127) + 64) >> 7));
}

TVMK_SHARED void tvmk_table_int16(const int16_t *table, const int16_t *in, int16_t *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        out[i] = tvmk_table_int16_at(table, in[i]);
    }
}

#endif
