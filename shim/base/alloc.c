#include "shim/base/alloc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void alloc_failed(void)
{
    static const char text[] = "<0>level=error msg=\"out of memory\"\n";
    (void)!write(STDERR_FILENO, text, sizeof(text) - 1); /* nothing is left to report it to */
    abort();
}

static void *checked(void *memory)
{
    if (memory == NULL)
        alloc_failed();
    return memory;
}

void *xmalloc(size_t size)
{
    return checked(malloc(size > 0 ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
    return checked(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

void *xrealloc(void *memory, size_t size)
{
    return checked(realloc(memory, size > 0 ? size : 1));
}

char *xstrdup(const char *text)
{
    return checked(strdup(text));
}
