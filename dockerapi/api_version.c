#include "dockerapi/api_version.h"

/* One or two digits; -1 if there are none. */
static int take_number(const char **text, const char *end)
{
    int value = -1;
    for (int i = 0; i < 2 && *text < end && **text >= '0' && **text <= '9'; i++)
        value = (value < 0 ? 0 : value * 10) + (*(*text)++ - '0');
    return value;
}

int api_version_parse(const char *text, size_t length)
{
    const char *end = text + length;
    int major = take_number(&text, end);
    if (major < 1 || text == end || *text++ != '.')
        return 0;
    int minor = take_number(&text, end);
    return minor >= 0 && text == end ? major * 100 + minor : 0;
}
