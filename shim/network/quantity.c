#include "shim/network/quantity.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* 0 for what is no suffix. */
static double factor_of(const char *suffix)
{
    static const struct {
        const char *name;
        double factor;
    } units[] = {
        {"", 1},        {"k", 1e3},     {"M", 1e6},     {"G", 1e9},
        {"T", 1e12},    {"P", 1e15},    {"E", 1e18},    {"Ki", 0x1p10},
        {"Mi", 0x1p20}, {"Gi", 0x1p30}, {"Ti", 0x1p40}, {"Pi", 0x1p50},
        {"Ei", 0x1p60}, {"n", 1e-9},    {"u", 1e-6},    {"m", 1e-3},
    };
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(units[i].name, suffix) == 0)
            return units[i].factor;
    return 0;
}

bool quantity_parse(const char *text, int64_t *ret_value)
{
    text += text[0] == '+';
    /* strtod alone would take white space, a second sign, hexadecimal, "inf" and "nan". */
    bool plain =
        isdigit((unsigned char)text[0]) || (text[0] == '.' && isdigit((unsigned char)text[1]));
    if (!plain || strpbrk(text, "xX") != NULL)
        return false;
    char *suffix;
    double number = strtod(text, &suffix);
    double value = ceil(number * factor_of(suffix));
    if (factor_of(suffix) == 0 || value >= 0x1p63)
        return false;
    *ret_value = (int64_t)value;
    return true;
}
