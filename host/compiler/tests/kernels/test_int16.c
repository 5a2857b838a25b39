/* Convolutions on int16 on the path this compiler and core select, against the definition of TensorFlow Lite's operators, over
 * random shapes and data. Arrays of each case are placed at the end of the memory in turn (EDGE): reading beyond is a fault. */
#define SEED 24680u

#include <string.h>

#include "chance.h"
#include "depthwise_int16.h"
#include "weighted_int16.h"

enum { IN_MAX = 6000, OUT_MAX = 6000, WEIGHTS_MAX = 20000, CHANNELS_MAX = 48, SCRATCH_MAX = 20000, GUARD = 16 };
static int16_t input[IN_MAX], moved[IN_MAX + 1], expected[OUT_MAX], out[OUT_MAX + GUARD + 1], scratch[SCRATCH_MAX];
static int8_t weights[WEIGHTS_MAX];
static union {
    int8_t bytes[2 * WEIGHTS_MAX];
    int16_t halves[WEIGHTS_MAX];
} packed;
static int64_t bias[CHANNELS_MAX];
static int32_t mantissa[CHANNELS_MAX], shift[CHANNELS_MAX], table[4 * CHANNELS_MAX];

static void *at_edge(int which, void *p, int32_t bytes) {
    return memory_end != 0 && which == edge ? memcpy((char *)memory_end - bytes, p, (size_t)bytes) : p;
}

/* The reference's scaling of a 64-bit sum, and of a 32-bit one. */
static int32_t scaled_wide(int64_t sum, int32_t m, int32_t s) {
    int64_t reduced = m < 0x7FFF0000 ? (m + (1 << 15)) >> 16 : 0x7FFF;
    return (int32_t)((sum * reduced + ((int64_t)1 << (14 - s))) >> (15 - s));
}
static int32_t scaled_narrow(int32_t sum, int32_t m, int32_t s) {
    int64_t product = (int64_t)(int32_t)((uint32_t)sum << (s > 0 ? s : 0)) * m;
    int64_t nudge = product >= 0 ? (int64_t)1 << 30 : 1 - ((int64_t)1 << 30);
    int64_t high = (product + nudge) / ((int64_t)1 << 31), right = s > 0 ? 0 : -s;
    int64_t half = right > 0 ? (int64_t)1 << (right - 1) : 0;
    return (int32_t)(high < 0 ? -((-high + half) >> right) : (high + half) >> right);
}

/* Parameters of each channel in a form, as the compiler computes them; `terms` products in a sum. */
static void make_table(tvmk_int16_window_t *l, int form, int32_t terms) {
    int32_t size = 1;
    while ((1 << size) < terms) {
        size++;
    }
    for (int32_t c = 0; c < l->out_channels; c++) {
        mantissa[c] = between(1 << 30, INT32_MAX);
        int32_t least = form == TVMK_INT16_SHORT ? -17 : -25, most = form == TVMK_INT16_SHORT ? -1 : 0;
        shift[c] = between(0, 3) ? -6 - between(0, size) : between(least, most);
        shift[c] = tvmk_clamp(shift[c], least, most);
        bias[c] = between(-(1 << 24), 1 << 24);
        if (form == TVMK_INT16_WIDE) {
            bias[c] *= 1 << between(0, 16);
        }
        int32_t reduced = mantissa[c] < 0x7FFF0000 ? (mantissa[c] + (1 << 15)) >> 16 : 0x7FFF;
        if (form == TVMK_INT16_SHORT) {
            table[2 * c] = (int32_t)bias[c];
            table[2 * c + 1] = (int32_t)((uint32_t)reduced << (17 + shift[c]));
        } else if (form == TVMK_INT16_WIDE) {
            table[4 * c] = (int32_t)(uint32_t)(uint64_t)bias[c];
            table[4 * c + 1] = (int32_t)(bias[c] >> 32);
            table[4 * c + 2] = reduced;
            table[4 * c + 3] = 15 - shift[c];
        } else {
            table[3 * c] = (int32_t)bias[c];
            table[3 * c + 1] = mantissa[c];
            table[3 * c + 2] = shift[c];
        }
    }
    int32_t words = form == TVMK_INT16_SHORT ? 2 : form == TVMK_INT16_WIDE ? 4 : 3;
    l->table = (const int32_t *)at_edge(EDGE_TABLE, table, 4 * words * l->out_channels);
    l->low = (int16_t)(between(0, 2) ? INT16_MIN : between(-20000, 0));
    l->high = (int16_t)(between(0, 2) ? INT16_MAX : between(0, 20000));
}

static void fill(int32_t elements, int32_t count) {
    int32_t kind = between(0, 6), sort = between(0, 6);
    for (int32_t i = 0; i < elements; i++) {
        input[i] = (int16_t)(kind == 0 ? INT16_MIN : kind == 1 ? INT16_MAX : between(INT16_MIN, INT16_MAX));
    }
    for (int32_t i = 0; i < count; i++) {
        weights[i] = (int8_t)(sort == 0 ? -128 : sort == 1 ? 127 : between(-128, 127));
    }
}

/* A window over one group of an input, [group_out][rows][columns][group_in]; depthwise [rows][columns][out]. */
static int64_t sum_at(const tvmk_int16_window_t *l, int32_t b, int32_t oy, int32_t ox, int32_t c, int depthwise) {
    int64_t sum = 0;
    int32_t group = depthwise ? 0 : c / l->group_out,
            first = depthwise ? c / (l->out_channels / l->in_channels) : group * l->group_in;
    for (int32_t ky = 0; ky < l->window_height; ky++) {
        for (int32_t kx = 0; kx < l->window_width; kx++) {
            int32_t y = oy * l->stride_height - l->pad_top + ky * l->dilation_height;
            int32_t x = ox * l->stride_width - l->pad_left + kx * l->dilation_width;
            if (y < 0 || y >= l->in_height || x < 0 || x >= l->in_width) {
                continue;
            }
            for (int32_t k = 0; k < (depthwise ? 1 : l->group_in); k++) {
                int32_t tap = ky * l->window_width + kx;
                int32_t w = depthwise ? weights[tap * l->out_channels + c]
                                      : weights[(c * l->window_height * l->window_width + tap) * l->group_in + k];
                sum += (int64_t)input[((b * l->in_height + y) * l->in_width + x) * l->in_channels + first + k] * w;
            }
        }
    }
    return sum;
}

static int32_t expect(const tvmk_int16_window_t *l, int depthwise, int form) {
    int32_t most = 0;
    for (int32_t b = 0; b < l->batches; b++) {
        for (int32_t oy = 0; oy < l->out_height; oy++) {
            for (int32_t ox = 0; ox < l->out_width; ox++) {
                for (int32_t c = 0; c < l->out_channels; c++) {
                    int64_t sum = sum_at(l, b, oy, ox, c, depthwise) + bias[c];
                    int32_t y = form == TVMK_INT16_INT32 ? scaled_narrow((int32_t)sum, mantissa[c], shift[c])
                                                         : scaled_wide(sum, mantissa[c], shift[c]);
                    int32_t at = b * l->out_batch + oy * l->out_row + ox * l->out_column + c;
                    expected[at] = (int16_t)tvmk_clamp(y, l->low, l->high);
                    most = tvmk_max(most, at + 1);
                }
            }
        }
    }
    return most;
}

static const void *dsp_pairs(const tvmk_int16_window_t *l, int32_t depth, int32_t *bytes) {
    int8_t *to = packed.bytes;
    for (int32_t first = 0; first < l->out_channels; first += l->group_out) {
        for (int32_t c = 0; c < l->group_out; c += 2) {
            for (int32_t k = 0; k < depth; k += 2) {
                for (int32_t i = 0; i < 4; i++) {
                    int32_t channel = c + (i & 1), element = k + (i >> 1);
                    int outside = channel >= l->group_out || element >= depth;
                    *to++ = outside ? 0 : weights[(first + channel) * depth + element];
                }
            }
        }
    }
    *bytes = (int32_t)(to - packed.bytes);
    return packed.bytes;
}

static void window(tvmk_int16_window_t *l, int32_t largest) {
    l->batches = (uint16_t)between(1, 2);
    l->window_height = (uint16_t)between(1, largest), l->window_width = (uint16_t)between(1, largest);
    l->stride_height = (uint8_t)between(1, 2), l->stride_width = (uint8_t)(between(0, 2) ? 1 : between(2, 3));
    l->dilation_height = (uint16_t)(between(0, 3) ? 1 : 2), l->dilation_width = (uint16_t)(between(0, 3) ? 1 : 2);
    l->pad_top = (uint16_t)between(0, 2), l->pad_left = (uint16_t)between(0, 3);
    l->in_height = (uint16_t)between(1, 6), l->in_width = (uint16_t)between(1, 9);
    l->out_height = (uint16_t)between(1, 5), l->out_width = (uint16_t)between(1, 8);
}

/* Runs the kernel and compares; bytes between the elements of the output must not change. */
static void compare(const char *what, const tvmk_int16_window_t *l, int16_t *to, int32_t n, int form) {
    int32_t wrong = -1;
    for (int32_t i = n + GUARD - 1; i >= 0; i--) {
        wrong = to[i] != (i < n ? expected[i] : 99) ? i : wrong;
    }
    if (wrong >= 0 && failures++ < 10) {
        printf("FAILED %s form %d: %dx%dx%d to %dx%dx%d, groups of %d to %d, window %dx%d: %d is %d, not %d\n", what, form,
               l->in_height, l->in_width, l->in_channels, l->out_height, l->out_width, l->out_channels, l->group_in,
               l->group_out, l->window_height, l->window_width, (int)wrong, to[wrong], wrong < n ? expected[wrong] : 99);
    }
}

static int16_t *clean(int32_t *place) {
    *place = between(0, 1);
    for (int32_t i = 0; i < OUT_MAX + GUARD; i++) {
        out[*place + i] = 99;
    }
    for (int32_t i = 0; i < OUT_MAX; i++) {
        expected[i] = 99;
    }
    return out + *place;
}

static void test_convolution(int form) {
    tvmk_int16_window_t l;
    memset(&l, 0, sizeof l);
    window(&l, 3);
    l.pointwise = (uint8_t)(between(0, 3) == 0);
    int32_t groups = l.pointwise ? 1 : between(0, 3) ? 1 : between(2, 3);
    l.group_in = (uint16_t)between(1, between(0, 1) ? 20 : 5), l.group_out = (uint16_t)between(1, 9);
    if (l.pointwise) {
        int deep = form == TVMK_INT16_WIDE && between(0, 2) == 0;
        l.window_height = l.window_width = 1, l.stride_height = l.stride_width = 1;
        l.pad_top = l.pad_left = 0;
        l.in_height = l.out_height = (uint16_t)(deep ? 1 : between(1, 3)), l.in_width = l.out_width = (uint16_t)between(1, 3);
        l.group_in = (uint16_t)(deep ? between(505, 520) : between(1, 70));
        l.batches = (uint16_t)(deep ? 1 : l.batches);
    }
    l.in_channels = (uint16_t)(groups * l.group_in), l.out_channels = (uint16_t)(groups * l.group_out);
    int spread = !l.pointwise && between(0, 3) == 0;
    l.out_column = l.out_channels * (spread ? 2 : 1);
    l.out_row = l.out_column * l.out_width * (spread ? 2 : 1);
    l.out_batch = l.out_row * l.out_height;
    int32_t depth = l.window_height * l.window_width * l.group_in,
            elements = l.batches * l.in_height * l.in_width * l.in_channels;
    if (elements > IN_MAX || l.batches * l.out_batch > OUT_MAX || depth * l.out_channels > WEIGHTS_MAX) {
        return;
    }
    fill(elements, depth * l.out_channels);
    make_table(&l, form, depth);
    int32_t place, bytes = depth * l.out_channels;
    int16_t *to = clean(&place);
    int32_t n = expect(&l, 0, form);
    const void *given = weights;
    if (TVMK_DSP) {
        given = dsp_pairs(&l, depth, &bytes);
    }
    l.weights = at_edge(EDGE_WEIGHTS, (void *)(uintptr_t)given, bytes);
    int16_t *from = moved + (between(0, 1));
    memcpy(from, input, (size_t)(2 * elements));
    from = (int16_t *)at_edge(EDGE_INPUT, from, 2 * elements);
    int32_t positions = l.out_height * l.out_width;
    int32_t needed = positions == 1 ? (l.pointwise ? 0 : 4 * depth) : 8 * ((depth + 1) & ~1);
    int16_t *space = (int16_t *)at_edge(EDGE_SCRATCH, scratch, needed);
    (form == TVMK_INT16_SHORT  ? tvmk_conv_2d_int16
     : form == TVMK_INT16_WIDE ? tvmk_conv_2d_int16_wide
                               : tvmk_conv_2d_int16_int32)(&l, from, to, space);
    compare("convolution", &l, to, n, form);
}

static void test_depthwise(int form) {
    tvmk_int16_window_t l;
    memset(&l, 0, sizeof l);
    window(&l, 5);
    int32_t multiplier = between(0, 3) ? 1 : between(2, 3);
    int large = form == TVMK_INT16_WIDE && between(0, 5) == 0;
    if (large) {
        l.in_height = l.window_height = 26, l.in_width = l.window_width = (uint16_t)between(19, 21);
        l.pad_top = l.pad_left = 0, l.out_height = l.out_width = 1, l.dilation_height = l.dilation_width = 1;
    }
    l.in_channels = (uint16_t)between(1, large ? 5 : 20);
    l.out_channels = (uint16_t)(multiplier * l.in_channels);
    l.group_in = l.in_channels, l.group_out = l.out_channels;
    l.out_column = l.out_channels, l.out_row = l.out_column * l.out_width, l.out_batch = l.out_row * l.out_height;
    int32_t taps = l.window_height * l.window_width, elements = l.batches * l.in_height * l.in_width * l.in_channels;
    int32_t count = taps * l.out_channels;
    if (elements > IN_MAX || l.batches * l.out_batch > OUT_MAX || count > WEIGHTS_MAX || l.out_channels > CHANNELS_MAX) {
        return;
    }
    fill(elements, count);
    make_table(&l, form, taps);
    int32_t place;
    int16_t *to = clean(&place);
    int32_t n = expect(&l, 1, form);
    for (int32_t i = 0; i < count && TVMK_DSP; i++) {
        packed.halves[i] = weights[i];
    }
    l.weights = TVMK_DSP ? at_edge(EDGE_WEIGHTS, packed.halves, 2 * count) : at_edge(EDGE_WEIGHTS, weights, count);
    int16_t *from = moved + between(0, 1);
    memcpy(from, input, (size_t)(2 * elements));
    from = (int16_t *)at_edge(EDGE_INPUT, from, 2 * elements);
    (form == TVMK_INT16_SHORT ? tvmk_depthwise_conv_2d_int16 : tvmk_depthwise_conv_2d_int16_wide)(&l, from, to);
    compare("depthwise", &l, to, n, form);
}

int main(void) {
#ifdef TRAP_UNALIGNED
    *(volatile uint32_t *)0xE000ED14 |= 8; /* UNALIGN_TRP in the core's CCR */
#endif
    printf("path: %s\n", TVMK_MVE ? "MVE" : TVMK_DSP ? "DSP" : "portable");
    for (int i = 0; i < 600; i++) {
        edge = (i / 3) % EDGES;
        test_convolution(i % 3);
        test_depthwise(i % 2);
    }
    puts(failures ? "FAILED" : "PASSED");
    return failures != 0;
}
