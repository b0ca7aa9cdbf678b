# MURDER_STATIC_LIBRARIES: programs that need of a Debian system only what every supported release has under the same
# name (the C and C++ libraries, OpenSSL, Cyrus SASL, zlib), so that one binary runs on all of them. The rest is linked
# in, where Debian has an archive of it; for cpp-httplib, prometheus-cpp and simdjson it has none: those come along in
# lib/cyrus-murder beside the programs, where the programs look first.
#
# Included after OpenSSL has been looked for, before the others are.
option(MURDER_STATIC_LIBRARIES "Link libraries into the programs whose names differ between Debian's releases" OFF)

# murder_link_archives(TARGET): what an imported target of pkg-config links, as one group of archives.
function(murder_link_archives target)
  if(NOT MURDER_STATIC_LIBRARIES)
    return()
  endif()
  get_target_property(libraries ${target} INTERFACE_LINK_LIBRARIES)
  # Security updates of these are the distribution's.
  list(TRANSFORM libraries REPLACE "/lib(ssl|crypto|sasl2|z|dl|rt|pthread|atomic)\\.a$" "/lib\\1.so")
  set(archives ${libraries})
  list(FILTER archives INCLUDE REGEX "\\.a$")
  list(REMOVE_DUPLICATES archives)
  list(FILTER libraries EXCLUDE REGEX "\\.a$")
  list(FILTER libraries EXCLUDE REGEX "/lib(dl|rt|pthread)\\.so$")
  list(REMOVE_DUPLICATES libraries)
  list(JOIN archives "," group)
  if(archives)
    list(PREPEND libraries "$<LINK_GROUP:RESCAN,${group}>")
  endif()
  set_target_properties(${target} PROPERTIES INTERFACE_LINK_LIBRARIES "${libraries}")
endfunction()

# murder_link_archive(TARGET): the archive beside the shared library that a CMake package of Debian imports.
function(murder_link_archive target)
  if(MURDER_STATIC_LIBRARIES)
    find_library(archive_${target} NAMES lib${target}.a REQUIRED)
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION_NONE ${archive_${target}})
  endif()
endfunction()

if(MURDER_STATIC_LIBRARIES)
  list(PREPEND CMAKE_FIND_LIBRARY_SUFFIXES .a)
  list(APPEND PKG_CONFIG_ARGN --static)
  set(Protobuf_USE_STATIC_LIBS ON)
  add_link_options(-Wl,--gc-sections -Wl,--as-needed)
  # RPATH and not RUNPATH: it holds for what those libraries need as well.
  add_link_options(-Wl,--disable-new-dtags)
  set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
  set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib/cyrus-murder")
endif()
