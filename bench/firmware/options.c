/* What parts of the interface cost that a program has only on request, between `begin` and `end`: with SELF_TEST a run and the self-test
 * that repeats it; with UPDATE the check of an update; with REPLACE one pool of constants replaced; with DEVICES a call of
 * a device whose hook does nothing. Without any of these, the same program without that part: the difference of both images is the flash. */
#ifdef DEVICES
#define TVM_EMBEDDED_DEVICES
#include "scale.h"
#else
#include MODEL_HEADER
#endif
#if defined(SELF_TEST)
#include "digits_self_test.h"
#elif defined(UPDATE)
#include "digits_update.h"
#include "update.h"
#endif

__attribute__((noinline)) void begin(void) {
    __asm__ volatile("");
}
__attribute__((noinline)) void end(void) {
    __asm__ volatile("");
}

#ifdef DEVICES
TVM_DEVICE_SCALER_FUNCTIONS()

/* As the library of the model calls them. */
int32_t TVMDeviceScalerOpen(void *context);

__attribute__((noinline)) int32_t empty_hook(tvm_device_scaler_t *device) {
    (void)device;
    return 0;
}

__attribute__((noinline)) int32_t measured(void) {
    static tvm_device_scaler_t device = {empty_hook, empty_hook, empty_hook, empty_hook, NULL};
    return TVMDeviceScalerOpen(&device);
}

int main(void) {
    begin();
    end();
    begin();
    int32_t failed = measured();
    end();
    return failed != 0;
}
#else
TVM_DIGITS_STATIC_CONTEXT(context);

#if defined(SELF_TEST)
__attribute__((noinline)) int32_t measured(void) {
    static tvm_digits_input_t input;
    static tvm_digits_output_t output;
    TVMSelfTestResult result;
    return TVMSelfTest_digits(&input, &output, &context, &result);
}
#elif defined(UPDATE)
__attribute__((noinline)) int32_t measured(void) {
    static TVMParameters_digits parameters;
    return TVMReadUpdate_digits(update, sizeof update, &parameters);
}
#elif defined(REPLACE)
/* The other pool keeps the constants in the image. */
__attribute__((noinline)) int32_t measured(void) {
    static TVMParameters_digits parameters;
    const void *own;
    int32_t status = TVMGetParameter(&digits, NULL, TVM_DIGITS_PARAMETER_FAST_INDEX, &own);
    parameters.fast = own;
    status |= TVMGetParameter(&digits, NULL, TVM_DIGITS_PARAMETER_QSPI_INDEX, &own);
    parameters.qspi = own;
    return status | TVMSetParameters(&context, &parameters);
}
#endif

int main(void) {
    static tvm_digits_input_t input;
    static tvm_digits_output_t output;
    TVMInputs_digits inputs = TVM_DIGITS_INPUTS(&input);
    TVMOutputs_digits outputs = TVM_DIGITS_OUTPUTS(&output);
    begin();
    int32_t failed = TVMExecute_digits(&inputs, &outputs, &context);
    end();
#if defined(SELF_TEST) || defined(UPDATE) || defined(REPLACE)
    begin();
    failed |= measured();
    end();
#endif
    return failed != 0;
}
#endif
