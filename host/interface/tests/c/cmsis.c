/* A model on stand-ins for CMSIS-NN: its kernels are called in order, and an error of any of them fails the run. */
#include <string.h>

#include "cmsis/arm_nnfunctions.h"
#include "kws_cmsisnn.h"

static int g_calls;
static int g_failing;
static arm_cmsis_nn_status g_error;

static arm_cmsis_nn_status answer(void) { return ++g_calls == g_failing ? g_error : ARM_CMSIS_NN_SUCCESS; }

#define UNUSED(a) (void)(a)
#define CONVOLUTION(name, params, quant)                                                                        \
  arm_cmsis_nn_status name(const cmsis_nn_context *a, const params *b, const quant *c, const cmsis_nn_dims *d,  \
                           const int8_t *e, const cmsis_nn_dims *f, const int8_t *g, const cmsis_nn_dims *h,    \
                           const int32_t *i, const cmsis_nn_dims *j, int8_t *k) {                               \
    UNUSED(a); UNUSED(b); UNUSED(c); UNUSED(d); UNUSED(e); UNUSED(f); UNUSED(g); UNUSED(h); UNUSED(i); UNUSED(j); \
    UNUSED(k);                                                                                                  \
    return answer();                                                                                            \
  }
CONVOLUTION(arm_convolve_wrapper_s8, cmsis_nn_conv_params, cmsis_nn_per_channel_quant_params)
CONVOLUTION(arm_depthwise_conv_wrapper_s8, cmsis_nn_dw_conv_params, cmsis_nn_per_channel_quant_params)
CONVOLUTION(arm_fully_connected_s8, cmsis_nn_fc_params, cmsis_nn_per_tensor_quant_params)

arm_cmsis_nn_status arm_avgpool_s8(const cmsis_nn_context *a, const cmsis_nn_pool_params *b, const cmsis_nn_dims *c,
                                   const int8_t *d, const cmsis_nn_dims *e, const cmsis_nn_dims *f, int8_t *g) {
  UNUSED(a); UNUSED(b); UNUSED(c); UNUSED(d); UNUSED(e); UNUSED(f); UNUSED(g);
  return answer();
}

void arm_softmax_s8(const int8_t *in, int32_t rows, int32_t row, int32_t a, int32_t b, int32_t c, int8_t *out) {
  UNUSED(in); UNUSED(a); UNUSED(b); UNUSED(c);
  memset(out, 7, (size_t)(rows * row));
}

int main(void) {
  static tvm_kws_cmsisnn_input_t in;
  static tvm_kws_cmsisnn_output_t out;
  const TVMInputs_kws_cmsisnn inputs = TVM_KWS_CMSISNN_INPUTS(&in);
  const TVMOutputs_kws_cmsisnn outputs = TVM_KWS_CMSISNN_OUTPUTS(&out);
  const arm_cmsis_nn_status errors[3] = { ARM_CMSIS_NN_ARG_ERROR, ARM_CMSIS_NN_NO_IMPL_ERROR, ARM_CMSIS_NN_FAILURE };
  int kernels, i;
  if (TVMExecute(&kws_cmsisnn, &inputs, &outputs, NULL) != 0 || out.Identity[11] != 7) {
    return 1;
  }
  kernels = g_calls;
  if (kernels != 11) {
    return 2;
  }
  for (i = 0; i < 3 * kernels; i++) {
    g_calls = 0;
    g_failing = 1 + i / 3;
    g_error = errors[i % 3];
    if (TVMExecute(&kws_cmsisnn, &inputs, &outputs, NULL) != -1 || g_calls != g_failing) {
      return 3;
    }
  }
  g_failing = 0;
  return TVMExecute(&kws_cmsisnn, &inputs, &outputs, NULL) == 0 ? 0 : 4;
}
