#include "dockerapi/stream.h"

#include <stdlib.h>
#include <unistd.h>

void docker_stream_done(struct docker_stream *stream)
{
    if (stream->fd >= 0)
        (void)close(stream->fd); /* the descriptor is gone whatever close says */
    free(stream->early);
    *stream = (struct docker_stream){.fd = -1};
}
