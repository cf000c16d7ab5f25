/* The daemon under test as a process, with folders of its own in a directory that goes with it. */
#ifndef TEST_TRANSCRIPT_DAEMON_H
#define TEST_TRANSCRIPT_DAEMON_H

#include <sys/types.h>

#include "test/transcript/script.h"

struct daemon {
    char directory[64];
    char docker_path[96]; /* where it looks for the engine */
    char endpoint[112];   /* where it serves CRI */
    char log_path[96];    /* what it wrote on stderr */
    pid_t pid;            /* 0: it does not run */
};

/* Makes the directory. */
bool daemon_init(struct daemon *daemon, struct err *err);

/* Starts the program and waits until it serves. */
bool daemon_start(struct daemon *daemon, struct arena *arena, const char *program,
                  const struct script *script, struct err *err);

/* Ends it with SIGTERM. False if it did not leave in peace: a crash, or a sanitizer's report. */
bool daemon_stop(struct daemon *daemon, struct err *err);

/* Removes the directory. */
void daemon_done(struct daemon *daemon);

#endif
