#include "cri/grpc/wire_path.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cri/grpc/wire_read.h"

static void append(char *path, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void append(char *path, size_t size, const char *format, ...)
{
    size_t used = strlen(path);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(path + used, size - used, format, args); /* what does not fit is cut */
    va_end(args);
}

/* How many elements of the frame's field came before this one. Counted only for an error, so that
 * good messages do not pay for it; everything before the field was read once and is well-formed. */
static size_t index_of(const struct wire_frame *frame)
{
    struct wire_reader reader = {frame->start, frame->field_start};
    size_t count = 0;
    uint32_t number;
    enum wire_type type;
    struct wire_value value;
    while (reader.at < reader.end && wire_read_tag(&reader, &number, &type) &&
           wire_read_value(&reader, type, &value) == NULL)
        count += number == frame->number;
    return count;
}

static void append_field(char *path, size_t size, const struct wire_frame *frame)
{
    append(path, size, "%s%s", *path != '\0' ? "." : "", frame->field->name);
    /* A run of packed numbers is one value on the wire, so its elements have no index here. */
    if (frame->field->label == PROTOBUF_C_LABEL_REPEATED &&
        wire_type_of(frame->field->type) == WIRE_TYPE_LENGTH_PREFIXED)
        append(path, size, "[%zu]", index_of(frame));
}

void wire_path_format(const struct wire_frame *frame, char *path, size_t size)
{
    const struct wire_frame *outward[64];
    size_t count = 0;
    for (const struct wire_frame *f = frame->outer;
         f != NULL && count < sizeof(outward) / sizeof(outward[0]); f = f->outer)
        outward[count++] = f;
    char holder[WIRE_PATH_MAX] = "";
    while (count > 0)
        append_field(holder, sizeof(holder), outward[--count]);
    path[0] = '\0';
    if (frame->field != NULL) {
        append(path, size, "%s", holder);
        append_field(path, size, frame);
        return;
    }
    const char *whole = *holder != '\0' ? holder : frame->type->short_name;
    if (frame->number != 0)
        append(path, size, "field %u of %s", frame->number, whole);
    else
        append(path, size, "byte %td of %s", frame->field_start - frame->start, whole);
}
