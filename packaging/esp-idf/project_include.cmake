# ESP-IDF includes this in every project that has the component.
include(${CMAKE_CURRENT_LIST_DIR}/cmake/tvm_embedded_model.cmake)

# tvm_embedded_idf_model(<symbol> <file>): the model, linked to the component that calls this, behind idf_component_register().
function(tvm_embedded_idf_model symbol file)
  if(NOT CMAKE_BUILD_EARLY_EXPANSION)
    tvm_embedded_add_model(${symbol} ${file})
    target_link_libraries(${COMPONENT_LIB} PRIVATE tvm_model_${symbol})
  endif()
endfunction()
