/* Random windows over random images. */
#ifndef TVM_EMBEDDED_TEST_WINDOWS_H
#define TVM_EMBEDDED_TEST_WINDOWS_H

#include "memory.h"

/* Geometry of a random window over a random image. */
typedef struct {
    int32_t ih, iw, ic, oh, ow, oc, kh, kw, sh, sw, dh, dw, pt, pl;
} geometry_t;

static const uint8_t channel_counts[] = {1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 20, 33};

static int geometry(geometry_t *g) {
    g->ih = between(1, 9);
    g->iw = between(1, 9);
    g->ic = channel_counts[between(0, sizeof channel_counts - 1)];
    g->oc = channel_counts[between(0, sizeof channel_counts - 1)];
    g->kh = between(0, 2) == 0 ? 1 : between(0, 2) == 0 ? between(1, 5) : 3;
    g->kw = between(0, 3) == 0 ? between(1, 5) : g->kh;
    if (between(0, 4) == 0) { /* depths that fit in vector registers */
        g->kh = g->kw = 1;
        g->ic = 16 * between(1, 5);
    }
    g->sh = between(0, 2) ? 1 : between(1, 3);
    g->sw = between(0, 3) ? g->sh : between(1, 3);
    g->dh = between(0, 3) ? 1 : between(1, 3);
    g->dw = between(0, 3) ? g->dh : between(1, 3);
    int32_t wh = (g->kh - 1) * g->dh + 1, ww = (g->kw - 1) * g->dw + 1;
    if (between(0, 1)) { /* SAME */
        g->oh = (g->ih + g->sh - 1) / g->sh;
        g->ow = (g->iw + g->sw - 1) / g->sw;
        int32_t ph = (g->oh - 1) * g->sh + wh - g->ih, pw = (g->ow - 1) * g->sw + ww - g->iw;
        g->pt = ph > 0 ? ph / 2 : 0;
        g->pl = pw > 0 ? pw / 2 : 0;
    } else {
        if (wh > g->ih || ww > g->iw) {
            return 0;
        }
        g->oh = (g->ih - wh) / g->sh + 1;
        g->ow = (g->iw - ww) / g->sw + 1;
        g->pt = g->pl = 0;
    }
    return 1;
}

static int32_t short_or_long(int32_t longest) { return between(0, 3) ? between(1, longest) : between(1, 4); }

/* A window of 3 x 3, or with `line` of one row, with a stride of at most 2 over images with rows of many lengths and borders of up to
 * four elements. */
static int geometry_sweep(geometry_t *g, int line) {
    geometry_t made = {.kh = 3, .kw = 3, .dh = 1, .dw = 1};
    made.ih = line ? between(1, 6) : short_or_long(20), made.iw = short_or_long(line ? 50 : 20);
    made.ic = between(1, 40);
    if (line) {
        made.kh = 1, made.kw = between(1, 18);
    }
    made.sh = between(1, 2);
    made.sw = between(0, 4) ? made.sh : between(1, 2);
    made.pt = line ? between(0, 3) / 3 : between(0, 2), made.pl = between(0, 2);
    if (between(0, 3) == 0) {
        made.pt = line ? 0 : between(3, 4), made.pl = between(3, 4);
    }
    int32_t height = made.ih + made.pt + (line ? 0 : between(0, 2)), width = made.iw + made.pl + between(0, 2);
    made.oh = (height - made.kh) / made.sh + 1, made.ow = (width - made.kw) / made.sw + 1;
    *g = made;
    return height >= made.kh && width >= made.kw;
}

/* Σ over one window; `step` between the weights of adjacent taps, `depth` input channels each. */
static int32_t window_sum(const geometry_t *g, int32_t zero_point, int32_t oy, int32_t ox, int32_t channel, int32_t depth,
                          const int8_t *w) {
    int32_t sum = 0;
    for (int32_t ky = 0; ky < g->kh; ky++) {
        for (int32_t kx = 0; kx < g->kw; kx++, w += depth) {
            int32_t y = oy * g->sh - g->pt + ky * g->dh, x = ox * g->sw - g->pl + kx * g->dw;
            if (y < 0 || y >= g->ih || x < 0 || x >= g->iw) {
                continue;
            }
            for (int32_t c = 0; c < depth; c++) {
                sum += (w[c] - weights_zero) * (in[(y * g->iw + x) * g->ic + channel + c] - zero_point);
            }
        }
    }
    return sum;
}

static void describe(const geometry_t *g, int32_t extra) {
    snprintf(details, sizeof details,
             "in %ldx%ldx%ld out %ldx%ldx%ld window %ldx%ld stride %ldx%ld dilation %ldx%ld pad %ld,%ld (%ld)", (long)g->ih,
             (long)g->iw, (long)g->ic, (long)g->oh, (long)g->ow, (long)g->oc, (long)g->kh, (long)g->kw, (long)g->sh,
             (long)g->sw, (long)g->dh, (long)g->dw, (long)g->pt, (long)g->pl, (long)extra);
}

/* The members that the structs of convolutions have in common; `g` is evaluated more than once. */
#define SET_WINDOW(l, g)                                                                                       \
    do {                                                                                                       \
        (l).in_height = (uint16_t)(g).ih, (l).in_width = (uint16_t)(g).iw, (l).in_channels = (uint16_t)(g).ic; \
        (l).out_height = (uint16_t)(g).oh, (l).out_width = (uint16_t)(g).ow;                                   \
        (l).window_height = (uint16_t)(g).kh, (l).window_width = (uint16_t)(g).kw;                             \
        (l).stride_height = (uint8_t)(g).sh, (l).stride_width = (uint8_t)(g).sw;                               \
        (l).dilation_height = (uint16_t)(g).dh, (l).dilation_width = (uint16_t)(g).dw;                         \
        (l).pad_top = (uint16_t)(g).pt, (l).pad_left = (uint16_t)(g).pl;                                       \
    } while (0)

#endif
