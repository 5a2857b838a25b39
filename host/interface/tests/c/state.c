/* A streaming model with two workspaces, one of which holds its state: two independent instances. */
#include "net.h"

static uint8_t g_sram[TVM_NET_WORKSPACE_SRAM_BYTES];
static uint8_t g_state[2][TVM_NET_WORKSPACE_STATE_BYTES];
static const TVMWorkspaces_net g_workspaces = TVM_NET_WORKSPACES(g_sram, g_state[0]);
static const TVMContext g_context = TVM_NET_CONTEXT(g_workspaces);

static tvm_net_input_t g_in = { { 1, 2, 3, 4 } };
static tvm_net_output_t g_out;

static int run(const TVMContext *context) {
  const TVMInputs_net inputs = TVM_NET_INPUTS(&g_in);
  const TVMOutputs_net outputs = TVM_NET_OUTPUTS(&g_out);
  const int32_t status = TVMExecute(&net, &inputs, &outputs, context);
  return status != 0 ? -1 : g_out.y[0];
}

int main(void) {
  TVMWorkspaces_net workspaces;
  TVMContext context;
  workspaces.sram = g_sram;
  workspaces.state = g_state[1];
  TVMSetWorkspaces(&context, &workspaces);
  context.parameters = g_context.parameters;
  if (TVMReset_net(NULL) != TVM_STATUS_NULL_CONTEXT) {
    return 5;
  }
  if (TVMReset_net(&g_context) != 0 || TVMReset(&net, &context) != 0) {
    return 1;
  }
  if (run(&g_context) != 2 + 7 || run(&g_context) != 2 + 8 || run(&context) != 2 + 7 || run(&g_context) != 2 + 9) {
    return 2;
  }
  if (TVMReset(&net, &g_context) != 0 || run(&g_context) != 2 + 7 || run(&context) != 2 + 8) {
    return 3;
  }
  return TVMIsWorkspaceState(&net, 0) == 0 && TVMIsWorkspaceState(&net, 1) == 1 ? 0 : 4;
}
