#include "cri/stream/channels.h"

enum { CLOSE_SIGNAL = 255 };

static void deliver(struct channels *channels, const char *bytes, size_t length)
{
    if (length == 0)
        return;
    if (!channels->close_signal || channels->channel != CLOSE_SIGNAL) {
        channels->events->data(channels->context, channels->channel, bytes, length);
        return;
    }
    for (size_t i = 0; i < length; i++)
        channels->events->finish(channels->context, (unsigned char)bytes[i]);
}

static int sextet(char byte)
{
    if (byte >= 'A' && byte <= 'Z')
        return byte - 'A';
    if (byte >= 'a' && byte <= 'z')
        return byte - 'a' + 26;
    if (byte >= '0' && byte <= '9')
        return byte - '0' + 52;
    return byte == '+' ? 62 : byte == '/' ? 63 : -1;
}

/* The bytes that a group of four characters stands for; 0 if it is no base64. */
static size_t decode_quad(const char quad[4], char ret_bytes[3])
{
    size_t count = quad[3] != '=' ? 3 : quad[2] != '=' ? 2 : 1;
    int all = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i <= count ? sextet(quad[i]) : 0;
        if (value < 0)
            return 0;
        all = all << 6 | value;
    }
    ret_bytes[0] = (char)(all >> 16);
    ret_bytes[1] = (char)(all >> 8);
    ret_bytes[2] = (char)all;
    return count;
}

static bool feed_base64(struct channels *channels, const char *text, size_t length, struct err *err)
{
    char bytes[3 * 1024];
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        channels->quad[channels->quad_length++] = text[i];
        if (channels->quad_length < sizeof(channels->quad))
            continue;
        channels->quad_length = 0;
        size_t more = channels->padded ? 0 : decode_quad(channels->quad, bytes + count);
        if (more == 0)
            return err_set(err, CODE_INVALID_ARGUMENT, "a message is not base64");
        channels->padded = more < 3;
        count += more;
        if (count > sizeof(bytes) - 3) {
            deliver(channels, bytes, count);
            count = 0;
        }
    }
    deliver(channels, bytes, count);
    return true;
}

bool channels_feed(struct channels *channels, const char *bytes, size_t length, bool begins,
                   struct err *err)
{
    if (begins) {
        if (channels->quad_length > 0)
            return err_set(err, CODE_INVALID_ARGUMENT, "a message in base64 ends in the middle");
        channels->waits = true;
        channels->padded = false;
    }
    if (length > 0 && channels->waits) {
        channels->channel = (unsigned char)bytes[0];
        if (channels->base64)
            channels->channel = (unsigned char)(channels->channel - '0');
        channels->waits = false;
        bytes++;
        length--;
    }
    if (channels->base64)
        return feed_base64(channels, bytes, length, err);
    deliver(channels, bytes, length);
    return true;
}
