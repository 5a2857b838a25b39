/* Any function of one byte, by a table of 256 bytes. The output may overwrite the input. */
#ifndef TVMK_TABLE_H
#define TVMK_TABLE_H

#include "base.h"

TVMK_SHARED void tvmk_table(const uint8_t *table, const uint8_t *in, uint8_t *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        out[i] = table[in[i]];
    }
}

#endif
