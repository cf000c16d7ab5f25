/*
 * The wire contract as a table: what a client and we must agree on, one row per field, enum value,
 * rpc and empty message, in the columns of proto/contract.tsv. Whatever describes messages (the
 * committed file, a descriptor set, the code that the daemon links) is brought into this form and
 * compared.
 *
 * The order of rows means nothing. A row is found by its kind, owner and name; the other columns
 * are what must be equal. Too many rows or too long a text abort: it is a table for tests.
 */
#ifndef TEST_CONTRACT_CONTRACT_H
#define TEST_CONTRACT_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum contract_column {
    CONTRACT_KIND,   /* "field", "enum" (one value), "rpc" or "message" (one without fields) */
    CONTRACT_OWNER,  /* message, enum or service; nested names with a dot, no package */
    CONTRACT_NUMBER, /* decimal; "" for kinds that have none */
    CONTRACT_NAME,
    CONTRACT_TYPE, /* "repeated Mount", "map<string,string>"; "Request -> Response" of an rpc */
    CONTRACT_NOTE, /* of an rpc: "unary" or "server-stream"; else "" */
    CONTRACT_COLUMNS
};

enum { CONTRACT_CELL_MAX = 96, CONTRACT_ROWS_MAX = 1000 };

struct contract_row {
    char cell[CONTRACT_COLUMNS][CONTRACT_CELL_MAX];
};

struct contract {
    size_t count;
    struct contract_row row[CONTRACT_ROWS_MAX];
};

/* The bytes of a file with a NUL after them; the caller frees. NULL if it cannot be read or has
 * 1 MiB or more. */
char *contract_read_file(const char *path, size_t *ret_size);

void contract_add(struct contract *contract, const char *kind, const char *owner,
                  const char *number, const char *name, const char *type, const char *note);

/* Appends the rows of a contract.tsv: its text from the heading line on. Notes of fields (that one
 * is deprecated) are left out: they say nothing about the wire. Returns false for a text with
 * another heading or none, and for a row with other than six columns. */
bool contract_parse(struct contract *contract, const char *text);

/* The row with the same kind, owner and name, or NULL. */
const struct contract_row *contract_find(const struct contract *contract,
                                         const struct contract_row *like);

/* True if some row has this owner. */
bool contract_has_owner(const struct contract *contract, const char *owner);

/* Writes one line per deviation of `actual` from `wanted`, in both directions, comparing the
 * columns up to and including `last`. Returns the number of lines. */
size_t contract_compare(const struct contract *wanted, const struct contract *actual,
                        enum contract_column last, FILE *report);

#endif
