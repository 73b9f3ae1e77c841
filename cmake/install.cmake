# What is installed: the program, the library with its public headers, a CMake package, and the JSON schemas.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/flopstat)

if(TARGET flopstat_cli)
  install(TARGETS flopstat_cli)
endif()
install(TARGETS flopstat EXPORT flopstatTargets)
install(DIRECTORY include/flopstat TYPE INCLUDE OPTIONAL)
file(GLOB schemas CONFIGURE_DEPENDS docs/*.schema.json)
install(FILES ${schemas} DESTINATION ${CMAKE_INSTALL_DATADIR}/flopstat)
install(FILES LICENSE TYPE DOC)

# The library needs nothing but the standard library, so its package configuration is the list of targets itself.
install(EXPORT flopstatTargets FILE flopstatConfig.cmake NAMESPACE flopstat:: DESTINATION ${package_dir})
write_basic_package_version_file(flopstatConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/flopstatConfigVersion.cmake DESTINATION ${package_dir})

set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_VENDOR "The flopstat authors")
set(CPACK_PACKAGE_CONTACT "The flopstat authors")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
include(CPack)
