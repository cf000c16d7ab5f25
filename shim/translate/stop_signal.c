#include "shim/translate/stop_signal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The real-time signals as Docker numbers them: of Linux's 32 to 64 the C library keeps two. CRI
 * has them in the same order. */
enum { RTMIN = 34, RTMAX = 64 };

/* "RTMIN+3" is the value SIGNAL_SIGRTMINPLUS3. */
static Cri__Signal by_name(const char *name)
{
    char value[32] = "SIGNAL_SIG";
    for (size_t length = strlen(value); *name != '\0'; name++) {
        char letter[] = {(char)toupper((unsigned char)*name), '\0'};
        const char *piece = *name == '+' ? "PLUS" : *name == '-' ? "MINUS" : letter;
        if (length + strlen(piece) >= sizeof(value))
            return CRI__SIGNAL__SIGNAL_RUNTIME_DEFAULT;
        length = (size_t)(stpcpy(value + length, piece) - value);
    }
    const ProtobufCEnumValue *found =
        protobuf_c_enum_descriptor_get_value_by_name(&cri__signal__descriptor, value);
    return found != NULL ? (Cri__Signal)found->value : CRI__SIGNAL__SIGNAL_RUNTIME_DEFAULT;
}

static Cri__Signal by_number(long number)
{
    if (number >= RTMIN && number <= RTMAX)
        return (Cri__Signal)(CRI__SIGNAL__SIGNAL_SIGRTMIN + (number - RTMIN));
    const char *name = number > 0 && number < RTMIN ? sigabbrev_np((int)number) : NULL;
    return name != NULL ? by_name(name) : CRI__SIGNAL__SIGNAL_RUNTIME_DEFAULT;
}

Cri__Signal translate_stop_signal(const char *text)
{
    if (text[0] == '\0')
        return CRI__SIGNAL__SIGNAL_SIGTERM;
    char *end;
    long number = strtol(text, &end, 10);
    if (*end == '\0')
        return by_number(number);
    return by_name(strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text);
}
