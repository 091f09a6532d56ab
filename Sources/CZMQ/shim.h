#ifndef CZMQ_SHIM_H
#define CZMQ_SHIM_H

// libzmq's stable API, as the installed `zmq.h` declares it, plus the few things that Swift's importer cannot see:
// macros without a plain value, variadic functions, and Linux calls that its C library module leaves out.

#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

/// The error number that the last `zmq_*` call of this thread left behind.
static inline int czmq_errno(void) { return zmq_errno(); }

/// Where the 33 bytes begin that libzmq keeps inside `zmq_msg_t` for a message of at most as many; NULL for a message
/// whose bytes lie elsewhere, as those do that a sender in the same process handed over.
static inline const void *czmq_bytes_inside(zmq_msg_t *message) {
    const char *data = zmq_msg_data(message);
    int is_inside = data >= (const char *) message && data + 33 <= (const char *) (message + 1);
    return __builtin_expect(is_inside, 1) ? data : NULL;
}

/// `zmq_send` of the first `count` of 40 bytes that are passed as words. In Swift, memory whose address is handed out is
/// guarded against overflows, at the price of a tenth of what a send takes beyond libzmq.
static inline int czmq_send_words(
    void *socket, uint64_t first, uint64_t second, uint64_t third, uint64_t fourth, uint64_t fifth, size_t count, int flags
) {
    uint64_t bytes[5] = {first, second, third, fourth, fifth};
    return zmq_send(socket, bytes, count, flags);
}

/// Closes a message that could not be sent, and leaves `zmq_errno` as the attempt set it.
static inline void czmq_close_unsent(zmq_msg_t *message) {
    int reason = errno;
    zmq_msg_close(message);
    errno = reason;
}

/// libzmq's own error numbers, which `zmq.h` defines as sums of macros.
static const int CZMQ_EFSM = EFSM;
static const int CZMQ_ENOCOMPATPROTO = ENOCOMPATPROTO;
static const int CZMQ_ETERM = ETERM;
static const int CZMQ_EMTHREAD = EMTHREAD;

/// A draft option that stable libraries take, too, although their header hides it.
static const int CZMQ_ZAP_ENFORCE_DOMAIN = 93;

/// A kernel counter that neither blocks nor survives `exec`; negative on failure, with the reason in `errno`.
static inline int czmq_make_wake_descriptor(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

/// A list of watched descriptors that does not survive `exec`; negative on failure, with the reason in `errno`.
static inline int czmq_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

enum { CZMQ_EPOLL_BATCH = 64 };

/// Adds, changes or removes (`EPOLL_CTL_…`) a watched descriptor; 0 or, with the reason in `errno`, -1.
///
/// `events` are `ZMQ_POLL…`; `mode` is 0 for reports as long as the descriptor is ready, or `EPOLLET` for one with each
/// change, with `EPOLLONESHOT` for one alone.
static inline int czmq_epoll_change(int list, int operation, int descriptor, int events, uint32_t mode, uint64_t token) {
    struct epoll_event event = {.events = mode, .data.u64 = token};
    if (events & ZMQ_POLLIN) event.events |= EPOLLIN;
    if (events & ZMQ_POLLOUT) event.events |= EPOLLOUT;
    if (events & ZMQ_POLLPRI) event.events |= EPOLLPRI;
    return epoll_ctl(list, operation, descriptor, &event);
}

/// Waits and writes the tokens of at most `CZMQ_EPOLL_BATCH` descriptors and what each is ready for (`ZMQ_POLL…`); how
/// many, or -1 as above.
///
/// After an error and at the other end's hang-up neither reading nor writing would wait, whatever the descriptor says.
static inline int czmq_epoll_wait(int list, uint64_t *tokens, int16_t *readiness, int milliseconds) {
    struct epoll_event events[CZMQ_EPOLL_BATCH];
    int count = epoll_wait(list, events, CZMQ_EPOLL_BATCH, milliseconds);
    for (int index = 0; index < count; index++) {
        uint32_t what = events[index].events;
        int ready = 0;
        if (what & EPOLLIN) ready |= ZMQ_POLLIN;
        if (what & EPOLLOUT) ready |= ZMQ_POLLOUT;
        if (what & EPOLLPRI) ready |= ZMQ_POLLPRI;
        if (what & (EPOLLERR | EPOLLHUP)) ready |= ZMQ_POLLERR | ZMQ_POLLIN | ZMQ_POLLOUT;
        tokens[index] = events[index].data.u64;
        readiness[index] = (int16_t) ready;
    }
    return count;
}

static const uint32_t CZMQ_EPOLL_EDGE = EPOLLET;
static const uint32_t CZMQ_EPOLL_ONCE = EPOLLET | EPOLLONESHOT;
enum { CZMQ_EPOLL_ADD = EPOLL_CTL_ADD, CZMQ_EPOLL_MODIFY = EPOLL_CTL_MOD, CZMQ_EPOLL_REMOVE = EPOLL_CTL_DEL };

/// Keeps the compiler from moving what is read or written before this behind it, and the other way round.
static inline void czmq_compiler_fence(void) { __atomic_signal_fence(__ATOMIC_SEQ_CST); }

/// Tells the processor that a loop waits for another one.
static inline void czmq_spin(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

/// Has the kernel prepare `czmq_fence_everywhere` for this process; 0 if it can.
static inline int czmq_prepare_fence_everywhere(void) {
    return (int) syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
}

/// A full memory barrier for every thread of this process, whatever it is doing; 0, or -1 if the kernel refuses. A child
/// made by `fork` prepares it anew.
static inline int czmq_fence_everywhere(void) {
    int code = (int) syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
    if (code == 0 || czmq_prepare_fence_everywhere() != 0) return code;
    return (int) syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
}

/// Sleeps until it is woken for a word or a time is over (-1: for ever), unless the word has another value (`FUTEX_WAIT`).
/// May return for no reason.
static inline void czmq_sleep_on(const void *word, uint32_t value, int milliseconds) {
    struct timespec limit = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, milliseconds < 0 ? NULL : &limit, NULL, 0);
}

/// Wakes one thread that sleeps on a word (`FUTEX_WAKE`).
static inline void czmq_wake_one(const void *word) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0); }

/// Names the calling thread; at most 15 bytes are kept.
static inline int czmq_name_thread(const char *name) { return prctl(PR_SET_NAME, (unsigned long) name, 0, 0, 0); }

/// Whether the process may run on a processor; libzmq ends it for setting one that does not exist.
static inline int czmq_may_run_on(int processor) {
    unsigned long mask[128] = {0};
    long length = syscall(SYS_sched_getaffinity, 0, sizeof(mask), mask);
    int bits = 8 * (int) sizeof(unsigned long);
    if (processor < 0 || length < 0 || processor >= 8 * (int) length) return 0;
    return (int) (mask[processor / bits] >> (processor % bits) & 1);
}

/// Whether a thread may be given a scheduling policy and priority as libzmq gives them to its own, which end the process
/// where they may not: 0, or the reason. A negative number leaves a thing as it is.
///
/// It is tried on the calling thread, which then has again what it had.
static inline int czmq_try_scheduling(int policy, int priority) {
    struct sched_param before, tried;
    int policy_before;
    int code = pthread_getschedparam(pthread_self(), &policy_before, &before);
    if (code) return code;
    if (policy < 0) policy = policy_before;
    int is_real_time = policy == SCHED_FIFO || policy == SCHED_RR;
    tried = before;
    if (priority >= 0) tried.sched_priority = is_real_time ? priority : 0;
    code = pthread_setschedparam(pthread_self(), policy, &tried);
    if (code) return code;
    if (!is_real_time && priority > 0) {
        // libzmq then asks for the best nice value.
        int nice_before = getpriority(PRIO_PROCESS, 0);
        if (nice_before == 19 || setpriority(PRIO_PROCESS, 0, -20)) code = EPERM;
        else setpriority(PRIO_PROCESS, 0, nice_before);
    }
    pthread_setschedparam(pthread_self(), policy_before, &before);
    return code;
}

#endif
