// What InstructionCount is measured with: a mark between two measurements, and the same messages straight on libzmq.

#ifndef C_INSTRUCTIONS_H
#define C_INSTRUCTIONS_H

#include <stddef.h>

// Callgrind writes down what it has counted, and begins anew, whenever this is called: --dump-before=instructions_mark
void instructions_mark(void);

// A PULL and a PUSH that is connected to it over inproc, neither with a high-water mark. Ends the process on failure.
struct instructions_pair {
    void *pull, *push;
};
struct instructions_pair instructions_open(void);

void instructions_send(struct instructions_pair pair, size_t size, int frames, long count);
void instructions_receive(struct instructions_pair pair, size_t size, int frames, long count);

#endif
