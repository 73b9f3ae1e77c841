# Finds protozero, a header-only reader of the protobuf wire format that comes without a CMake package.
#
# Defines the target Protozero::protozero, Protozero_INCLUDE_DIR and Protozero_VERSION.
find_path(Protozero_INCLUDE_DIR protozero/pbf_reader.hpp)
mark_as_advanced(Protozero_INCLUDE_DIR)

if(Protozero_INCLUDE_DIR)
  file(STRINGS ${Protozero_INCLUDE_DIR}/protozero/version.hpp version_line REGEX "PROTOZERO_VERSION_STRING \"")
  string(REGEX MATCH "[0-9.]+" Protozero_VERSION "${version_line}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Protozero REQUIRED_VARS Protozero_INCLUDE_DIR VERSION_VAR Protozero_VERSION)

if(Protozero_FOUND AND NOT TARGET Protozero::protozero)
  add_library(Protozero::protozero INTERFACE IMPORTED)
  target_include_directories(Protozero::protozero INTERFACE ${Protozero_INCLUDE_DIR})
endif()
