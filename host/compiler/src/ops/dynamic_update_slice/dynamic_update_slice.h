/* DYNAMIC_UPDATE_SLICE: a copy with a part of it replaced. The output may be the input itself; otherwise nothing may overlap. */
#ifndef TVMK_DYNAMIC_UPDATE_SLICE_H
#define TVMK_DYNAMIC_UPDATE_SLICE_H

#include "base.h"

typedef struct {
    int32_t shape[6]; /* with leading dimensions of 1 */
    int32_t part[6];
    int32_t rank;
    int32_t element; /* bytes */
    int32_t bytes;   /* of the whole */
} tvmk_dynamic_update_slice_t;

/* `first` is within the tensor, with room for the part. */
TVMK_SHARED void tvmk_dynamic_update_slice(const tvmk_dynamic_update_slice_t *l, const int8_t *in, const int8_t *part,
                                           const int32_t *first, int8_t *out) {
    int32_t row = l->part[5] * l->element;
    if (in != out) {
        tvmk_copy(out, in, l->bytes);
    }
    for (int32_t a = 0; a < l->part[0]; a++) {
        for (int32_t b = 0; b < l->part[1]; b++) {
            for (int32_t c = 0; c < l->part[2]; c++) {
                for (int32_t d = 0; d < l->part[3]; d++) {
                    int32_t block = ((first[0] + a) * l->shape[1] + first[1] + b) * l->shape[2] + first[2] + c;
                    block = (block * l->shape[3] + first[3] + d) * l->shape[4] + first[4];
                    int8_t *to = out + (block * l->shape[5] + first[5]) * l->element;
                    for (int32_t e = 0; e < l->part[4]; e++, part += row, to += l->shape[5] * l->element) {
                        tvmk_copy(to, part, row);
                    }
                }
            }
        }
    }
}

TVMK_SHARED void tvmk_dynamic_update_slice_int32(const tvmk_dynamic_update_slice_t *l, const int8_t *in, const int8_t *part,
                                                 const int32_t *start, int8_t *out) {
    int32_t first[6] = {0, 0, 0, 0, 0, 0};
    for (int32_t i = 6 - l->rank; i < 6; i++) {
        first[i] = tvmk_clamp(*start++, 0, l->shape[i] - l->part[i]);
    }
    tvmk_dynamic_update_slice(l, in, part, first, out);
}

TVMK_SHARED void tvmk_dynamic_update_slice_int64(const tvmk_dynamic_update_slice_t *l, const int8_t *in, const int8_t *part,
                                                 const int64_t *start, int8_t *out) {
    int32_t first[6] = {0, 0, 0, 0, 0, 0};
    for (int32_t i = 6 - l->rank; i < 6; i++, start++) {
        int32_t most = l->shape[i] - l->part[i];
        first[i] = *start < 0 ? 0 : *start > most ? most : (int32_t)*start;
    }
    tvmk_dynamic_update_slice(l, in, part, first, out);
}

#endif
