file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/../model/sources.txt sources)
list(TRANSFORM sources PREPEND ../model/)
idf_component_register(SRCS main.c ${sources} INCLUDE_DIRS ../model ../model/archive)
