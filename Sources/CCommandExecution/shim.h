#ifndef CCOMMAND_EXECUTION_SHIM_H
#define CCOMMAND_EXECUTION_SHIM_H

// Starting a process and learning of its end, as `posix_spawn` cannot: it knows neither limits nor priorities.

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC 1U
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4U
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/// What a process is started with.
struct ccommand {
    const char *path;
    char *const *arguments;
    char *const *environment;
    /// Where it runs, or null for where this process does.
    const char *directory;
    /// Its standard streams.
    int input, output, errors;
    /// What is added to its priority's number.
    int niceness;
    /// The most files it may have open, as its soft limit; 0 for that of this process.
    unsigned long open_files;
    /// The guard that is told of it, or negative for none.
    int guard;
};

extern pid_t vfork(void);
extern int mkostemp(char *, int);

/// Tells a guard of a process group, by its number, or that one is no more, by the negative of it.
static inline void ccommand_tell_guard(int guard, pid_t group) {
    if (guard < 0) return;
    // Without SIGPIPE: a guard that was killed is missed by nobody.
    while (send(guard, &group, sizeof group, MSG_NOSIGNAL) < 0 && errno == EINTR) {}
}

enum { ccommand_most_guarded = 16384 };

/// What a guard does: keeps the groups that it is told of, and ends them when the other end of the socket is gone.
///
/// It is the child of a process with threads, so that it may only call what a signal handler may.
static inline void ccommand_guard(int told) {
    static pid_t groups[ccommand_most_guarded];
    int count = 0;
    pid_t group;
    while (1) {
        ssize_t length = recv(told, &group, sizeof group, 0);
        if (length < 0 && errno == EINTR) continue;
        if (length != sizeof group) break;
        if (group > 0) {
            if (count < ccommand_most_guarded) groups[count++] = group;
            continue;
        }
        for (int i = count - 1; i >= 0; i--) {
            if (groups[i] != -group) continue;
            groups[i] = groups[--count];
            break;
        }
    }
    for (int i = 0; i < count; i++) {
        kill(-groups[i], SIGTERM);
        kill(-groups[i], SIGCONT);
    }
    struct timespec moment = {0, 50000000};
    for (int round = 0; round < 40; round++) {
        int left = 0;
        for (int i = 0; i < count; i++) left |= kill(-groups[i], 0) == 0;
        if (!left) return;
        nanosleep(&moment, 0);
    }
    for (int i = 0; i < count; i++) kill(-groups[i], SIGKILL);
}

/// Gives this process another command line, as `ps` shows it and `pkill -f` looks at it. Nothing changes where the system
/// does not tell where it is kept.
static inline void ccommand_set_command_line(const char *line) {
    char text[2048];
    int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    ssize_t length = read(file, text, sizeof text);
    close(file);
    // The program's name, the second field, stands in parentheses and may hold any character.
    ssize_t at = length;
    while (at > 0 && text[at - 1] != ')') at--;
    // Where the command line begins and ends: `arg_start` and `arg_end`, the fields 48 and 49.
    unsigned long bounds[2] = {0, 0};
    for (int field = 2; at > 0 && at < length && field < 50; at++) {
        if (text[at] == ' ') field++;
        else if (field >= 48) bounds[field - 48] = bounds[field - 48] * 10 + (unsigned long) (text[at] - '0');
    }
    if (bounds[0] == 0 || bounds[1] <= bounds[0]) return;
    char *place = (char *) bounds[0];
    unsigned long room = bounds[1] - bounds[0];
    for (unsigned long i = 0; i < room; i++) place[i] = 0;
    for (unsigned long i = 0; i + 1 < room && line[i] != 0; i++) place[i] = line[i];
}

/// Starts a process that ends what it was told of when this one is gone, however that happened; the descriptor by which it
/// is told, or negative with the reason in `errno`.
static inline int ccommand_start_guard(void) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return -1;
    sigset_t every, before;
    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before);
    pid_t process = fork();
    if (process == 0) {
        // Out of reach of the terminal, and with none of the files that somebody might wait for the end of. Its signals
        // stay blocked.
        setsid();
        prctl(PR_SET_NAME, (unsigned long) "command-guard", 0, 0, 0);
        // Whoever kills this program by a word of its command line means no other.
        ccommand_set_command_line("command-guard");
        int told = dup2(ends[0], 0);
        if (syscall(SYS_close_range, 1U, ~0U, 0U) != 0) {
            for (int file = 1; file < 65536; file++) close(file);
        }
        if (chdir("/") == 0) ccommand_guard(told);
        _exit(0);
    }
    int code = errno;
    pthread_sigmask(SIG_SETMASK, &before, 0);
    close(ends[0]);
    if (process < 0) {
        close(ends[1]);
        errno = code;
        return -1;
    }
    return ends[1];
}

/// Starts a process in a session and a group of its own, without a terminal, with no signal blocked or ignored; its
/// number, or the negative of an `errno`.
///
/// The thread that calls this has to wait for the end of the process: the system sends SIGTERM to the process when that
/// *thread* ends, however it does. So the process ends even where the guard is killed together with this one; what the
/// process has started itself does not.
///
/// Nothing between `vfork` and `exec` writes to memory that the parent uses, but the one variable that tells it why.
static inline pid_t ccommand_start(const struct ccommand *command) {
    volatile int failure = 0;
    sigset_t every, before;
    sigfillset(&every);
    // A handler of the parent must not run in the child, whose memory is the parent's.
    pthread_sigmask(SIG_SETMASK, &every, &before);
    pid_t parent = getpid();
    pid_t process = vfork();
    if (process == 0) {
        // Nobody is there to hear of the end of a parent that has ended before this was said.
        prctl(PR_SET_PDEATHSIG, (unsigned long) SIGTERM, 0, 0, 0);
        if (getppid() != parent) _exit(127);
        struct sigaction usual;
        for (size_t i = 0; i < sizeof usual; i++) ((volatile char *) &usual)[i] = 0;
        usual.sa_handler = SIG_DFL;
        for (int number = 1; number < 65; number++) {
            if (number == SIGKILL || number == SIGSTOP || number == 32 || number == 33) continue;
            sigaction(number, &usual, 0);
        }
        setsid();
        // By itself, so that there is no moment at which it runs and the guard does not know.
        ccommand_tell_guard(command->guard, getpid());
        // Whatever a library has opened without saying so: a socket that somebody else holds open does not end.
        syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
        if (command->open_files != 0) {
            struct rlimit limit;
            if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != command->open_files) {
                limit.rlim_cur = command->open_files;
                setrlimit(RLIMIT_NOFILE, &limit);
            }
        }
        if (command->niceness != 0) {
            errno = 0;
            int priority = getpriority(PRIO_PROCESS, 0);
            if (errno == 0) setpriority(PRIO_PROCESS, 0, priority + command->niceness);
        }
        if (dup2(command->input, 0) < 0 || dup2(command->output, 1) < 0 || dup2(command->errors, 2) < 0) {
            failure = errno;
            _exit(127);
        }
        if (command->directory != 0 && chdir(command->directory) != 0) {
            failure = errno;
            _exit(127);
        }
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, 0);
        execve(command->path, command->arguments, command->environment);
        failure = errno;
        _exit(127);
    }
    int code = errno;
    pthread_sigmask(SIG_SETMASK, &before, 0);
    if (process < 0) return -code;
    if (failure != 0) {
        while (waitpid(process, 0, 0) < 0 && errno == EINTR) {}
        return -failure;
    }
    return process;
}

/// A descriptor that can be read from once a process has ended; negative, with the reason in `errno`, where there is none.
static inline int ccommand_open_process(pid_t process) { return (int) syscall(SYS_pidfd_open, process, 0); }

/// A file in memory that no other process inherits; negative on failure, with the reason in `errno`.
static inline int ccommand_make_memory_file(const char *name) {
    return (int) syscall(SYS_memfd_create, name, MFD_CLOEXEC);
}

/// A new file at a path that ends with six times X, which are replaced; negative on failure, with the reason in `errno`.
static inline int ccommand_make_temporary_file(char *path) { return mkostemp(path, O_CLOEXEC); }

/// A pipe that no other process inherits; 0, or -1 with the reason in `errno`.
static inline int ccommand_make_pipe(int ends[2]) { return (int) syscall(SYS_pipe2, ends, O_CLOEXEC); }

/// What is known of a child: 0 nothing new, 1 it has ended, 2 it has been stopped, -1 with the reason in `errno`.
/// `status` is its exit status, which is below 256, or 256 and the number of the signal that ended it; of one that has been
/// stopped, that signal's number.
static inline int ccommand_look_at_child(pid_t process, int waits, int *status) {
    siginfo_t information;
    information.si_pid = 0;
    int options = WEXITED | (waits ? 0 : WNOHANG | WSTOPPED);
    while (waitid(P_PID, (id_t) process, &information, options) != 0) {
        if (errno != EINTR) return -1;
    }
    if (information.si_pid == 0) return 0;
    if (information.si_code == CLD_STOPPED || information.si_code == CLD_TRAPPED) {
        *status = information.si_status;
        return 2;
    }
    *status = information.si_code == CLD_EXITED ? information.si_status : 256 + information.si_status;
    return 1;
}

#endif
