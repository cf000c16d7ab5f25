/*
 * Heap memory for what outlives a call. Out of memory ends the process: every input is bounded
 * before it is kept, so there is nothing sensible left to do.
 */
#ifndef SHIM_BASE_ALLOC_H
#define SHIM_BASE_ALLOC_H

#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *memory, size_t size);
char *xstrdup(const char *text);

/* Says so on stderr and aborts. */
_Noreturn void alloc_failed(void);

#endif
