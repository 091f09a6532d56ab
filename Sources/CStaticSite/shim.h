#ifndef CSTATIC_SITE_SHIM_H
#define CSTATIC_SITE_SHIM_H

// Calls with a variable number of arguments, which Swift cannot import. Each returns a descriptor that programs which are
// started do not inherit, or is negative on failure, with the reason in `errno`.

#include <fcntl.h>

/// Opens a folder by its path, through links.
static inline int cstaticsite_open_folder(const char *path) { return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC); }

/// Opens a folder that stands in another one; a link is refused.
static inline int cstaticsite_open_folder_at(int folder, const char *name) {
    return openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/// Opens a file for reading that stands in a folder; a link is refused, and nothing is waited for, as opening a pipe would.
static inline int cstaticsite_open_file_at(int folder, const char *name) {
    return openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/// Duplicates a descriptor.
static inline int cstaticsite_duplicate(int descriptor) { return fcntl(descriptor, F_DUPFD_CLOEXEC, 0); }

#endif
