# Injected into oneDNN's own build (CMAKE_PROJECT_INCLUDE) to precompile the
# headers that nearly all of its sources share: parsing them is a quarter of
# the time that a source takes to compile.
function(mlcc_precompile_onednn)
  if(TARGET dnnl_cpu_x64)
    target_precompile_headers(dnnl_cpu_x64 PRIVATE
      <functional> <map> <memory> <set> <sstream> <string> <unordered_map> <vector>
      "${CMAKE_SOURCE_DIR}/src/common/c_types_map.hpp"
      "${CMAKE_SOURCE_DIR}/src/common/dnnl_thread.hpp"
      "${CMAKE_SOURCE_DIR}/src/common/type_helpers.hpp"
      "${CMAKE_SOURCE_DIR}/src/cpu/cpu_primitive.hpp"
      "${CMAKE_SOURCE_DIR}/src/cpu/x64/jit_generator.hpp")
  endif()
  foreach(library dnnl_cpu dnnl_common)
    if(TARGET ${library})
      target_precompile_headers(${library} PRIVATE
        <functional> <map> <memory> <set> <sstream> <string> <unordered_map> <vector>
        "${CMAKE_SOURCE_DIR}/src/common/c_types_map.hpp"
        "${CMAKE_SOURCE_DIR}/src/common/dnnl_thread.hpp"
        "${CMAKE_SOURCE_DIR}/src/common/type_helpers.hpp")
    endif()
  endforeach()
endfunction()
cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL mlcc_precompile_onednn)
