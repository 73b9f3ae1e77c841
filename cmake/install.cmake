# What is installed, and the packages made of it: the program with its manual page and completions, and for development
# the library with its public headers and a CMake package.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/flopstat)

# The program writes its own manual page and completions, from its table of options.
if(TARGET flopstat_cli)
  function(write_by_program file)
    set(path ${PROJECT_BINARY_DIR}/share/${file})
    add_custom_command(OUTPUT ${path} VERBATIM
      COMMAND sh -c "file=$1; shift; \"$@\" > \"$file\"" sh ${path} $<TARGET_FILE:flopstat_cli> ${ARGN}
      DEPENDS flopstat_cli)
    set_property(GLOBAL APPEND PROPERTY flopstat_written ${path})
  endfunction()
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share/bash ${PROJECT_BINARY_DIR}/share/zsh ${PROJECT_BINARY_DIR}/share/fish)
  write_by_program(flopstat.1 manual)
  write_by_program(bash/flopstat completion bash)
  write_by_program(zsh/_flopstat completion zsh)
  write_by_program(fish/flopstat.fish completion fish)
  get_property(written GLOBAL PROPERTY flopstat_written)
  add_custom_target(flopstat_words ALL DEPENDS ${written})

  install(TARGETS flopstat_cli COMPONENT program)
  install(FILES ${PROJECT_BINARY_DIR}/share/flopstat.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
  install(FILES ${PROJECT_BINARY_DIR}/share/bash/flopstat
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
  install(FILES ${PROJECT_BINARY_DIR}/share/zsh/_flopstat
          DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT program)
  install(FILES ${PROJECT_BINARY_DIR}/share/fish/flopstat.fish
          DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)
endif()
file(GLOB schemas CONFIGURE_DEPENDS docs/*.schema.json)
install(FILES ${schemas} DESTINATION ${CMAKE_INSTALL_DATADIR}/flopstat COMPONENT program)
install(FILES LICENSE README.md CHANGELOG.md TYPE DOC COMPONENT program)

install(TARGETS flopstat EXPORT flopstatTargets COMPONENT development)
install(DIRECTORY include/flopstat TYPE INCLUDE COMPONENT development)
install(EXPORT flopstatTargets NAMESPACE flopstat:: DESTINATION ${package_dir} COMPONENT development)
file(WRITE ${PROJECT_BINARY_DIR}/flopstatConfig.cmake [=[
# Beside the standard library, what links flopstat needs zlib.
include(CMakeFindDependencyMacro)
find_dependency(ZLIB)
include(${CMAKE_CURRENT_LIST_DIR}/flopstatTargets.cmake)
]=])
write_basic_package_version_file(flopstatConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/flopstatConfig.cmake ${PROJECT_BINARY_DIR}/flopstatConfigVersion.cmake
        DESTINATION ${package_dir} COMPONENT development)

# `cpack` makes a tarball of everything, and two Debian packages.
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_VENDOR "The flopstat authors")
set(CPACK_PACKAGE_CONTACT "The flopstat authors <flopstat@localhost>")
set(CPACK_PACKAGE_FILE_NAME flopstat-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME flopstat)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "${PROJECT_DESCRIPTION}\n\
 It opens a model file and counts the multiply-accumulates, operations, parameters, bytes and memory of one run.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libflopstat-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS zlib1g-dev)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "${PROJECT_DESCRIPTION} (library)\n\
 The C++ library behind the program: a static archive, its headers and a CMake package.")
if(NOT FLOPSTAT_STATIC)  # a static program depends on nothing
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
endif()
include(CPack)
