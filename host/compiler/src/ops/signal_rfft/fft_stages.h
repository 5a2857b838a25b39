/* The Fourier transforms of KISS FFT, for one type of number: included by fft_int16.h, fft_int32.h and fft_float.h, which say
 * what a number is and how two are multiplied.
 *
 * Complex numbers are pairs of adjacent scalars. All sums are computed in the wide type and lose their upper bits where they are
 * stored; those of a stage are divided by its radix beforehand (TVMK_FFT_SHARE), and products never leave the wide type. */
#ifdef TVMK_FFT_SCALAR

typedef struct {
    TVMK_FFT_WIDE re, im;
} TVMK_FFT_NAME(complex);

typedef struct {
    const TVMK_FFT_SCALAR *twiddles;       /* e^(-2 pi i k / length), or its conjugate for the inverse */
    const TVMK_FFT_SCALAR *super_twiddles; /* those that make a real transform of a complex one of half its length */
    const uint16_t *order;                 /* which element is at each position before the first stage */
    const uint8_t *radix;                  /* of each stage, last to first */
    int32_t stages, length, inverse;
} TVMK_FFT_NAME(fft_t);

TVMK_INLINE TVMK_FFT_NAME(complex) TVMK_FFT_NAME(load)(const TVMK_FFT_SCALAR *from) {
    TVMK_FFT_NAME(complex) x;
    x.re = from[0];
    x.im = from[1];
    return x;
}

TVMK_INLINE TVMK_FFT_NAME(complex) TVMK_FFT_NAME(load_share)(const TVMK_FFT_SCALAR *from, int32_t parts) {
    TVMK_FFT_NAME(complex) x;
    x.re = TVMK_FFT_SHARE(from[0], parts);
    x.im = TVMK_FFT_SHARE(from[1], parts);
    return x;
}

TVMK_INLINE void TVMK_FFT_NAME(store)(TVMK_FFT_SCALAR *to, TVMK_FFT_WIDE re, TVMK_FFT_WIDE im) {
    to[0] = TVMK_FFT_STORED(re);
    to[1] = TVMK_FFT_STORED(im);
}

TVMK_INLINE TVMK_FFT_NAME(complex) TVMK_FFT_NAME(product)(TVMK_FFT_NAME(complex) a, const TVMK_FFT_SCALAR *twiddle) {
    TVMK_FFT_NAME(complex) x;
    x.re = TVMK_FFT_ROUND(TVMK_FFT_TIMES(a.re, twiddle[0]) - TVMK_FFT_TIMES(a.im, twiddle[1]));
    x.im = TVMK_FFT_ROUND(TVMK_FFT_TIMES(a.re, twiddle[1]) + TVMK_FFT_TIMES(a.im, twiddle[0]));
    return x;
}

/* One product of scalars. */
TVMK_INLINE TVMK_FFT_WIDE TVMK_FFT_NAME(scaled)(TVMK_FFT_WIDE a, TVMK_FFT_SCALAR b) {
    return TVMK_FFT_ROUND(TVMK_FFT_TIMES(a, b));
}

TVMK_SHARED void TVMK_FFT_NAME(radix2)(const TVMK_FFT_NAME(fft_t) * l, TVMK_FFT_SCALAR *data, int32_t stride, int32_t m) {
    for (int32_t k = 0; k < m; k++, data += 2) {
        const TVMK_FFT_NAME(complex) a = TVMK_FFT_NAME(load_share)(data, 2);
        const TVMK_FFT_NAME(complex) b =
            TVMK_FFT_NAME(product)(TVMK_FFT_NAME(load_share)(data + 2 * m, 2), l->twiddles + 2 * k * stride);
        TVMK_FFT_NAME(store)(data, a.re + b.re, a.im + b.im);
        TVMK_FFT_NAME(store)(data + 2 * m, a.re - b.re, a.im - b.im);
    }
}

TVMK_SHARED void TVMK_FFT_NAME(radix3)(const TVMK_FFT_NAME(fft_t) * l, TVMK_FFT_SCALAR *data, int32_t stride, int32_t m) {
    const TVMK_FFT_SCALAR third = l->twiddles[2 * stride * m + 1];
    for (int32_t k = 0; k < m; k++, data += 2) {
        const TVMK_FFT_SCALAR *t = l->twiddles;
        const TVMK_FFT_NAME(complex) a = TVMK_FFT_NAME(load_share)(data, 3);
        const TVMK_FFT_NAME(complex) b = TVMK_FFT_NAME(product)(TVMK_FFT_NAME(load_share)(data + 2 * m, 3), t + 2 * k * stride);
        const TVMK_FFT_NAME(complex) c = TVMK_FFT_NAME(product)(TVMK_FFT_NAME(load_share)(data + 4 * m, 3), t + 4 * k * stride);
        TVMK_FFT_NAME(complex) sum, half;
        sum.re = b.re + c.re;
        sum.im = b.im + c.im;
        half.re = a.re - TVMK_FFT_HALF(sum.re);
        half.im = a.im - TVMK_FFT_HALF(sum.im);
        const TVMK_FFT_WIDE re = TVMK_FFT_NAME(scaled)(b.re - c.re, third);
        const TVMK_FFT_WIDE im = TVMK_FFT_NAME(scaled)(b.im - c.im, third);
        TVMK_FFT_NAME(store)(data, a.re + sum.re, a.im + sum.im);
        TVMK_FFT_NAME(store)(data + 2 * m, half.re - im, half.im + re);
        TVMK_FFT_NAME(store)(data + 4 * m, half.re + im, half.im - re);
    }
}

TVMK_SHARED void TVMK_FFT_NAME(radix4)(const TVMK_FFT_NAME(fft_t) * l, TVMK_FFT_SCALAR *data, int32_t stride, int32_t m) {
    for (int32_t k = 0; k < m; k++, data += 2) {
        const TVMK_FFT_SCALAR *t = l->twiddles;
        const TVMK_FFT_NAME(complex) a = TVMK_FFT_NAME(load_share)(data, 4);
        const TVMK_FFT_NAME(complex) b = TVMK_FFT_NAME(product)(TVMK_FFT_NAME(load_share)(data + 2 * m, 4), t + 2 * k * stride);
        const TVMK_FFT_NAME(complex) c = TVMK_FFT_NAME(product)(TVMK_FFT_NAME(load_share)(data + 4 * m, 4), t + 4 * k * stride);
        const TVMK_FFT_NAME(complex) d = TVMK_FFT_NAME(product)(TVMK_FFT_NAME(load_share)(data + 6 * m, 4), t + 6 * k * stride);
        TVMK_FFT_NAME(complex) even, odd, sum, turned;
        even.re = a.re + c.re;
        even.im = a.im + c.im;
        odd.re = a.re - c.re;
        odd.im = a.im - c.im;
        sum.re = b.re + d.re;
        sum.im = b.im + d.im;
        turned.re = b.re - d.re;
        turned.im = b.im - d.im;
        TVMK_FFT_NAME(store)(data, even.re + sum.re, even.im + sum.im);
        TVMK_FFT_NAME(store)(data + 4 * m, even.re - sum.re, even.im - sum.im);
        TVMK_FFT_SCALAR *plus = data + (l->inverse ? 6 : 2) * m;
        TVMK_FFT_SCALAR *minus = data + (l->inverse ? 2 : 6) * m;
        TVMK_FFT_NAME(store)(plus, odd.re + turned.im, odd.im - turned.re);
        TVMK_FFT_NAME(store)(minus, odd.re - turned.im, odd.im + turned.re);
    }
}

TVMK_SHARED void TVMK_FFT_NAME(radix5)(const TVMK_FFT_NAME(fft_t) * l, TVMK_FFT_SCALAR *data, int32_t stride, int32_t m) {
    const TVMK_FFT_NAME(complex) ya = TVMK_FFT_NAME(load)(l->twiddles + 2 * stride * m);
    const TVMK_FFT_NAME(complex) yb = TVMK_FFT_NAME(load)(l->twiddles + 4 * stride * m);
    const TVMK_FFT_SCALAR a_re = (TVMK_FFT_SCALAR)ya.re, a_im = (TVMK_FFT_SCALAR)ya.im;
    const TVMK_FFT_SCALAR b_re = (TVMK_FFT_SCALAR)yb.re, b_im = (TVMK_FFT_SCALAR)yb.im;
    for (int32_t k = 0; k < m; k++, data += 2) {
        TVMK_FFT_NAME(complex) x[5], s14, d14, s23, d23, u, v;
        x[0] = TVMK_FFT_NAME(load_share)(data, 5);
        for (int32_t n = 1; n < 5; n++) {
            x[n] = TVMK_FFT_NAME(product)(TVMK_FFT_NAME(load_share)(data + 2 * n * m, 5), l->twiddles + 2 * n * k * stride);
        }
        s14.re = x[1].re + x[4].re;
        s14.im = x[1].im + x[4].im;
        d14.re = x[1].re - x[4].re;
        d14.im = x[1].im - x[4].im;
        s23.re = x[2].re + x[3].re;
        s23.im = x[2].im + x[3].im;
        d23.re = x[2].re - x[3].re;
        d23.im = x[2].im - x[3].im;
        TVMK_FFT_NAME(store)(data, x[0].re + (s14.re + s23.re), x[0].im + (s14.im + s23.im));
        u.re = x[0].re + TVMK_FFT_NAME(scaled)(s14.re, a_re) + TVMK_FFT_NAME(scaled)(s23.re, b_re);
        u.im = x[0].im + TVMK_FFT_NAME(scaled)(s14.im, a_re) + TVMK_FFT_NAME(scaled)(s23.im, b_re);
        v.re = TVMK_FFT_NAME(scaled)(d14.im, a_im) + TVMK_FFT_NAME(scaled)(d23.im, b_im);
        v.im = -TVMK_FFT_NAME(scaled)(d14.re, a_im) - TVMK_FFT_NAME(scaled)(d23.re, b_im);
        TVMK_FFT_NAME(store)(data + 2 * m, u.re - v.re, u.im - v.im);
        TVMK_FFT_NAME(store)(data + 8 * m, u.re + v.re, u.im + v.im);
        u.re = x[0].re + TVMK_FFT_NAME(scaled)(s14.re, b_re) + TVMK_FFT_NAME(scaled)(s23.re, a_re);
        u.im = x[0].im + TVMK_FFT_NAME(scaled)(s14.im, b_re) + TVMK_FFT_NAME(scaled)(s23.im, a_re);
        v.re = -TVMK_FFT_NAME(scaled)(d14.im, b_im) + TVMK_FFT_NAME(scaled)(d23.im, a_im);
        v.im = TVMK_FFT_NAME(scaled)(d14.re, b_im) - TVMK_FFT_NAME(scaled)(d23.re, a_im);
        TVMK_FFT_NAME(store)(data + 4 * m, u.re + v.re, u.im + v.im);
        TVMK_FFT_NAME(store)(data + 6 * m, u.re - v.re, u.im - v.im);
    }
}

/* A complex transform of data already in the order of the first stage. */
TVMK_SHARED void TVMK_FFT_NAME(stages)(const TVMK_FFT_NAME(fft_t) * l, TVMK_FFT_SCALAR *data) {
    int32_t m = 1;
    for (int32_t s = 0; s < l->stages; s++) {
        const int32_t radix = l->radix[s], block = radix * m, stride = l->length / block;
        for (int32_t at = 0; at < l->length; at += block) {
            if (radix == 4) {
                TVMK_FFT_NAME(radix4)(l, data + 2 * at, stride, m);
            } else if (radix == 2) {
                TVMK_FFT_NAME(radix2)(l, data + 2 * at, stride, m);
            } else if (radix == 3) {
                TVMK_FFT_NAME(radix3)(l, data + 2 * at, stride, m);
            } else {
                TVMK_FFT_NAME(radix5)(l, data + 2 * at, stride, m);
            }
        }
        m = block;
    }
}

/* SignalRfft: `count` samples, padded with zeros, to the lower half of their spectrum, length + 1 complex numbers. Nothing may
 * overlap. */
TVMK_SHARED void TVMK_FFT_NAME(rfft)(const TVMK_FFT_NAME(fft_t) * l, const TVMK_FFT_SCALAR *in, int32_t count,
                                     TVMK_FFT_SCALAR *out) {
    const int32_t n = l->length;
    for (int32_t i = 0; i < n; i++) {
        const int32_t at = 2 * (int32_t)l->order[i];
        out[2 * i] = (TVMK_FFT_SCALAR)(at < count ? in[at] : 0);
        out[2 * i + 1] = (TVMK_FFT_SCALAR)(at + 1 < count ? in[at + 1] : 0);
    }
    TVMK_FFT_NAME(stages)(l, out);
    const TVMK_FFT_NAME(complex) first = TVMK_FFT_NAME(load_share)(out, 2);
    TVMK_FFT_NAME(store)(out, first.re + first.im, 0);
    TVMK_FFT_NAME(store)(out + 2 * n, first.re - first.im, 0);
    for (int32_t k = 1; k <= n / 2; k++) {
        TVMK_FFT_SCALAR *low = out + 2 * k, *high = out + 2 * (n - k);
        const TVMK_FFT_NAME(complex) a = TVMK_FFT_NAME(load_share)(low, 2);
        TVMK_FFT_NAME(complex) b = TVMK_FFT_NAME(load)(high);
        TVMK_FFT_NAME(complex) sum, difference, turned;
        b.re = TVMK_FFT_SHARE(b.re, 2);
        b.im = TVMK_FFT_SHARE(TVMK_FFT_WRAP(-b.im), 2);
        sum.re = a.re + b.re;
        sum.im = a.im + b.im;
        difference.re = a.re - b.re;
        difference.im = a.im - b.im;
        turned = TVMK_FFT_NAME(product)(difference, l->super_twiddles + 2 * (k - 1));
        turned.re = TVMK_FFT_WRAP(turned.re);
        turned.im = TVMK_FFT_WRAP(turned.im);
        TVMK_FFT_NAME(store)(low, TVMK_FFT_HALF(sum.re + turned.re), TVMK_FFT_HALF(sum.im + turned.im));
        TVMK_FFT_NAME(store)(high, TVMK_FFT_HALF(sum.re - turned.re), TVMK_FFT_HALF(turned.im - sum.im));
    }
}

/* Bytes of scratch memory for the inverse: as many scalars as the output has. */
TVMK_INLINE int32_t TVMK_FFT_NAME(irfft_scratch)(const TVMK_FFT_NAME(fft_t) * l) {
    return 2 * l->length * (int32_t)sizeof(TVMK_FFT_SCALAR);
}

/* SignalIrfft: the inverse. Nothing may overlap. */
TVMK_SHARED void TVMK_FFT_NAME(irfft)(const TVMK_FFT_NAME(fft_t) * l, const TVMK_FFT_SCALAR *in, TVMK_FFT_SCALAR *out,
                                      TVMK_FFT_SCALAR *scratch) {
    const int32_t n = l->length;
    scratch[0] = (TVMK_FFT_SCALAR)TVMK_FFT_SHARE(TVMK_FFT_WRAP((TVMK_FFT_WIDE)in[0] + in[2 * n]), 2);
    scratch[1] = (TVMK_FFT_SCALAR)TVMK_FFT_SHARE(TVMK_FFT_WRAP((TVMK_FFT_WIDE)in[0] - in[2 * n]), 2);
    for (int32_t k = 1; k <= n / 2; k++) {
        const TVMK_FFT_NAME(complex) a = TVMK_FFT_NAME(load_share)(in + 2 * k, 2);
        TVMK_FFT_NAME(complex) b = TVMK_FFT_NAME(load)(in + 2 * (n - k));
        TVMK_FFT_NAME(complex) difference, turned;
        b.re = TVMK_FFT_SHARE(b.re, 2);
        b.im = TVMK_FFT_SHARE(TVMK_FFT_WRAP(-b.im), 2);
        difference.re = a.re - b.re;
        difference.im = a.im - b.im;
        turned = TVMK_FFT_NAME(product)(difference, l->super_twiddles + 2 * (k - 1));
        TVMK_FFT_NAME(store)(scratch + 2 * k, a.re + b.re + turned.re, a.im + b.im + turned.im);
        TVMK_FFT_NAME(store)(scratch + 2 * (n - k), a.re + b.re - turned.re, -(a.im + b.im - turned.im));
    }
    for (int32_t i = 0; i < n; i++) {
        const int32_t at = 2 * (int32_t)l->order[i];
        out[2 * i] = scratch[at];
        out[2 * i + 1] = scratch[at + 1];
    }
    TVMK_FFT_NAME(stages)(l, out);
}

#undef TVMK_FFT_SCALAR
#undef TVMK_FFT_WIDE
#undef TVMK_FFT_NAME
#undef TVMK_FFT_TIMES
#undef TVMK_FFT_ROUND
#undef TVMK_FFT_SHARE
#undef TVMK_FFT_HALF
#undef TVMK_FFT_WRAP
#undef TVMK_FFT_STORED

#endif
