#ifndef CSODIUM_SHIM_H
#define CSODIUM_SHIM_H

// What libzmq's own CURVE is made of; its library and its header come along with libzmq's.

#include <sodium.h>

#endif
