#ifndef CZMQ_SHIM_H
#define CZMQ_SHIM_H

// libzmq's stable API, as the installed `zmq.h` declares it, plus the few things
// that Swift's importer cannot see: `errno` is a macro, and so is `ETERM`'s base.

#include <errno.h>
#include <zmq.h>

/// The error number that the last `zmq_*` call of this thread left behind.
static inline int czmq_errno(void) { return zmq_errno(); }

/// The wildcard `ZMQ_HAUSNUMERO + n` codes, as plain constants.
static const int CZMQ_EFSM = EFSM;
static const int CZMQ_ENOCOMPATPROTO = ENOCOMPATPROTO;
static const int CZMQ_ETERM = ETERM;
static const int CZMQ_EMTHREAD = EMTHREAD;

#endif
