# SPDX-License-Identifier: Apache-2.0
# cmake --install: header, libraries, program, CMake package, pkg-config file.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tvm_embedded)
install(FILES capi/include/tvm_embedded.h capi/include/tvm_embedded.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${tvm_embedded_static_library} DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TVM_EMBEDDED_SHARED)
  set(links ${CMAKE_CURRENT_BINARY_DIR}/libtvm_embedded.so)
  install(FILES ${tvm_embedded_shared_library} ${links} ${links}.${tvm_embedded_abi_version}
    DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
if(TARGET tvm_embedded::tool)
  get_target_property(tool tvm_embedded::tool IMPORTED_LOCATION)
  install(PROGRAMS ${tool} DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

tvm_embedded_core(tvm_embedded_built_core)
configure_package_config_file(cmake/tvm_embedded-config.cmake.in tvm_embedded-config.cmake
  INSTALL_DESTINATION ${package_dir}
  PATH_VARS CMAKE_INSTALL_BINDIR CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR
  NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 a new minor version may change anything.
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(compatibility SameMinorVersion)
else()
  set(compatibility SameMajorVersion)
endif()
# The package compares cores itself, and names both.
write_basic_package_version_file(tvm_embedded-config-version.cmake COMPATIBILITY ${compatibility} ARCH_INDEPENDENT)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tvm_embedded-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/tvm_embedded-config-version.cmake
              cmake/TVMEmbeddedModel.cmake cmake/TVMEmbeddedGenerate.cmake cmake/TVMEmbeddedCore.cmake
  DESTINATION ${package_dir})

# Relative to the file itself, so that the installed tree can be moved.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_INCLUDEDIR BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig
  OUTPUT_VARIABLE pc_include_dir)
configure_file(cmake/tvm_embedded.pc.in tvm_embedded.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tvm_embedded.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
