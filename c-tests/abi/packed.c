/* SPDX-License-Identifier: Apache-2.0 */
/* Must not compile if pointers have 64 bits: the layout would differ from the library's. */
#pragma pack(1)
#include "tvm_embedded.h"
