# Included by llama.cpp's CMake as its project begins, in the builds for EdgeBox
# (CMAKE_PROJECT_llama_cpp_INCLUDE).

# llama-cpp-python sets llama.cpp's own command-line code ON in CMake's cache. An ordinary variable
# set before overrides the cache (CMP0126), which saves a third of the build.
set(LLAMA_BUILD_COMMON OFF)

add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-include \"${CMAKE_CURRENT_LIST_DIR}/amx.h\">")
