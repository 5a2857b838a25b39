/* SPDX-License-Identifier: Apache-2.0 */
/* A context between packed members: if it is aligned, only it is written; if not, that is reported. And a descriptor
 * between two invalid ones, which must not be read. */
#include "../check.h"

#if defined(__GNUC__)
#define PACKED __attribute__((packed))

typedef struct PACKED Packed {
  uint8_t first[3];
  TVMContext context;
  uint8_t last[5];
} Packed;

/* The size of the members, whatever is beside them. */
TVM_STATIC_ASSERT(sizeof(Packed) == 3 + sizeof(TVMContext) + 5, no_bytes_between_packed_neighbours);
TVM_STATIC_ASSERT(offsetof(Packed, context) == 3, the_context_follows_at_once);

static void at_every_address(void) {
  static union {
    uint64_t aligned[32];
    uint8_t bytes[256];
  } area;
  static uint8_t workspace[16];
  size_t offset;
  for (offset = 0; offset < 2 * sizeof(void *); offset++) {
    Packed *packed = (Packed *)(void *)(area.bytes + offset);
    void *context = area.bytes + offset + offsetof(Packed, context);
    const int aligned = (uintptr_t)context % sizeof(void *) == 0;
    const int32_t expected = aligned ? TVM_STATUS_OK : TVM_STATUS_MISALIGNED_CONTEXT;
    size_t at;
    memset(&area, 0x77, sizeof(area));
    CHECK_STATUS(TVMSetWorkspaceBuffer((TVMContext *)context, workspace, sizeof(workspace)), expected);
    CHECK_STATUS(TVMSetParameterBuffer((TVMContext *)context, workspace, sizeof(workspace)), expected);
    CHECK_STATUS(TVMSetDevices((TVMContext *)context, &area), expected);
    for (at = 0; at < sizeof(packed->first); at++) {
      CHECK(packed->first[at] == 0x77);
    }
    for (at = 0; at < sizeof(packed->last); at++) {
      CHECK(packed->last[at] == 0x77);
    }
    for (at = 0; at < sizeof(area); at++) {
      const int inside = aligned && at >= offset + 3 && at < offset + 3 + sizeof(TVMContext);
      CHECK(inside || area.bytes[at] == 0x77);
    }
  }
}
#else
static void at_every_address(void) {
}
#endif

static void in_an_array(void) {
  static TVMModel models[3];
  models[1].magic = TVM_MODEL_MAGIC;
  models[1].abi_version = TVM_EMBEDDED_ABI_VERSION;
  models[1].struct_size = sizeof(TVMModel);
  models[1].name = "middle";
  CHECK_STATUS(TVMCheckModel(&models[0]), TVM_STATUS_NOT_A_MODEL);
  CHECK_STATUS(TVMCheckModel(&models[1]), TVM_STATUS_OK);
  CHECK_TEXT(TVMGetModelName(&models[1]), "middle");
  CHECK_STATUS(TVMCheckModel(&models[2]), TVM_STATUS_NOT_A_MODEL);
}

int main(void) {
  at_every_address();
  in_an_array();
  return check_end();
}
