/* A callback during a run that runs the same model: refused, and the outer run continues. */
#include "net.h"

static uint8_t g_workspace[TVM_NET_WORKSPACE_BYTES];
static TVMContext g_context;
static tvm_net_input_t g_in = { { 1, 2, 3, 4 } };
static tvm_net_output_t g_out;
static int32_t g_nested;

int nested(void);
int nested(void) {
  const TVMInputs_net inputs = TVM_NET_INPUTS(&g_in);
  const TVMOutputs_net outputs = TVM_NET_OUTPUTS(&g_out);
  g_nested = TVMExecute(&net, &inputs, &outputs, &g_context);
  return 0;
}

int main(void) {
  const TVMInputs_net inputs = TVM_NET_INPUTS(&g_in);
  const TVMOutputs_net outputs = TVM_NET_OUTPUTS(&g_out);
  int i;
  TVMSetWorkspaces(&g_context, g_workspace);
  for (i = 0; i < 2; i++) {
    g_nested = 0;
    if (TVMExecute(&net, &inputs, &outputs, &g_context) != 0 || g_nested != TVM_STATUS_BUSY || g_out.y[3] != 5) {
      return 1 + i;
    }
  }
  return 0;
}
