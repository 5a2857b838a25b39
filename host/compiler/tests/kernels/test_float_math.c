/* The functions of float_math.h against those of the C library on double, on one argument in STEP (1 for all 2^32).
 * Usage: test_float_math STEP. Fails when an error is larger than what the header states. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "float_math.h"

/* Distance of adjacent floats at x. */
static double place(float x) {
    int exponent;
    if (fabsf(x) < 0x1p-126f) {
        return 0x1p-149;
    }
    (void)frexpf(x, &exponent);
    return ldexp(1.0, exponent - 24);
}

/* In units in the last place. Infinity counts as the next power of two. */
static double error_of(float found, double truth) {
    float nearest = (float)truth;
    if (tvmk_float_bits(found) == tvmk_float_bits(nearest) && isinf(nearest)) {
        return 0.0;
    }
    return fabs((isinf(found) ? copysign(0x1p128, (double)found) : (double)found) - truth) /
           (isinf(nearest) ? 0x1p104 : place(nearest));
}

/* The reference of TensorFlow Lite's ROUND, in double. */
static double half_even(double x) {
    double below = floor(x);
    double beyond = x - below;
    return beyond < 0.5 || (beyond == 0.5 && fmod(below, 2.0) == 0.0) ? below : below + 1.0;
}

static float sin_of(float x) { return tvmk_sin(x); }
static float cos_of(float x) { return tvmk_cos(x); }
static float sqrt_of(float x) { return tvmk_sqrt(x); }
static float rsqrt_of(float x) { return tvmk_rsqrt(x); }
static float ceil_of(float x) { return tvmk_ceil(x); }
static float half_even_of(float x) { return tvmk_round_half_even(x); }
static double rsqrt_twice_rounded(double x) { return (double)(1.0f / (float)sqrt(x)); }

static const struct {
    const char *name;
    float (*function)(float);
    double (*truth)(double);
    double bound;
} functions[] = {
    {"exp", tvmk_exp, exp, 0.515},
    {"expm1", tvmk_expm1, expm1, 0.53},
    {"log", tvmk_log, log, 0.51},
    {"tanh", tvmk_tanh, tanh, 0.54},
    {"sin", sin_of, sin, 0.515},
    {"cos", cos_of, cos, 0.515},
    {"sqrt", sqrt_of, sqrt, 0.5},
    {"floor", tvmk_floor, floor, 0.0},
    {"ceil", ceil_of, ceil, 0.0},
    {"round", half_even_of, half_even, 0.0},
    {"rsqrt", rsqrt_of, rsqrt_twice_rounded, 0.0},
};

int main(int argc, char **argv) {
    int failed = 0;
    unsigned long step = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    if (step == 0) {
        return 2;
    }
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        double worst = 0.0;
        uint32_t at = 0;
        unsigned long count = 0, not_nearest = 0, wrong = 0;
        for (uint64_t bits = 0; bits >> 32 == 0; bits += step, count++) {
            float x = tvmk_float_of_bits((uint32_t)bits);
            float found = functions[i].function(x);
            double truth = functions[i].truth((double)x);
            double error;
            if (isnan(truth)) {
                wrong += tvmk_float_bits(found) != TVMK_FLOAT_NAN;
                continue;
            }
            /* A zero's sign counts. */
            wrong += isnan(found) || (found == 0.0f && truth == 0.0 && !signbit(found) != !signbit(truth));
            not_nearest += found != (float)truth;
            error = error_of(found, truth);
            if (error > worst) {
                worst = error;
                at = (uint32_t)bits;
            }
        }
        printf("%-6s %.4f at 0x%08lx, %lu of %lu not the nearest, %lu wrong\n", functions[i].name, worst, (unsigned long)at,
               not_nearest, count, wrong);
        failed |= worst > functions[i].bound || wrong != 0;
    }
    puts(failed ? "FAILED" : "PASSED");
    return failed;
}
