#include "cri/stream/session.h"

enum { SWEEP_MS = 1000 };

static void on_sweep(uv_timer_t *timer)
{
    struct session_host *host = timer->data;
    uint64_t now_ms = uv_now(host->loop);
    for (struct session *session = host->first, *next; session != NULL; session = next) {
        next = session->next; /* ending one frees no other */
        /* A slow reader of the last output is given the time it takes. */
        if (session->deadline_ms != 0 && now_ms >= session->deadline_ms &&
            (session->peer == NULL || peer_is_flushed(session->peer)))
            session->end(session, "the client did not do its part in time");
        else if (host->idle_ms != 0 && session->peer != NULL &&
                 now_ms - peer_active_ms(session->peer) >= host->idle_ms)
            session->end(session, "nothing moved for too long");
        else if (session->peer != NULL)
            peer_probe(session->peer);
    }
}

void session_host_init(struct session_host *host)
{
    (void)uv_timer_init(host->loop, &host->sweep); /* cannot fail */
    host->sweep.data = host;
}

void session_host_done(struct session_host *host)
{
    uv_close((uv_handle_t *)&host->sweep, NULL);
}

void session_add(struct session_host *host, struct session *session)
{
    session->host = host;
    session->previous = NULL;
    session->next = host->first;
    if (host->first != NULL)
        host->first->previous = session;
    host->first = session;
    if (host->count++ == 0) /* an idle daemon is not woken */
        (void)uv_timer_start(&host->sweep, on_sweep, SWEEP_MS, SWEEP_MS);
}

void session_remove(struct session *session)
{
    struct session_host *host = session->host;
    if (session->previous != NULL)
        session->previous->next = session->next;
    else
        host->first = session->next;
    if (session->next != NULL)
        session->next->previous = session->previous;
    if (--host->count == 0)
        (void)uv_timer_stop(&host->sweep);
}

void session_end_all(struct session_host *host, const char *why)
{
    for (struct session *session = host->first, *next; session != NULL; session = next) {
        next = session->next;
        session->end(session, why);
    }
}
