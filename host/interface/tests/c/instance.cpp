// A synthetic model `net` through its C++ interface, of whatever kind it is: output k must be input k (or the last) plus k + 1, and
// plus the number of runs since the reset, from 7, for a model with state.
#include "net.hpp"
#ifdef STANDARD_LIBRARY
#include <array>
#if __cplusplus >= 202002L
#include <span>
#endif
#endif

namespace my = tvm_models::net;

static my::instance g_net;
static my::instance g_other;

#if TVM_NET_PARAMETER_COUNT && !TVM_NET_PARAMETER_FLASH_CARRIED
alignas(TVM_NET_PARAMETER_FLASH_ALIGNMENT) static const uint8_t g_constants[TVM_NET_PARAMETER_FLASH_BYTES] = { 11, 12, 13, 14, 15, 16,
  17, 18 };
#define BROUGHT g_constants
#define ADDED 11
#elif TVM_NET_DEVICE_COUNT
static int8_t g_device;
static const TVMDevices_net g_devices = { &g_device };
extern "C" {
int32_t TVMDeviceEthosUActivate(void *context) {
  return context == &g_device ? 0 : 1;
}
int32_t TVMDeviceEthosUOpen(void *) {
  return 0;
}
int32_t TVMDeviceEthosUClose(void *) {
  return 0;
}
int32_t TVMDeviceEthosUDeactivate(void *) {
  return 0;
}
}
#define BROUGHT g_devices
#define ADDED 1
#else
#define BROUGHT
#define ADDED 1
#endif

#ifdef STATE
static constexpr int state = 7;
#else
static constexpr int state = 0;
#endif

static bool right(const my::instance &model, int count) {
  for (int i = 0; i < 4; i++) {
    if (model.output.y[i] != 10 + i + ADDED + (state != 0 ? state + count : 0)) {
      return false;
    }
  }
  return true;
}

static void fill(my::instance &model) {
  for (int i = 0; i < 4; i++) {
    model.input.x[i] = static_cast<int8_t>(10 + i);
  }
}

static int instances() {
  if (!g_net.reset(BROUGHT).ok() || !g_other.reset(BROUGHT)) {
    return 1;
  }
  for (int count = 0; count < 3; count++) {
    fill(g_net);
    if (g_net.run(BROUGHT) != tvm_embedded::status(TVM_STATUS_OK) || !right(g_net, count)) {
      return 2;
    }
  }
  fill(g_other);
  if (!g_other.run(BROUGHT) || !right(g_other, 0)) {
    return 3;
  }
#ifdef STATE
  static my::instance fresh;
  const tvm_embedded::status status = fresh.reset(BROUGHT);
  fill(fresh);
  if (!status || !fresh.run(BROUGHT) || !right(fresh, 0)) {
    return 4;
  }
#endif
  return 0;
}

#ifndef TVM_NET_INPUT_X_OFFSET
/* Memory and tensors placed by the user. */
static my::model::memory g_memory;

#if TVM_NET_WORKSPACE_COUNT < 2 && !TVM_NET_DEVICE_COUNT && !TVM_NET_PARAMETER_COUNT
/* Data in flash: no code sets it. */
constexpr TVMContext constant = my::model::context(g_memory);
static_assert(constant.workspaces.kind == (TVM_NET_WORKSPACE_COUNT != 0 ? TVM_BINDING_BUFFER : 0), "a constant");
#endif

static int placed() {
#if TVM_NET_PARAMETER_COUNT && !TVM_NET_PARAMETER_FLASH_CARRIED
  const TVMContext context = my::model::context(g_memory, g_constants);
#elif TVM_NET_DEVICE_COUNT
  const TVMContext context = my::model::context(g_memory, g_devices);
#else
  const TVMContext context = my::model::context(g_memory);
#endif
  static const int8_t in[4] = { 10, 11, 12, 13 };
  int8_t out[4] = { 0, 0, 0, 0 };
  if (TVMReset_net(&context) != TVM_STATUS_OK || !my::run(context, in, out) || out[3] != 13 + ADDED + state) {
    return 11;
  }
  if (!my::run(context, in, tvm_embedded::span<int8_t, 4>::at(out))) {
    return 12;
  }
#ifdef STANDARD_LIBRARY
  const std::array<int8_t, 4> from = { { 20, 21, 22, 23 } };
  std::array<int8_t, 4> to = { { 0, 0, 0, 0 } };
  if (!my::run(context, from, to) || to[0] != 20 + ADDED + (state != 0 ? state + 2 : 0)) {
    return 13;
  }
#if __cplusplus >= 202002L
  if (!my::run(context, std::span<const int8_t, 4>(from), std::span<int8_t, 4>(to))) {
    return 14;
  }
#endif
#endif
  return 0;
}
#endif

/* Constants and arithmetic of the compiler's: nothing of this runs. */
struct quantised : tvm_embedded::tensor<int8_t, 3> {
  static constexpr bool quantized = true;
  static constexpr float scale = 0.5f;
  static constexpr int32_t zero_point = -3;
};
struct word : tvm_embedded::tensor<uint16_t, 3> {
  static constexpr bool quantized = true;
  static constexpr float scale = 1.0f;
  static constexpr int32_t zero_point = 0;
};
using tvm_embedded::quantize;
static_assert(quantize<quantised>(0.0f) == -3 && quantize<quantised>(1.0f) == -1, "the zero point, and two units above it");
static_assert(quantize<quantised>(0.25f) == -2 && quantize<quantised>(-0.25f) == -4, "halves go away from zero");
static_assert(quantize<quantised>(0.24999999f) == -3, "what lies just below a half goes down");
static_assert(quantize<quantised>(1e30f) == 127 && quantize<quantised>(-1e30f) == -128, "limits of the type");
static_assert(quantize<word>(65534.6f) == 65535 && quantize<word>(70000.0f) == 65535 && quantize<word>(-1.0f) == 0, "of 16 bits");
static_assert(tvm_embedded::dequantize<quantised>(-1) == 1.0f, "and back");
static_assert(my::input::x::elements == 4 && my::input::x::bytes == 4 && !my::output::y::quantized == !QUANTISED, "facts");
static_assert(sizeof(my::model::memory) >= (TVM_NET_WORKSPACE_COUNT != 0 ? TVM_NET_WORKSPACE_COUNT * 32 : 0), "memory");

int main() {
  int code = instances();
#ifndef TVM_NET_INPUT_X_OFFSET
  code = code != 0 ? code : placed();
#endif
  return code;
}
