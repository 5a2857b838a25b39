/* SPDX-License-Identifier: Apache-2.0 */
/* Must not compile where pointers have 64 bits: the layout would not be the library's. */
#pragma pack(1)
#include "tvm_embedded.h"
