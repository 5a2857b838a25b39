/* DETECTION_POSTPROCESS: boxes from their encodings, and the best of those that do not overlap. Nothing may overlap. */
#ifndef TVMK_DETECTION_POSTPROCESS_H
#define TVMK_DETECTION_POSTPROCESS_H

#include "float_base.h"

#include <float.h>

/* The reference computes boxes in double. */
#if DBL_MANT_DIG < 53
#error "DETECTION_POSTPROCESS needs a double of 64 bits, and this compiler's has less (avr-gcc from 10 on: -mdouble=64)"
#endif

typedef struct {
    int32_t boxes, width;             /* floats of an encoding; the first four are read */
    int32_t classes, columns, offset; /* scores of a box, and the first that is not background */
    int32_t most;                     /* boxes returned */
    int32_t per_class;                /* boxes of a class that are considered, in the regular form */
    float y_scale, x_scale, h_scale, w_scale;
    float threshold, overlap; /* least score, largest intersection over union */
} tvmk_detection_t;

/* A real double on every core; no compiler fuses its products and sums. */
TVMK_INLINE double tvmk_double(double x) {
    volatile double rounded = x;
    return rounded;
}

/* 2^n, n from -1022 to 1023. */
TVMK_INLINE double tvmk_double_power(int32_t n) {
    uint64_t bits = (uint64_t)(uint32_t)(n + 1023) << 52;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* e to the power of x, within two units in the last place of a double; 0 below the normal numbers. */
TVMK_SHARED double tvmk_double_exp(double x) {
    static const double factors[14] = {
        1.0,        1.0,         1.0 / 2,      1.0 / 6,       1.0 / 24,       1.0 / 120,       1.0 / 720,
        1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800.0};
    if (!(x > -708.0)) {
        return x == x ? 0.0 : x;
    }
    if (x > 709.7) {
        x = 709.7; /* far out of range of a float */
    }
    double scaled = tvmk_double(x * 1.4426950408889634074);
    int32_t n = (int32_t)(scaled + (scaled < 0.0 ? -0.5 : 0.5));
    /* log 2 in two parts, the first of which times n is exact. */
    double rest = tvmk_double(x - tvmk_double((double)n * 6.93147180369123816490e-01));
    rest = tvmk_double(rest - tvmk_double((double)n * 1.90821492927058770002e-10));
    double sum = factors[13];
    for (int32_t i = 12; i >= 0; i--) {
        sum = tvmk_double(tvmk_double(sum * rest) + factors[i]);
    }
    return tvmk_double(sum * tvmk_double_power(n < 1023 ? n : 1023)) * (n < 1024 ? 1.0 : 2.0);
}

/* Corners of a box: top, left, bottom, right. Products in double, as the reference has them. */
TVMK_SHARED void tvmk_detection_decode(const tvmk_detection_t *l, const float *encodings, const float *anchors,
                                       float *decoded) {
    for (int32_t i = 0; i < l->boxes; i++, encodings += l->width, anchors += 4, decoded += 4) {
        const double scales[4] = {l->y_scale, l->x_scale, l->h_scale, l->w_scale};
        for (int32_t side = 0; side < 2; side++) {
            double at = tvmk_double((double)encodings[side] / scales[side]);
            at = tvmk_double(tvmk_double(at * (double)anchors[2 + side]) + (double)anchors[side]);
            double size = tvmk_double_exp(tvmk_double((double)encodings[2 + side] / scales[2 + side]));
            float center = tvmk_exact((float)at);
            float half = tvmk_exact((float)tvmk_double(tvmk_double(0.5 * size) * (double)anchors[2 + side]));
            decoded[side] = tvmk_float_result(center - half);
            decoded[2 + side] = tvmk_float_result(center + half);
        }
    }
}

/* Whether no box has its bottom above its top or its right edge left of its left edge. */
TVMK_INLINE int tvmk_detection_valid(const float *decoded, int32_t boxes) {
    for (; boxes > 0; boxes--, decoded += 4) {
        if (decoded[0] >= decoded[2] || decoded[1] >= decoded[3]) {
            return 0;
        }
    }
    return 1;
}

TVMK_INLINE float tvmk_detection_area(const float *box) {
    return tvmk_exact(tvmk_exact(box[2] - box[0]) * tvmk_exact(box[3] - box[1]));
}

TVMK_SHARED float tvmk_detection_overlap(const float *a, const float *b) {
    float area_a = tvmk_detection_area(a), area_b = tvmk_detection_area(b);
    if (area_a <= 0.0f || area_b <= 0.0f) {
        return 0.0f;
    }
    float top = a[0] < b[0] ? b[0] : a[0], left = a[1] < b[1] ? b[1] : a[1];
    float bottom = b[2] < a[2] ? b[2] : a[2], right = b[3] < a[3] ? b[3] : a[3];
    float height = tvmk_exact(bottom - top), width = tvmk_exact(right - left);
    float both = tvmk_exact((height < 0.0f ? 0.0f : height) * (width < 0.0f ? 0.0f : width));
    return tvmk_exact(both / tvmk_exact(tvmk_exact(area_a + area_b) - both));
}

/* Whether box i comes before box j: by its score, then by its index. */
TVMK_INLINE int tvmk_detection_before(const float *scores, int32_t i, int32_t j) {
    return scores[i] > scores[j] || (scores[i] == scores[j] && i < j);
}

/* Sorts boxes (heap sort). */
TVMK_SHARED void tvmk_detection_sort(const float *scores, int32_t *order, int32_t count) {
    for (int32_t start = count / 2, end = count; end > 1;) {
        int32_t moved, place;
        if (start > 0) {
            moved = order[--start];
            place = start;
        } else {
            moved = order[--end];
            order[end] = order[0];
            place = 0;
        }
        for (int32_t child = 2 * place + 1; child < end; child = 2 * place + 1) {
            child += child + 1 < end && tvmk_detection_before(scores, order[child], order[child + 1]);
            if (!tvmk_detection_before(scores, moved, order[child])) {
                break;
            }
            order[place] = order[child];
            place = child;
        }
        order[place] = moved;
    }
}

/* Boxes by descending score, without those that overlap an earlier one too much: moved to the front of `order`, at most `most`. */
TVMK_SHARED int32_t tvmk_detection_select(const tvmk_detection_t *l, const float *decoded, const float *scores, int32_t most,
                                          int32_t *order) {
    int32_t kept = 0, selected = 0;
    for (int32_t i = 0; i < l->boxes; i++) {
        if (scores[i] >= l->threshold) {
            order[kept++] = i;
        }
    }
    tvmk_detection_sort(scores, order, kept);
    for (int32_t i = 0; i < kept && selected < most; i++) {
        if (order[i] < 0) {
            continue;
        }
        const float *box = decoded + 4 * order[i];
        order[selected++] = order[i];
        for (int32_t j = i + 1; j < kept; j++) {
            if (order[j] >= 0 && tvmk_detection_overlap(box, decoded + 4 * order[j]) > l->overlap) {
                order[j] = -1;
            }
        }
    }
    return selected;
}

/* The results: for each the index of its score, and the score. Entries after the last are 0. */
TVMK_SHARED void tvmk_detection_give(const tvmk_detection_t *l, const float *decoded, const int32_t *places,
                                     const float *scores, int32_t count, float *boxes, float *classes, float *out_scores,
                                     float *number) {
    for (int32_t i = 0; i < l->most; i++) {
        int32_t box = i < count ? places[i] / l->columns : 0;
        for (int32_t side = 0; side < 4; side++) {
            boxes[4 * i + side] = i < count ? decoded[4 * box + side] : 0.0f;
        }
        classes[i] = i < count ? (float)(places[i] - box * l->columns - l->offset) : 0.0f;
        out_scores[i] = i < count ? scores[i] : 0.0f;
    }
    *number = (float)count;
}

/* Scratch: four floats of each box, then two words of each; indices and scores of as many as are returned. */
#define TVMK_DETECTION_SCRATCH(boxes, most) (24 * (boxes) + 8 * (most))

/* The best class of each box. -1 if a box is invalid. */
TVMK_SHARED int32_t tvmk_detection_fast(const tvmk_detection_t *l, const float *encodings, const float *scores,
                                        const float *anchors, float *boxes, float *classes, float *out_scores, float *number,
                                        void *scratch) {
    float *decoded = (float *)scratch, *best = decoded + 4 * l->boxes, *given = best + l->boxes;
    int32_t *places = (int32_t *)(void *)(given + l->most), *order = places + l->most;
    tvmk_detection_decode(l, encodings, anchors, decoded);
    if (!tvmk_detection_valid(decoded, l->boxes)) {
        return -1;
    }
    for (int32_t i = 0; i < l->boxes; i++) {
        const float *row = scores + i * l->columns + l->offset;
        best[i] = row[0];
        for (int32_t c = 1; c < l->classes; c++) {
            best[i] = row[c] > best[i] ? row[c] : best[i];
        }
    }
    int32_t count = tvmk_detection_select(l, decoded, best, l->most, order);
    for (int32_t i = 0; i < count; i++) {
        int32_t place = order[i] * l->columns + l->offset;
        while (!(scores[place] == best[order[i]])) {
            place++;
        }
        places[i] = place;
        given[i] = best[order[i]];
    }
    tvmk_detection_give(l, decoded, places, given, count, boxes, classes, out_scores, number);
    return 0;
}

/* Each class separately, then the best of all. -1 if a box is invalid. */
TVMK_SHARED int32_t tvmk_detection_regular(const tvmk_detection_t *l, const float *encodings, const float *scores,
                                           const float *anchors, float *boxes, float *classes, float *out_scores, float *number,
                                           void *scratch) {
    float *decoded = (float *)scratch, *column = decoded + 4 * l->boxes, *given = column + l->boxes;
    int32_t *places = (int32_t *)(void *)(given + l->most), *order = places + l->most;
    int32_t count = 0;
    tvmk_detection_decode(l, encodings, anchors, decoded);
    if (!tvmk_detection_valid(decoded, l->boxes)) {
        return -1;
    }
    for (int32_t c = l->offset; c < l->offset + l->classes; c++) {
        for (int32_t i = 0; i < l->boxes; i++) {
            column[i] = scores[i * l->columns + c];
        }
        int32_t selected = tvmk_detection_select(l, decoded, column, l->per_class, order);
        for (int32_t i = 0; i < selected; i++) {
            /* After all with the same score. */
            float score = column[order[i]];
            int32_t at = tvmk_min(count, l->most - 1);
            if (count == l->most && given[at] >= score) {
                break;
            }
            count = tvmk_min(count + 1, l->most);
            for (; at > 0 && given[at - 1] < score; at--) {
                given[at] = given[at - 1];
                places[at] = places[at - 1];
            }
            given[at] = score;
            places[at] = order[i] * l->columns + c;
        }
    }
    tvmk_detection_give(l, decoded, places, given, count, boxes, classes, out_scores, number);
    return 0;
}

#endif
