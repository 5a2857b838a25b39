/* SPDX-License-Identifier: Apache-2.0 */
/* The header needs nothing before it, and may be included twice. */
#include "tvm_embedded.h"
#include "tvm_embedded.h"

TVMContext context_of_this_file;
