# Written by `tvm-embedded new`; change it as you like.
cmake_minimum_required(VERSION 3.16)
include($ENV{IDF_PATH}/tools/cmake/project.cmake)
project({{ p.symbol }})
