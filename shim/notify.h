/*
 * Telling systemd how we are (sd_notify(3)): a datagram to the socket that NOTIFY_SOCKET names.
 * Does nothing where there is none, and nothing fails for it.
 */
#ifndef SHIM_NOTIFY_H
#define SHIM_NOTIFY_H

/* `state` is a line, or several: "READY=1\nSTATUS=…". */
void notify(const char *state);

#endif
