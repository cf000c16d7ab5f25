/*
 * What is known of each pod's network, kept in memory and in two files per sandbox. The intent is
 * what ADD is given: written and flushed before ADD runs, gone when DEL has succeeded, so whatever
 * was interrupted can be undone, after a power cut too. The result is what ADD answered: it lives
 * in the run directory, for a reboot makes void what it describes.
 *
 * Documents are immutable once they are in here; what is handed out is a reference of the caller's.
 * Threads: any, but for one sandbox one at a time.
 */
#ifndef SHIM_NETWORK_ATTACHMENT_RECORD_H
#define SHIM_NETWORK_ATTACHMENT_RECORD_H

#include <jansson.h>

#include "shim/network/cni_invoke.h"

struct attachment_records;

/* Reads all files beneath both directories, which are made if missing. An intent that cannot be
 * understood is renamed to "<name>.bad" and logged; a result that cannot counts as none. It is
 * never fatal. NULL only if a directory cannot be used. */
struct attachment_records *attachment_records_open(const char *intent_directory,
                                                   const char *result_directory, struct err *err);
void attachment_records_close(struct attachment_records *records);

/* Keeps what ADD is about to be given, on disk when this returns. */
bool attachment_records_begin(struct attachment_records *records, struct arena *arena,
                              const struct cni_attachment *attachment, struct err *err);

/* Keeps what ADD, or a part of its chain, answered. `complete` says that it was all of it. */
bool attachment_records_answer(struct attachment_records *records, struct arena *arena,
                               const char *container_id, json_t *result, bool complete,
                               struct err *err);

struct attachment_record {
    struct cni_attachment attachment; /* directories and timeout are left to the caller */
    json_t *result;                   /* NULL if ADD never answered */
    bool complete;                    /* the result is that of the whole chain */
    bool inherited;                   /* it was made by an earlier life of the daemon */
};

/* Texts and documents live in the arena. False if there is no record. */
bool attachment_records_get(struct attachment_records *records, struct arena *arena,
                            const char *container_id, struct attachment_record *ret_record);

/* Removes all that is kept of a sandbox, temporary files of an interrupted write too. */
bool attachment_records_remove(struct attachment_records *records, struct arena *arena,
                               const char *container_id, struct err *err);

/* The container ids of all records, arena. */
const char **attachment_records_ids(struct attachment_records *records, struct arena *arena,
                                    size_t *ret_count);

#endif
