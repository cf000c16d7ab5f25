#include "test/contract/contract.h"

#include <stdlib.h>
#include <string.h>

static const char *const column_name[CONTRACT_COLUMNS] = {
    [CONTRACT_KIND] = "kind", [CONTRACT_OWNER] = "owner", [CONTRACT_NUMBER] = "number",
    [CONTRACT_NAME] = "name", [CONTRACT_TYPE] = "type",   [CONTRACT_NOTE] = "note",
};

char *contract_read_file(const char *path, size_t *ret_size)
{
    enum { LIMIT_BYTES = 1 << 20 };
    FILE *file = fopen(path, "r");
    char *bytes = file ? calloc(1, LIMIT_BYTES) : NULL;
    size_t size = bytes ? fread(bytes, 1, LIMIT_BYTES, file) : 0;
    bool whole = bytes && size < LIMIT_BYTES && !ferror(file);
    if (file)
        fclose(file);
    if (!whole) {
        free(bytes);
        return NULL;
    }
    *ret_size = size;
    return bytes;
}

static void fill(struct contract_row *row, enum contract_column column, const char *text,
                 size_t length)
{
    if (length >= CONTRACT_CELL_MAX) {
        fprintf(stderr, "contract: too long: %.*s\n", (int)length, text);
        abort();
    }
    memcpy(row->cell[column], text, length);
    row->cell[column][length] = '\0';
}

static struct contract_row *append(struct contract *contract)
{
    if (contract->count == CONTRACT_ROWS_MAX) {
        fprintf(stderr, "contract: more than %d rows\n", (int)CONTRACT_ROWS_MAX);
        abort();
    }
    return &contract->row[contract->count++];
}

void contract_add(struct contract *contract, const char *kind, const char *owner,
                  const char *number, const char *name, const char *type, const char *note)
{
    const char *const cells[CONTRACT_COLUMNS] = {kind, owner, number, name, type, note};
    struct contract_row *row = append(contract);
    for (int column = 0; column < CONTRACT_COLUMNS; column++)
        fill(row, (enum contract_column)column, cells[column], strlen(cells[column]));
}

static bool split(const char *line, size_t length, struct contract_row *ret_row)
{
    const char *end = line + length;
    for (int column = 0; column < CONTRACT_COLUMNS; column++) {
        const char *tab = memchr(line, '\t', (size_t)(end - line));
        if ((tab == NULL) != (column == CONTRACT_COLUMNS - 1))
            return false;
        fill(ret_row, (enum contract_column)column, line, (size_t)((tab ? tab : end) - line));
        line = tab ? tab + 1 : end;
    }
    return true;
}

static bool is_heading(const struct contract_row *row)
{
    for (int column = 0; column < CONTRACT_COLUMNS; column++)
        if (strcmp(row->cell[column], column_name[column]) != 0)
            return false;
    return true;
}

bool contract_parse(struct contract *contract, const char *text)
{
    bool first = true;
    for (; *text; first = false) {
        size_t length = strcspn(text, "\n");
        struct contract_row row;
        if (!split(text, length, &row) || is_heading(&row) != first)
            return false;
        if (strcmp(row.cell[CONTRACT_KIND], "rpc") != 0)
            row.cell[CONTRACT_NOTE][0] = '\0';
        if (!first)
            *append(contract) = row;
        text += length + (text[length] == '\n');
    }
    return !first;
}

static bool same(const struct contract_row *a, const struct contract_row *b,
                 enum contract_column column)
{
    return strcmp(a->cell[column], b->cell[column]) == 0;
}

const struct contract_row *contract_find(const struct contract *contract,
                                         const struct contract_row *like)
{
    for (size_t i = 0; i < contract->count; i++) {
        const struct contract_row *row = &contract->row[i];
        if (same(row, like, CONTRACT_NAME) && same(row, like, CONTRACT_OWNER) &&
            same(row, like, CONTRACT_KIND))
            return row;
    }
    return NULL;
}

bool contract_has_owner(const struct contract *contract, const char *owner)
{
    for (size_t i = 0; i < contract->count; i++)
        if (strcmp(contract->row[i].cell[CONTRACT_OWNER], owner) == 0)
            return true;
    return false;
}

static void say_row(const struct contract_row *row, FILE *report)
{
    const char *name = row->cell[CONTRACT_NAME];
    fprintf(report, "%s %s%s%s: ", row->cell[CONTRACT_KIND], row->cell[CONTRACT_OWNER],
            *name ? "." : "", name);
}

static size_t compare_row(const struct contract_row *wanted, const struct contract_row *actual,
                          enum contract_column last, FILE *report)
{
    size_t deviations = 0;
    for (int column = 0; column <= (int)last; column++) {
        if (same(wanted, actual, (enum contract_column)column))
            continue;
        say_row(wanted, report);
        fprintf(report, "%s is \"%s\", must be \"%s\"\n", column_name[column], actual->cell[column],
                wanted->cell[column]);
        deviations++;
    }
    return deviations;
}

size_t contract_compare(const struct contract *wanted, const struct contract *actual,
                        enum contract_column last, FILE *report)
{
    size_t deviations = 0;
    for (size_t i = 0; i < wanted->count; i++) {
        const struct contract_row *row = contract_find(actual, &wanted->row[i]);
        if (row) {
            deviations += compare_row(&wanted->row[i], row, last, report);
            continue;
        }
        say_row(&wanted->row[i], report);
        fprintf(report, "missing\n");
        deviations++;
    }
    for (size_t i = 0; i < actual->count; i++) {
        if (contract_find(wanted, &actual->row[i]))
            continue;
        say_row(&actual->row[i], report);
        fprintf(report, "not in the contract\n");
        deviations++;
    }
    return deviations;
}
