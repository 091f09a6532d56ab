#ifndef CSYSTEM_SUPPORT_SHIM_H
#define CSYSTEM_SUPPORT_SHIM_H

// Linux calls that Swift's module of the C library leaves out.

#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/// A kernel counter that neither blocks nor survives `exec`; negative on failure, with the reason in `errno`.
static inline int csystem_make_wake_descriptor(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

/// Names the calling thread; at most 15 bytes are kept.
static inline void csystem_name_thread(const char *name) { prctl(PR_SET_NAME, (unsigned long) name, 0, 0, 0); }

/// Gives memory that has been freed, and that the C library keeps, back to the system.
static inline void csystem_give_freed_memory_back(void) { malloc_trim(0); }

/// The most files that the process may have open; 0 where that is unknown.
static inline unsigned long csystem_open_file_limit(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

/// Who is at the path of a Unix socket: 0 nobody, 1 somebody who listens, 2 a file that is no socket; -1 with the reason in
/// `errno` where that cannot be found out.
static inline int csystem_find_local_listener(const char *path) {
    struct stat status;
    if (lstat(path, &status) != 0) return 0;
    if (!S_ISSOCK(status.st_mode)) return 2;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return 0;
    strcpy(address.sun_path, path);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    int code = connect(descriptor, (struct sockaddr *) &address, sizeof address);
    // Only these two say that nobody is there. EAGAIN: it is behind with accepting. EPROTOTYPE: it takes datagrams.
    int listens = code == 0 || (errno != ECONNREFUSED && errno != ENOENT);
    close(descriptor);
    return listens;
}

/// The port at this end of a socket over IPv4; -1 for what is none.
static inline int csystem_local_port(int descriptor) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    if (getsockname(descriptor, (struct sockaddr *) &address, &length) != 0) return -1;
    return address.sin_family == AF_INET ? ntohs(address.sin_port) : -1;
}

#endif
