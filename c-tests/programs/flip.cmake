# SPDX-License-Identifier: Apache-2.0
# cmake -DFROM=<C of a compiled model> -DARRAY=<constant array> -DTO=<file> -P flip.cmake
# A copy in which one bit of the array's first element is flipped, in each core's version of the array.
file(READ ${FROM} text)
string(REGEX MATCHALL "static const int(8|16)_t ${ARRAY}[[][^{]*[{][ \n]*-?[0-9]+," starts "${text}")
if(NOT starts)
  message(FATAL_ERROR "${FROM} has no array ${ARRAY}")
endif()
list(REMOVE_DUPLICATES starts)
foreach(start IN LISTS starts)
  string(REGEX MATCH "^(.*[^-0-9])(-?[0-9]+),$" unused "${start}")
  set(before "${CMAKE_MATCH_1}")
  math(EXPR flipped "((${CMAKE_MATCH_2} + 65536) ^ 64) - 65536")
  string(REPLACE "${start}" "${before}${flipped}," text "${text}")
endforeach()
file(WRITE ${TO} "${text}")
