# Written by `tvm-embedded new`; change it as you like.
cmake_minimum_required(VERSION 3.20)
find_package(Zephyr REQUIRED HINTS $ENV{ZEPHYR_BASE})
project({{ p.symbol }} LANGUAGES C)

file(STRINGS model/sources.txt sources)
list(TRANSFORM sources PREPEND model/)
target_sources(app PRIVATE src/main.c ${sources})
target_include_directories(app PRIVATE model model/archive)
